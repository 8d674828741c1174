//! Taking back and changing what waits.

use mailboat_core::{EntryId, Operation};
use mailboat_store::{Collection, Column, ColumnType, Schema, StoreError};
use serde_json::{Value, json};

use crate::common::{NOTHING, NOW, Store, columns, conversation, entry_id, message, mutation};

const NEW: EntryId = EntryId::from_u128(4_000);

fn cancel(store: &mut Store, entry: EntryId) -> Result<(), StoreError> {
    store.commit(|transaction| Ok(transaction.cancel(entry, NOW)))
}

fn edit(store: &mut Store, entry: EntryId, values: Value) -> Result<EntryId, StoreError> {
    let values = columns(values);
    store.commit(|transaction| Ok(transaction.edit(entry, NEW, &values, NOW)))
}

#[test]
fn what_has_not_left_can_be_taken_back() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let update = store.update("conversations", "c1", json!({ "title": "Ships" }));
    cancel(&mut store, update).expect("it has not left");
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Boats"), &json!("sent")));
    assert_eq!((store.counts(), store.due()), ((0, 0), NOTHING.to_vec()));
}

#[test]
fn taking_back_a_create_takes_back_what_follows_it() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    store.update("messages", "m1", json!({ "body": "better" }));
    cancel(&mut store, create).expect("it has not left");
    assert_eq!((store.counts(), store.row("messages", "m1")), ((0, 0), None));
}

#[test]
fn what_has_left_cannot_be_taken_back() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    store.attempt(&[create]);
    assert!(matches!(cancel(&mut store, create), Err(StoreError::Conflict(_))));
    assert!(matches!(cancel(&mut store, entry_id(999)), Err(StoreError::InvalidArgument(_))));
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn an_edit_of_what_has_not_left_keeps_the_id() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    assert_eq!(edit(&mut store, create, json!({ "body": "better" })), Ok(create));
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "better");
    assert_eq!(json!(store.attempt(&[create])[0].values), message("c1", "better"));
}

#[test]
fn an_edit_of_what_has_left_is_a_write_of_its_own() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    store.attempt(&[create]);
    assert_eq!(edit(&mut store, create, json!({ "body": "better" })), Ok(NEW));
    assert_eq!(store.due(), [create, NEW]);
    assert_eq!(store.outbox()[1].operation, Operation::Update);
}

#[test]
fn a_second_edit_of_what_has_left_joins_the_first_and_says_so() {
    let mut store = Store::coalescing();
    let create = store.send("m1", "c1");
    store.attempt(&[create]);
    let first = store.update("messages", "m1", json!({ "body": "better" }));
    assert_eq!(edit(&mut store, create, json!({ "body": "best" })), Ok(first));
    assert_eq!(store.due(), [create, first]);
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "best");
}

#[test]
fn an_edited_dead_letter_goes_out_again_in_its_old_place_under_a_new_id() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    let behind = store.send("m2", "c1");
    store.reject(create);
    assert_eq!(edit(&mut store, create, json!({ "body": "polite" })), Ok(NEW));
    assert_eq!((store.due(), store.counts()), (vec![NEW, behind], (2, 0)));
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "polite");
    assert_eq!(store.delivery("messages", "m1"), "queued");
    let entry = &store.outbox()[0];
    assert_eq!((entry.attempted, entry.attempts, &entry.reason), (false, 0, &None));
    assert_eq!(json!(store.attempt(&[NEW])[0].values), message("c1", "polite"));
}

#[test]
fn an_edit_that_does_not_fit_changes_nothing() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    for values in [json!({ "body": 5 }), json!({ "conversationId": "c2" }), json!({ "no": 1 })] {
        let refused = edit(&mut store, create, values);
        assert!(matches!(refused, Err(StoreError::InvalidArgument(_))), "{refused:?}");
    }
    store.sent("m2", "c1", 1, 1);
    let delete = store.delete("messages", "m2");
    assert!(matches!(
        edit(&mut store, delete, json!({ "body": "x" })),
        Err(StoreError::InvalidArgument(_))
    ));
    assert_eq!(json!(store.attempt(&[create])[0].values), message("c1", "body of m1"));
}

#[test]
fn all_dead_letters_can_be_tried_again_at_once() {
    let mut store = Store::messaging();
    let entries = [store.send("m1", "c1"), store.found("c2"), store.send("m3", "c3")];
    entries.iter().for_each(|entry| store.reject(*entry));
    assert_eq!(store.commit(|transaction| transaction.retry_all(NOW)), 3);
    assert_eq!((store.due(), store.counts()), (entries.to_vec(), (3, 0)));
    assert_eq!(store.commit(|transaction| transaction.retry_all(NOW)), 0);
}

#[test]
fn a_collection_says_what_may_be_done_to_it() {
    let visits = Collection {
        operations: vec![Operation::Create, Operation::Update],
        ..Collection::new("visits", vec![Column::new("place", ColumnType::Text)])
    };
    let mut store = Store::with(&Schema { collections: vec![visits] });
    store.create("visits", "v1", json!({ "place": "quay" }));
    store.update("visits", "v1", json!({ "place": "pier" }));
    let delete = mutation(NEW, Operation::Delete, "visits", "v1", json!({}));
    let sentence = "Records of visits cannot be deleted: see its operations.";
    assert_eq!(store.try_write(&delete), Err(StoreError::Unsupported(sentence.into())));
    assert_eq!(store.counts(), (1, 0), "the update has folded into the create");
}
