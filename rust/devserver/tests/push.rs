//! `POST /v1/push`: outcomes, lanes, the ledger, and who may write what.

mod common;

use common::{
    TestServer, conversation, create, delete, in_lane, message, note, placed, update, word,
};
use mailboat_backends::rest::wire::PushEntry;
use mailboat_backends::rest::{MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, MAX_LONE_ENTRY_BYTES};
use mailboat_core::LanePolicy;
use mailboat_devserver::{EntryFault, EntryVerdict, Fault, FaultKind, On};
use serde_json::{Value, json};
use uuid::Uuid;

#[test]
fn entries_are_acked_in_the_order_of_the_request() {
    let server = TestServer::start();
    let outcomes = server.user("ann").push(&[note("n1"), note("n2"), note("n3")]);
    let places: Vec<(u64, u64)> = outcomes.iter().map(|it| (placed(it).0, placed(it).1)).collect();
    assert_eq!(places, [(1, 1), (2, 2), (3, 3)]);
}

#[test]
fn a_second_attempt_is_a_duplicate_with_the_same_place() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let entry = note("n1");
    let first = ann.push_one(&entry);
    ann.push_one(&note("n2"));
    let second = ann.push_one(&entry);
    assert_eq!((word(&first), word(&second)), ("acked".into(), "duplicate".into()));
    assert!(placed(&first) == placed(&second), "the place has changed");
    assert_eq!(server.state()["effects"], 2);
}

#[test]
fn the_same_entry_twice_in_one_push_is_applied_once() {
    let server = TestServer::start();
    let entry = note("n1");
    let words = server.user("ann").push_words(&[entry.clone(), entry]);
    assert_eq!(words, ["acked", "duplicate"]);
}

#[test]
fn a_duplicate_of_a_changed_record_brings_the_record_as_it_is_now() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let entry = note("n1");
    ann.push_one(&entry);
    ann.push_one(&update("notes", "n1", json!({ "done": true })));
    let (version, order, values) = placed(&ann.push_one(&entry));
    assert_eq!((version, order), (2, 1));
    assert_eq!(values.map(Value::Object), Some(json!({ "text": "n1", "done": true })));
}

#[test]
fn a_duplicate_of_a_deleted_record_names_its_own_effect() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let entry = note("n1");
    ann.push_one(&entry);
    ann.push_one(&delete("notes", "n1"));
    let (version, order, values) = placed(&ann.push_one(&entry));
    assert_eq!((version, order), (1, 1));
    assert!(values.is_none());
}

#[test]
fn a_duplicate_tells_nothing_of_a_group_to_who_has_left_it() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.user("ann"), server.user("ben"));
    ann.push_one(&conversation("c1", &["ann", "ben"]));
    let entry = message("c1", "m1");
    ben.push_one(&entry);
    ann.push_one(&update("conversations", "c1", json!({ "memberIds": ["ann"] })));
    ann.push_one(&update("messages", "m1", json!({ "body": "not for Ben" })));
    let (version, order, values) = placed(&ben.push_one(&entry));
    assert_eq!((version, order), (2, 2));
    assert!(values.is_none());
}

#[test]
fn an_update_merges_columns_and_answers_with_the_whole_record() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push_one(&create("notes", "n1", json!({ "text": "a", "color": "red" })));
    let (version, order, values) =
        placed(&ann.push_one(&update("notes", "n1", json!({ "color": null }))));
    assert_eq!((version, order), (2, 1));
    assert_eq!(values.map(Value::Object), Some(json!({ "text": "a", "color": null })));
}

#[test]
fn an_entry_of_another_user_is_no_duplicate() {
    let server = TestServer::start();
    let entry = note("n1");
    server.user("ann").push_one(&entry);
    assert_eq!(server.user("eve").push_words(&[entry]), ["rejected forbidden"]);
}

#[test]
fn a_refused_entry_leaves_no_trace_and_may_come_again() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let early = update("notes", "n1", json!({ "done": true }));
    assert_eq!(ann.push_words(std::slice::from_ref(&early)), ["rejected unknown_record"]);
    assert_eq!(server.state()["ledger"], 0);
    ann.push_one(&note("n1"));
    assert_eq!(ann.push_words(&[early]), ["acked"]);
}

