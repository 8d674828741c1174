//! Dependencies: what comes first, and what a dead letter blocks.

use mailboat_core::{EntryId, Operation, Priority, Transition};
use mailboat_store::{Mutation, Sending};
use serde_json::json;

use crate::common::{NOTHING, NOW, Store, dead_letter, message, mutation};

/// Sends a message that comes after other entries.
fn send_after(store: &mut Store, id: &str, lane: &str, after: &[EntryId]) -> EntryId {
    let sending = Sending { after: after.to_vec(), ..Sending::default() };
    let entry = store.next_entry();
    let create = mutation(entry, Operation::Create, "messages", id, message(lane, "x"));
    let create = Mutation { sending, ..create };
    store.commit(|transaction| transaction.write(&create, NOW));
    entry
}

fn blocked(store: &Store) -> Vec<EntryId> {
    let outbox = store.outbox();
    outbox.iter().filter(|entry| entry.blocked).map(|entry| entry.id).collect()
}

#[test]
fn a_message_waits_for_its_attachments_and_its_lane_with_it() {
    let mut store = Store::messaging();
    let attachments = [store.found("a1"), store.found("a2")];
    let sending = send_after(&mut store, "m1", "c1", &attachments);
    let behind = store.send("m2", "c1");
    let waiting = store.outbox().into_iter().find(|entry| entry.id == sending).expect("it waits");
    assert_eq!(waiting.waits_for, 2);
    assert_eq!(store.due(), attachments);
    store.ack(attachments[0], 1, 1);
    assert_eq!(store.due(), [attachments[1]]);
    store.ack(attachments[1], 2, 2);
    assert_eq!(store.due(), [sending, behind]);
}

#[test]
fn what_is_settled_already_is_not_waited_for() {
    let mut store = Store::messaging();
    let attachment = store.found("a1");
    store.ack(attachment, 1, 1);
    let sending = send_after(&mut store, "m1", "c1", &[attachment]);
    assert_eq!(store.due(), [sending]);
}

#[test]
fn a_dead_attachment_blocks_its_message_visibly_and_nothing_else_of_a_chat() {
    let mut store = Store::messaging();
    let attachment = store.found("a1");
    let sending = send_after(&mut store, "m1", "c1", &[attachment]);
    let behind = store.send("m2", "c1");
    store.reject(attachment);
    assert_eq!((blocked(&store), store.due()), (vec![sending], vec![behind]));
    store.retry(attachment);
    assert_eq!((blocked(&store), store.due()), (NOTHING.to_vec(), vec![attachment]));
}

#[test]
fn blocking_goes_on_to_what_depends_on_the_blocked() {
    let mut store = Store::messaging();
    let first = store.found("a1");
    let second = send_after(&mut store, "m1", "c1", &[first]);
    let third = send_after(&mut store, "m2", "c2", &[second]);
    store.reject(first);
    assert_eq!(blocked(&store), [second, third]);
    let store = store.reopen();
    assert_eq!((blocked(&store), store.due()), (vec![second, third], NOTHING.to_vec()));
    let mut store = store;
    store.retry(first);
    store.ack(first, 1, 1);
    store.ack(second, 2, 2);
    assert_eq!(store.due(), [third]);
}

#[test]
fn discarding_what_is_needed_leaves_the_rest_to_be_decided() {
    let mut store = Store::messaging();
    let attachment = store.found("a1");
    let sending = send_after(&mut store, "m1", "c1", &[attachment]);
    store.reject(attachment);
    store.discard(attachment);
    let letter = &store.outbox()[0];
    let code = letter.reason.as_ref().map(|reason| reason.code.as_str());
    assert_eq!((letter.id, letter.failed, code), (sending, true, Some("dependency_discarded")));
    assert_eq!((store.counts(), store.due()), ((0, 1), NOTHING.to_vec()));
    store.retry(sending);
    assert_eq!(store.due(), [sending], "the person sends it without");
}

