//! An entry whose requests fail as a whole, and a backend that fails: only the first is
//! ever blamed on an entry.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use common::Person;
use mailboat_store::Schema;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The body of the message that the backend cannot take.
const POISON: &str = "poison";

/// Opens an engine whose backend is the test.
fn ann(folder: &TempDir) -> Person {
    sending(folder, 100)
}

/// The same, with at most so many entries in a push.
fn sending(folder: &TempDir, batch_entries: u32) -> Person {
    let config = json!({
        "path": folder.path().join("ann.db"),
        "schema": Schema::messaging(),
        "backend": { "kind": "javaScript" },
        "policy": { "baseMs": 1, "maxDelayMs": 4, "maxRetries": 2, "retryFloorMs": 1,
                    "breakerOpenMs": 2, "breakerMaxOpenMs": 4, "edgeSpreadMs": 1,
                    "batchEntries": batch_entries },
    });
    Person::open(&config, None)
}

fn acked(entry: &Value, order: u32) -> Value {
    json!({ "id": entry["id"], "outcome": "acked", "version": order, "order": order })
}

/// Answers a question; `fails` says whether a push comes to nothing, and with what status.
fn answer(
    ask: &Value,
    orders: &AtomicU32,
    fails: impl Fn(&[Value]) -> Option<u16>,
) -> Option<Value> {
    if ask["kind"] == "pull" {
        let page = json!({ "changes": [], "tombstones": [], "cursor": "start", "more": false });
        return Some(json!({ "kind": "pull", "page": page }));
    }
    let entries = ask["entries"].as_array()?;
    if let Some(status) = fails(entries) {
        return Some(json!({ "kind": "failed", "status": status }));
    }
    let order = |_: &Value| orders.fetch_add(1, Ordering::Relaxed) + 1;
    let outcomes: Vec<Value> = entries.iter().map(|entry| acked(entry, order(entry))).collect();
    Some(json!({ "kind": "push", "outcomes": outcomes }))
}

fn is_poison(entry: &Value) -> bool {
    entry["values"]["body"] == POISON
}

fn offline(ann: &mut Person, offline: bool) {
    let kind = if offline { "none" } else { "wifi" };
    ann.execute(&json!({ "type": "setNetwork", "network": { "kind": kind } })).expect("told");
}

fn outbox(ann: &Person) -> Vec<Value> {
    let page = ann.query(&json!({ "type": "outbox", "limit": 500 }));
    page["entries"].as_array().expect("entries").clone()
}

#[test]
fn a_poison_entry_is_found_among_others_and_alone_becomes_a_dead_letter() {
    for status in [500, 422, 410] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ann = ann(&folder);
        let orders = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&orders);
        ann.backend = Box::new(move |ask| {
            answer(ask, &counted, |entries| entries.iter().any(is_poison).then_some(status))
        });
        offline(&mut ann, true);
        for number in 0..40 {
            let body = if number == 13 { POISON.into() } else { format!("{number}") };
            ann.send(["c1", "c2"][number % 2], &body);
        }
        offline(&mut ann, false);
        // Life goes on elsewhere, and that is what shows whose fault it is.
        let mut sent = 39;
        while ann.query(&json!({ "type": "status" }))["failed"] == 0 {
            ann.send("c3", "meanwhile");
            sent += 1;
            assert!(sent < 2_000, "the poison is never found: {:?}", outbox(&ann));
        }
        ann.until("everything else sent", |status| status["pending"] == 0);
        let left = outbox(&ann);
        assert_eq!(left.len(), 1, "the poison alone");
        assert_eq!(
            (&left[0]["reason"]["code"], &left[0]["attempts"]),
            (&json!("fails_alone"), &json!(3))
        );
        assert_eq!(orders.load(Ordering::Relaxed), sent, "each other entry once");
    }
}

#[test]
fn a_poison_entry_before_more_than_a_batch_of_its_lane_keeps_no_other_lane_waiting() {
    for (batch_entries, behind) in [(1, 0), (1, 3), (100, 119)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ann = sending(&folder, batch_entries);
        let orders = AtomicU32::new(0);
        ann.backend = Box::new(move |ask| {
            answer(ask, &orders, |entries| entries.iter().any(is_poison).then_some(500))
        });
        offline(&mut ann, true);
        ann.send("c1", POISON);
        for number in 0..behind {
            ann.send("c1", &format!("{number}"));
        }
        ann.send("c2", "the youngest");
        offline(&mut ann, false);
        let lane_of_poison = behind + 1;
        ann.until("the other lane sent", |status| status["pending"] == lane_of_poison);
        let left = outbox(&ann);
        assert!(left.iter().all(|entry| entry["lane"] == "c1"), "{left:?}");
        // Its lane moves on as well, as soon as others have shown whose fault it is.
        let mut others = 0;
        while ann.query(&json!({ "type": "status" }))["failed"] == 0 {
            ann.send("c3", "meanwhile");
            others += 1;
            assert!(others < 2_000, "the poison is never found: {:?}", outbox(&ann));
        }
        ann.until("everything else sent", |status| status["pending"] == 0);
    }
}

