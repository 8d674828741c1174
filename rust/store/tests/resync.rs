//! Pulling everything again: for columns that nobody kept before, and past deletions.

use mailboat_store::{ColumnType, MAX_SWEPT_ROWS, RemoteChange, TOMBSTONES_KEPT_MS};
use serde_json::{Value, json};

use crate::common::{
    NOW, Store, conversation, in_conversation, message, optional, remote, things, uncoalesced,
    window,
};

fn with_mood() -> mailboat_store::Schema {
    let mut schema = uncoalesced();
    schema.collections[1].columns.push(optional("mood", ColumnType::Text));
    schema
}

fn glad(body: &str) -> Value {
    let mut values = message("c1", body);
    values["mood"] = json!("glad");
    values
}

#[test]
fn a_new_column_is_filled_though_the_version_is_known() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 5, 5, glad("sent long ago"));
    store.pull("messages", "m2", 6, 6, glad("edited here"));
    let edit = store.update("messages", "m2", json!({ "body": "better" }));
    store.attempt(&[edit]);
    store.commit(|transaction| transaction.set_cursor(Some("page 1")));
    let mut store = store.reopen_with(&with_mood());
    assert_eq!(store.writer.cursor(), Ok(None), "everything is pulled again");
    assert_eq!(store.row("messages", "m1").expect("a row")["mood"], Value::Null);
    store.pull("messages", "m1", 5, 5, glad("sent long ago"));
    store.pull("messages", "m2", 6, 6, glad("edited here"));
    assert_eq!(store.row("messages", "m1").expect("a row")["mood"], "glad");
    let row = store.row("messages", "m2").expect("a row");
    assert_eq!((&row["mood"], &row["body"]), (&json!("glad"), &json!("better")));
    assert!(store.conflicts().is_empty(), "the same version is in no conflict");
}

#[test]
fn a_version_of_later_is_not_taken_in_twice() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 5, 5, message("c1", "old"));
    let mut store = store.reopen_with(&with_mood());
    store.pull("messages", "m2", 9, 9, glad("new"));
    let echo = [remote("messages", "m2", 9, 9, glad("new"))];
    let ((), changes) =
        store.commit_with_changes(|transaction| transaction.apply_changes(&echo, NOW));
    assert!(changes.is_empty());
}

#[test]
fn the_same_schema_keeps_the_cursor() {
    let mut store = Store::messaging();
    store.commit(|transaction| transaction.set_cursor(Some("page 1")));
    let store = store.reopen();
    assert_eq!(store.writer.cursor(), Ok(Some("page 1".into())));
}

#[test]
fn a_new_collection_is_pulled_from_the_start() {
    let mut store = Store::messaging();
    store.commit(|transaction| transaction.set_cursor(Some("page 1")));
    let mut schema = uncoalesced();
    schema.collections.push(mailboat_store::Collection::new("tags", vec![]));
    assert_eq!(store.reopen_with(&schema).writer.cursor(), Ok(None));
}

#[test]
fn a_page_of_history_on_its_way_brings_no_deleted_record_back() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 3, 3, message("c1", "deleted meanwhile"));
    store.pull_deletion("messages", "m1", 9);
    let page = [remote("messages", "m1", 3, 3, message("c1", "deleted meanwhile"))];
    store.load_history("c1", None, &page, false);
    assert_eq!(store.ids(&in_conversation("c1")), Vec::<String>::new());
    store.pull("messages", "m1", 10, 3, message("c1", "made again"));
    assert_eq!(store.ids(&window("messages")), ["m1"], "a later version is another matter");
}

#[test]
fn what_was_deleted_here_does_not_come_back_with_a_page_either() {
    let mut store = Store::messaging();
    store.sent("m1", "c1", 3, 3);
    let delete = store.delete("messages", "m1");
    store.ack(delete, 9, 3);
    store.pull("messages", "m1", 3, 3, message("c1", "deleted here"));
    assert_eq!(store.look("SELECT count(*) FROM messages"), 0);
}

