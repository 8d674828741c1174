//! Two devices of one person change the same record, over the real server.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use common::{Person, config};
use mailboat_devserver::{DevServer, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Scene {
    folder: TempDir,
    server: DevServer,
    rule: &'static str,
}

impl Scene {
    fn new(rule: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = DevServer::start(Options::new(folder.path().join("server")))
            .expect("the server starts");
        Self { folder, server, rule }
    }

    /// A device of Ann's.
    fn device(&self, name: &str) -> Person {
        let token = self.server.issue_token("ann").expect("a token");
        let path = self.folder.path().join(format!("{name}.db"));
        let mut config = config(&path, &self.server.url());
        config["schema"] = json!({ "collections": [{
            "name": "tasks",
            "columns": [
                { "name": "title", "type": "text" }, { "name": "note", "type": "text" },
            ],
            "conflict": self.rule,
        }] });
        Person::open(&config, Some(token))
    }

    /// Two devices that both have the task `t1`: A a.
    fn both(&self) -> (Person, Person) {
        let (mut phone, mut tablet) = (self.device("phone"), self.device("tablet"));
        let values = json!({ "title": "A", "note": "a" });
        let create =
            json!({ "type": "create", "collection": "tasks", "id": "t1", "values": values });
        phone.execute(&create).expect("stored");
        sent(&mut phone);
        tablet.execute(&json!({ "type": "sync" })).expect("synced");
        assert_eq!(task(&tablet, "t1"), json!(["A", "a"]));
        (phone, tablet)
    }
}

fn sent(device: &mut Person) {
    device.until("an empty outbox", |status| status["pending"] == 0);
}

fn go(device: &mut Person, kind: &str) {
    let command = json!({ "type": "setNetwork", "network": { "kind": kind } });
    device.execute(&command).expect("the platform is heard");
}

fn update(device: &mut Person, values: Value) {
    let update = json!({ "type": "update", "collection": "tasks", "id": "t1", "values": values });
    device.execute(&update).expect("stored");
}

fn task(device: &Person, id: &str) -> Value {
    let row = device.query(&json!({ "type": "record", "collection": "tasks", "id": id }));
    json!([row["title"], row["note"]])
}

fn lost(device: &Person) -> Vec<(Value, Value)> {
    let page = device.query(&json!({ "type": "conflicts", "limit": 10 }));
    let conflicts = page["conflicts"].as_array().expect("conflicts");
    conflicts.iter().map(|it| (it["lost"].clone(), it["values"].clone())).collect()
}

/// Of two devices' writes within one millisecond chance says which is later.
fn clock_moves_on() {
    let now_ms = || SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let before = now_ms();
    while now_ms() == before {
        std::hint::spin_loop();
    }
}

/// The phone writes B without a network; meanwhile the tablet writes C c, which arrives.
fn meet(phone: &mut Person, tablet: &mut Person) {
    go(phone, "none");
    update(phone, json!({ "title": "B" }));
    clock_moves_on();
    update(tablet, json!({ "title": "C", "note": "c" }));
    sent(tablet);
    go(phone, "wifi");
}

/// Both devices show this in the end.
fn settle(phone: &mut Person, tablet: &mut Person, expected: &Value) {
    sent(phone);
    phone.execute(&json!({ "type": "sync" })).expect("synced");
    tablet.execute(&json!({ "type": "sync" })).expect("synced");
    assert_eq!((&task(phone, "t1"), &task(tablet, "t1")), (expected, expected));
}

#[test]
fn both_devices_end_with_what_the_rule_leaves() {
    let rows = [
        ("serverWins", json!(["C", "c"]), vec![(json!("local"), json!({ "title": "B" }))]),
        ("merge", json!(["B", "c"]), vec![]),
        // What the tablet wrote later, by the clock, stands.
        ("lastWriteWins", json!(["C", "c"]), vec![(json!("local"), json!({ "title": "B" }))]),
        ("clientWins", json!(["B", "a"]), vec![]),
    ];
    for (rule, expected, losses) in rows {
        let scene = Scene::new(rule);
        let (mut phone, mut tablet) = scene.both();
        meet(&mut phone, &mut tablet);
        settle(&mut phone, &mut tablet, &expected);
        if !losses.is_empty() {
            assert_eq!(lost(&phone), losses, "{rule}");
        }
        assert!(lost(&tablet).is_empty(), "{rule}: the tablet lost nothing that it saw");
    }
}

#[test]
fn the_later_write_wins_though_it_arrives_first_or_last() {
    let scene = Scene::new("lastWriteWins");
    let (mut phone, mut tablet) = scene.both();
    go(&mut tablet, "none");
    update(&mut tablet, json!({ "title": "C" }));
    clock_moves_on();
    go(&mut phone, "none");
    update(&mut phone, json!({ "note": "b" }));
    go(&mut tablet, "wifi");
    sent(&mut tablet);
    go(&mut phone, "wifi");
    settle(&mut phone, &mut tablet, &json!(["A", "b"]));
    assert_eq!(lost(&phone), [(json!("server"), json!({ "title": "C" }))]);
}

#[test]
fn javascript_decides_under_custom_and_both_devices_follow() {
    let scene = Scene::new("custom");
    let (mut phone, mut tablet) = scene.both();
    meet(&mut phone, &mut tablet);
    let question = loop {
        let event = phone.until_event("question");
        if event["ask"]["kind"] == "merge" {
            break event;
        }
    };
    let ask = &question["ask"];
    assert_eq!(ask["base"], json!({ "title": "A", "note": "a" }));
    assert_eq!(ask["local"], json!({ "title": "B", "note": "a" }));
    assert_eq!(ask["remote"], json!({ "title": "C", "note": "c" }));
    assert_eq!(task(&phone, "t1"), json!(["B", "c"]), "the local write shows over the server's");
    let merged = json!({ "take": "values", "values": { "title": "B and C" } });
    let answer = json!({ "kind": "merge", "merged": merged });
    phone
        .execute(&json!({ "type": "answer", "question": question["question"], "answer": answer }))
        .expect("answered");
    settle(&mut phone, &mut tablet, &json!(["B and C", "c"]));
}

#[test]
fn a_question_that_nobody_answers_is_merged() {
    let scene = Scene::new("custom");
    let (mut phone, mut tablet) = scene.both();
    meet(&mut phone, &mut tablet);
    let question = loop {
        let event = phone.until_event("question");
        if event["ask"]["kind"] == "merge" {
            break event;
        }
    };
    let answer = json!({ "kind": "failed" });
    phone
        .execute(&json!({ "type": "answer", "question": question["question"], "answer": answer }))
        .expect("answered");
    settle(&mut phone, &mut tablet, &json!(["B", "c"]));
    assert_eq!(lost(&phone), [(json!("server"), json!({ "title": "C" }))]);
}

#[test]
fn conflicts_that_nobody_has_been_asked_about_yet_rest_as_well() {
    // More than are asked about at once.
    const RECORDS: usize = 40;
    let scene = Scene::new("custom");
    let (mut phone, mut tablet) = (scene.device("phone"), scene.device("tablet"));
    let ids: Vec<String> = (0..RECORDS).map(|number| format!("t{number}")).collect();
    let write = |device: &mut Person, operation: &str, values: Value| {
        for id in &ids {
            let command =
                json!({ "type": operation, "collection": "tasks", "id": id, "values": values });
            device.execute(&command).expect("stored");
        }
    };
    write(&mut phone, "create", json!({ "title": "A", "note": "a" }));
    sent(&mut phone);
    tablet.execute(&json!({ "type": "sync" })).expect("synced");
    go(&mut phone, "none");
    write(&mut phone, "update", json!({ "title": "B" }));
    write(&mut tablet, "update", json!({ "title": "C" }));
    sent(&mut tablet);
    phone.backend = Box::new(|ask| {
        (ask["kind"] == "merge").then(|| json!({ "kind": "merge", "merged": { "take": "theirs" } }))
    });
    go(&mut phone, "wifi");
    sent(&mut phone);
    tablet.execute(&json!({ "type": "sync" })).expect("synced");
    for device in [&phone, &tablet] {
        let titles: Vec<Value> = ids.iter().map(|id| task(device, id)[0].clone()).collect();
        assert_eq!(titles, vec![json!("C"); RECORDS], "one went without being asked about");
    }
}
