//! What each answer of the backend does to an entry, to its lane and to what is on screen.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use common::{Person, config};
use mailboat_devserver::{DevServer, Fault, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A server, and Ann with a conversation of her own.
struct Scene {
    folder: TempDir,
    server: DevServer,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = DevServer::start(Options::new(folder.path().join("server")))
            .expect("the server starts");
        Self { folder, server }
    }

    /// Opens Ann's engine with quick retries.
    fn ann(&self) -> Person {
        let mut ann = self.ann_alone();
        ann.execute(&json!({ "type": "create", "collection": "conversations", "id": "c1",
                             "values": { "title": "Notes", "memberIds": ["ann"] } }))
            .expect("stored");
        ann.until("an empty outbox", |status| status["pending"] == 0);
        ann
    }

    fn ann_alone(&self) -> Person {
        let token = self.server.issue_token("ann").expect("a token");
        Person::open(&self.config(), Some(token))
    }

    fn config(&self) -> Value {
        let mut config = config(&self.folder.path().join("ann.db"), &self.server.url());
        config["policy"] = json!({ "baseMs": 1, "maxDelayMs": 20, "maxRetries": 2, "retryFloorMs": 1,
                                   "breakerOpenMs": 20, "breakerMaxOpenMs": 20, "reconnectSpreadMs": 20 });
        config
    }

    fn fault(&self, fault: Value) {
        let fault: Fault = serde_json::from_value(fault).expect("a fault of the dev server");
        self.server.add_faults([fault]);
    }
}

fn outbox(ann: &Person) -> Vec<Value> {
    let page = ann.query(&json!({ "type": "outbox", "limit": 100 }));
    page["entries"].as_array().expect("entries").clone()
}

fn delivery(ann: &Person, id: &str) -> String {
    let row = ann.query(&json!({ "type": "record", "collection": "messages", "id": id }));
    row["delivery"].as_str().expect("a row").to_owned()
}

#[test]
fn a_rejected_message_is_a_dead_letter_and_its_lane_goes_on() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    scene.fault(json!({ "on": "push", "kind": "entry", "outcome": "rejected" }));
    let refused = ann.send("c1", "refused");
    let next = ann.send("c1", "next");
    ann.until("nothing pending", |status| status["pending"] == 0);
    assert_eq!(
        (delivery(&ann, &refused).as_str(), delivery(&ann, &next).as_str()),
        ("failed", "sent")
    );
    let entries = outbox(&ann);
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0]["failed"].clone(), entries[0]["reason"]["code"].clone()),
        (json!(true), json!("fault"))
    );
}

#[test]
fn a_dead_letter_that_is_retried_keeps_its_id_and_arrives() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    scene.fault(json!({ "on": "push", "kind": "entry", "outcome": "rejected" }));
    let message = ann.send("c1", "again");
    ann.until("a dead letter", |status| status["failed"] == 1);
    let entry = outbox(&ann)[0]["id"].clone();
    ann.execute(&json!({ "type": "retry", "entry": entry })).expect("retried");
    ann.until("delivery", |status| status["failed"] == 0 && status["pending"] == 0);
    assert_eq!(delivery(&ann, &message), "sent");
}

#[test]
fn a_dead_letter_that_is_discarded_takes_its_row_along() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    scene.fault(json!({ "on": "push", "kind": "entry", "outcome": "rejected" }));
    ann.send("c1", "never mind");
    ann.until("a dead letter", |status| status["failed"] == 1);
    let entry = outbox(&ann)[0]["id"].clone();
    ann.execute(&json!({ "type": "discard", "entry": entry })).expect("discarded");
    assert_eq!(ann.bodies("c1"), Vec::<String>::new());
    assert_eq!(ann.query(&json!({ "type": "status" }))["failed"], 0);
}

