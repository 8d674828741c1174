//! What comes back from the server: base versions move up, never down.

use mailboat_core::Timestamp;
use mailboat_store::RemoteDeletion;
use serde_json::json;

use crate::common::{NOW, Store, conversation, in_conversation, message, remote, window};

#[test]
fn a_pulled_record_is_shown_at_the_servers_place() {
    let mut store = Store::messaging();
    store.pull("messages", "m2", 12, 2, message("c1", "second"));
    store.pull("messages", "m1", 13, 1, message("c1", "first"));
    assert_eq!(store.ids(&in_conversation("c1")), ["m1", "m2"]);
    assert_eq!(store.delivery("messages", "m1"), "sent");
    assert_eq!(store.counts(), (0, 0));
}

#[test]
fn a_base_moves_only_to_a_higher_version() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 5, 1, conversation("five"));
    for version in [4, 5] {
        store.pull("conversations", "c1", version, 9, conversation("stale"));
        assert_eq!(store.row("conversations", "c1").expect("a row")["title"], "five");
        assert_eq!(store.look("SELECT _position FROM conversations"), 1);
    }
    store.pull("conversations", "c1", 6, 1, conversation("six"));
    assert_eq!(store.row("conversations", "c1").expect("a row")["title"], "six");
}

#[test]
fn a_stale_page_touches_nothing() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 5, 1, conversation("five"));
    let stale = [remote("conversations", "c1", 5, 1, conversation("five"))];
    let ((), changes) =
        store.commit_with_changes(|transaction| transaction.apply_changes(&stale, NOW));
    assert!(changes.is_empty());
}

#[test]
fn a_pull_under_a_pending_update_moves_the_base_and_keeps_the_update() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let entry = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.pull("conversations", "c1", 2, 1, json!({ "title": "Ferries", "memberIds": ["cat"] }));
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!(
        (&row["title"], &row["memberIds"], &row["delivery"]),
        (&json!("Ships"), &json!(["cat"]), &json!("queued"))
    );
    store.reject(entry);
    store.discard(entry);
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["memberIds"]), (&json!("Ferries"), &json!(["cat"])));
}

#[test]
fn a_page_under_a_write_on_its_way_leaves_it_sending() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let entry = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.attempt(&[entry]);
    store.pull("conversations", "c1", 2, 1, conversation("Ferries"));
    assert_eq!(store.delivery("conversations", "c1"), "sending");
}

#[test]
fn a_tombstone_removes_a_record_that_nothing_waits_on() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    store.pull_deletion("messages", "m1", 2);
    assert_eq!(store.look("SELECT count(*) FROM messages"), 0);
}

#[test]
fn a_tombstone_older_than_the_record_is_ignored() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 5, 1, message("c1", "here to stay"));
    store.pull_deletion("messages", "m1", 5);
    store.pull_deletion("messages", "unknown", 5);
    assert_eq!(store.ids(&window("messages")), ["m1"]);
}

#[test]
fn a_tombstone_under_a_pending_update_waits_for_the_update_to_be_settled() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let entry = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.pull_deletion("conversations", "c1", 2);
    let row = store.row("conversations", "c1").expect("the person still sees their words");
    assert_eq!((&row["title"], &row["delivery"]), (&json!("Ships"), &json!("queued")));
    store.reject(entry);
    assert_eq!(store.delivery("conversations", "c1"), "failed");
    store.discard(entry);
    assert_eq!(store.look("SELECT count(*) FROM conversations"), 0);
}

#[test]
fn a_tombstone_under_an_update_that_was_applied_before_it_removes_the_record_at_the_ack() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    let entry = store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.pull_deletion("conversations", "c1", 3);
    store.ack_with(entry, 2, 1, conversation("Ships"));
    assert_eq!(store.look("SELECT count(*) FROM conversations"), 0);
}

#[test]
fn a_tombstone_under_a_pending_delete_keeps_the_record_hidden() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 1, 1);
    let entry = store.delete("messages", "m1");
    store.attempt(&[entry]);
    store.pull_deletion("messages", "m1", 2);
    assert_eq!(store.row("messages", "m1"), None);
    store.reject(entry);
    assert_eq!(store.row("messages", "m1"), None, "it is deleted on both sides");
    store.discard(entry);
    assert_eq!(store.look("SELECT count(*) FROM messages"), 0);
}

