//! Dead letters: visible with their reason, and a person's to retry or discard.

use mailboat_core::{ConflictRule, Reason, Transition};
use mailboat_store::StoreError;
use serde_json::json;

use crate::common::{
    NOTHING, NOW, Store, conversation, dead_letter, entry_id, in_conversation, uncoalesced,
};

#[test]
fn a_rejected_write_stays_on_screen_as_failed_with_its_reason() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.reject(entry);
    assert_eq!(store.delivery("messages", "m1"), "failed");
    let letter = &store.outbox()[0];
    assert_eq!((letter.id, letter.failed, letter.attempts), (entry, true, 1));
    let reason = Reason { code: "forbidden".into(), message: "Not yours.".into() };
    assert_eq!(letter.reason, Some(reason));
    assert_eq!(store.counts(), (0, 1));
    let store = store.reopen();
    assert_eq!(store.delivery("messages", "m1"), "failed");
    assert_eq!(store.counts(), (0, 1));
}

#[test]
fn a_dead_letter_is_not_sent() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.reject(entry);
    assert_eq!(store.due(), NOTHING);
    assert_eq!(store.attempt(&[entry]).len(), 0);
}

#[test]
fn discarding_a_create_removes_the_record() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.reject(entry);
    store.discard(entry);
    assert_eq!(store.look("SELECT count(*) FROM messages"), 0);
    assert_eq!(store.look("SELECT count(*) FROM mailboat_lanes"), 0);
    assert_eq!(store.counts(), (0, 0));
}

#[test]
fn discarding_an_update_shows_the_servers_version_with_what_is_left() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let title = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.update("conversations", "c1", json!({ "memberIds": ["cat"] }));
    store.reject(title);
    assert_eq!(store.delivery("conversations", "c1"), "failed");
    store.discard(title);
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!(
        row,
        json!({ "id": "c1", "title": "Boats", "memberIds": ["cat"], "delivery": "queued" })
    );
}

#[test]
fn discarding_a_delete_brings_the_record_back() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let entry = store.delete("messages", "m1");
    store.reject(entry);
    assert_eq!(store.row("messages", "m1"), None);
    store.discard(entry);
    assert_eq!(store.delivery("messages", "m1"), "sent");
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "body of m1");
}

#[test]
fn a_retried_entry_keeps_its_id_and_its_place_in_the_lane() {
    let mut store = Store::messaging();
    let first = store.send("m1", "c1");
    let second = store.send("m2", "c1");
    let third = store.send("m3", "c1");
    store.reject(first);
    store.reject(second);
    assert_eq!(store.due(), [third]);
    store.retry(second);
    assert_eq!(store.due(), [second, third]);
    store.retry(first);
    assert_eq!(store.due(), [first, second, third]);
    assert_eq!(store.ids(&in_conversation("c1")), ["m1", "m2", "m3"]);
    let entry = &store.outbox()[0];
    assert_eq!((entry.id, entry.failed, entry.attempts), (first, false, 0));
    assert_eq!((entry.not_before, &entry.reason), (None, &None));
    assert_eq!(store.counts(), (3, 0));
    assert_eq!(store.delivery("messages", "m1"), "queued");
}

#[test]
fn a_retried_entry_waits_no_longer_for_its_last_delay() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.put_off(entry, NOW.plus_ms(60_000));
    store.settle(entry, dead_letter(), None);
    store.retry(entry);
    assert_eq!(store.due(), [entry]);
    assert_eq!(store.attempt(&[entry])[0].attempts, 0);
}

#[test]
fn only_a_dead_letter_can_be_retried_or_discarded() {
    let mut store = Store::messaging();
    let pending = store.send("m1", "c1");
    let refused =
        Err(StoreError::InvalidArgument("The outbox has no dead letter of this id.".into()));
    for entry in [pending, entry_id(999)] {
        let results = store.commit(|transaction| {
            Ok([
                transaction.savepoint(|transaction| transaction.retry(entry, NOW)),
                transaction.savepoint(|transaction| transaction.discard(entry, NOW)),
            ])
        });
        assert_eq!(results, [refused.clone(), refused.clone()]);
    }
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn a_discarded_create_leaves_its_updates_to_be_decided() {
    let mut store = Store::messaging();
    let create = store.found("c1");
    let update = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.reject(create);
    assert_eq!(store.due(), NOTHING, "the lane is held");
    store.discard(create);
    assert_eq!(store.due(), [update], "the server refuses it, and the person sees that");
    store.reject(update);
    store.discard(update);
    assert_eq!(store.counts(), (0, 0));
    assert_eq!(store.look("SELECT count(*) FROM conversations"), 0);
}

#[test]
fn a_record_whose_create_was_discarded_comes_back_with_what_still_waits() {
    let mut store = Store::messaging();
    let create = store.found("c1");
    let update = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.reject(create);
    store.discard(create);
    // The server had applied the create after all; only its answer was lost.
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Ships"), &json!("queued")));
    store.ack(update, 2, 1);
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Ships"), &json!("sent")));
}

#[test]
fn a_dead_letter_and_a_write_on_its_way_show_the_failure() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let refused = store.update("messages", "m1", json!({ "body": "one" }));
    let going = store.update("messages", "m1", json!({ "body": "two" }));
    store.reject(refused);
    store.attempt(&[going]);
    assert_eq!(store.delivery("messages", "m1"), "failed");
    store.settle(going, Transition::Acked { version: 2, order: 1 }, None);
    assert_eq!(store.delivery("messages", "m1"), "failed");
}

#[test]
fn a_write_that_is_sent_whole_covers_what_a_dead_letter_showed() {
    let mut schema = uncoalesced();
    schema.collections.iter_mut().for_each(|it| it.conflict = ConflictRule::ClientWins);
    let mut store = Store::with(&schema);
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let refused = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.reject(refused);
    let going = store.update("conversations", "c1", json!({ "memberIds": ["cat"] }));
    assert_eq!(store.row("conversations", "c1").expect("a row")["title"], "Ships");
    store.attempt(&[going]);
    assert_eq!(
        store.row("conversations", "c1").expect("a row"),
        json!({ "id": "c1", "title": "Boats", "memberIds": ["cat"], "delivery": "failed" }),
        "base and what is unsettled, in order"
    );
}

#[test]
fn what_became_of_an_entry_can_be_read_from_the_log() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.put_off(entry, NOW.plus_ms(1));
    store.reject(entry);
    store.retry(entry);
    store.reject(entry);
    store.discard(entry);
    let kinds: String = store.look_for(
        "SELECT group_concat(kind, ' ') FROM
         (SELECT kind FROM mailboat_transitions ORDER BY sequence)",
    );
    assert_eq!(kinds, "attempted retry attempted dead retried attempted dead discarded");
}
