//! What an acknowledgement does to the record it names.

use mailboat_core::Transition;
use serde_json::json;

use crate::common::{
    NOW, Store, answered, conversation, dead_letter, in_conversation, message, window,
};

#[test]
fn an_acked_create_is_sent_and_takes_the_servers_place() {
    let mut store = Store::messaging();
    let first = store.send("m1", "c1");
    let second = store.send("m2", "c1");
    store.pull("messages", "others", 8, 8, message("c1", "from ben"));
    store.ack(first, 7, 7);
    assert_eq!(store.delivery("messages", "m1"), "sent");
    assert_eq!(store.ids(&in_conversation("c1")), ["m1", "others", "m2"]);
    store.ack(second, 9, 9);
    assert_eq!(store.ids(&in_conversation("c1")), ["m1", "others", "m2"]);
    assert_eq!(store.counts(), (0, 0));
    assert_eq!(store.outbox().len(), 0);
    assert_eq!(store.look("SELECT count(*) FROM messages WHERE _base IS NOT NULL"), 0);
}

#[test]
fn a_batch_is_acked_in_one_transaction() {
    let mut store = Store::messaging();
    let entries: Vec<_> = (0..5).map(|number| store.send(&format!("m{number}"), "c1")).collect();
    let batch = store.attempt(&entries);
    let settled: Vec<_> = (1_u64..)
        .zip(&batch)
        .map(|(number, entry)| (entry, Transition::Acked { version: number, order: number }, None))
        .collect();
    store.commit(|transaction| transaction.settle(&settled, NOW));
    assert!(store.rows(&window("messages")).iter().all(|row| row["delivery"] == "sent"));
    assert_eq!(store.counts(), (0, 0));
}

#[test]
fn the_values_of_an_ack_are_shown() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let entry = store.update("conversations", "c1", json!({ "title": "Ships" }));
    let merged = json!({ "title": "Ships", "memberIds": ["ann", "ben", "cat"] });
    store.ack_with(entry, 5, 1, merged);
    assert_eq!(
        store.row("conversations", "c1").expect("a row"),
        json!({ "id": "c1", "title": "Ships", "memberIds": ["ann", "ben", "cat"], "delivery": "sent" })
    );
}

#[test]
fn an_ack_without_values_stands_for_what_was_asked() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let entry = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.ack(entry, 2, 1);
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Ships"), &json!("sent")));
    // What was acked is the base of what comes next.
    let next = store.update("conversations", "c1", json!({ "title": "Rafts" }));
    store.reject(next);
    store.discard(next);
    assert_eq!(store.row("conversations", "c1").expect("a row")["title"], "Ships");
}

#[test]
fn later_writes_stay_on_screen_when_an_earlier_one_is_acked() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let first = store.update("conversations", "c1", json!({ "title": "Ships" }));
    let second = store.update("conversations", "c1", json!({ "title": "Rafts" }));
    store.ack_with(first, 2, 1, json!({ "title": "Ships", "memberIds": [] }));
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!(
        (&row["title"], &row["memberIds"], &row["delivery"]),
        (&json!("Rafts"), &json!([]), &json!("queued"))
    );
    store.reject(second);
    store.discard(second);
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Ships"), &json!("sent")));
}

#[test]
fn an_ack_of_a_version_that_a_pull_brought_first_changes_no_value() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.attempt(&[entry]);
    store.pull("messages", "m1", 4, 4, message("c1", "as the server has it"));
    assert_eq!(store.delivery("messages", "m1"), "sending");
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "body of m1");
    store.ack(entry, 4, 4);
    let row = store.row("messages", "m1").expect("a row");
    assert_eq!((&row["body"], &row["delivery"]), (&json!("as the server has it"), &json!("sent")));
    assert_eq!(store.look("SELECT _position FROM messages"), 4);
}