#[test]
fn a_rejected_record_holds_its_lane_until_a_person_decides() {
    let scene = Scene::new();
    let mut ann = scene.ann_alone();
    scene.fault(json!({ "on": "push", "kind": "entry", "outcome": "rejected" }));
    ann.execute(&json!({ "type": "create", "collection": "conversations", "id": "c1",
                         "values": { "title": "Notes", "memberIds": ["ann"] } }))
        .expect("stored");
    ann.send("c1", "behind it");
    ann.until("a dead letter", |status| status["failed"] == 1 && status["phase"] == "idle");
    assert_eq!(
        ann.query(&json!({ "type": "status" }))["pending"],
        1,
        "the message waits behind it"
    );
    let entry = outbox(&ann)[0]["id"].clone();
    ann.execute(&json!({ "type": "retry", "entry": entry })).expect("retried");
    ann.until("everything sent", |status| status["failed"] == 0 && status["pending"] == 0);
}

#[test]
fn an_entry_that_is_told_to_retry_burns_its_attempts_and_then_is_a_dead_letter() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    scene.fault(json!({ "on": "push", "kind": "entry", "outcome": "retry", "times": null }));
    ann.send("c1", "later");
    ann.until("a dead letter", |status| status["failed"] == 1);
    let entry = outbox(&ann)[0].clone();
    assert_eq!(
        (entry["attempts"].clone(), entry["reason"]["code"].clone()),
        (json!(3), json!("attempts_exhausted"))
    );
}

#[test]
fn failures_of_the_whole_backend_burn_no_attempt() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    for kind in
        [json!("dropBeforeCommit"), json!("dropAfterCommit"), json!("garbage"), json!("truncate")]
    {
        scene.fault(json!({ "on": "push", "kind": kind, "times": 2 }));
    }
    scene.fault(json!({ "on": "push", "kind": "status", "status": 503, "times": 3 }));
    scene.fault(
        json!({ "on": "push", "kind": "status", "status": 429, "retryAfterS": 0, "times": 3 }),
    );
    let message = ann.send("c1", "through all weather");
    ann.until("delivery", |status| status["pending"] == 0);
    assert_eq!(delivery(&ann, &message), "sent");
    assert_eq!(ann.query(&json!({ "type": "status" }))["failed"], 0);
}

#[test]
fn a_refused_token_is_asked_for_again_and_nothing_is_lost() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    scene.fault(json!({ "on": "push", "kind": "unauthorizedUntilRefreshed" }));
    let message = ann.send("c1", "with an old token");
    ann.until("a refused token", |status| status["error"]["code"] == "UNAUTHORIZED");
    ann.token = Some(scene.server.issue_token("ann").expect("a new token"));
    ann.until("delivery", |status| status["pending"] == 0);
    assert_eq!(delivery(&ann, &message), "sent");
}

#[test]
fn without_a_token_writes_wait_visibly() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    scene.fault(json!({ "on": "push", "kind": "unauthorizedUntilRefreshed" }));
    ann.token = None;
    ann.send("c1", "signed out");
    ann.until("a pause", |status| {
        status["error"]["code"] == "UNAUTHORIZED" && status["nextAttemptAt"] != json!(null)
    });
    assert_eq!(ann.query(&json!({ "type": "status" }))["pending"], 1);
    ann.token = Some(scene.server.issue_token("ann").expect("a token"));
    ann.until("delivery", |status| status["pending"] == 0);
}

#[test]
fn sync_says_why_it_could_not() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    scene.fault(json!({ "on": "pull", "kind": "dropBeforeCommit", "times": null }));
    let error = ann.execute(&json!({ "type": "sync" })).expect_err("the server drops every pull");
    assert_eq!(
        (error["code"].clone(), error["retryable"].clone()),
        (json!("NETWORK"), json!(true))
    );
}

#[test]
fn sync_says_so_when_what_was_written_could_not_be_sent() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    scene.fault(json!({ "on": "push", "kind": "status", "status": 503, "times": null }));
    ann.send("c1", "stays here");
    let error = ann.execute(&json!({ "type": "sync" })).expect_err("the push fails");
    assert_eq!(error["code"], "NETWORK");
    assert_eq!(ann.query(&json!({ "type": "status" }))["pending"], 1);
}

