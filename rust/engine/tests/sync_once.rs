//! Syncing without JavaScript: an open engine does the work, or the file is opened as it says
//! itself.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{Person, config};
use mailboat_devserver::{DevServer, Fault, FaultKind, On, Options};
use mailboat_engine::waist::{SyncEnd, SyncReport};
use mailboat_engine::{platform, stop_sync, sync_once};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

const BUDGET_MS: u32 = 20_000;

/// There is one turn, one folder and one `stop_sync` in a process.
static ALONE: Mutex<()> = Mutex::new(());

struct Shore {
    folder: TempDir,
    server: DevServer,
    token: String,
    _alone: MutexGuard<'static, ()>,
}

impl Shore {
    fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("files")).expect("a folder");
        let server = DevServer::start(Options::new(folder.path().join("server")));
        let server = server.expect("the dev server starts");
        let token = server.issue_token("ann").expect("a token");
        Self { folder, server, token, _alone: alone }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("files").join(name)
    }

    fn config(&self, name: &str, background: Value) -> Value {
        let mut config = config(&self.file(name), &self.server.url());
        config["background"] = background;
        config
    }

    fn open(&self, config: &Value) -> Person {
        Person::open(config, Some(self.token.clone()))
    }

    /// A file that was closed with messages in its outbox, as this config has it.
    fn leave(&self, config: &Value, messages: u32) {
        let mut ann = self.offline(config, messages);
        ann.execute(&json!({ "type": "close" })).expect("closed");
    }

    /// An open file without a network, with messages in its outbox.
    fn offline(&self, config: &Value, messages: u32) -> Person {
        let mut ann = self.open(config);
        let values = json!({ "title": "Talk", "memberIds": ["ann"] });
        let conversation = json!({ "type": "create", "collection": "conversations", "id": "c1", "values": values });
        ann.execute(&json!({ "type": "sync" })).expect("synced");
        let query = json!({ "type": "record", "collection": "conversations", "id": "c1" });
        // The second file of a test has it from the server.
        if ann.query(&query).is_null() {
            ann.execute(&conversation).expect("stored");
            ann.execute(&json!({ "type": "sync" })).expect("synced");
        }
        ann.execute(&json!({ "type": "setNetwork", "network": { "kind": "none" } }))
            .expect("taken");
        for number in 0..messages {
            ann.send("c1", &format!("message {number}"));
        }
        ann
    }

    fn sync(&self, name: &str) -> SyncReport {
        sync_once(self.file(name).to_str(), BUDGET_MS)
    }

    fn slow(&self) {
        let slow = Fault::once(On::Any, FaultKind::Delay { ms: 20_000 }).always();
        self.server.add_faults([slow]);
    }
}

fn kept() -> Value {
    json!({ "keepToken": true })
}

fn sent(report: SyncReport) -> (u32, u32, SyncEnd) {
    (report.sent, report.left, report.ended)
}

/// Whether the file or its log has these bytes.
fn holds(file: &Path, bytes: &str) -> bool {
    let folder = file.parent().expect("a folder");
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let content = fs::read(entry.expect("an entry").path()).expect("a file");
        content.windows(bytes.len()).any(|window| window == bytes.as_bytes())
    })
}

#[test]
fn a_closed_file_is_synced_with_the_token_that_it_keeps_and_closed_again() {
    let shore = Shore::new();
    let config = shore.config("ann.db", kept());
    shore.leave(&config, 3);
    let report = shore.sync("ann.db");
    assert_eq!(sent(report), (3, 0, SyncEnd::Done));
    assert!(report.received >= 3, "the pull after it brings them with their versions");
    assert!(!shore.file("ann.db-wal").exists(), "it is closed");
    let ann = shore.open(&config);
    assert_eq!(ann.bodies("c1").len(), 3);
    assert_eq!(ann.query(&json!({ "type": "status" }))["pending"], 0);
}

