//! What an app may wait for before it is used.

use mailboat_store::{Collection, InitialSync, InitialSyncing, Schema};
use serde_json::json;

use crate::common::{NOW, Store};

fn schema(required: &[&str], background: &[&str]) -> Schema {
    let collection =
        |name: &&str, initial_sync| Collection { initial_sync, ..Collection::new(name, vec![]) };
    let required = required.iter().map(|name| collection(name, InitialSync::Required));
    let background = background.iter().map(|name| collection(name, InitialSync::Background));
    Schema { collections: required.chain(background).collect() }
}

fn initial(store: &Store) -> InitialSyncing {
    store.writer.reads().initial_sync().expect("it can be read")
}

fn missing(names: &[&str], records: u32) -> InitialSyncing {
    InitialSyncing { missing: names.iter().map(ToString::to_string).collect(), records }
}

#[test]
fn what_is_required_is_missing_until_a_pull_has_ended_and_then_never_again() {
    let schema = schema(&["tasks", "people"], &["photos"]);
    let mut store = Store::with(&schema);
    assert_eq!(initial(&store), missing(&["tasks", "people"], 0));
    store.pull("tasks", "t1", 1, 1, json!({}));
    store.commit(|transaction| transaction.set_initial_records(1));
    let mut store = store.reopen_with(&schema);
    assert_eq!(initial(&store), missing(&["tasks", "people"], 1), "it goes on there");
    store.commit(|transaction| transaction.set_last_synced_at(NOW));
    assert_eq!(initial(&store), missing(&[], 0));
    assert_eq!(initial(&store.reopen_with(&schema)), missing(&[], 0));
}

#[test]
fn a_collection_that_was_here_before_it_was_required_is_not_missing() {
    let mut store = Store::with(&schema(&[], &["tasks"]));
    store.commit(|transaction| transaction.set_last_synced_at(NOW));
    assert_eq!(initial(&store.reopen_with(&schema(&["tasks"], &[]))), missing(&[], 0));
}

#[test]
fn a_collection_of_an_update_is_missing_alone_and_anew_when_it_was_gone_between() {
    let mut store = Store::with(&schema(&["tasks"], &[]));
    store.commit(|transaction| transaction.set_last_synced_at(NOW));
    let both = schema(&["tasks", "people"], &[]);
    let mut store = store.reopen_with(&both);
    assert_eq!(initial(&store), missing(&["people"], 0));
    store.commit(|transaction| transaction.set_last_synced_at(NOW));
    let store = store.reopen_with(&schema(&["tasks"], &[])).reopen_with(&both);
    assert_eq!(initial(&store), missing(&["people"], 0));
}
