//! Atomic groups: together in one lane, settled as one, rolled back as one.

use mailboat_core::{EntryId, GroupId, Operation, Timestamp, Transition};
use mailboat_store::{Mutation, Sending, StoreError};
use serde_json::json;

use crate::common::{NOTHING, NOW, Store, conversation, dead_letter, message, mutation, refusal};

const GROUP: GroupId = GroupId::from_u128(77);

/// A renamed conversation and the message that says so.
fn renaming(store: &mut Store) -> Vec<Mutation> {
    let (first, second) = (store.next_entry(), store.next_entry());
    let title = json!({ "title": "Ships" });
    vec![
        mutation(first, Operation::Update, "conversations", "c1", title),
        mutation(second, Operation::Create, "messages", "m1", message("c1", "It is Ships now")),
    ]
}

fn write(store: &mut Store, writes: &[Mutation]) -> Result<(), StoreError> {
    store.commit(|transaction| Ok(transaction.write_group(writes, GROUP, NOW)))
}

/// A store with a conversation and a group in the outbox.
fn grouped() -> (Store, [EntryId; 2]) {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let writes = renaming(&mut store);
    write(&mut store, &writes).expect("the group is written");
    (store, [writes[0].entry, writes[1].entry])
}

fn settle(store: &mut Store, entries: &[EntryId], transition: &Transition) {
    let batch = store.attempt(entries);
    let settled: Vec<_> = batch.iter().map(|entry| (entry, transition.clone(), None)).collect();
    store.commit(|transaction| transaction.settle(&settled, NOW));
}

#[test]
fn a_group_stands_together_in_one_lane() {
    let (store, entries) = grouped();
    let due = store.pick(NOW, 1);
    let picked: Vec<_> = due.candidates.iter().map(|it| (it.id, it.group)).collect();
    assert_eq!(picked, entries.map(|entry| (entry, Some(GROUP))), "whole, whatever the limit");
}

#[test]
fn one_bad_write_refuses_the_whole_group() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let mut writes = renaming(&mut store);
    writes[1].values.remove("body");
    assert_eq!(refusal(write(&mut store, &writes)), "messages.body is missing.");
    assert_eq!((store.counts(), store.due()), ((0, 0), NOTHING.to_vec()));
    assert_eq!(store.row("conversations", "c1").expect("a row")["title"], "Boats");
}

#[test]
fn a_refused_group_is_rolled_back_as_one_and_kept_for_a_decision() {
    let (mut store, entries) = grouped();
    settle(&mut store, &entries, &dead_letter());
    assert_eq!(store.row("messages", "m1"), None, "it shows no more");
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Boats"), &json!("failed")));
    assert_eq!(store.counts(), (0, 2));

    let mut store = store.reopen();
    store.retry(entries[1]);
    assert_eq!(store.row("conversations", "c1").expect("a row")["title"], "Ships");
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "It is Ships now");
    assert_eq!((store.due(), store.counts()), (entries.to_vec(), (2, 0)));
}

#[test]
fn discarding_one_of_a_group_discards_all() {
    let (mut store, entries) = grouped();
    settle(&mut store, &entries, &dead_letter());
    store.discard(entries[0]);
    assert_eq!(store.counts(), (0, 0));
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Boats"), &json!("sent")));
}

#[test]
fn cancelling_one_of_a_group_cancels_all_unless_it_has_left() {
    let (mut store, entries) = grouped();
    store.commit(|transaction| transaction.cancel(entries[1], NOW));
    assert_eq!((store.counts(), store.row("messages", "m1")), ((0, 0), None));

    let (mut store, entries) = grouped();
    store.attempt(&entries);
    let late = store.commit(|transaction| Ok(transaction.cancel(entries[0], NOW)));
    assert!(matches!(late, Err(StoreError::Conflict(_))));
}

#[test]
fn cancelling_one_of_a_group_cancels_what_followed_the_records_of_all() {
    let (mut store, entries) = grouped();
    store.update("messages", "m1", json!({ "body": "better" }));
    assert_eq!(store.counts(), (3, 0));
    store.commit(|transaction| transaction.cancel(entries[0], NOW));
    assert_eq!((store.counts(), store.row("messages", "m1")), ((0, 0), None));
}

#[test]
fn cancelling_a_create_cancels_the_group_that_follows_it_and_what_follows_that() {
    let mut store = Store::messaging();
    let create = store.send("m1", "c1");
    let (first, second) = (store.next_entry(), store.next_entry());
    let better = json!({ "body": "better" });
    let writes = [
        mutation(first, Operation::Update, "messages", "m1", better.clone()),
        mutation(second, Operation::Create, "messages", "m2", message("c1", "Ahoy")),
    ];
    write(&mut store, &writes).expect("the group is written");
    store.update("messages", "m2", better);
    assert_eq!(store.counts(), (4, 0));
    store.commit(|transaction| transaction.cancel(create, NOW));
    assert_eq!((store.counts(), store.row("messages", "m2")), ((0, 0), None));
}

#[test]
fn a_group_waits_for_what_its_records_have_in_other_lanes() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    store.pull("conversations", "c2", 2, 2, conversation("Harbours"));
    let before = store.update("conversations", "c2", json!({ "title": "Docks" }));
    store.attempt(&[before]);
    let mut writes = renaming(&mut store);
    let third = store.next_entry();
    let title = json!({ "title": "Piers" });
    writes.push(mutation(third, Operation::Update, "conversations", "c2", title));
    write(&mut store, &writes).expect("the group is written");
    assert_eq!(store.due(), [before]);
    store.settle(before, Transition::Acked { version: 3, order: 2 }, None);
    assert_eq!(store.due(), [writes[0].entry, writes[1].entry, third]);
    let later = store.update("conversations", "c2", json!({ "title": "Quays" }));
    assert_eq!(store.due().last(), Some(&later), "later writes follow it into its lane");
}

#[test]
fn a_group_that_was_blocked_is_free_again_even_if_it_edits_what_it_creates() {
    let mut store = Store::messaging();
    let picture = store.found("a1");
    let (create, edit) = (store.next_entry(), store.next_entry());
    let sending = Sending { after: vec![picture], ..Sending::default() };
    let founding =
        mutation(create, Operation::Create, "conversations", "c1", conversation("Boats"));
    let title = json!({ "title": "Ships" });
    let writes = [
        Mutation { sending, ..founding },
        mutation(edit, Operation::Update, "conversations", "c1", title),
    ];
    write(&mut store, &writes).expect("the group is written");
    store.reject(picture);
    assert!(store.outbox()[1..].iter().all(|entry| entry.blocked));
    store.retry(picture);
    store.ack(picture, 1, 1);
    assert_eq!(store.due(), [create, edit]);
}

#[test]
fn a_group_that_spans_conversations_is_refused() {
    let mut store = Store::messaging();
    let (first, second) = (store.next_entry(), store.next_entry());
    let writes = [
        mutation(first, Operation::Create, "messages", "m1", message("c1", "x")),
        mutation(second, Operation::Create, "messages", "m2", message("c2", "x")),
    ];
    let sentence = "An atomic group keeps to one lane: its records are in several.";
    assert_eq!(refusal(write(&mut store, &writes)), sentence);
}

#[test]
fn a_group_that_is_put_off_waits_as_one() {
    let (mut store, entries) = grouped();
    let later = Timestamp(NOW.0 + 2_000);
    settle(&mut store, &entries, &Transition::Retry { attempts: 1, not_before: later });
    assert_eq!((store.due(), store.due_at(later)), (NOTHING.to_vec(), entries.to_vec()));
}