#[test]
fn without_a_kept_token_nothing_leaves_in_nobodys_name() {
    let shore = Shore::new();
    shore.leave(&shore.config("ann.db", json!({})), 2);
    assert!(!holds(&shore.file("ann.db"), &shore.token));
    assert_eq!(sent(shore.sync("ann.db")), (0, 2, SyncEnd::Unauthorized));
    let attempts = Connection::open(shore.file("ann.db")).expect("the file opens").query_row(
        "SELECT count(*) FROM mailboat_outbox WHERE attempted = 1",
        [],
        |row| row.get::<_, u32>(0),
    );
    assert_eq!(attempts, Ok(0));
}

#[test]
fn a_kept_token_that_is_refused_waits_for_the_app() {
    let shore = Shore::new();
    let config = shore.config("ann.db", kept());
    shore.leave(&config, 2);
    shore.server.add_faults([Fault::once(On::Any, FaultKind::UnauthorizedUntilRefreshed)]);
    assert_eq!(sent(shore.sync("ann.db")), (0, 2, SyncEnd::Unauthorized));
    let fresh = shore.server.issue_token("ann").expect("a token");
    let mut ann = Person::open(&config, Some(fresh));
    ann.until("an empty outbox", |status| status["pending"] == 0);
    ann.execute(&json!({ "type": "close" })).expect("closed");
    assert_eq!(sent(shore.sync("ann.db")), (0, 0, SyncEnd::Done), "with the fresh one");
}

#[test]
fn the_token_is_gone_when_the_user_signs_out_or_the_config_does_not_want_it() {
    let shore = Shore::new();
    let file = shore.file("ann.db");
    shore.leave(&shore.config("ann.db", kept()), 1);
    assert!(holds(&file, &shore.token), "it is kept");

    let mut ann = Person::open(&shore.config("ann.db", kept()), None);
    ann.until("a refusal", |status| status["error"]["code"] == "UNAUTHORIZED");
    assert!(!holds(&file, &shore.token), "signed out");
    ann.execute(&json!({ "type": "close" })).expect("closed");
    assert_eq!(shore.sync("ann.db").ended, SyncEnd::Unauthorized);

    for wish in [json!({}), Value::Null] {
        shore.leave(&shore.config("ann.db", kept()), 0);
        assert!(holds(&file, &shore.token));
        let mut ann = Person::open(&shore.config("ann.db", wish), None);
        ann.execute(&json!({ "type": "close" })).expect("closed");
        assert!(!holds(&file, &shore.token));
    }
    assert_eq!(shore.sync("ann.db").ended, SyncEnd::NotEnabled, "the config is gone, too");
}

#[test]
fn a_token_that_no_header_can_carry_is_not_kept_nor_taken_for_none() {
    let shore = Shore::new();
    let config = shore.config("ann.db", kept());
    // The app is asked for the first time, and then for another token than the one it gave.
    for known in [false, true] {
        if known {
            shore.leave(&config, 1);
            assert!(holds(&shore.file("ann.db"), &shore.token));
        }
        let mut ann = Person::open(&config, Some("a\nb".into()));
        ann.until("a refusal", |status| status["error"]["code"] == "UNAUTHORIZED");
        ann.execute(&json!({ "type": "close" })).expect("closed");
        let file = shore.file("ann.db");
        assert!(!holds(&file, "a\\nb") && !holds(&file, &shore.token));
        assert_eq!(shore.sync("ann.db").ended, SyncEnd::Unauthorized, "nothing goes without it");
    }
}

#[test]
fn files_that_nobody_wants_to_be_synced_are_left_alone() {
    let shore = Shore::new();
    shore.leave(&shore.config("ann.db", Value::Null), 1);
    assert_eq!(shore.sync("ann.db").ended, SyncEnd::NotEnabled);
    let mut config = shore.config("ben.db", kept());
    config["backend"] = json!({ "kind": "javaScript" });
    Person::open(&config, None).execute(&json!({ "type": "close" })).expect("closed");
    assert_eq!(shore.sync("ben.db").ended, SyncEnd::NotEnabled);
    assert_eq!(shore.sync("missing.db").ended, SyncEnd::Failed);
    assert!(!shore.file("missing.db-lock").exists(), "and no file is made");
    fs::write(shore.file("text.db"), "x".repeat(500)).expect("a file");
    assert_eq!(shore.sync("text.db").ended, SyncEnd::Failed);
    assert_eq!(sync_once(None, 999).ended, SyncEnd::Budget);
}

