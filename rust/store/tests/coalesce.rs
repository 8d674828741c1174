//! Coalescing: a write folds into an earlier one that nobody else knows of.

use mailboat_core::{Operation, Priority, SendMode};
use mailboat_store::{Enqueued, Mutation, Sending};
use serde_json::{Value, json};

use crate::common::{NOTHING, NOW, Store, conversation, message, mutation};

/// Writes, and answers what became of it.
fn write(store: &mut Store, operation: Operation, id: &str, values: Value) -> Enqueued {
    let entry = store.next_entry();
    let write = mutation(entry, operation, "messages", id, values);
    store.commit(|transaction| transaction.write(&write, NOW))
}

fn edit(store: &mut Store, id: &str, body: &str) -> Enqueued {
    write(store, Operation::Update, id, json!({ "body": body }))
}

#[test]
fn an_edit_before_the_first_attempt_folds_into_the_create() {
    let mut store = Store::coalescing();
    let create = store.send("m1", "c1");
    assert_eq!(edit(&mut store, "m1", "better"), Enqueued::Folded(create));
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "better");
    let batch = store.attempt(&[create]);
    assert_eq!((batch.len(), batch[0].operation), (1, Operation::Create));
    assert_eq!(json!(batch[0].values), message("c1", "better"));
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn an_edit_of_what_the_server_may_have_is_an_entry_of_its_own() {
    let mut store = Store::coalescing();
    let create = store.send("m1", "c1");
    store.attempt(&[create]);
    assert_eq!(edit(&mut store, "m1", "better"), Enqueued::New);
    let second = store.outbox()[1].id;
    assert_eq!(edit(&mut store, "m1", "best"), Enqueued::Folded(second));
    assert_eq!(store.due(), [create, second]);
    let sent = store.attempt(&[second]);
    assert_eq!(json!(sent[0].values), json!({ "body": "best" }));
}

#[test]
fn a_create_and_its_delete_cancel_out() {
    let mut store = Store::coalescing();
    store.send("m1", "c1");
    edit(&mut store, "m1", "better");
    let deleted = write(&mut store, Operation::Delete, "m1", json!({}));
    assert_eq!(deleted, Enqueued::CancelledOut);
    assert_eq!((store.counts(), store.due()), ((0, 0), NOTHING.to_vec()));
    for table in ["messages", "mailboat_outbox", "mailboat_lanes"] {
        assert_eq!(store.look(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    // The id is free: nobody ever heard of it.
    store.send("m1", "c1");
}

#[test]
fn a_create_that_left_and_its_delete_do_not_cancel_out() {
    let mut store = Store::coalescing();
    let create = store.send("m1", "c1");
    let batch = store.attempt(&[create]);
    store.commit(|transaction| transaction.put_back(&batch));
    assert_eq!(write(&mut store, Operation::Delete, "m1", json!({})), Enqueued::New);
    assert_eq!(store.due().len(), 2);
}

#[test]
fn a_delete_takes_the_place_of_an_edit_that_never_left() {
    let mut store = Store::coalescing();
    store.pull("messages", "m1", 1, 1, message("c1", "server"));
    edit(&mut store, "m1", "better");
    let entry = store.outbox()[0].id;
    let deleted = write(&mut store, Operation::Delete, "m1", json!({}));
    assert_eq!(deleted, Enqueued::Folded(entry));
    let batch = store.attempt(&[entry]);
    assert_eq!((batch[0].operation, batch[0].values.len()), (Operation::Delete, 0));
    assert_eq!(store.row("messages", "m1"), None);
}

#[test]
fn an_edit_of_a_dead_letters_record_waits_behind_it() {
    let mut store = Store::coalescing();
    let create = store.send("m1", "c1");
    store.reject(create);
    assert_eq!(edit(&mut store, "m1", "better"), Enqueued::New);
    assert_eq!(store.due(), NOTHING, "it is blocked");
    store.retry(create);
    assert_eq!(store.due().len(), 2);
}

#[test]
fn an_edit_that_moves_a_record_does_not_fold() {
    let mut store = Store::coalescing();
    store.send("m1", "c1");
    let moved = json!({ "conversationId": "c2" });
    assert_eq!(write(&mut store, Operation::Update, "m1", moved), Enqueued::New);
}

#[test]
fn a_collection_may_keep_every_write() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    assert_eq!(edit(&mut store, "m1", "better"), Enqueued::New);
    assert_eq!(store.counts(), (2, 0));
}

#[test]
fn a_write_lends_its_urgency_to_what_it_folds_into() {
    let mut store = Store::coalescing();
    let low = Sending { priority: Some(Priority::Low), ..Sending::default() };
    let (entry, values) = (store.next_entry(), conversation("Boats"));
    let create = mutation(entry, Operation::Create, "conversations", "c1", values);
    let create = Mutation { sending: low, ..create };
    store.commit(|transaction| transaction.write(&create, NOW));
    assert_eq!(store.writer.low().expect("low").entries, 1);
    store.update("conversations", "c1", json!({ "title": "Ships" }));
    assert_eq!(store.outbox()[0].priority, Priority::Normal);
    assert_eq!(store.writer.low().expect("low").entries, 0);
}

#[test]
fn a_write_that_goes_sooner_takes_what_it_folds_into_along() {
    let hour = NOW.plus_ms(3_600_000);
    let gathering =
        |send, until| Sending { send: Some(send), gather_until: Some(until), ..Sending::default() };
    let soon = NOW.plus_ms(5_000);
    let immediate = Sending { send: Some(SendMode::Immediate), ..Sending::default() };
    let scheduled = gathering(SendMode::Scheduled, hour);
    let batched = gathering(SendMode::Batched, soon);
    // What is there, what folds into it, and when both go.
    let cases = [
        (&scheduled, &immediate, NOW),
        (&scheduled, &batched, soon),
        (&batched, &scheduled, soon),
        (&scheduled, &gathering(SendMode::Scheduled, hour.plus_ms(1)), hour),
        (&immediate, &scheduled, NOW),
    ];
    for (there, folding, goes_at) in cases {
        let mut store = Store::coalescing();
        let (entry, values) = (store.next_entry(), message("c1", "first"));
        let create = mutation(entry, Operation::Create, "messages", "m1", values);
        let create = Mutation { sending: there.clone(), ..create };
        store.commit(|transaction| transaction.write(&create, NOW));
        let values = json!({ "body": "better" });
        let update = mutation(store.next_entry(), Operation::Update, "messages", "m1", values);
        let update = Mutation { sending: folding.clone(), ..update };
        let folded = store.commit(|transaction| transaction.write(&update, NOW));
        assert_eq!(folded, Enqueued::Folded(entry));
        assert_eq!(store.due_at(goes_at), [entry], "{there:?} {folding:?}");
        if goes_at > NOW {
            let before = store.pick(NOW, 100);
            assert_eq!((before.candidates.len(), before.next_due), (0, Some(goes_at)));
        }
    }
}