#[test]
fn sync_outlasts_a_token_that_ended() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    // Tokens that the server makes from now on are good, so one refresh will do.
    scene.fault(json!({ "on": "pull", "kind": "status", "status": 401 }));
    ann.execute(&json!({ "type": "sync" })).expect("synced with the refreshed token");
}

#[test]
fn a_push_and_a_pull_that_are_refused_with_one_token_are_one_refusal() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    // A pull of before would take the refusal that is meant for the next one, and its
    // answer would be a sign of a network.
    ann.execute(&json!({ "type": "sync" })).expect("synced");
    ann.until("rest", |status| status["phase"] == "idle");
    ann.execute(&json!({ "type": "setNetwork", "network": { "kind": "none" } })).expect("told");
    ann.send("c1", "with an old token");
    for on in ["push", "pull"] {
        scene.fault(json!({ "on": on, "kind": "status", "status": 401 }));
    }
    // The user asks, so both leave at once, with the token that has ended.
    ann.execute(&json!({ "type": "sync" })).expect("a fresh token is good for both");
    assert_eq!(ann.query(&json!({ "type": "status" }))["pending"], 0);
}

#[test]
fn the_status_tells_an_error_before_the_call_that_it_ended() {
    let scene = Scene::new();
    let ann = scene.ann();
    scene.fault(json!({ "on": "pull", "kind": "status", "status": 500, "times": null }));
    let (sender, seen) = std::sync::mpsc::channel();
    let (runtime, engine) = (std::sync::Arc::clone(&ann.runtime), ann.engine);
    let completion = Box::new(move |answer: Result<String, _>| {
        let _ = sender.send((answer.is_err(), runtime.drain(engine).expect("it is open")));
    });
    ann.runtime.execute(ann.engine, r#"{"type":"sync"}"#, completion);
    let patience = std::time::Duration::from_secs(30);
    let (failed, drained) = seen.recv_timeout(patience).expect("an answer");
    assert!(failed);
    let drained: Value = serde_json::from_str(&drained).expect("JSON");
    let told = |event: &Value| event["type"] == "status" && event["error"]["code"] == "NETWORK";
    assert!(drained["events"].as_array().expect("events").iter().any(told), "{drained}");
}

#[test]
fn a_cursor_that_expired_starts_over_without_doubling_anything() {
    let scene = Scene::new();
    let mut ann = scene.ann();
    ann.send("c1", "before");
    ann.until("delivery", |status| status["pending"] == 0);
    ann.execute(&json!({ "type": "sync" })).expect("synced");
    scene.fault(json!({ "on": "pull", "kind": "status", "status": 410 }));
    // A bare 410 is not the contract's `cursor_expired`; the engine tries again.
    let _ = ann.execute(&json!({ "type": "sync" }));
    ann.execute(&json!({ "type": "sync" })).expect("synced again");
    assert_eq!(ann.bodies("c1"), ["before"]);
}

#[test]
fn a_change_by_somebody_else_arrives_by_hint_alone() {
    let scene = Scene::new();
    let mut ann = scene.ann_alone();
    ann.execute(&json!({ "type": "create", "collection": "conversations", "id": "c1",
                         "values": { "title": "Two", "memberIds": ["ann", "ben"] } }))
        .expect("stored");
    let token = scene.server.issue_token("ben").expect("a token");
    let mut ben = Person::open(
        &config(&scene.folder.path().join("ben.db"), &scene.server.url()),
        Some(token),
    );
    ben.until("the conversation", |_| true);
    ann.until("an empty outbox", |status| status["pending"] == 0);
    ben.execute(&json!({ "type": "sync" })).expect("synced");
    let watched = ben.watch(
        &json!({ "collection": "messages", "where": { "conversationId": "c1" }, "limit": 10 }),
    );
    ann.send("c1", "knock knock");
    let patch = ben.until_event("patch");
    assert_eq!(patch["watch"], watched["watch"]);
    assert_eq!(patch["ops"][0]["row"]["body"], "knock knock");
}