#[test]
fn a_deletion_is_forgotten_when_no_page_can_be_older() {
    let mut store = Store::messaging();
    store.pull_deletion("messages", "m1", 9);
    let later = NOW.plus_ms(TOMBSTONES_KEPT_MS + 1);
    store.commit(|transaction| transaction.apply_deletions(&[], later));
    store.pull("messages", "m1", 3, 3, message("c1", "seen again"));
    assert_eq!(store.ids(&window("messages")), ["m1"]);
}

/// Messages of `c1` with these orders, as a snapshot or a page of history has them.
fn messages(orders: &[u64]) -> Vec<RemoteChange> {
    let change = |order: &u64| {
        let (id, values) = (format!("m{order}"), message("c1", &format!("{order}")));
        remote("messages", &id, *order, *order, values)
    };
    orders.iter().map(change).collect()
}

/// A store that has messages 1 to `count` of `c1` and is told to start over.
fn told_to_start_over(count: u64) -> Store {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 500, 500, conversation("Boats"));
    let known = messages(&(1..=count).collect::<Vec<_>>());
    store.commit(|transaction| {
        transaction.apply_changes(&known, NOW)?;
        transaction.set_cursor(Some("page 1"))?;
        transaction.start_over()
    });
    store
}

/// A page of the snapshot: the conversation, and the messages with these orders.
fn snapshot(store: &mut Store, orders: &[u64]) {
    let mut page = messages(orders);
    page.push(remote("conversations", "c1", 500, 500, conversation("Boats")));
    store.commit(|transaction| transaction.apply_snapshot(&page, NOW));
}

/// Looks through all rows, for a last page that was asked for just now; answers how many
/// transactions it took.
fn sweep(store: &mut Store) -> u32 {
    let asked_at = store.writer.revision();
    sweep_as_of(store, asked_at)
}

fn sweep_as_of(store: &mut Store, asked_at: i64) -> u32 {
    let (mut swept, mut calls) = (None, 0);
    loop {
        swept = store.commit(|transaction| transaction.sweep(swept.take(), asked_at, NOW));
        calls += 1;
        if swept.is_none() {
            return calls;
        }
    }
}

fn orders(store: &Store) -> Vec<u64> {
    let ids = store.ids(&in_conversation("c1"));
    let mut orders: Vec<u64> =
        ids.iter().filter_map(|id| id.strip_prefix('m')?.parse().ok()).collect();
    orders.sort_unstable();
    orders
}

#[test]
fn after_a_pull_from_the_start_what_it_did_not_bring_is_gone() {
    let mut store = told_to_start_over(6);
    snapshot(&mut store, &[3, 5, 6]);
    sweep(&mut store);
    assert_eq!(orders(&store), [1, 2, 3, 5, 6], "what lies before the snapshot is not known");
    assert_eq!(store.look("SELECT count(*) FROM mailboat_seen"), 0);
    assert_eq!(store.look("SELECT count(*) FROM mailboat_seen_lanes"), 0);
    assert_eq!(sweep(&mut store), 1, "and it is over");
}

#[test]
fn its_history_shows_what_else_is_gone() {
    let mut store = told_to_start_over(9);
    snapshot(&mut store, &[8, 9]);
    sweep(&mut store);
    store.load_history("c1", None, &messages(&[6, 8, 9]), true);
    assert_eq!(orders(&store), [1, 2, 3, 4, 5, 6, 8, 9]);
    store.load_history("c1", Some(6), &messages(&[3, 4]), true);
    assert_eq!(orders(&store), [1, 2, 3, 4, 6, 8, 9]);
    store.load_history("c1", Some(3), &[], false);
    assert_eq!(orders(&store), [3, 4, 6, 8, 9]);
}

#[test]
fn history_that_came_before_the_sweep_is_fetched_again() {
    let mut store = told_to_start_over(4);
    store.load_history("c1", None, &messages(&[2, 3, 4]), false);
    snapshot(&mut store, &[3, 4]);
    sweep(&mut store);
    assert_eq!(store.writer.history_bound("messages", "c1"), Ok(None));
    store.load_history("c1", None, &messages(&[2, 3, 4]), false);
    assert_eq!(orders(&store), [2, 3, 4]);
}

