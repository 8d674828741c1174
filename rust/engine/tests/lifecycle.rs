//! Opening, taking over, closing, and a backend written in JavaScript.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use std::sync::mpsc::channel;
use std::sync::{Arc, Weak};
use std::time::Duration;

use common::{Person, config};
use mailboat_engine::Runtime;
use mailboat_engine::waist::ErrorCode;
use serde_json::{Value, json};
use tempfile::TempDir;

/// An address where nobody listens; these engines are not meant to reach anybody.
const NOBODY: &str = "http://127.0.0.1:9";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn without_backend(folder: &TempDir) -> Value {
    let mut config = config(&folder.path().join("ann.db"), NOBODY);
    config["backend"] = Value::Null;
    config
}

fn open_error(config: &Value) -> Value {
    let runtime = mailboat_engine::Runtime::new(std::sync::Arc::new(|_| {}));
    let error = runtime.open(&config.to_string()).expect_err("this config is refused");
    serde_json::from_str(&error.to_json()).expect("an error is JSON")
}

#[test]
fn who_calls_as_soon_as_opening_has_failed_hears_why() {
    let folder = folder();
    let text = json!([{ "name": "body", "type": "text" }]);
    let notes = |columns: &Value| {
        let mut config = without_backend(&folder);
        config["schema"] = json!({ "collections": [{ "name": "notes", "columns": columns }] });
        config
    };
    let mut ann = Person::open(&notes(&text), None);
    let note = json!({ "type": "create", "collection": "notes", "values": { "body": "a" } });
    ann.execute(&note).expect("stored");
    ann.execute(&json!({ "type": "close" })).expect("closed");
    drop(ann);
    // The writer's thread says itself that there is news, so this asks within that very call.
    let (asked, answers) = channel();
    let runtime = Arc::new_cyclic(|runtime: &Weak<Runtime>| {
        let runtime = runtime.clone();
        Runtime::new(Arc::new(move |engine| {
            let Some(runtime) = runtime.upgrade() else { return };
            let query = r#"{"type":"record","collection":"notes","id":"n"}"#;
            let _ = asked.send(runtime.query(engine, query).map_err(|error| error.code));
        }))
    });
    let number = json!([{ "name": "body", "type": "integer" }]);
    let opened = runtime.open(&notes(&number).to_string()).expect("it begins to migrate");
    assert!(opened.contains("opening"), "{opened}");
    let answer = answers.recv_timeout(Duration::from_secs(30)).expect("it is woken");
    assert_eq!(answer, Err(ErrorCode::InvalidArgument));
}

#[test]
fn what_was_acknowledged_is_there_after_closing_and_opening_again() {
    let folder = folder();
    let mut ann = Person::open(&without_backend(&folder), None);
    ann.send("c1", "kept");
    ann.execute(&json!({ "type": "close" })).expect("closed");
    let ann = Person::open(&without_backend(&folder), None);
    assert_eq!(ann.bodies("c1"), ["kept"]);
}

#[test]
fn the_same_runtime_and_config_get_the_same_engine() {
    let folder = folder();
    let ann = Person::open(&without_backend(&folder), None);
    let again: Value = serde_json::from_str(
        &ann.runtime.open(&without_backend(&folder).to_string()).expect("opened"),
    )
    .expect("JSON");
    assert_eq!(
        (again["engine"].clone(), again["generation"].clone()),
        (json!(ann.engine), json!(1))
    );
}

