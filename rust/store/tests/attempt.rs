//! Attempts: marked before a byte leaves, put back when a request fails, and
//! neither lost nor forgotten when the process dies in between.

use mailboat_core::{Operation, Transition};
use serde_json::json;

use crate::common::{NOW, Store, dead_letter, entry_id, message};

#[test]
fn a_marked_batch_shows_as_sending_and_holds_what_is_sent() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let update = store.update("messages", "m1", json!({ "body": "edited" }));
    let create = store.send("m2", "c1");
    let batch = store.attempt(&[update, create]);

    let ids: Vec<_> = batch.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [update, create]);
    assert_eq!((batch[0].operation, batch[1].operation), (Operation::Update, Operation::Create));
    assert_eq!(json!(batch[0].values), json!({ "body": "edited" }));
    assert_eq!(json!(batch[1].values), message("c1", "body of m2"));
    assert_eq!((batch[0].lane.as_str(), batch[0].record_id.as_str()), ("c1", "m1"));
    assert_eq!(store.delivery("messages", "m1"), "sending");
    assert_eq!(store.look("SELECT count(*) FROM mailboat_outbox WHERE attempted = 1"), 2);
    assert_eq!(store.counts(), (2, 0));
}

#[test]
fn entries_that_are_gone_are_left_out_of_a_batch() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let batch = store.attempt(&[entry_id(77), entry]);
    assert_eq!(batch.len(), 1);
    assert_eq!(batch[0].id, entry);
}

#[test]
fn a_batch_that_is_put_back_burns_no_attempt() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let batch = store.attempt(&[entry]);
    store.commit(|transaction| transaction.put_back(&batch));
    assert_eq!(store.delivery("messages", "m1"), "queued");
    assert_eq!(store.outbox()[0].attempts, 0);
    assert_eq!(store.due(), [entry]);
    assert_eq!(
        store.look("SELECT attempted FROM mailboat_outbox"),
        1,
        "the server may know it, so it must never fold or cancel"
    );
}

#[test]
fn a_blocked_entry_waits_again_as_it_was() {
    let mut store = Store::messaging();
    let (first, second) = (store.send("m1", "c1"), store.send("m2", "c1"));
    let batch = store.attempt(&[first, second]);
    let retry = Transition::Retry { attempts: 1, not_before: NOW.plus_ms(10) };
    let settled = [(&batch[0], retry, None), (&batch[1], Transition::Unchanged, None)];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    let outbox = store.outbox();
    assert_eq!((outbox[0].attempts, outbox[1].attempts), (1, 0));
    assert_eq!(store.delivery("messages", "m2"), "queued");
    assert_eq!(store.attempt(&[first])[0].attempts, 1);
}

#[test]
fn a_mixed_answer_settles_each_entry_by_itself() {
    let mut store = Store::messaging();
    let entries: Vec<_> = (0..4).map(|number| store.send(&format!("m{number}"), "c1")).collect();
    let batch = store.attempt(&entries);
    let not_before = NOW.plus_ms(10);
    let settled = [
        (&batch[0], Transition::Acked { version: 1, order: 1 }, None),
        (&batch[1], dead_letter(), None),
        (&batch[2], Transition::Retry { attempts: 1, not_before }, None),
        (&batch[3], Transition::Unchanged, None),
    ];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    let deliveries: Vec<String> =
        (0..4).map(|number| store.delivery("messages", &format!("m{number}"))).collect();
    assert_eq!(deliveries, ["sent", "failed", "queued", "queued"]);
    assert_eq!(store.counts(), (2, 1));
    assert_eq!(store.due_at(not_before), entries[2..]);
}

#[test]
fn a_write_made_while_another_is_on_its_way_shows_as_sending_until_settled() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let first = store.update("messages", "m1", json!({ "body": "one" }));
    let batch = store.attempt(&[first]);
    let second = store.update("messages", "m1", json!({ "body": "two" }));
    assert_eq!(store.delivery("messages", "m1"), "sending");
    let settled = [(&batch[0], Transition::Acked { version: 2, order: 1 }, None)];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    assert_eq!(store.delivery("messages", "m1"), "queued");
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "two");
    assert_eq!(store.due(), [second]);
}

#[test]
fn a_dead_letter_can_be_discarded_while_a_later_write_is_on_its_way() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let refused = store.update("messages", "m1", json!({ "senderId": "eve" }));
    store.reject(refused);
    let going = store.update("messages", "m1", json!({ "body": "two" }));
    let batch = store.attempt(&[going]);
    store.discard(refused);
    let row = store.row("messages", "m1").expect("a row");
    assert_eq!((&row["senderId"], &row["body"]), (&json!("ann"), &json!("two")));
    let settled = [(&batch[0], Transition::Acked { version: 2, order: 1 }, None)];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    let row = store.row("messages", "m1").expect("a row");
    assert_eq!((&row["body"], &row["delivery"]), (&json!("two"), &json!("sent")));
}

#[test]
fn a_batch_that_was_on_its_way_at_a_kill_waits_again() {
    let mut store = Store::messaging();
    let entries: Vec<_> = (0..3).map(|number| store.send(&format!("m{number}"), "c1")).collect();
    store.sent("m9", "c2", 1, 1);
    let delete = store.delete("messages", "m9");
    store.attempt(&[entries[0], entries[1], delete]);
    let mut store = store.reopen();
    for number in 0..3 {
        assert_eq!(store.delivery("messages", &format!("m{number}")), "queued");
    }
    assert_eq!(store.row("messages", "m9"), None);
    assert_eq!(store.due().len(), 4);
    assert_eq!(store.counts(), (4, 0));
    assert_eq!(store.look("SELECT count(*) FROM mailboat_outbox WHERE attempted = 1"), 3);

    let batch = store.attempt(&entries);
    assert_eq!(batch.len(), 3, "and is sent again under the same ids");
}

#[test]
fn a_transaction_that_was_open_at_a_kill_left_nothing() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let create = crate::common::mutation(
        entry_id(50),
        Operation::Create,
        "messages",
        "m2",
        message("c1", "x"),
    );
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.commit(|transaction| -> Result<(), _> {
            transaction.write(&create, NOW)?;
            std::panic::panic_any("killed");
        });
    }));
    assert!(killed.is_err());
    let store = store.reopen();
    assert_eq!(store.due(), [entry]);
    assert_eq!(store.row("messages", "m2"), None);
}