#[test]
fn history_deletes_nothing_where_nothing_was_missed() {
    let mut store = Store::messaging();
    store.pull("messages", "m7", 7, 7, message("c1", "here"));
    store.load_history("c1", None, &messages(&[9]), false);
    assert_eq!(orders(&store), [7, 9], "a server may be behind what it has sent");
}

#[test]
fn a_conversation_without_messages_in_a_snapshot_has_none() {
    let mut store = told_to_start_over(3);
    snapshot(&mut store, &[]);
    sweep(&mut store);
    assert_eq!(orders(&store), Vec::<u64>::new());
}

#[test]
fn a_backend_that_names_no_snapshot_has_nothing_deleted() {
    let mut store = told_to_start_over(3);
    store.pull("conversations", "c2", 501, 501, conversation("Ships"));
    store.commit(|transaction| {
        transaction.set_cursor(Some("page 1"))?;
        transaction.start_over()
    });
    store.pull("messages", "m3", 3, 3, message("c1", "3"));
    store.pull("conversations", "c2", 501, 501, conversation("Ships"));
    sweep(&mut store);
    assert_eq!(store.ids(&window("conversations")), ["c1", "c2"]);
    assert_eq!(orders(&store), [1, 2, 3]);
}

#[test]
fn changes_during_the_snapshot_say_nothing_of_what_lies_between() {
    let mut store = told_to_start_over(9);
    snapshot(&mut store, &[8, 9]);
    store.pull("messages", "m2", 600, 2, message("c1", "edited meanwhile"));
    sweep(&mut store);
    assert_eq!(orders(&store), (1..=9).collect::<Vec<_>>());
}

#[test]
fn a_lane_whose_newest_were_deleted_during_the_snapshot_is_not_taken_for_empty() {
    let mut store = told_to_start_over(9);
    snapshot(&mut store, &[]);
    store.pull_deletion("messages", "m9", 600);
    sweep(&mut store);
    assert_eq!(orders(&store), (1..=8).collect::<Vec<_>>());
}

#[test]
fn what_was_sent_while_the_last_page_was_out_the_next_pull_tells_of() {
    let mut store = told_to_start_over(2);
    let asked_at = store.writer.revision();
    let (kept, lost) = (store.send("kept", "c1"), store.send("deleted elsewhere", "c1"));
    store.send("pending", "c1");
    snapshot(&mut store, &[1]);
    store.ack(kept, 601, 601);
    store.ack(lost, 602, 602);
    sweep_as_of(&mut store, asked_at);
    let mut shown = store.ids(&in_conversation("c1"));
    assert_eq!(shown, ["m1", "kept", "deleted elsewhere", "pending"]);
    store.pull("messages", "kept", 601, 601, message("c1", "kept"));
    sweep(&mut store);
    shown.retain(|id| id != "deleted elsewhere");
    assert_eq!(store.ids(&in_conversation("c1")), shown);
    assert_eq!(store.look("SELECT count(*) FROM mailboat_seen"), 0, "and it is over");
}

#[test]
fn while_an_answer_is_out_nothing_is_swept() {
    let mut store = told_to_start_over(2);
    let sent = store.send("created once, and deleted", "c1");
    store.attempt(&[sent]);
    snapshot(&mut store, &[1]);
    assert_eq!(sweep(&mut store), 1);
    store.ack(sent, 601, 601);
    sweep(&mut store);
    assert_eq!(orders(&store), [1]);
    assert_eq!(store.ids(&in_conversation("c1")), ["m1"]);
}

#[test]
fn history_of_long_ago_does_not_show_that_a_record_is_there() {
    let mut store = told_to_start_over(2);
    snapshot(&mut store, &[1, 3]);
    store.load_history("c1", None, &messages(&[1, 2, 3]), false);
    sweep(&mut store);
    assert_eq!(orders(&store), [1, 3]);
}