#[test]
fn a_backend_that_fails_whatever_it_is_sent_burns_no_attempt() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ann = ann(&folder);
    let (orders, pushes) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (counted, counted_pushes) = (Arc::clone(&orders), Arc::clone(&pushes));
    ann.backend = Box::new(move |ask| {
        let is_down =
            |_: &[Value]| (counted_pushes.fetch_add(1, Ordering::Relaxed) < 60).then_some(500);
        answer(ask, &counted, is_down)
    });
    for number in 0..30 {
        ann.send(["c1", "c2", "c3"][number % 3], "through");
    }
    ann.until("sixty pushes failed", |_| pushes.load(Ordering::Relaxed) >= 60);
    ann.until("everything sent", |status| status["pending"] == 0);
    assert_eq!(ann.query(&json!({ "type": "status" }))["failed"], 0);
    assert_eq!(orders.load(Ordering::Relaxed), 30);
}

#[test]
fn an_entry_waits_with_a_reason_in_every_weather() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ann = ann(&folder);
    offline(&mut ann, true);
    ann.send("c1", "first");
    ann.send("c1", "second");
    let entries = outbox(&ann);
    let mut why = |at: usize| {
        ann.execute(&json!({ "type": "why", "entry": entries[at]["id"] })).expect("answered")
    };
    assert_eq!(why(0)["state"], "offline");
    let behind = why(1);
    assert_eq!((&behind["state"], &behind["ahead"]), (&json!("behind"), &json!(1)));
}

#[test]
fn a_backend_that_refuses_everything_is_critical_and_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ann = ann(&folder);
    let (orders, pushes) = (AtomicU32::new(0), Arc::new(AtomicU32::new(0)));
    let counted = Arc::clone(&pushes);
    ann.backend = Box::new(move |ask| {
        answer(ask, &orders, |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Some(403)
        })
    });
    ann.send("c1", "refused");
    let critical = ann.until_event("critical");
    assert_eq!(critical["kind"], "backendRefuses");
    assert_eq!(critical["error"]["code"], "REJECTED");
    let seen = pushes.load(Ordering::Relaxed);
    ann.until("more refusals", |_| pushes.load(Ordering::Relaxed) > seen + 5);
    assert!(ann.seen("critical").is_empty(), "once is enough");
}

#[test]
fn a_long_push_tells_how_far_it_has_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ann = ann(&folder);
    let orders = AtomicU32::new(0);
    ann.backend = Box::new(move |ask| answer(ask, &orders, |_| None));
    // An answer that is still on its way would show that the network is there all the same.
    ann.until("the first page", |status| status["lastSyncedAt"] != Value::Null);
    offline(&mut ann, true);
    for number in 0..150 {
        ann.send("c1", &format!("{number}"));
    }
    offline(&mut ann, false);
    let progress = ann.until_event("progress");
    assert_eq!((&progress["kind"], &progress["total"]), (&json!("push"), &json!(150)));
    assert!(progress["done"].as_u64().is_some_and(|done| (50..=150).contains(&done)));
    ann.until("the end", |status| status["pending"] == 0 && status["progress"] == Value::Null);
}

#[test]
fn a_cursor_that_nobody_has_and_that_expires_all_the_same_is_a_failure_like_any_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = json!({
        "path": folder.path().join("ann.db"),
        "schema": Schema::messaging(),
        "backend": { "kind": "javaScript" },
        "policy": { "baseMs": 3_600_000, "maxDelayMs": 86_400_000 },
    });
    let mut ann = Person::open(&config, None);
    let pulls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&pulls);
    ann.backend = Box::new(move |ask| {
        assert_eq!((&ask["kind"], &ask["cursor"]), (&json!("pull"), &Value::Null));
        counted.fetch_add(1, Ordering::Relaxed);
        Some(json!({ "kind": "failed", "status": 410 }))
    });
    for _ in 0..3 {
        let error = ann.execute(&json!({ "type": "sync" })).expect_err("no page ever comes");
        assert_eq!((&error["code"], &error["retryable"]), (&json!("NETWORK"), &json!(true)));
    }
    // The one of opening, one for each that a person asked for, and no other before the backoff.
    assert!(pulls.load(Ordering::Relaxed) <= 4, "{pulls:?}");
}

#[test]
fn a_cursor_that_expires_is_given_up_and_all_is_fetched_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut ann = ann(&folder);
    let pulls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&pulls);
    let orders = AtomicU32::new(0);
    ann.backend = Box::new(move |ask| {
        counted.fetch_add(1, Ordering::Relaxed);
        if ask["cursor"].is_null() {
            return answer(ask, &orders, |_| None);
        }
        Some(json!({ "kind": "failed", "status": 410 }))
    });
    ann.until("the first page", |status| status["lastSyncedAt"] != Value::Null);
    assert_eq!(ann.execute(&json!({ "type": "sync" })), Ok(Value::Null));
    assert_eq!(pulls.load(Ordering::Relaxed), 3, "the first, the one that expired, and a new one");
}
