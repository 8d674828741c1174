//! What the platform says reaches every engine, and the app's own word counts more.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use common::{Person, config};
use mailboat_engine::platform::{
    self, AppState, Network, NetworkKind, Power, set_app_state, set_database_folder, set_network,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An address where nobody listens; these engines are not meant to reach anybody.
const NOBODY: &str = "http://127.0.0.1:9";

/// There is one platform in a process: the tests take turns with it.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn without_backend(path: &Path) -> Value {
    let mut config = config(path, NOBODY);
    config["backend"] = Value::Null;
    config
}

fn open(folder: &TempDir, name: &str) -> Person {
    Person::open(&without_backend(&folder.path().join(name)), None)
}

fn of(kind: NetworkKind) -> Network {
    Network::of(kind)
}

fn until_on(person: &mut Person, kind: &str) {
    person.until(kind, |status| status["network"]["kind"] == kind);
}

fn kind_of(person: &Person) -> Value {
    person.query(&json!({ "type": "status" }))["network"]["kind"].clone()
}

fn close(person: &mut Person) {
    person.execute(&json!({ "type": "close" })).expect("closed");
}

#[test]
fn every_open_engine_hears_it_and_one_that_opens_later_begins_with_it() {
    let _turn = turn();
    let folder = folder();
    let mut first = open(&folder, "first.db");
    let mut second = open(&folder, "second.db");
    set_network(Network { metered: Some(true), ..of(NetworkKind::Wifi) });
    until_on(&mut first, "wifi");
    until_on(&mut second, "wifi");
    let third = open(&folder, "third.db");
    let network = third.query(&json!({ "type": "status" }))["network"].clone();
    assert_eq!((&network["kind"], &network["metered"]), (&json!("wifi"), &json!(true)));
    set_network(of(NetworkKind::None));
    for mut person in [first, second, third] {
        person.until("offline", |status| status["online"] == false);
        close(&mut person);
    }
}

#[test]
fn what_the_app_says_counts_more_before_and_after() {
    let _turn = turn();
    let folder = folder();
    set_network(of(NetworkKind::Cellular));
    let mut ann = open(&folder, "ann.db");
    let mut other = open(&folder, "other.db");
    ann.execute(&json!({ "type": "setNetwork", "network": { "kind": "wifi" } })).expect("said");
    assert_eq!(kind_of(&ann), "wifi");
    set_network(of(NetworkKind::None));
    // The other one has heard it, and so has she: words go to all before one returns.
    until_on(&mut other, "none");
    ann.send("c1", "after the platform's word");
    assert_eq!(kind_of(&ann), "wifi");
    close(&mut ann);
    close(&mut other);
}

#[test]
fn an_app_with_a_network_source_is_not_overruled_before_it_has_spoken() {
    let _turn = turn();
    let folder = folder();
    set_network(of(NetworkKind::Wifi));
    let mut config = without_backend(&folder.path().join("ann.db"));
    config["network"] = json!({ "kind": "unknown", "metered": true });
    let mut ann = Person::open(&config, None);
    set_network(of(NetworkKind::Ethernet));
    ann.send("c1", "after the platform's word");
    let network = ann.query(&json!({ "type": "status" }))["network"].clone();
    assert_eq!((&network["kind"], &network["metered"]), (&json!("unknown"), &json!(true)));
    close(&mut ann);
}

#[test]
fn when_the_apps_runtime_is_gone_the_platforms_word_counts_again() {
    let _turn = turn();
    let folder = folder();
    set_network(of(NetworkKind::Wifi));
    let mut first = open(&folder, "ann.db");
    first.execute(&json!({ "type": "setNetwork", "network": { "kind": "none" } })).expect("said");
    assert_eq!(kind_of(&first), "none");
    drop(first);
    let mut second = open(&folder, "ann.db");
    until_on(&mut second, "wifi");
    close(&mut second);
}

/// A backend in JavaScript that answers pulls with nothing, and pushes not at all.
fn island(folder: &TempDir, pulls: &Rc<Cell<u32>>) -> Person {
    let mut config = without_backend(&folder.path().join("island.db"));
    config["backend"] = json!({ "kind": "javaScript" });
    let mut person = Person::open(&config, None);
    let pulls = Rc::clone(pulls);
    person.backend = Box::new(move |ask| {
        (ask["kind"] == "pull").then(|| {
            pulls.set(pulls.get() + 1);
            json!({ "kind": "pull", "page": { "changes": [], "cursor": "c", "more": false } })
        })
    });
    person
}

