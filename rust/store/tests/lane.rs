//! Lanes: order inside, independence outside, and what a dead letter does to its own.

use mailboat_core::Transition;
use serde_json::json;

use crate::common::{NOTHING, NOW, Store, dead_letter};

#[test]
fn a_lane_is_sent_in_the_order_of_writing() {
    let mut store = Store::messaging();
    let entries: Vec<_> = (0..4).map(|number| store.send(&format!("m{number}"), "c1")).collect();
    assert_eq!(store.due(), entries);
    store.ack(entries[0], 1, 1);
    assert_eq!(store.due(), entries[1..]);
}

#[test]
fn records_without_a_lane_column_are_lanes_of_their_own() {
    let mut store = Store::messaging();
    let first = store.found("c1");
    let second = store.found("c2");
    store.reject(first);
    assert_eq!(store.due(), [second]);
}

#[test]
fn a_conversation_is_made_before_the_messages_in_it() {
    let mut store = Store::messaging();
    let founding = store.found("c1");
    let sending = store.send("m1", "c1");
    assert_eq!(store.due(), [founding, sending]);
    store.reject(founding);
    assert_eq!(store.due(), NOTHING, "its messages wait for a person's decision");
    store.retry(founding);
    assert_eq!(store.due(), [founding, sending]);
}

#[test]
fn a_dead_letter_holds_its_lane_and_no_other() {
    let mut store = Store::messaging();
    let refused = store.found("c1");
    let waiting = store.update("conversations", "c1", json!({ "title": "x" }));
    let other = store.found("c2");
    store.reject(refused);
    assert_eq!(store.due(), [other]);
    store.discard(refused);
    assert_eq!(store.due(), [waiting, other]);
}

#[test]
fn a_held_lane_stays_held_for_what_comes_later() {
    let mut store = Store::messaging();
    let refused = store.found("c1");
    store.reject(refused);
    let later = store.update("conversations", "c1", json!({ "title": "x" }));
    assert_eq!(store.due(), NOTHING);
    assert_eq!(store.pick(NOW, 100).next_due, None);
    let mut store = store.reopen();
    assert_eq!(store.due(), NOTHING);
    store.discard(refused);
    assert_eq!(store.due(), [later]);
}

#[test]
fn every_dead_letter_of_a_held_lane_has_to_be_decided() {
    let mut store = Store::messaging();
    let entries = [
        store.found("c1"),
        store.update("conversations", "c1", json!({ "title": "1" })),
        store.update("conversations", "c1", json!({ "title": "2" })),
        store.update("conversations", "c1", json!({ "title": "3" })),
    ];
    // A server that does not know lanes may refuse more than the first.
    let batch = store.attempt(&entries);
    let settled = [
        (&batch[0], Transition::Acked { version: 1, order: 1 }, None),
        (&batch[1], dead_letter(), None),
        (&batch[2], Transition::Unchanged, None),
        (&batch[3], dead_letter(), None),
    ];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    assert_eq!((store.due(), store.counts()), (NOTHING.to_vec(), (1, 2)));
    store.discard(entries[1]);
    assert_eq!(store.due(), [entries[2]], "it lies before the other dead letter");
    store.ack(entries[2], 2, 1);
    assert_eq!(store.due(), NOTHING);
    store.retry(entries[3]);
    assert_eq!(store.due(), [entries[3]]);
}

#[test]
fn what_lies_before_the_dead_letter_of_a_held_lane_still_goes() {
    let mut store = Store::messaging();
    let first = store.found("c1");
    let second = store.update("conversations", "c1", json!({ "title": "1" }));
    let third = store.update("conversations", "c1", json!({ "title": "2" }));
    let batch = store.attempt(&[first, second]);
    let later = NOW.plus_ms(500);
    let settled = [
        (&batch[0], Transition::Retry { attempts: 1, not_before: later }, None),
        (&batch[1], dead_letter(), None),
    ];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    assert_eq!(store.due(), NOTHING);
    assert_eq!(store.due_at(later), [first]);
    store.ack(first, 1, 1);
    assert_eq!(store.due_at(later), NOTHING, "the third waits behind the second");
    store.discard(second);
    assert_eq!(store.due_at(later), [third]);
}

#[test]
fn a_chat_goes_on_without_its_dead_letters() {
    let mut store = Store::messaging();
    let entries: Vec<_> = (0..4).map(|number| store.send(&format!("m{number}"), "c1")).collect();
    store.reject(entries[0]);
    store.reject(entries[2]);
    assert_eq!(store.due(), [entries[1], entries[3]]);
    store.ack(entries[1], 1, 1);
    store.ack(entries[3], 2, 2);
    let later = store.send("m4", "c1");
    assert_eq!(store.due(), [later]);
}

#[test]
fn a_lane_that_is_done_leaves_nothing_behind() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    assert_eq!(store.look("SELECT count(*) FROM mailboat_lanes"), 0);
    assert_eq!(store.look("SELECT count(*) FROM mailboat_outbox"), 0);
}

#[test]
fn an_entry_of_a_collection_that_the_schema_dropped_is_still_sent() {
    let mut store = Store::messaging();
    let entry = store.found("c1");
    let mut schema = mailboat_store::Schema::messaging();
    schema.collections.retain(|collection| collection.name == "messages");
    let mut store = store.reopen_with(&schema);
    assert_eq!(store.due(), [entry]);
    store.ack(entry, 1, 1);
    assert_eq!(store.counts(), (0, 0));
}