#[test]
fn edits_of_a_message_that_was_refused_are_blocked_and_the_chat_goes_on() {
    // Under this rule both may leave together.
    let mut schema = crate::common::uncoalesced();
    schema.collections[1].conflict = mailboat_core::ConflictRule::Merge;
    let mut store = Store::with(&schema);
    let create = store.send("m1", "c1");
    let update = store.update("messages", "m1", json!({ "body": "better" }));
    let other = store.send("m2", "c1");
    assert_eq!(store.due(), [create, update, other]);
    // The server did not know the record, so it refused the edit of it too.
    let batch = store.attempt(&[create, update]);
    let settled = [(&batch[0], dead_letter(), None), (&batch[1], dead_letter(), None)];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    assert_eq!((blocked(&store), store.counts()), (vec![update], (2, 1)));
    assert_eq!(store.due(), [other]);
    store.retry(create);
    assert_eq!(store.due(), [create, update, other]);
}

#[test]
fn what_left_with_what_it_needed_shows_as_waiting_once_that_was_refused() {
    let retry = Transition::Retry { attempts: 1, not_before: NOW };
    for outcome in [dead_letter(), retry] {
        let mut store = Store::messaging();
        let first = store.send("m1", "c1");
        let second = send_after(&mut store, "m2", "c1", &[first]);
        let batch = store.attempt(&[first, second]);
        assert_eq!((batch.len(), store.delivery("messages", "m2").as_str()), (2, "sending"));
        let settled = [(&batch[0], dead_letter(), None), (&batch[1], outcome, None)];
        store.commit(|transaction| transaction.settle(&settled, NOW));
        assert_eq!(blocked(&store), [second]);
        let shown = ["m1", "m2"].map(|id| store.delivery("messages", id));
        assert_eq!(shown, ["failed", "queued"]);
    }
}

#[test]
fn what_left_with_what_it_needed_shows_as_waiting_after_a_kill() {
    let mut store = Store::messaging();
    let first = store.send("m1", "c1");
    let second = send_after(&mut store, "m2", "c1", &[first]);
    let batch = store.attempt(&[first, second]);
    store.commit(|transaction| transaction.settle(&[(&batch[0], dead_letter(), None)], NOW));
    assert_eq!(store.delivery("messages", "m2"), "sending", "its answer is still out");
    let store = store.reopen();
    assert_eq!(blocked(&store), [second]);
    assert_eq!(store.delivery("messages", "m2"), "queued");
}

#[test]
fn a_retried_edit_of_a_message_that_was_refused_is_blocked_until_that_is_retried() {
    let mut store = Store::with(&crate::common::uncoalesced());
    let create = store.send("m1", "c1");
    let update = store.update("messages", "m1", json!({ "body": "better" }));
    store.reject(update);
    store.reject(create);
    store.retry(update);
    assert_eq!((blocked(&store), store.due()), (vec![update], NOTHING.to_vec()));
    store.retry(create);
    assert_eq!((blocked(&store), store.due()), (NOTHING.to_vec(), vec![create, update]));
}

#[test]
fn what_is_needed_becomes_as_urgent_as_what_needs_it() {
    let mut store = Store::messaging();
    let attachment = store.found("a1");
    let other = store.found("b1");
    let entry = store.next_entry();
    let sending =
        Sending { after: vec![attachment], priority: Some(Priority::High), ..Sending::default() };
    let create = mutation(entry, Operation::Create, "messages", "m1", message("c1", "x"));
    let create = Mutation { sending, ..create };
    store.commit(|transaction| transaction.write(&create, NOW));
    let high = store.writer.due(NOW, 100, Priority::High, false, &[]).expect("due").candidates;
    assert_eq!(high.iter().map(|it| it.id).collect::<Vec<_>>(), [attachment]);
    assert_eq!(store.due(), [attachment, other]);
}