#[test]
fn each_refusal_has_its_code() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push(&[note("n1"), note("gone"), delete("notes", "gone"), conversation("c1", &["ann"])]);
    server.user("eve").push(&[note("hers"), conversation("c2", &["eve"])]);
    let refusals = [
        (create("no table", "n1", json!({})), "unknown_collection"),
        (create("", "n1", json!({})), "unknown_collection"),
        (create(&"x".repeat(65), "n1", json!({})), "unknown_collection"),
        (update("notes", "nowhere", json!({})), "unknown_record"),
        (delete("notes", "nowhere"), "unknown_record"),
        (update("notes", "gone", json!({})), "unknown_record"),
        (delete("notes", "gone"), "unknown_record"),
        (note("n1"), "already_exists"),
        (note("gone"), "already_exists"),
        (note("hers"), "already_exists"),
        (create("crews", "c1", json!({ "memberIds": ["ann"] })), "already_exists"),
        (create("notes", "", json!({})), "invalid_values"),
        (create("notes", "n\n2", json!({})), "invalid_values"),
        (in_lane(note("n2"), ""), "invalid_values"),
        (create("notes", "n2", json!({ "a b": 1 })), "invalid_values"),
        (create("messages", "m1", json!({})), "invalid_values"),
        (create("messages", "m1", json!({ "body": 7 })), "invalid_values"),
        (create("conversations", "c3", json!({ "memberIds": [] })), "invalid_values"),
        (create("conversations", "c3", json!({ "memberIds": "ann" })), "invalid_values"),
        (create("conversations", "c3", json!({ "memberIds": [7] })), "invalid_values"),
        (update("notes", "n1", json!({ "memberIds": ["ann"] })), "invalid_values"),
        (PushEntry { values: note("n1").values, ..delete("notes", "n1") }, "invalid_values"),
        (update("notes", "hers", json!({ "text": "mine" })), "forbidden"),
        (delete("notes", "hers"), "forbidden"),
        (message("c2", "m1"), "forbidden"),
        (update("conversations", "c2", json!({ "memberIds": ["ann", "eve"] })), "forbidden"),
        (delete("conversations", "c2"), "forbidden"),
    ];
    for (entry, code) in refusals {
        let name = format!("{:?} of {}/{}", entry.operation, entry.collection, entry.record_id);
        assert_eq!(ann.push_words(&[entry]), [format!("rejected {code}")], "{name}");
    }
    assert_eq!(server.state()["effects"], 6);
}

#[test]
fn tables_of_any_shape_are_accepted() {
    let server = TestServer::start();
    let values = json!({ "a": null, "b": true, "c": 1.5, "d": 9_007_199_254_740_991_i64, "e": ["x", { "y": [] }] });
    let mut ann = server.user("ann");
    assert_eq!(ann.push_words(&[create("Odd_table9", "r1", values.clone())]), ["acked"]);
    assert_eq!(Value::Object(ann.pull(None, "").changes.remove(0).values), values);
}

#[test]
fn a_rejection_holds_its_lane_and_no_other() {
    let server = TestServer::start();
    let bad = in_lane(update("notes", "nowhere", json!({})), "l1");
    let entries =
        [in_lane(note("n1"), "l1"), bad, in_lane(note("n2"), "l1"), in_lane(note("n3"), "l2")];
    assert_eq!(
        server.user("ann").push_words(&entries),
        ["acked", "rejected unknown_record", "blocked", "acked"]
    );
}

#[test]
fn a_rejection_is_skipped_where_the_lane_says_so() {
    let server = TestServer::start();
    let bad = PushEntry { values: Default::default(), ..message("c1", "m2") };
    let entries = [conversation("c1", &["ann"]), message("c1", "m1"), bad, message("c1", "m3")];
    assert_eq!(
        server.user("ann").push_words(&entries),
        ["acked", "acked", "rejected invalid_values", "acked"]
    );
}

#[test]
fn a_retry_blocks_the_rest_of_any_lane() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push_one(&conversation("c1", &["ann"]));
    let retry = EntryFault {
        outcome: EntryVerdict::Retry,
        record_id: Some("m1".into()),
        lane: None,
        after_ms: Some(40),
    };
    server.fault(Fault::once(On::Push, FaultKind::Entry(retry)));
    let entries = [message("c1", "m1"), message("c1", "m2"), message("c1", "m3"), note("n1")];
    assert_eq!(ann.push_words(&entries), ["retry", "blocked", "blocked", "acked"]);
    assert_eq!(ann.push_words(&entries), ["acked", "acked", "acked", "duplicate"]);
}

#[test]
fn a_group_is_written_into_by_its_members_only() {
    let server = TestServer::start();
    let (mut ann, mut ben, mut eve) = (server.user("ann"), server.user("ben"), server.user("eve"));
    ann.push_one(&conversation("c1", &["ann", "ben"]));
    assert_eq!(ben.push_words(&[message("c1", "m1")]), ["acked"]);
    assert_eq!(eve.push_words(&[message("c1", "m2")]), ["rejected forbidden"]);
    assert_eq!(ann.push_words(&[update("messages", "m1", json!({ "body": "edited" }))]), ["acked"]);
    assert_eq!(eve.push_words(&[delete("messages", "m1")]), ["rejected forbidden"]);
}

#[test]
fn nobody_writes_into_a_deleted_group_or_takes_its_id() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push(&[conversation("c1", &["ann", "ben"]), message("c1", "m1")]);
    assert_eq!(ann.push_words(&[delete("conversations", "c1")]), ["acked"]);
    assert_eq!(ann.push_words(&[message("c1", "m2")]), ["rejected forbidden"]);
    let taken = create("crews", "c1", json!({ "memberIds": ["eve"] }));
    assert_eq!(server.user("eve").push_words(&[taken]), ["rejected already_exists"]);
}

