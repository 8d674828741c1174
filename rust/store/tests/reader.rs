//! The reader of the JavaScript thread: bounded, and never in the writer's way.

use mailboat_core::Operation;
use mailboat_store::{
    Durability, MAX_WINDOW_ROWS, OrderBy, READ_BUDGET_STEPS, RemoteChange, StoreError, Take, Window,
};

use crate::common::{NOW, Store, entry_id, in_conversation, message, mutation, remote, window};

/// Messages of one conversation, whose bodies no index sorts.
fn many_messages(count: u64) -> Store {
    let mut store = Store::messaging();
    let change = |number: u64| {
        let body = format!("{:05} words", number * 7_919 % 100_000);
        remote("messages", &format!("m{number}"), number, number, message("c1", &body))
    };
    let changes: Vec<RemoteChange> = (1..=count).map(change).collect();
    store.commit(|transaction| transaction.apply_changes(&changes, NOW));
    store
}

fn by_body() -> Window {
    let order_by = Some(OrderBy { column: "body".into(), descending: false });
    Window { order_by, limit: 10, ..window("messages") }
}

#[test]
fn a_read_over_its_budget_is_too_expensive() {
    let store = many_messages(3_000);
    let read = |steps| store.reader.read(steps, |reads| reads.snapshot(&by_body()).map(|_| ()));
    assert_eq!(read(10_000), Err(StoreError::TooExpensive { steps: 10_000 }));
    assert_eq!(read(READ_BUDGET_STEPS), Ok(()));
}

#[test]
fn a_budget_that_ran_out_does_not_leak_into_the_next_read() {
    let store = many_messages(3_000);
    for _ in 0..3 {
        let read = |steps| store.reader.read(steps, |reads| reads.snapshot(&by_body()).map(|_| ()));
        assert!(read(10_000).is_err());
        assert_eq!(read(READ_BUDGET_STEPS), Ok(()));
        assert!(read(10_000).is_err(), "and a generous one does not either");
    }
}

#[test]
fn a_budget_counts_all_statements_of_a_read() {
    let store = many_messages(3_000);
    let steps = 60_000;
    let once = |count: usize| {
        store.reader.read(steps, |reads| {
            (0..count).try_for_each(|_| reads.snapshot(&by_body()).map(|_| ()))
        })
    };
    assert_eq!(once(1), Ok(()));
    assert_eq!(once(100), Err(StoreError::TooExpensive { steps }));
}

#[test]
fn the_usual_budget_is_enough_for_the_largest_page() {
    let store = many_messages(5_000);
    let largest = Window { limit: MAX_WINDOW_ROWS, take: Take::Last, ..in_conversation("c1") };
    let rows =
        store.reader.read(READ_BUDGET_STEPS, |reads| Ok(reads.snapshot(&largest)?.rows.len()));
    assert_eq!(rows, Ok(500));
}

#[test]
fn the_writers_own_reads_have_no_budget() {
    let store = many_messages(3_000);
    let refused = store.reader.read(1_000, |reads| reads.snapshot(&by_body()).map(|_| ()));
    assert!(refused.is_err());
    assert_eq!(store.writer.reads().snapshot(&by_body()).expect("a snapshot").rows.len(), 10);
}

#[test]
fn a_read_during_a_transaction_sees_what_was_committed_before() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    let create = mutation(entry_id(9), Operation::Create, "messages", "m2", message("c1", "x"));
    let Store { mut writer, reader, .. } = store;
    let count = || {
        reader
            .read(READ_BUDGET_STEPS, |reads| Ok(reads.snapshot(&in_conversation("c1"))?.rows.len()))
    };
    let during = writer.transaction(Durability::Full, |transaction| {
        transaction.savepoint(|transaction| transaction.write(&create, NOW))?;
        Ok((count(), reader.read(1_000, |reads| Ok(reads.outbox(0, 10)?.entries.len()))))
    });
    assert_eq!(during.expect("it commits").0, (Ok(1), Ok(1)));
    assert_eq!(count(), Ok(2));
}

#[test]
fn a_read_that_panics_leaves_the_reader_usable() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.reader.read(READ_BUDGET_STEPS, |reads| -> Result<(), StoreError> {
            reads.snapshot(&in_conversation("c1"))?;
            std::panic::panic_any("a bug in a read");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(store.ids(&in_conversation("c1")), ["m1"]);
}

#[test]
fn the_log_is_copied_into_the_file_when_it_has_grown() {
    let mut store = many_messages(12_000);
    let size = |suffix: &str| {
        let path = format!("{}{suffix}", store.path.display());
        std::fs::metadata(path).expect("the file").len()
    };
    let (log, file) = (size("-wal"), size(""));
    assert!(log > 1024 * 1024, "the log holds it all: {log}");
    assert!(file < 512 * 1024, "a busy engine leaves it at that: {file}");
    store.writer.checkpoint_when_idle().expect("an idle one copies it");
    let copied = size("");
    assert!(copied > 512 * 1024, "{copied}");
    // What comes next starts the log again instead of growing it.
    store.send("next", "c1");
    assert_eq!(std::fs::metadata(format!("{}-wal", store.path.display())).expect("it").len(), log);
    assert_eq!(
        store.ids(&Window { take: Take::Last, limit: 1, ..in_conversation("c1") }),
        ["next"]
    );
}

#[test]
fn a_log_that_is_small_is_not_copied() {
    let mut store = Store::messaging();
    let file = std::fs::metadata(&store.path).expect("the file").len();
    store.send("m1", "c1");
    store.writer.checkpoint_when_idle().expect("nothing to do");
    assert_eq!(std::fs::metadata(&store.path).expect("the file").len(), file);
}
