//! Pulling everything again: for columns that nobody kept before, and past deletions.

use mailboat_store::{ColumnType, TOMBSTONES_KEPT_MS};
use serde_json::{Value, json};

use crate::common::{NOW, Store, in_conversation, message, optional, remote, uncoalesced, window};

fn with_mood() -> mailboat_store::Schema {
    let mut schema = uncoalesced();
    schema.collections[1].columns.push(optional("mood", ColumnType::Text));
    schema
}

fn glad(body: &str) -> Value {
    let mut values = message("c1", body);
    values["mood"] = json!("glad");
    values
}

#[test]
fn a_new_column_is_filled_though_the_version_is_known() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 5, 5, glad("sent long ago"));
    store.pull("messages", "m2", 6, 6, glad("edited here"));
    let edit = store.update("messages", "m2", json!({ "body": "better" }));
    store.attempt(&[edit]);
    store.commit(|transaction| transaction.set_cursor(Some("page 1")));
    let mut store = store.reopen_with(&with_mood());
    assert_eq!(store.writer.cursor(), Ok(None), "everything is pulled again");
    assert_eq!(store.row("messages", "m1").expect("a row")["mood"], Value::Null);
    store.pull("messages", "m1", 5, 5, glad("sent long ago"));
    store.pull("messages", "m2", 6, 6, glad("edited here"));
    assert_eq!(store.row("messages", "m1").expect("a row")["mood"], "glad");
    let row = store.row("messages", "m2").expect("a row");
    assert_eq!((&row["mood"], &row["body"]), (&json!("glad"), &json!("better")));
    assert!(store.conflicts().is_empty(), "the same version is in no conflict");
}

#[test]
fn a_version_of_later_is_not_taken_in_twice() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 5, 5, message("c1", "old"));
    let mut store = store.reopen_with(&with_mood());
    store.pull("messages", "m2", 9, 9, glad("new"));
    let echo = [remote("messages", "m2", 9, 9, glad("new"))];
    let ((), changes) =
        store.commit_with_changes(|transaction| transaction.apply_changes(&echo, NOW));
    assert!(changes.is_empty());
}

#[test]
fn the_same_schema_keeps_the_cursor() {
    let mut store = Store::messaging();
    store.commit(|transaction| transaction.set_cursor(Some("page 1")));
    let store = store.reopen();
    assert_eq!(store.writer.cursor(), Ok(Some("page 1".into())));
}

#[test]
fn a_new_collection_is_pulled_from_the_start() {
    let mut store = Store::messaging();
    store.commit(|transaction| transaction.set_cursor(Some("page 1")));
    let mut schema = uncoalesced();
    schema.collections.push(mailboat_store::Collection::new("tags", vec![]));
    assert_eq!(store.reopen_with(&schema).writer.cursor(), Ok(None));
}

#[test]
fn a_page_of_history_on_its_way_brings_no_deleted_record_back() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 3, 3, message("c1", "deleted meanwhile"));
    store.pull_deletion("messages", "m1", 9);
    let page = [remote("messages", "m1", 3, 3, message("c1", "deleted meanwhile"))];
    store.commit(|transaction| transaction.apply_history("messages", "c1", &page, NOW));
    assert_eq!(store.ids(&in_conversation("c1")), Vec::<String>::new());
    store.pull("messages", "m1", 10, 3, message("c1", "made again"));
    assert_eq!(store.ids(&window("messages")), ["m1"], "a later version is another matter");
}

#[test]
fn what_was_deleted_here_does_not_come_back_with_a_page_either() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 3, 3);
    let delete = store.delete("messages", "m1");
    store.ack(delete, 9, 3);
    store.pull("messages", "m1", 3, 3, message("c1", "deleted here"));
    assert_eq!(store.look("SELECT count(*) FROM messages"), 0);
}

#[test]
fn a_deletion_is_forgotten_when_no_page_can_be_older() {
    let mut store = Store::messaging();
    store.pull_deletion("messages", "m1", 9);
    let later = NOW.plus_ms(TOMBSTONES_KEPT_MS + 1);
    store.commit(|transaction| transaction.apply_deletions(&[], later));
    store.pull("messages", "m1", 3, 3, message("c1", "seen again"));
    assert_eq!(store.ids(&window("messages")), ["m1"]);
}