#[test]
fn another_runtime_takes_over_and_the_first_is_told_that_it_is_closed() {
    let folder = folder();
    let mut first = Person::open(&without_backend(&folder), None);
    first.send("c1", "from the first");
    first.watch(&json!({ "collection": "messages", "limit": 10 }));
    let mut second = Person::open(&without_backend(&folder), None);
    assert_eq!(second.engine, first.engine);
    second.send("c1", "from the second");
    assert_eq!(second.bodies("c1"), ["from the first", "from the second"]);
    assert_eq!(
        second.query(&json!({ "type": "counters" }))["watches"],
        0,
        "the first one's watch is freed"
    );
    let refused =
        first.runtime.query(first.engine, r#"{"type":"status"}"#).expect_err("it is over");
    assert_eq!(refused.code, mailboat_engine::waist::ErrorCode::Closed);
}

#[test]
fn a_runtime_that_is_dropped_leaves_no_watch_and_loses_no_command() {
    let folder = folder();
    let first = Person::open(&without_backend(&folder), None);
    first.watch(&json!({ "collection": "messages", "limit": 10 }));
    let values =
        json!({ "conversationId": "c1", "senderId": "me", "body": "in flight", "sentAt": 1 });
    let _unanswered =
        first.start(&json!({ "type": "create", "collection": "messages", "values": values }));
    drop(first);
    let mut second = Person::open(&without_backend(&folder), None);
    second.send("c1", "after");
    assert_eq!(second.bodies("c1"), ["in flight", "after"]);
    assert_eq!(second.query(&json!({ "type": "counters" }))["watches"], 0);
}

#[test]
fn a_changed_schema_closes_migrates_and_opens() {
    let folder = folder();
    let mut ann = Person::open(&without_backend(&folder), None);
    ann.send("c1", "before");
    let mut config = without_backend(&folder);
    let columns = config["schema"]["collections"][1]["columns"].as_array_mut().expect("columns");
    columns.push(json!({ "name": "mood", "type": "text", "optional": true }));
    let opened: Value =
        serde_json::from_str(&ann.runtime.open(&config.to_string()).expect("opened"))
            .expect("JSON");
    assert_eq!(
        opened["state"], "opening",
        "rows are there already, so it does not block the screen"
    );
    ann.engine = u32::try_from(opened["engine"].as_u64().expect("a number")).expect("small");
    ann.until_event("opened");
    assert_eq!(ann.bodies("c1"), ["before"]);
    let values = json!({ "conversationId": "c1", "senderId": "me", "body": "x", "sentAt": 1, "mood": "fine" });
    let written =
        ann.execute(&json!({ "type": "create", "collection": "messages", "values": values }));
    assert!(written.is_ok(), "{written:?}");
}

#[test]
fn calls_on_a_closed_engine_say_so() {
    let folder = folder();
    let mut ann = Person::open(&without_backend(&folder), None);
    ann.execute(&json!({ "type": "close" })).expect("closed");
    let error =
        ann.start(&json!({ "type": "sync" })).recv().expect("an answer").expect_err("it is closed");
    assert_eq!(error["code"], "CLOSED");
    assert!(ann.runtime.query(ann.engine, r#"{"type":"status"}"#).is_err());
    assert!(ann.runtime.drain(4_711).is_err(), "and so does an engine that never was");
}

#[test]
fn an_abandoned_engine_answers_nothing_and_its_file_opens_at_once() {
    let folder = folder();
    let mut ann = Person::open(&without_backend(&folder), None);
    ann.send("c1", "acknowledged");
    ann.runtime.abandon(ann.engine);
    let ann = Person::open(&without_backend(&folder), None);
    assert_eq!(ann.bodies("c1"), ["acknowledged"]);
}

#[test]
fn a_config_that_cannot_work_is_refused_with_a_sentence() {
    let folder = folder();
    let good = without_backend(&folder);
    let mut insecure = good.clone();
    insecure["backend"] = json!({ "kind": "rest", "baseUrl": "http://example.com" });
    let mut hasty = good.clone();
    hasty["policy"] = json!({ "batchEntries": 0 });
    let mut nowhere = good.clone();
    nowhere["path"] = json!(folder.path().join("missing/ann.db"));
    let mut strange = good.clone();
    strange["schema"] = json!({ "collections": [{ "name": "Drop Table", "columns": [] }] });
    for config in [insecure, hasty, nowhere, strange, json!({ "path": 1 })] {
        let error = open_error(&config);
        assert_eq!(error["code"], "INVALID_ARGUMENT", "{error}");
        assert!(error["message"].as_str().expect("a sentence").ends_with('.'), "{error}");
    }
}

#[test]
fn errors_never_quote_what_was_written() {
    let folder = folder();
    let mut ann = Person::open(&without_backend(&folder), None);
    let secret = "the body of a message";
    let values = json!({ "conversationId": "c1", "senderId": 7, "body": secret, "sentAt": secret });
    let error =
        ann.execute(&json!({ "type": "create", "collection": "messages", "values": values }));
    assert!(!error.expect_err("wrong types").to_string().contains(secret));
    let broken = format!(r#"{{"type":"create","collection":"messages","values":"{secret}"}}"#);
    let error = ann.start(&serde_json::from_str(&broken).expect("JSON")).recv().expect("an answer");
    assert!(!error.expect_err("values are an object").to_string().contains(secret));
}

#[test]
fn a_backend_in_javascript_is_asked_to_push_and_to_pull() {
    let folder = folder();
    let mut config = without_backend(&folder);
    config["backend"] = json!({ "kind": "javaScript" });
    let mut ann = Person::open(&config, None);
    let pull = ann.until_event("question");
    assert_eq!(
        (pull["ask"]["kind"].clone(), pull["ask"]["cursor"].clone()),
        (json!("pull"), Value::Null)
    );
    ann.start(&json!({ "type": "answer", "question": pull["question"], "answer": { "kind": "pull", "page": {
        "changes": [{ "collection": "messages", "id": "m1", "version": 1, "order": 1, "values": {
            "conversationId": "c1", "senderId": "ben", "body": "from ben", "sentAt": 1 } }],
        "tombstones": [], "cursor": "one", "more": false } } }));
    ann.until("the first page", |status| status["lastSyncedAt"] != Value::Null);
    ann.send("c1", "to ben");
    let push = ann.until_event("question");
    let entry = push["ask"]["entries"][0].clone();
    assert_eq!(
        (push["ask"]["kind"].clone(), entry["values"]["body"].clone()),
        (json!("push"), json!("to ben"))
    );
    ann.start(&json!({ "type": "answer", "question": push["question"], "answer": { "kind": "push", "outcomes": [
        { "outcome": "acked", "id": entry["id"], "version": 2, "order": 2 }] } }));
    ann.until("an empty outbox", |status| status["pending"] == 0);
    assert_eq!(ann.bodies("c1"), ["from ben", "to ben"]);
    let next = ann.until_event("question");
    assert_eq!(next["ask"]["cursor"], "one", "what others wrote is fetched after a push");
}

#[test]
fn a_question_that_nobody_answers_is_given_up_and_asked_again() {
    let folder = folder();
    let mut config = without_backend(&folder);
    config["backend"] = json!({ "kind": "javaScript" });
    config["policy"] = json!({ "questionTimeoutMs": 100, "baseMs": 1, "maxDelayMs": 5, "retryFloorMs": 1,
                              "breakerOpenMs": 5, "breakerMaxOpenMs": 5 });
    let mut ann = Person::open(&config, None);
    let first = ann.until_event("question");
    let second = ann.until_event("question");
    assert_ne!(first["question"], second["question"]);
    assert_eq!(
        ann.query(&json!({ "type": "status" }))["error"]["code"],
        "NETWORK",
        "and the wait is visible"
    );
}

#[test]
fn a_panic_in_a_call_closes_that_engine_with_internal_and_loses_nothing() {
    let folder = folder();
    let mut ann = Person::open(&without_backend(&folder), None);
    ann.send("c1", "before");
    let panicking =
        ann.runtime.guard(ann.engine, |_| -> Result<(), _> { panic!("provoked by a test") });
    assert_eq!(panicking.expect_err("a panic is an error").code, ErrorCode::Internal);
    let after = ann.runtime.query(ann.engine, r#"{"type":"status"}"#);
    assert_eq!(after.expect_err("the engine is closed").code, ErrorCode::Internal);
    let told = ann.runtime.drain(ann.engine).expect("its last events can be drained");
    assert!(told.contains(r#"{"type":"closed","error":{"code":"INTERNAL""#), "{told}");
    let ann = Person::open(&without_backend(&folder), None);
    assert_eq!(ann.bodies("c1"), ["before"]);
}

#[test]
fn another_spelling_of_the_path_is_the_same_engine() {
    let folder = folder();
    let ann = Person::open(&without_backend(&folder), None);
    let mut config = without_backend(&folder);
    config["path"] = json!(folder.path().join("./ann.db"));
    let again = ann.runtime.open(&config.to_string()).expect("opened");
    let again: Value = serde_json::from_str(&again).expect("JSON");
    assert_eq!(again["engine"], json!(ann.engine));
}