#[test]
fn a_write_that_waits_for_a_record_that_is_gone_meets_its_deletion() {
    let mut store = told_to_start_over(2);
    store.update("messages", "m1", json!({ "body": "too late" }));
    snapshot(&mut store, &[]);
    sweep(&mut store);
    let mut told = told_to_start_over(2);
    told.update("messages", "m1", json!({ "body": "too late" }));
    told.pull_deletion("messages", "m1", 600);
    let lost = |store: &Store| -> Vec<_> {
        store.conflicts().into_iter().map(|it| (it.record_id, it.values.get().to_owned())).collect()
    };
    let shown = |store: &Store| store.row("messages", "m1").map(|row| row["body"].clone());
    assert_eq!(lost(&store), lost(&told), "as if the server had named it");
    assert_eq!(store.counts(), told.counts());
    assert_eq!(shown(&store), shown(&told));
    let deleted = store.look("SELECT _base = 'null' FROM messages WHERE id = 'm1'");
    assert_eq!(deleted, 1, "the device knows that the server has it no more");
}

#[test]
fn a_kill_in_the_middle_of_the_sweep_loses_nothing_of_it() {
    let mut store = told_to_start_over(4);
    snapshot(&mut store, &[2, 4]);
    let first = store.commit(|transaction| transaction.sweep(None, i64::MAX, NOW));
    assert!(first.is_some());
    let mut store = store.reopen();
    assert_eq!(store.writer.cursor(), Ok(None), "the last page was not counted");
    sweep(&mut store);
    assert_eq!(orders(&store), [1, 2, 4]);
}

#[test]
fn what_was_seen_before_a_pull_began_once_more_counts_no_more() {
    let mut store = told_to_start_over(4);
    snapshot(&mut store, &[1, 2, 3, 4]);
    let mut store = store.reopen();
    store.commit(|transaction| transaction.begin_from_start());
    snapshot(&mut store, &[1, 2, 4]);
    sweep(&mut store);
    assert_eq!(orders(&store), [1, 2, 4]);
}

#[test]
fn what_was_on_its_way_when_the_first_page_came_is_looked_for() {
    let mut store = Store::messaging();
    let sent = store.send("deleted elsewhere", "c1");
    store.attempt(&[sent]);
    store.commit(|transaction| {
        transaction.begin_from_start()?;
        transaction.apply_snapshot(&messages(&[1]), NOW)
    });
    store.ack(sent, 2, 2);
    sweep(&mut store);
    assert_eq!(store.ids(&in_conversation("c1")), ["m1"]);
}

#[test]
fn what_was_acked_and_deleted_before_the_first_pull_is_gone_after_it() {
    let mut store = Store::messaging();
    store.sent("kept", "c1", 1, 1);
    store.sent("deleted elsewhere", "c1", 2, 2);
    store.send("pending", "c1");
    store.commit(|transaction| transaction.begin_from_start());
    let page = [remote("messages", "kept", 1, 1, message("c1", "kept"))];
    store.commit(|transaction| transaction.apply_snapshot(&page, NOW));
    sweep(&mut store);
    assert_eq!(store.ids(&in_conversation("c1")), ["kept", "pending"]);
}

#[test]
fn a_sweep_looks_at_a_bounded_number_of_rows_a_call() {
    let mut store = Store::with(&things(vec![optional("name", ColumnType::Text)]));
    let rows = u64::from(MAX_SWEPT_ROWS) * 2 + 1;
    let change = |order: u64| {
        remote("things", &format!("t{order:04}"), order, order, json!({ "name": "x" }))
    };
    let known: Vec<_> = (1..=rows).map(change).collect();
    store.commit(|transaction| {
        transaction.apply_changes(&known, NOW)?;
        transaction.set_cursor(Some("page 1"))?;
        transaction.start_over()?;
        transaction.apply_snapshot(&[change(7)], NOW)
    });
    assert_eq!(sweep(&mut store), 5, "three pages of rows, their end, and the end of all");
    assert_eq!(store.ids(&window("things")), ["t0007"]);
}

#[test]
fn a_first_pull_and_a_common_one_sweep_nothing() {
    let mut store = Store::messaging();
    store.commit(|transaction| transaction.start_over());
    store.pull("messages", "m1", 1, 1, message("c1", "1"));
    assert_eq!(sweep(&mut store), 1);
    store.commit(|transaction| transaction.set_cursor(Some("page 1")));
    assert_eq!(sweep(&mut store), 1);
    assert_eq!(orders(&store), [1]);
}