#[test]
fn an_open_engine_does_the_work_and_its_runtime_notices_nothing_else() {
    let shore = Shore::new();
    let config = shore.config("ann.db", kept());
    let mut ann = shore.offline(&config, 2);
    assert_eq!(sent(shore.sync("ann.db")), (0, 2, SyncEnd::Waiting), "it knows of no network");
    ann.execute(&json!({ "type": "setNetwork", "network": { "kind": "wifi" } })).expect("taken");
    let report = shore.sync("ann.db");
    assert_eq!((report.left, report.ended), (0, SyncEnd::Done));
    assert!(ann.seen("closed").is_empty());
    let opened = ann.runtime.open(&config.to_string()).expect("open");
    let opened: Value = serde_json::from_str(&opened).expect("JSON");
    assert_eq!((&opened["engine"], &opened["generation"]), (&json!(ann.engine), &json!(1)));
    ann.send("c1", "it is still ours");
}

#[test]
fn an_engine_whose_runtime_has_ended_goes_on_with_the_kept_token() {
    let shore = Shore::new();
    let ann = shore.offline(&shore.config("ann.db", kept()), 2);
    ann.runtime.execute(
        ann.engine,
        r#"{"type":"setNetwork","network":{"kind":"wifi"}}"#,
        Box::new(|_| {}),
    );
    drop(ann);
    let report = shore.sync("ann.db");
    assert_eq!((report.left, report.ended), (0, SyncEnd::Done));
}

#[test]
fn javascript_takes_over_the_engine_that_works_without_it() {
    let shore = Shore::new();
    let config = shore.config("ann.db", kept());
    shore.leave(&config, 2);
    let slow = Fault::once(On::Any, FaultKind::Delay { ms: 1_000 });
    shore.server.add_faults([slow.clone(), slow]);
    let file = shore.file("ann.db");
    let working = thread::spawn(move || sync_once(file.to_str(), BUDGET_MS));
    wait_for_requests(&shore.server);
    let mut ann = shore.open(&config);
    ann.until("the end of the other", |_| working.is_finished());
    assert_eq!(sent(working.join().expect("it ends")), (2, 0, SyncEnd::Done));
    assert!(ann.seen("closed").is_empty(), "and it stays open");
    ann.send("c1", "a third");
    ann.until("an empty outbox", |status| status["pending"] == 0);
}

#[test]
fn javascript_with_another_config_opens_the_file_anew_and_loses_nothing() {
    let shore = Shore::new();
    let config = shore.config("ann.db", kept());
    shore.leave(&config, 2);
    shore.slow();
    let file = shore.file("ann.db");
    let working = thread::spawn(move || sync_once(file.to_str(), BUDGET_MS));
    wait_for_requests(&shore.server);
    shore.server.clear_faults();
    let mut other = config;
    other["policy"] = json!({ "maxRetries": 9 });
    let mut ann = shore.open(&other);
    assert_eq!(working.join().expect("it ends").ended, SyncEnd::Stopped);
    ann.until("an empty outbox", |status| status["pending"] == 0);
    assert_eq!(ann.bodies("c1").len(), 2);
}

#[test]
fn a_stop_ends_it_soon() {
    let shore = Shore::new();
    shore.leave(&shore.config("ann.db", kept()), 2);
    shore.slow();
    let file = shore.file("ann.db");
    let began = Instant::now();
    let working = thread::spawn(move || sync_once(file.to_str(), BUDGET_MS));
    wait_for_requests(&shore.server);
    stop_sync();
    assert_eq!(sent(working.join().expect("it ends")), (0, 2, SyncEnd::Stopped));
    assert!(began.elapsed() < Duration::from_millis((BUDGET_MS / 2).into()));
    shore.server.clear_faults();
    assert_eq!(sent(shore.sync("ann.db")), (2, 0, SyncEnd::Done), "the next one is not stopped");
}

