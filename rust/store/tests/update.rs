//! Updates and deletes: what is shown is the server's version with the unsettled
//! writes replayed over it.

use mailboat_core::{LanePolicy, Operation};
use mailboat_store::{Column, ColumnType};
use serde_json::json;

use crate::common::{
    Store, conversation, in_conversation, message, mutation, optional, refusal, things, window,
};

#[test]
fn an_update_shows_at_once_over_the_servers_version() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 3, 3, conversation("Boats"));
    store.update("conversations", "c1", json!({ "title": "Ships" }));
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!(
        row,
        json!({ "id": "c1", "title": "Ships", "memberIds": ["ann", "ben"], "delivery": "queued" })
    );
}

#[test]
fn an_update_does_not_move_the_row() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    store.sent("m2", "c1", 2, 2);
    store.update("messages", "m1", json!({ "body": "edited" }));
    assert_eq!(store.ids(&in_conversation("c1")), ["m1", "m2"]);
}

#[test]
fn a_deleted_record_is_hidden_at_once_and_gone_after_the_ack() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let entry = store.delete("messages", "m1");
    assert_eq!(store.row("messages", "m1"), None);
    assert_eq!(store.ids(&window("messages")), [""; 0]);
    assert_eq!(store.look("SELECT count(*) FROM messages"), 1);
    store.ack(entry, 2, 1);
    assert_eq!(store.look("SELECT count(*) FROM messages"), 0);
    assert_eq!(store.counts(), (0, 0));
}

#[test]
fn a_deleted_record_can_be_neither_changed_nor_made_again() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    store.delete("messages", "m1");
    let body = json!({ "body": "zombie" });
    for (operation, values) in [(Operation::Update, body), (Operation::Delete, json!({}))] {
        let entry = store.next_entry();
        let late = mutation(entry, operation, "messages", "m1", values);
        assert_eq!(refusal(store.try_write(&late)), "messages has no record of this id.");
    }
    let entry = store.next_entry();
    let again = mutation(entry, Operation::Create, "messages", "m1", message("c1", "x"));
    assert!(store.try_write(&again).is_err());
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn an_update_of_a_record_that_is_not_there_is_refused() {
    let mut store = Store::messaging();
    let entry = store.next_entry();
    let update = mutation(entry, Operation::Update, "messages", "m1", json!({ "body": "x" }));
    assert_eq!(refusal(store.try_write(&update)), "messages has no record of this id.");
    assert_eq!(store.outbox().len(), 0);
}

#[test]
fn updates_of_a_new_record_are_sent_after_its_create() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    let update = store.update("messages", "m1", json!({ "body": "edited" }));
    assert_eq!(store.due(), [create, update]);
    store.ack(create, 1, 1);
    let row = store.row("messages", "m1").expect("a row");
    assert_eq!((&row["body"], &row["delivery"]), (&json!("edited"), &json!("queued")));
    store.ack(update, 2, 1);
    let row = store.row("messages", "m1").expect("a row");
    assert_eq!((&row["body"], &row["delivery"]), (&json!("edited"), &json!("sent")));
}

#[test]
fn an_update_that_moves_a_record_to_another_conversation_keeps_it_in_its_lane() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    let other = store.send("m2", "c2");
    let move_it = store.update("messages", "m1", json!({ "conversationId": "c2" }));
    let edit = store.update("messages", "m1", json!({ "body": "moved" }));

    let lanes: Vec<String> = store.outbox().into_iter().map(|entry| entry.lane).collect();
    assert_eq!(lanes, ["c1", "c2", "c1", "c1"], "the create is sent before what follows it");
    assert_eq!(store.ids(&in_conversation("c2")), ["m1", "m2"]);

    for (version, entry) in (1..).zip([create, other, move_it, edit]) {
        store.ack(entry, version, version);
    }
    store.update("messages", "m1", json!({ "body": "settled" }));
    assert_eq!(store.outbox()[0].lane, "c2", "once settled, it goes by its new lane");
}

#[test]
fn an_update_to_null_empties_an_optional_column_only() {
    let mut store = Store::with(&things(vec![
        Column::new("name", ColumnType::Text),
        optional("note", ColumnType::Text),
    ]));
    store.create("things", "t1", json!({ "name": "a", "note": "b" }));
    store.update("things", "t1", json!({ "note": null }));
    assert_eq!(store.row("things", "t1").expect("a row")["note"], json!(null));
    let entry = store.next_entry();
    let update = mutation(entry, Operation::Update, "things", "t1", json!({ "name": null }));
    assert_eq!(refusal(store.try_write(&update)), "things.name must be a string.");
}

#[test]
fn each_collection_decides_what_its_lanes_do() {
    let mut store = Store::messaging();
    let founding = store.found("c1");
    let sending = store.send("m1", "c1");
    let batch = store.attempt(&[founding, sending]);
    let policies: Vec<LanePolicy> = batch.iter().map(|entry| entry.lane_policy).collect();
    assert_eq!(policies, [LanePolicy::Hold, LanePolicy::Skip]);
}
