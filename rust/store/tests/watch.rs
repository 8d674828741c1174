//! Watches: what a commit touched, told in steps that carry changed rows only.

use mailboat_store::{PatchOp, Take, WatchedWindow, Window};
use serde_json::json;

use crate::common::{Store, conversation, in_conversation, message, mutation, window};

fn watch(store: &Store, window: &Window) -> WatchedWindow {
    store.reader.read(u64::MAX, |reads| reads.watch(window)).expect("a watch").0
}

/// What the steps look like without their rows.
fn shape(ops: &[PatchOp]) -> Vec<String> {
    ops.iter()
        .map(|op| match op {
            PatchOp::Insert { at, .. } => format!("insert {at}"),
            PatchOp::Update { at, .. } => format!("update {at}"),
            PatchOp::Move { from, to } => format!("move {from} {to}"),
            PatchOp::Remove { at } => format!("remove {at}"),
        })
        .collect()
}

fn steps(store: &Store, watched: &mut WatchedWindow) -> Vec<String> {
    let patch = store.writer.catch_up(watched).expect("the window can be read");
    patch.map_or(Vec::new(), |(ops, _)| shape(&ops))
}

#[test]
fn one_change_is_one_step() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 1, 10, message("c1", "x"));
    store.pull("messages", "m2", 2, 20, message("c1", "x"));
    store.pull("messages", "m3", 3, 30, message("c1", "x"));
    let mut watched = watch(&store, &in_conversation("c1"));
    assert_eq!(steps(&store, &mut watched), [""; 0]);

    store.pull("messages", "m4", 4, 15, message("c1", "x"));
    assert_eq!(steps(&store, &mut watched), ["insert 1"]);
    store.update("messages", "m3", json!({ "body": "y" }));
    assert_eq!(steps(&store, &mut watched), ["update 3"]);
    store.pull("messages", "m1", 5, 40, message("c1", "x"));
    assert_eq!(steps(&store, &mut watched), ["move 0 3", "update 3"]);
    store.pull_deletion("messages", "m4", 6);
    assert_eq!(steps(&store, &mut watched), ["remove 0"]);
    assert_eq!(steps(&store, &mut watched), [""; 0]);
}

#[test]
fn the_delivery_of_a_row_is_part_of_it() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let mut watched = watch(&store, &in_conversation("c1"));
    let batch = store.attempt(&[entry]);
    assert_eq!(steps(&store, &mut watched), ["update 0"]);
    store.commit(|transaction| transaction.put_back(&batch));
    assert_eq!(steps(&store, &mut watched), ["update 0"]);
    store.ack(entry, 1, 1);
    assert_eq!(steps(&store, &mut watched), ["update 0"]);
}

#[test]
fn an_entry_that_is_attempted_again_changes_nothing_on_screen() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.attempt(&[entry]);
    let mut watched = watch(&store, &in_conversation("c1"));
    let (_, changes) = store.commit_with_changes(|transaction| {
        transaction.mark_attempted(&[entry], crate::common::NOW)
    });
    assert!(changes.is_empty());
    assert_eq!(steps(&store, &mut watched), [""; 0]);
}

#[test]
fn a_window_that_becomes_full_says_so() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    let mut watched = watch(&store, &Window { limit: 1, ..in_conversation("c1") });
    store.send("m2", "c1");
    let patch = store.writer.catch_up(&mut watched).expect("a patch");
    let (ops, more) = patch.expect("something changed");
    assert_eq!((shape(&ops), more), (vec![], true));
    store.delete("messages", "m2");
    let patch = store.writer.catch_up(&mut watched).expect("a patch");
    assert_eq!(patch.map(|(ops, more)| (shape(&ops), more)), Some((vec![], false)));
}

#[test]
fn a_sliding_window_drops_a_row_for_the_new_one() {
    let mut store = Store::messaging();
    for number in 1..=3 {
        store.send(&format!("m{number}"), "c1");
    }
    let window = Window { take: Take::Last, limit: 3, ..in_conversation("c1") };
    let mut watched = watch(&store, &window);
    store.send("m4", "c1");
    assert_eq!(steps(&store, &mut watched), ["remove 0", "insert 2"]);
}

#[test]
fn a_commit_touches_the_windows_of_its_lanes_only() {
    let mut store = Store::messaging();
    let (here, there) =
        (watch(&store, &in_conversation("c1")), watch(&store, &in_conversation("c2")));
    let (everywhere, elsewhere) =
        (watch(&store, &window("messages")), watch(&store, &window("conversations")));
    let entry = store.next_entry();
    let create =
        mutation(entry, mailboat_core::Operation::Create, "messages", "m1", message("c1", "x"));
    let (_, changes) =
        store.commit_with_changes(|transaction| transaction.write(&create, crate::common::NOW));
    let touched =
        [&here, &there, &everywhere, &elsewhere].map(|watch| watch.is_touched_by(&changes));
    assert_eq!(touched, [true, false, true, false]);
}

#[test]
fn an_ack_touches_the_window_that_the_record_was_moved_to() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let entry = store.update("messages", "m1", json!({ "conversationId": "c2" }));
    let mut watched = watch(&store, &in_conversation("c2"));
    let (batch, changes) = store.commit_with_changes(|transaction| {
        transaction.mark_attempted(&[entry], crate::common::NOW)
    });
    assert!(watched.is_touched_by(&changes), "it shows as sending there");
    let acked = mailboat_core::Transition::Acked { version: 2, order: 1 };
    let settled = [(&batch[0], acked, None)];
    let (_, changes) =
        store.commit_with_changes(|transaction| transaction.settle(&settled, crate::common::NOW));
    assert!(watched.is_touched_by(&changes), "and as sent");
    assert_eq!(steps(&store, &mut watched), ["update 0"]);
}

#[test]
fn a_pull_that_moves_a_record_touches_both_windows() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let mut from = watch(&store, &in_conversation("c1"));
    let mut to = watch(&store, &in_conversation("c2"));
    let moved = [crate::common::remote("messages", "m1", 2, 1, message("c2", "x"))];
    let ((), changes) = store.commit_with_changes(|transaction| transaction.apply_changes(&moved));
    assert!(from.is_touched_by(&changes) && to.is_touched_by(&changes));
    assert_eq!(steps(&store, &mut from), ["remove 0"]);
    assert_eq!(steps(&store, &mut to), ["insert 0"]);
}

#[test]
fn a_watch_read_before_a_commit_hears_of_it() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let (mut watched, snapshot) = store
        .reader
        .read(u64::MAX, |reads| reads.watch(&window("conversations")))
        .expect("a watch");
    assert_eq!(snapshot.rows.len(), 1);
    store.pull("conversations", "c1", 2, 1, conversation("Ships"));
    store.pull("conversations", "c2", 3, 3, conversation("Rafts"));
    assert_eq!(steps(&store, &mut watched), ["update 0", "insert 1"]);
}