#[test]
fn messages_written_before_their_group_become_the_groups() {
    let server = TestServer::start();
    let (mut ann, mut eve) = (server.user("ann"), server.user("eve"));
    ann.push_one(&message("c1", "m1"));
    eve.push_one(&message("c1", "not-hers-to-give"));
    ann.push_one(&conversation("c1", &["ann", "ben"]));
    let page = server.user("ben").older("c1", "");
    assert_eq!(common::ids(&page.changes), ["m1"]);
}

#[test]
fn too_many_entries_or_bytes_are_refused_before_anything_is_done() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let many: Vec<_> = (0..=MAX_BATCH_ENTRIES).map(|n| note(&format!("n{n}"))).collect();
    let large =
        |bytes| create("notes", &Uuid::now_v7().to_string(), json!({ "text": "x".repeat(bytes) }));
    let heavy = [large(MAX_BATCH_BYTES / 2), large(MAX_BATCH_BYTES / 2)];
    let monster = [large(MAX_LONE_ENTRY_BYTES)];
    for entries in [&many[..], &heavy[..], &monster[..]] {
        let answer = ann.try_push(entries).expect("an answer");
        assert_eq!((answer.status, answer.error_code().as_str()), (413, "too_large"));
    }
    assert_eq!(server.state()["effects"], 0);
    assert_eq!(ann.push_words(&many[1..]).len(), MAX_BATCH_ENTRIES);
}

#[test]
fn an_entry_larger_than_a_batch_goes_alone_and_a_record_has_a_limit() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let large = create("notes", "n1", json!({ "text": "x".repeat(MAX_BATCH_BYTES) }));
    assert_eq!(ann.push_words(&[large]), ["acked"]);
    let too_large = create("notes", "n2", json!({ "text": "x".repeat(1024 * 1024) }));
    assert_eq!(ann.push_words(&[too_large]), ["rejected invalid_values"]);
}

#[test]
fn a_body_that_is_no_push_is_an_invalid_request_and_is_not_quoted() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let bodies: [&[u8]; 5] =
        [b"", b"secret", b"{}", br#"{"entries": [{"id": "secret"}]}"#, b"{\"entries\": [\xFF]}"];
    for body in bodies {
        let answer = ann.request("POST", "/v1/push", body).expect("an answer");
        assert_eq!((answer.status, answer.error_code().as_str()), (400, "invalid_request"));
        assert!(!answer.text().contains("secret"));
    }
}

#[test]
fn a_push_without_entries_has_no_outcomes() {
    let server = TestServer::start();
    assert_eq!(server.user("ann").push_words(&[]), Vec::<String>::new());
}

#[test]
fn a_server_that_forgets_its_ledger_applies_an_entry_again() {
    let server = TestServer::start_with(|options| options.forget_ledger = true);
    let mut ann = server.user("ann");
    let entry = PushEntry { lane_policy: LanePolicy::Skip, ..note("n1") };
    ann.push_one(&entry);
    assert_eq!(ann.push_words(&[entry]), ["acked"]);
    let state = server.state();
    assert_eq!(
        (&state["effects"], &state["repeatedEffects"], &state["ledger"]),
        (&json!(2), &json!(1), &json!(0))
    );
    assert_eq!(state["forgetLedger"], true);
}

#[test]
fn a_write_made_on_another_version_is_a_conflict_with_the_record_and_changes_nothing() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push_one(&note("n1"));
    let made_on =
        |base, values| PushEntry { base_version: Some(base), ..update("notes", "n1", values) };
    assert_eq!(word(&ann.push_one(&made_on(1, json!({ "done": true })))), "acked");
    let late = made_on(1, json!({ "text": "late" }));
    let outcome = ann.push_one(&late);
    assert_eq!(word(&outcome), "conflict");
    let (version, order, values) = placed(&outcome);
    assert_eq!((version, order), (2, 1));
    assert_eq!(values.map(Value::Object), Some(json!({ "text": "n1", "done": true })));
    assert_eq!(server.state()["effects"], 2, "nothing was applied");
    // The ledger holds no conflict: the same entry may come again, made on what is there now.
    assert_eq!(word(&ann.push_one(&PushEntry { base_version: Some(2), ..late })), "acked");
}

#[test]
fn a_conflict_stops_its_lane_and_no_other() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push(&[note("n1"), note("n2")]);
    let late =
        PushEntry { base_version: Some(9), ..update("notes", "n1", json!({ "done": true })) };
    let words = ann.push_words(&[
        late,
        update("notes", "n1", json!({ "text": "after" })),
        update("notes", "n2", json!({ "text": "beside" })),
    ]);
    assert_eq!(words, ["conflict", "blocked", "acked"]);
}