#[test]
fn two_at_once_take_turns() {
    let shore = Shore::new();
    shore.leave(&shore.config("ann.db", kept()), 2);
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let file = shore.file("ann.db");
            thread::spawn(move || sync_once(file.to_str(), BUDGET_MS))
        })
        .collect();
    let reports = workers.into_iter().map(|worker| worker.join().expect("it ends"));
    let reports: Vec<_> = reports.collect();
    assert!(reports.iter().all(|report| report.ended == SyncEnd::Done), "{reports:?}");
    assert_eq!(reports.iter().map(|report| report.sent).sum::<u32>(), 2);
}

#[test]
fn every_file_of_the_folder_that_wants_it_is_synced() {
    let shore = Shore::new();
    platform::set_database_folder(&shore.folder.path().join("files"));
    shore.leave(&shore.config("ann.db", kept()), 1);
    shore.leave(&shore.config("bay.db", Value::Null), 1);
    shore.leave(&shore.config("cove.db", kept()), 2);
    assert_eq!(sent(sync_once(None, BUDGET_MS)), (3, 0, SyncEnd::Done));
    shore.leave(&shore.config("dock.db", json!({})), 1);
    let report = sync_once(None, BUDGET_MS);
    assert_eq!(sent(report), (0, 1, SyncEnd::Unauthorized), "the worst end counts");
}

#[test]
fn a_conflict_that_the_app_decides_rests_until_the_app_is_back() {
    let shore = Shore::new();
    let mut config = shore.config("ann.db", kept());
    let conversations = config["schema"]["collections"]
        .as_array_mut()
        .expect("collections")
        .iter_mut()
        .find(|collection| collection["name"] == "conversations")
        .expect("conversations");
    conversations["conflict"] = json!("custom");
    let update = |title: &str| {
        json!({ "type": "update", "collection": "conversations", "id": "c1",
                "values": { "title": title } })
    };
    let mut ann = shore.offline(&config, 0);
    ann.execute(&update("ours")).expect("stored");
    ann.execute(&json!({ "type": "close" })).expect("closed");
    let mut elsewhere = shore.open(&shore.config("elsewhere.db", Value::Null));
    elsewhere.execute(&json!({ "type": "sync" })).expect("synced");
    elsewhere.execute(&update("theirs")).expect("stored");
    elsewhere.execute(&json!({ "type": "sync" })).expect("synced");

    for _ in 0..2 {
        let report = shore.sync("ann.db");
        assert_eq!(sent(report), (0, 1, SyncEnd::Waiting), "nobody decides it");
    }
    let mut ann = shore.open(&config);
    ann.backend = Box::new(|ask| {
        (ask["kind"] == "merge").then(|| {
            assert_eq!(
                (&ask["local"]["title"], &ask["remote"]["title"]),
                (&json!("ours"), &json!("theirs"))
            );
            json!({ "kind": "merge", "merged": { "take": "ours" } })
        })
    });
    ann.until("the decision to arrive", |status| status["pending"] == 0);
    elsewhere.execute(&json!({ "type": "sync" })).expect("synced");
    let query = json!({ "type": "record", "collection": "conversations", "id": "c1" });
    assert_eq!(elsewhere.query(&query)["title"], "ours");
}

/// Waits until the server has been asked something that it takes its time for.
fn wait_for_requests(server: &DevServer) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !state_of(server).contains(r#""fired":{"delay""#) {
        assert!(Instant::now() < patience, "nobody asks the server");
        thread::yield_now();
    }
}

fn state_of(server: &DevServer) -> String {
    let mut connection = TcpStream::connect(server.addr()).expect("the server listens");
    let request = b"GET /dev/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    connection.write_all(request).expect("it listens");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    answer
}