fn state_of_a_low_write(person: &mut Person) -> Value {
    let values = json!({ "conversationId": "c", "senderId": "me", "body": "later", "sentAt": 1 });
    let options = json!({ "priority": "low" });
    let written = person.execute(
        &json!({ "type": "create", "collection": "messages", "values": values, "options": options }),
    );
    let entry = written.expect("stored")["entry"].clone();
    person.execute(&json!({ "type": "why", "entry": entry })).expect("a reason")["state"].clone()
}

#[test]
fn with_little_power_low_priority_waits_until_the_app_says_otherwise() {
    let _turn = turn();
    let folder = folder();
    platform::set_power(Power::Low);
    set_network(of(NetworkKind::Wifi));
    let mut ann = island(&folder, &Rc::default());
    assert_eq!(state_of_a_low_write(&mut ann), "lowPriority", "it opened with the word");
    ann.execute(&json!({ "type": "setPower", "power": "charging" })).expect("said");
    platform::set_power(Power::Low);
    assert_ne!(state_of_a_low_write(&mut ann), "lowPriority", "the app's word counts more");
    platform::set_power(Power::Unknown);
    close(&mut ann);
}

#[test]
fn coming_to_the_front_pulls() {
    let _turn = turn();
    let folder = folder();
    let pulls = Rc::new(Cell::new(0));
    let mut ann = island(&folder, &pulls);
    ann.until("the first pull", |status| !status["lastSyncedAt"].is_null());
    let first = pulls.get();
    set_app_state(AppState::Background);
    set_app_state(AppState::Foreground);
    ann.until("another pull", |_| pulls.get() > first);
    close(&mut ann);
}

#[test]
fn a_word_waits_neither_for_an_engine_that_opens_nor_for_one_that_closes() {
    let _turn = turn();
    let folder = folder();
    let path = folder.path().to_owned();
    let speaker = thread::spawn(|| {
        for round in 0..5_000 {
            set_network(of(if round % 2 == 0 { NetworkKind::Wifi } else { NetworkKind::Cellular }));
        }
        set_network(of(NetworkKind::Ethernet));
    });
    for round in 0..20 {
        let mut ann = Person::open(&without_backend(&path.join("ann.db")), None);
        ann.send("c1", &round.to_string());
        close(&mut ann);
    }
    speaker.join().expect("spoken");
    let mut ann = Person::open(&without_backend(&path.join("ann.db")), None);
    assert_eq!(kind_of(&ann), "ethernet");
    assert_eq!(ann.bodies("c1").len(), 20);
    close(&mut ann);
}

#[test]
fn a_relative_path_lies_in_the_platforms_folder_and_an_absolute_one_where_it_says() {
    let _turn = turn();
    let folder = folder();
    let databases = folder.path().join("databases");
    std::fs::create_dir(&databases).expect("a folder");
    set_database_folder(&databases);
    set_database_folder(Path::new(""));
    let mut relative = Person::open(&without_backend(Path::new("ann.db")), None);
    relative.send("c1", "kept");
    assert!(databases.join("ann.db").exists());
    let absolute = Person::open(&without_backend(&databases.join("ann.db")), None);
    assert_eq!(absolute.engine, relative.engine, "it is the same file");
    let mut elsewhere = open(&folder, "elsewhere.db");
    assert!(folder.path().join("elsewhere.db").exists());
    close(&mut elsewhere);
    drop(absolute);
    let mut again = Person::open(&without_backend(Path::new("./ann.db")), None);
    assert_eq!(again.bodies("c1"), ["kept"]);
    close(&mut again);
}

#[test]
fn a_folder_that_is_not_there_is_named_as_what_is_wrong() {
    let _turn = turn();
    let folder = folder();
    set_database_folder(&folder.path().join("missing"));
    let runtime = mailboat_engine::Runtime::new(std::sync::Arc::new(|_| {}));
    for path in ["ann.db", "below/ann.db"] {
        let config = without_backend(Path::new(path)).to_string();
        let refused = runtime.open(&config).expect_err("there is no such folder");
        assert_eq!(refused.code, mailboat_engine::waist::ErrorCode::InvalidArgument);
        assert!(refused.message.contains("folder that does not exist"), "{}", refused.message);
    }
    set_database_folder(folder.path());
}
