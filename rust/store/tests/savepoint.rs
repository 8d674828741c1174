//! Savepoints: a command that fails takes nothing of the others with it, and a
//! transaction that SQLite has ended keeps nothing at all.

use mailboat_core::Operation;
use mailboat_store::{Durability, Enqueued, Mutation, StoreError};
use serde_json::json;

use crate::common::{NOW, Store, entry_id, message, mutation, window};

fn creating(number: u128) -> Mutation {
    let id = format!("m{number}");
    mutation(entry_id(number), Operation::Create, "messages", &id, message("c1", "x"))
}

#[test]
fn a_command_that_fails_leaves_the_others_standing() {
    let mut store = Store::messaging();
    let results = store.commit(|transaction| {
        let mut results = Vec::new();
        for mutation in [creating(1), creating(1), creating(2)] {
            results.push(transaction.savepoint(|transaction| transaction.write(&mutation, NOW)));
        }
        Ok(results)
    });
    let taken = Err(StoreError::Exists { collection: "messages".into() });
    assert_eq!(results, [Ok(Enqueued::New), taken, Ok(Enqueued::New)]);
    assert_eq!(store.ids(&window("messages")), ["m1", "m2"]);
    assert_eq!(store.counts(), (2, 0));
}

#[test]
fn a_command_of_several_writes_is_undone_as_a_whole() {
    let mut store = Store::messaging();
    let result = store.commit(|transaction| {
        transaction.savepoint(|transaction| transaction.write(&creating(1), NOW))?;
        Ok(transaction.savepoint(|transaction| {
            transaction.write(&creating(2), NOW)?;
            transaction.write(&creating(3), NOW)?;
            transaction.write(&creating(1), NOW)
        }))
    });
    assert!(result.is_err());
    assert_eq!(store.ids(&window("messages")), ["m1"]);
    assert_eq!(store.counts(), (1, 0));
    assert_eq!(store.outbox().len(), 1);
}

#[test]
fn the_counts_follow_what_was_undone_inside_a_savepoint() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.reject(entry);
    store.commit(|transaction| {
        let refused = transaction.savepoint(|transaction| {
            transaction.discard(entry, NOW)?;
            transaction.discard(entry, NOW)
        });
        assert!(refused.is_err());
        Ok(())
    });
    assert_eq!(store.counts(), (0, 1));
    assert_eq!(store.delivery("messages", "m1"), "failed");
}

#[test]
fn a_refused_write_needs_no_savepoint_to_leave_the_others_standing() {
    let mut store = Store::messaging();
    let nameless = mutation(entry_id(9), Operation::Create, "messages", "", message("c1", "x"));
    let results = store.commit(|transaction| {
        let group = [creating(1), creating(1), nameless, creating(2)];
        Ok(group.map(|write| transaction.write(&write, NOW).is_ok()))
    });
    assert_eq!(results, [true, false, false, true]);
    assert_eq!(store.ids(&window("messages")), ["m1", "m2"]);
    assert_eq!((store.counts(), store.outbox().len()), ((2, 0), 2));
}

#[test]
fn an_error_that_is_no_refusal_dooms_a_transaction_without_savepoints() {
    let mut store = Store::messaging();
    let stranger = mutation(entry_id(1), Operation::Create, "messages", "m9", message("c1", "x"));
    let mut results = Vec::new();
    let doomed = store.writer.transaction(Durability::Normal, |transaction| {
        // The second entry has the id of the first: found out after its row was made.
        for write in [&creating(1), &stranger, &creating(2)] {
            results.push(transaction.write(write, NOW));
        }
        Ok(())
    });
    assert_eq!(results[0], Ok(Enqueued::New));
    assert!(matches!(results[1], Err(StoreError::Sqlite { .. })), "{:?}", results[1]);
    assert_eq!(results[2], results[1]);
    assert_eq!(doomed.map(|_| Enqueued::New), results[1]);
    assert_eq!(store.ids(&window("messages")), [""; 0]);
    assert_eq!(store.counts(), (0, 0));
}

#[test]
fn a_savepoint_saves_the_others_from_such_an_error() {
    let mut store = Store::messaging();
    let stranger = mutation(entry_id(1), Operation::Create, "messages", "m9", message("c1", "x"));
    let results = store.commit(|transaction| {
        Ok([creating(1), stranger, creating(2)].map(|write| {
            transaction.savepoint(|transaction| transaction.write(&write, NOW)).is_ok()
        }))
    });
    assert_eq!(results, [true, false, true]);
    assert_eq!(store.ids(&window("messages")), ["m1", "m2"]);
    assert_eq!(store.counts(), (2, 0));
}

#[test]
fn a_transaction_that_fails_keeps_nothing_of_its_savepoints() {
    let mut store = Store::messaging();
    let failed = store.writer.transaction(Durability::Normal, |transaction| {
        transaction.savepoint(|transaction| transaction.write(&creating(1), NOW))?;
        Err::<(), _>(StoreError::InvalidArgument("no".into()))
    });
    assert_eq!(failed.err(), Some(StoreError::InvalidArgument("no".into())));
    assert_eq!(store.ids(&window("messages")), [""; 0]);
    assert_eq!(store.counts(), (0, 0));
    assert_eq!(store.reopen().counts(), (0, 0));
}

#[test]
fn revisions_never_repeat_even_after_a_rollback() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let revision = |store: &Store| {
        let snapshot = store.reader.read(u64::MAX, |reads| reads.snapshot(&window("messages")));
        snapshot.expect("a snapshot").revisions[0]
    };
    let mut seen = vec![revision(&store)];
    for round in 0..3 {
        let entry = store.next_entry();
        let edit =
            mutation(entry, Operation::Update, "messages", "m1", json!({ "body": "never seen" }));
        let lost = store.writer.transaction(Durability::Normal, |transaction| {
            transaction.write(&edit, NOW)?;
            Err::<(), _>(StoreError::DiskFull)
        });
        assert!(lost.is_err());
        store.update("messages", "m1", json!({ "body": format!("round {round}") }));
        seen.push(revision(&store));
        store = store.reopen();
    }
    let mut distinct = seen.clone();
    distinct.dedup();
    assert_eq!(distinct, seen);
    assert!(seen.is_sorted(), "and they grow: {seen:?}");
    assert!(seen[3] < 1 << 53, "JavaScript counts them exactly");
}