#[test]
fn a_record_that_comes_back_after_its_deletion_is_shown_again() {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    store.update("conversations", "c1", json!({ "title": "Ships" }));
    store.pull_deletion("conversations", "c1", 2);
    store.pull("conversations", "c1", 3, 1, json!({ "title": "Boats", "memberIds": ["dan"] }));
    let row = store.row("conversations", "c1").expect("a row");
    assert_eq!((&row["title"], &row["memberIds"]), (&json!("Ships"), &json!(["dan"])));
}

#[test]
fn a_page_and_its_cursor_are_stored_together_or_not_at_all() {
    let mut store = Store::messaging();
    assert_eq!(store.writer.cursor(), Ok(None));
    store.commit(|transaction| {
        transaction.apply_changes(&[remote("messages", "m1", 1, 1, message("c1", "x"))], NOW)?;
        transaction.set_cursor(Some("page 1"))
    });
    let lost = store.writer.transaction(mailboat_store::Durability::Normal, |transaction| {
        transaction.apply_changes(&[remote("messages", "m2", 2, 2, message("c1", "x"))], NOW)?;
        transaction.set_cursor(Some("page 2"))?;
        Err::<(), _>(mailboat_store::StoreError::DiskFull)
    });
    assert_eq!(lost.err(), Some(mailboat_store::StoreError::DiskFull));
    assert_eq!(store.writer.cursor(), Ok(Some("page 1".into())));
    assert_eq!(store.ids(&window("messages")), ["m1"]);
    let mut store = store.reopen();
    assert_eq!(store.writer.cursor(), Ok(Some("page 1".into())));
    store.commit(|transaction| transaction.set_cursor(None));
    assert_eq!(store.writer.cursor(), Ok(None));
}

#[test]
fn the_end_of_a_pull_is_remembered() {
    let mut store = Store::messaging();
    assert_eq!(store.writer.reads().last_synced_at(), Ok(None));
    store.commit(|transaction| transaction.set_last_synced_at(Timestamp(77)));
    assert_eq!(store.reopen().writer.reads().last_synced_at(), Ok(Some(Timestamp(77))));
}

#[test]
fn collections_that_this_app_does_not_know_are_passed_over() {
    let mut store = Store::messaging();
    store.commit(|transaction| {
        transaction.apply_changes(
            &[
                remote("reactions", "r1", 1, 1, json!({ "emoji": "x" })),
                remote("messages", "m1", 2, 2, message("c1", "hello")),
            ],
            NOW,
        )?;
        let gone = RemoteDeletion { collection: "reactions".into(), id: "r1".into(), version: 3 };
        transaction.apply_deletions(&[gone], NOW)
    });
    assert_eq!(store.ids(&window("messages")), ["m1"]);
}

#[test]
fn only_pages_of_history_say_how_far_back_a_lane_reaches() {
    let mut store = Store::messaging();
    store.send("pending", "c1");
    // An old message that somebody edited: what lies between it and the rest is not here.
    store.pull("messages", "m2", 30, 2, message("c1", "edited"));
    store.pull("messages", "m9", 9, 9, message("c1", "newest"));
    assert_eq!(store.writer.history_bound("messages", "c1"), Ok(None));
    let page: Vec<_> = [7, 8, 9]
        .map(|order| remote("messages", &format!("m{order}"), order, order, message("c1", "x")))
        .into();
    let new = store.load_history("c1", None, &page, true);
    assert_eq!(new, 2, "the newest was here already");
    assert_eq!(store.writer.history_bound("messages", "c1"), Ok(Some(7)));
    assert_eq!(store.writer.history_bound("messages", "c2"), Ok(None));
    store.commit(|transaction| transaction.start_over());
    assert_eq!(store.writer.history_bound("messages", "c1"), Ok(None));
    assert!(store.writer.history_bound("nothing", "c1").is_err());
}
