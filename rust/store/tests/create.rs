//! A create: the row and its outbox entry, together, at the end of the order.

use mailboat_core::Operation;
use mailboat_store::{Durability, StoreError};
use serde_json::json;

use crate::common::{
    NOW, PENDING_POSITION, Store, entry_id, in_conversation, message, mutation, window,
};

#[test]
fn a_create_makes_the_row_and_its_entry() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");

    let row = store.row("messages", "m1").expect("the row is shown");
    assert_eq!(
        row,
        json!({
            "id": "m1", "conversationId": "c1", "senderId": "ann", "body": "body of m1",
            "sentAt": 5, "delivery": "queued",
        })
    );
    let outbox = store.outbox();
    assert_eq!(outbox.len(), 1);
    let first = &outbox[0];
    assert_eq!((first.id, first.operation), (entry, Operation::Create));
    assert_eq!((first.collection.as_str(), first.record_id.as_str()), ("messages", "m1"));
    assert_eq!((first.lane.as_str(), first.failed, first.attempts), ("c1", false, 0));
    assert_eq!((first.not_before, &first.reason), (None, &None));
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn a_command_that_fails_after_its_create_leaves_neither_row_nor_entry() {
    let mut store = Store::messaging();
    let create = mutation(entry_id(1), Operation::Create, "messages", "m1", message("c1", "hello"));
    let result = store.commit(|transaction| {
        Ok(transaction.savepoint(|transaction| {
            transaction.write(&create, NOW)?;
            Err::<(), _>(StoreError::InvalidArgument("changed its mind".into()))
        }))
    });

    assert_eq!(result, Err(StoreError::InvalidArgument("changed its mind".into())));
    assert_eq!(store.row("messages", "m1"), None);
    assert_eq!(store.look("SELECT count(*) FROM mailboat_outbox"), 0);
    assert_eq!(store.look("SELECT count(*) FROM mailboat_lanes"), 0);
    assert_eq!(store.counts(), (0, 0));
}

#[test]
fn a_create_whose_entry_cannot_be_stored_leaves_no_row() {
    let mut store = Store::messaging();
    let first = store.send("m1", "c1");
    let again = mutation(first, Operation::Create, "messages", "m2", message("c1", "hello"));

    assert!(matches!(store.try_write(&again), Err(StoreError::Sqlite { .. })));
    assert_eq!(store.row("messages", "m2"), None);
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn a_second_create_of_an_id_is_refused_and_changes_nothing() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    let entry = store.next_entry();
    let again = mutation(entry, Operation::Create, "messages", "m1", message("c2", "other"));

    let refused = store.try_write(&again);
    assert_eq!(refused, Err(StoreError::Exists { collection: "messages".into() }));
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "body of m1");
    assert_eq!(store.outbox().len(), 1);
    assert_eq!(store.counts(), (1, 0));
    assert_eq!(store.look("SELECT count(*) FROM mailboat_lanes"), 1);
}

#[test]
fn a_refused_create_leaves_nothing_even_outside_a_savepoint() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    let entry = store.next_entry();
    let again = mutation(entry, Operation::Create, "messages", "m1", message("c2", "other"));

    let refused = store.commit(|transaction| Ok(transaction.write(&again, NOW)));
    assert_eq!(refused, Err(StoreError::Exists { collection: "messages".into() }));
    assert_eq!(store.outbox().len(), 1);
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn the_same_id_in_two_collections_names_two_records() {
    let mut store = Store::messaging();
    store.send("x", "c1");
    store.found("x");
    assert_eq!(store.row("messages", "x").expect("a message")["body"], "body of x");
    assert_eq!(store.row("conversations", "x").expect("a conversation")["title"], "x");
}

#[test]
fn pending_rows_come_after_acked_ones_in_the_order_of_writing() {
    let mut store = Store::messaging();
    store.send("b", "c1");
    store.pull("messages", "z", 9, PENDING_POSITION.cast_unsigned() - 1, message("c1", "late"));
    store.send("a", "c1");
    store.pull("messages", "y", 3, 3, message("c1", "early"));
    assert_eq!(store.ids(&in_conversation("c1")), ["y", "z", "b", "a"]);
}

#[test]
fn a_pending_row_stays_behind_others_after_the_outbox_was_empty() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    store.sent("m2", "c1", 2, 2);
    store.send("m3", "c1");
    let mut store = store.reopen();
    store.send("m4", "c1");
    assert_eq!(store.ids(&in_conversation("c1")), ["m1", "m2", "m3", "m4"]);
}

#[test]
fn a_create_outlives_the_process() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let store = store.reopen();
    assert_eq!(store.delivery("messages", "m1"), "queued");
    assert_eq!(store.due(), [entry]);
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn full_and_normal_transactions_can_follow_each_other() {
    let mut store = Store::messaging();
    for (number, durability) in
        [Durability::Full, Durability::Normal, Durability::Full].into_iter().enumerate()
    {
        let id = format!("m{number}");
        let entry = store.next_entry();
        let create = mutation(entry, Operation::Create, "messages", &id, message("c1", "x"));
        let write =
            store.writer.transaction(durability, |transaction| transaction.write(&create, NOW));
        assert!(write.is_ok(), "{durability:?}");
    }
    assert_eq!(store.ids(&window("messages")), ["m0", "m1", "m2"]);
}
