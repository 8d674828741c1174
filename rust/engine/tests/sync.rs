//! The whole way of a message: written, sent, pulled by somebody else, over real HTTP.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use common::{Person, config};
use mailboat_devserver::{DevServer, Options};
use serde_json::json;

fn conversation(members: [&str; 2]) -> serde_json::Value {
    json!({ "type": "create", "collection": "conversations", "id": "c1",
            "values": { "title": "Two", "memberIds": members } })
}

#[test]
fn what_one_person_writes_the_other_reads_once_and_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let server =
        DevServer::start(Options::new(folder.path().join("server"))).expect("the server starts");
    let open = |name: &str| {
        let token = server.issue_token(name).expect("a token");
        Person::open(&config(&folder.path().join(format!("{name}.db")), &server.url()), Some(token))
    };
    let (mut ann, mut ben) = (open("ann"), open("ben"));
    ann.execute(&conversation(["ann", "ben"])).expect("stored");
    let wanted: Vec<String> = (0..250).map(|number| format!("message {number}")).collect();
    for body in &wanted {
        ann.send("c1", body);
    }
    assert_eq!(ann.bodies("c1"), wanted);
    ann.until("an empty outbox", |status| status["pending"] == 0 && status["phase"] == "idle");
    ben.execute(&json!({ "type": "sync" })).expect("synced");
    // A new device gets the newest 50 of each conversation; the rest is history on demand.
    assert_eq!(ben.bodies("c1"), wanted[200..]);
    let mut more = true;
    while more {
        let command =
            json!({ "type": "loadOlder", "collection": "messages", "lane": "c1", "limit": 80 });
        more = ben.execute(&command).expect("loaded")["more"] == true;
    }
    assert_eq!(ben.bodies("c1"), wanted);
    ben.send("c1", "an answer");
    ben.until("an empty outbox", |status| status["pending"] == 0);
    ann.execute(&json!({ "type": "sync" })).expect("synced");
    assert_eq!(ann.bodies("c1").last().map(String::as_str), Some("an answer"));
}
