//! What an app stores never gets into an error, a log line or a debug print.

use mailboat_core::Operation;
use mailboat_store::{Durability, StoreError, Window};
use serde_json::json;

use crate::common::{NOW, Store, in_conversation, message, mutation};

const SECRET: &str = "meet me at the lighthouse";

fn is_silent(printed: &impl std::fmt::Debug) {
    for text in [format!("{printed:?}"), format!("{printed:#?}")] {
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[test]
fn what_a_window_shows_and_looks_for_is_not_printed() {
    let mut store = Store::messaging();
    store.create("messages", "m1", message("c1", SECRET));
    let filter = [("body".to_owned(), json!(SECRET))].into();
    let window = Window { filter, ..in_conversation("c1") };
    is_silent(&window);
    let (mut watched, snapshot) =
        store.reader.read(u64::MAX, |reads| reads.watch(&window)).expect("a watch");
    assert_eq!(snapshot.rows.len(), 1);
    is_silent(&snapshot);
    is_silent(&watched);
    store.update("messages", "m1", json!({ "sentAt": 6 }));
    store.create("messages", "m2", message("c2", SECRET));
    let patch = store.writer.catch_up(&mut watched).expect("a patch").expect("a change");
    assert_eq!(patch.0.len(), 2);
    is_silent(&patch);
}

#[test]
fn the_outbox_is_listed_without_its_values() {
    let mut store = Store::messaging();
    let entry = store.create("messages", "m1", message("c1", SECRET));
    store.reject(entry);
    let page = store.reader.read(u64::MAX, |reads| reads.outbox(0, 10)).expect("a page");
    is_silent(&page);
    assert!(!serde_json::to_string(&page).expect("JSON").contains(SECRET));
    is_silent(&store.pick(NOW, 10));
}

#[test]
fn an_error_of_sqlites_names_no_value() {
    let mut store = Store::messaging();
    let entry = store.create("messages", "m1", message("c1", SECRET));
    let again = mutation(entry, Operation::Create, "messages", "m2", message("c1", SECRET));
    let refused = store.try_write(&again).expect_err("the entry's id is taken");
    assert!(matches!(refused, StoreError::Sqlite { .. }), "{refused:?}");
    is_silent(&refused);
    assert!(!refused.to_string().contains(SECRET));
}

#[test]
fn a_stored_value_that_cannot_be_read_back_is_not_quoted() {
    let mut store = Store::messaging();
    store.create("messages", "m1", message("c1", "x"));
    store.found("c9");
    // As a damaged file, or a hand that meddled, would leave it.
    let store = store.tampered(|raw| {
        raw.execute_batch(&format!(
            "UPDATE conversations SET memberIds = '[\"{SECRET}';
             UPDATE mailboat_outbox SET mutation = '{{\"body\": \"{SECRET}'"
        ))
        .expect("damage");
    });
    let Store { mut writer, reader, .. } = store;
    let row = reader.read(u64::MAX, |reads| reads.record("conversations", "c9").map(|_| ()));
    let due = writer.due(NOW, 10, mailboat_core::Priority::Low, false, &[]).expect("due");
    let ids: Vec<_> = due.candidates.iter().map(|candidate| candidate.id).collect();
    let marked = writer
        .transaction(Durability::Normal, |transaction| transaction.mark_attempted(&ids, NOW))
        .map(|_| ());
    for refused in [row, marked] {
        let error = refused.expect_err("it cannot be read");
        assert_eq!(error, StoreError::Corrupt("A stored value cannot be read back.".into()));
        is_silent(&error);
    }
}
