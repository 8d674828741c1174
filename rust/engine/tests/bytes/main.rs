//! Cuts the connection after every single byte of a push and of a pull, once each, and
//! then counts: the server's effects equal the sends, the device's rows the server's.
//!
//! `npm run test:bytes [-- --sabotage]`
//!
//! Ann's engine speaks to the dev server through a proxy of ours; both are the real
//! ones, as are HTTP and the databases. One message goes with each cut. The engine tries
//! again by itself, and then the proxy lets it through. With `--sabotage` the server
//! forgets its ledger: then what was cut behind its commit arrives twice, and the run
//! must say so.

mod audit;
#[allow(dead_code, reason = "each test binary uses its own part")]
#[path = "../common/mod.rs"]
mod common;
mod cuts;
mod lanes;
mod message;
mod proxy;
mod pulls;
mod pushes;

use std::path::Path;
use std::process::ExitCode;

use audit::Audit;
use common::{Person, config};
use lanes::{LEARNING, SPARE, conversation};
use mailboat_devserver::{DevServer, Options};
use proxy::Proxy;
use serde_json::json;

/// Effects on the server before the first cut. Its numbers then have four digits to the
/// end of the run, and every push, pull and answer has one length.
const EFFECTS_BEFORE: u32 = 1_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // A test runner only asks what tests there are.
    if words.iter().any(|word| word == "--list") {
        return ExitCode::SUCCESS;
    }
    let sabotage = words.iter().any(|word| word == "--sabotage");
    let folder = tempfile::tempdir().expect("a temporary folder");
    if run(sabotage, folder.path()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(sabotage: bool, folder: &Path) -> bool {
    let mut options = Options::new(folder.join("server"));
    options.forget_ledger = sabotage;
    let server = DevServer::start(options).expect("the dev server starts");
    let proxy = Proxy::start(server.addr());
    let open = |name: &str, url: &str| {
        let mut config = config(&folder.join(format!("{name}.db")), url);
        // The smallest delays there are: what is cut is tried again at once.
        config["policy"] = json!({ "baseMs": 1, "maxDelayMs": 1, "retryFloorMs": 1,
                                   "breakerOpenMs": 1, "breakerMaxOpenMs": 1, "reconnectSpreadMs": 1 });
        let token = server.issue_token(name).expect("a token");
        Person::open(&config, Some(token))
    };
    let (mut ann, mut ben) = (open("ann", &proxy.url()), open("ben", &server.url()));
    found_lanes(&mut ann, &mut ben);

    let pushes = pushes::cut_every_byte(&mut ann, &proxy);
    println!("push: {}", pushes.cuts);
    let pulls = pulls::cut_every_byte(&mut ann, &mut ben, &proxy);
    println!("pull: {pulls}");

    let shown = lanes::shown_as_sent(&ann, &pushes.sent);
    for mut person in [ann, ben] {
        person.execute(&json!({ "type": "close" })).expect("the engine closes");
    }
    drop(server);
    let audit = Audit::of(folder, &pushes, &pulls, shown);
    println!("{audit}");
    audit.is_clean()
}

/// Makes the conversations, and enough effects that numbers keep their length.
fn found_lanes(ann: &mut Person, ben: &mut Person) {
    for lane in lanes::all().chain([LEARNING.to_owned()]) {
        ann.execute(&conversation(&lane, &["ann", "ben"])).expect("stored");
    }
    ann.until("an empty outbox", |status| status["pending"] == 0 && status["phase"] == "idle");
    // What Ben learns of Ann's messages is not looked at; without a live connection he
    // leaves the machine to her.
    let background = json!({ "type": "setAppState", "state": "background" });
    ben.execute(&background).expect("taken");
    ben.execute(&conversation(SPARE, &["ben"])).expect("stored");
    let writes: Vec<_> = (0..EFFECTS_BEFORE)
        .map(|number| ben.start(&lanes::message(SPARE, "ben", &lanes::body(number))))
        .collect();
    ben.until("an empty outbox", |status| status["pending"] == 0);
    for write in writes {
        write.recv().expect("an answer").expect("stored");
    }
}