#[test]
fn an_ack_does_not_undo_a_later_version_that_a_pull_brought_first() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let entry = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.pull("conversations", "c1", 9, 1, conversation("Ferries"));
    store.ack_with(entry, 5, 1, conversation("Ships"));
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Ferries"), &json!("sent")));
    assert_eq!(store.look("SELECT _version FROM conversations"), 9);
}

#[test]
fn an_acked_delete_removes_the_record_whatever_came_between() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let entry = store.delete("messages", "m1");
    store.attempt(&[entry]);
    store.pull("messages", "m1", 9, 1, message("c1", "edited by ben"));
    assert_eq!(store.row("messages", "m1"), None, "the delete is replayed over it");
    store.ack(entry, 12, 1);
    assert_eq!(store.look("SELECT count(*) FROM messages"), 0);
}

#[test]
fn a_record_deleted_here_does_not_come_back_for_an_older_dead_letter() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let edit = store.update("messages", "m1", json!({ "body": "refused" }));
    store.reject(edit);
    let delete = store.delete("messages", "m1");
    assert_eq!(store.row("messages", "m1"), None);
    store.ack(delete, 2, 1);
    assert_eq!(store.row("messages", "m1"), None, "the person deleted it");
    assert_eq!(store.counts(), (0, 1), "the dead letter is still theirs to decide");
    store.discard(edit);
    assert_eq!(store.look("SELECT count(*) FROM messages"), 0);
}

#[test]
fn an_entry_that_is_settled_twice_counts_once() {
    let mut store = Store::messaging();
    let first = store.send("m1", "c1");
    store.send("m2", "c1");
    let batch = store.attempt(&[first]);
    let acked = Transition::Acked { version: 1, order: 1 };
    for _ in 0..2 {
        let settled = [(&batch[0], acked.clone(), None)];
        store.commit(|transaction| transaction.settle(&settled, NOW));
    }
    assert_eq!(store.counts(), (1, 0));
    assert_eq!(store.outbox().len(), 1);
}

#[test]
fn answers_that_come_after_the_ack_leave_no_trace() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let batch = store.attempt(&[entry]);
    let acked = [(&batch[0], Transition::Acked { version: 1, order: 1 }, None)];
    store.commit(|transaction| transaction.settle(&acked, NOW));
    let retry = Transition::Retry { attempts: 1, not_before: NOW.plus_ms(10) };
    for late in [retry, dead_letter(), Transition::Unchanged] {
        let settled = [(&batch[0], late, None)];
        let ((), changes) =
            store.commit_with_changes(|transaction| transaction.settle(&settled, NOW));
        assert!(changes.is_empty());
    }
    assert_eq!((store.counts(), store.outbox().len()), ((0, 0), 0));
    assert_eq!(store.delivery("messages", "m1"), "sent");
    assert_eq!(store.look("SELECT count(*) FROM mailboat_transitions"), 2);
}

#[test]
fn a_late_answer_does_not_settle_an_entry_that_took_the_same_place() {
    let mut store = Store::messaging();
    let first = store.send("m1", "c1");
    let batch = store.attempt(&[first]);
    let acked = [(&batch[0], Transition::Acked { version: 1, order: 1 }, None)];
    store.commit(|transaction| transaction.settle(&acked, NOW));
    let mut store = store.reopen();
    let second = store.send("m2", "c1");
    store.commit(|transaction| transaction.settle(&acked, NOW));
    assert_eq!(store.due(), [second]);
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn values_that_do_not_fit_this_apps_columns_are_stored_as_null() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let newer = answered(json!({
        "conversationId": "c1", "senderId": "ann", "body": 7, "sentAt": 5, "fromTheFuture": [1],
    }));
    let batch = store.attempt(&[entry]);
    let settled = [(&batch[0], Transition::Acked { version: 1, order: 1 }, Some(newer))];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    let row = store.row("messages", "m1").expect("a row");
    assert_eq!((&row["body"], &row["delivery"]), (&json!(null), &json!("sent")));
}
