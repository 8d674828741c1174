//! Records that are one under two ids: a call that was logged here and on the server.

use std::collections::HashSet;

use mailboat_core::{ConflictRule, EntryId, GroupId, KeyColumn, Operation, Transition};
use mailboat_store::{
    Answered, Collection, Column, ColumnType, Mutation, OutboxEntry, Schema, Sending, StoreError,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::action::cases;
use crate::common::{NOTHING, NOW, Store, answered, columns, mutation, optional, window};

fn calls() -> Schema {
    let mut calls = Collection::new(
        "calls",
        vec![
            Column::new("line", ColumnType::Text),
            Column::new("number", ColumnType::Text),
            Column::new("direction", ColumnType::Text),
            Column::new("startedAt", ColumnType::Integer),
            Column::new("durationS", ColumnType::Integer),
            optional("note", ColumnType::Text),
        ],
    );
    let part = |column: &str, tolerance| KeyColumn { column: column.into(), tolerance };
    calls.natural_key = vec![
        part("line", 0.0),
        part("number", 0.0),
        part("direction", 0.0),
        part("startedAt", 0.0),
        part("durationS", 1.0),
    ];
    calls.coalesce = false;
    Schema { collections: vec![calls] }
}

fn call(duration_s: i64) -> Value {
    json!({ "line": "home", "number": "+43 1 234", "direction": "in", "startedAt": 1_790_000_000,
            "durationS": duration_s, "note": null })
}

fn ids(store: &Store) -> Vec<String> {
    store.ids(&window("calls"))
}

/// A store whose create of `here` has left, beside `there`, which the server has, and a
/// call that is neither.
fn attempted() -> (Store, EntryId) {
    let mut store = Store::with(&calls());
    let create = store.create("calls", "here", call(61));
    store.attempt(&[create]);
    store.pull("calls", "there", 7, 7, call(60));
    store.pull("calls", "other", 2, 2, call(600));
    (store, create)
}

/// The server answers that `here` is a duplicate of `there`.
fn answer_duplicate(store: &mut Store, create: EntryId) {
    let answer =
        Answered { is_duplicate: true, record_id: Some("there".into()), ..answered(call(60)) };
    let batch = store.attempt(&[create]);
    let settled = [(&batch[0], Transition::Acked { version: 7, order: 7 }, Some(answer))];
    store.commit(|transaction| transaction.settle(&settled, NOW));
}

/// An edit of a call that comes after other entries.
fn edit_after(store: &mut Store, id: &str, after: &[EntryId]) -> Mutation {
    let sending = Sending { after: after.to_vec(), ..Sending::default() };
    let note = json!({ "note": format!("edit of {id}") });
    Mutation { sending, ..mutation(store.next_entry(), Operation::Update, "calls", id, note) }
}

fn edit(store: &mut Store, id: &str) -> EntryId {
    store.update("calls", id, json!({ "note": "call back" }))
}

fn write_group(store: &mut Store, writes: [Mutation; 2]) -> [EntryId; 2] {
    let id = GroupId::from_u128(writes[0].entry.as_u128());
    store.commit(|transaction| transaction.write_group(&writes, id, NOW));
    writes.map(|write| write.entry)
}

/// Edits of two calls, all or none.
fn edit_both(store: &mut Store, first: &str, second: &str) -> [EntryId; 2] {
    let writes = [first, second].map(|id| edit_after(store, id, &[]));
    write_group(store, writes)
}

/// The server applies what may go together.
fn ack_all(store: &mut Store, entries: &[EntryId], version: u64) {
    let batch = store.attempt(entries);
    assert_eq!(batch.len(), entries.len(), "all of it leaves");
    let acked = Transition::Acked { version, order: 7 };
    let settled: Vec<_> = batch.iter().map(|entry| (entry, acked.clone(), None)).collect();
    store.commit(|transaction| transaction.settle(&settled, NOW));
}

/// The lanes and counts of what waits, oldest first.
fn places(store: &Store) -> Vec<(String, u32)> {
    store.outbox().into_iter().map(|entry| (entry.lane, entry.waits_for)).collect()
}

#[test]
fn a_call_that_the_server_has_already_becomes_that_record() {
    let mut store = Store::with(&calls());
    store.create("calls", "here", call(61));
    store.pull("calls", "there", 7, 7, call(60));
    assert_eq!((ids(&store), store.counts()), (vec!["there".to_owned()], (0, 0)));
    assert_eq!(store.row("calls", "there").expect("a row")["durationS"], 60);
    assert_eq!(store.delivery("calls", "there"), "sent");
    let log = store.conflicts();
    assert_eq!((log.len(), log[0].rule.as_str()), (1, "naturalKey"), "the duplicate is kept there");
}

#[test]
fn an_edit_outlives_the_create_that_was_needless() {
    let mut schema = calls();
    schema.collections[0].coalesce = true;
    let mut store = Store::with(&schema);
    store.create("calls", "here", call(61));
    store.update("calls", "here", json!({ "note": "call back" }));
    store.pull("calls", "there", 7, 7, call(60));
    let row = store.row("calls", "there").expect("a row");
    assert_eq!((&row["durationS"], &row["note"]), (&json!(60), &json!("call back")));
    assert_eq!(store.counts(), (1, 0));
}

#[test]
fn two_calls_two_seconds_apart_are_two() {
    let mut store = Store::with(&calls());
    store.create("calls", "here", call(61));
    store.pull("calls", "there", 7, 7, call(63));
    assert_eq!(
        (ids(&store), store.counts()),
        (vec!["there".to_owned(), "here".to_owned()], (1, 0))
    );
}

#[test]
fn the_old_id_goes_on_finding_the_record_and_its_edits_follow() {
    let mut store = Store::with(&calls());
    store.create("calls", "here", call(61));
    store.update("calls", "here", json!({ "note": "call back" }));
    store.pull("calls", "there", 7, 7, call(60));
    let row = store.row("calls", "here").expect("the old id finds it");
    assert_eq!((&row["id"], &row["note"]), (&json!("there"), &json!("call back")));
    store.update("calls", "here", json!({ "line": "work" }));
    let mut store = store.reopen_with(&calls());
    let entries: Vec<_> =
        store.outbox().into_iter().map(|entry| (entry.record_id, entry.lane)).collect();
    let moved = ("there".to_owned(), "there".to_owned());
    assert_eq!(entries, [moved.clone(), moved], "in one lane, in order");
    assert_eq!(store.due().len(), 2);
    let again = mutation(store.next_entry(), Operation::Create, "calls", "here", call(5));
    let taken = StoreError::Exists { collection: "calls".into() };
    assert_eq!(store.try_write(&again), Err(taken), "the id is used");
}

#[test]
fn an_attempted_create_waits_for_its_answer() {
    let mut store = Store::with(&calls());
    let create = store.create("calls", "here", call(61));
    store.attempt(&[create]);
    store.pull("calls", "there", 7, 7, call(60));
    assert_eq!(ids(&store).len(), 2, "the server may have it under either id");
    edit(&mut store, "here");
    answer_duplicate(&mut store, create);
    assert_eq!(ids(&store), ["there"]);
    assert_eq!(store.row("calls", "here").expect("a row")["note"], "call back");
    assert_eq!(store.outbox()[0].record_id, "there");
}

#[test]
fn what_waited_for_another_lane_goes_on_when_the_two_are_one() {
    let (mut store, create) = attempted();
    let needed = edit(&mut store, "here");
    let dependent = edit_after(&mut store, "there", &[needed]);
    store.commit(|transaction| transaction.write(&dependent, NOW));
    assert_eq!(places(&store)[2], ("there".to_owned(), 1));
    answer_duplicate(&mut store, create);
    let there = ("there".to_owned(), 0);
    assert_eq!(places(&store), [there.clone(), there], "the order of the lane is enough");
    assert_eq!(store.due(), [needed, dependent.entry]);
    let mut store = store.reopen_with(&calls());
    store.ack(needed, 8, 7);
    assert_eq!(store.due(), [dependent.entry]);
}

#[test]
fn what_waited_in_the_same_lane_goes_on_waiting_when_the_two_part() {
    let (mut store, create) = attempted();
    let needed = edit(&mut store, "here");
    // Its first record lends the group its lane, which is not that of `needed` any more.
    let writes = [edit_after(&mut store, "here", &[needed]), edit_after(&mut store, "other", &[])];
    let group = write_group(&mut store, writes);
    answer_duplicate(&mut store, create);
    let here = |waits_for| ("here".to_owned(), waits_for);
    assert_eq!(places(&store), [("there".to_owned(), 0), here(1), here(0)]);
    assert_eq!(store.due(), [needed]);
    store.ack(needed, 8, 7);
    assert_eq!(store.due(), group);
}

#[test]
fn a_group_stays_together_when_one_of_its_records_gets_another_id() {
    let (mut store, create) = attempted();
    let group = edit_both(&mut store, "other", "here");
    answer_duplicate(&mut store, create);
    let entries: Vec<_> =
        store.outbox().into_iter().map(|entry| (entry.record_id, entry.lane)).collect();
    let other = "other".to_owned();
    assert_eq!(entries, [(other.clone(), other.clone()), ("there".to_owned(), other)]);
    assert_eq!(store.due(), group);
    ack_all(&mut store, &group, 8);
    assert_eq!(store.row("calls", "there").expect("a row")["note"], "edit of here");
    assert_eq!((store.delivery("calls", "there"), store.counts()), ("sent".to_owned(), (0, 0)));
}

#[test]
fn the_writes_of_two_records_that_are_one_go_in_the_order_of_writing() {
    let (mut store, create) = attempted();
    let first = edit(&mut store, "there");
    let group = edit_both(&mut store, "other", "here");
    let behind = edit(&mut store, "here");
    let last = edit(&mut store, "there");
    answer_duplicate(&mut store, create);
    let later = edit(&mut store, "here");
    let mut store = store.reopen_with(&calls());
    assert_eq!(store.due(), [first]);
    store.ack(first, 8, 7);
    assert_eq!(store.due(), [group[0], group[1], behind], "it follows the group in its lane");
    ack_all(&mut store, &group, 9);
    assert_eq!(store.due(), [behind]);
    store.ack(behind, 10, 7);
    assert_eq!(store.due(), [last, later]);
    store.ack(last, 11, 7);
    store.ack(later, 12, 7);
    assert_eq!((store.due(), store.counts()), (NOTHING.to_vec(), (0, 0)));
}

#[test]
fn a_dead_letter_blocks_what_comes_after_it_once_two_records_are_one() {
    let (mut store, create) = attempted();
    let dead = edit(&mut store, "there");
    let group = edit_both(&mut store, "other", "here");
    store.reject(dead);
    answer_duplicate(&mut store, create);
    let blocked: Vec<_> = store.outbox().iter().map(|entry| entry.blocked).collect();
    assert_eq!((blocked, store.due()), (vec![false, true, true], NOTHING.to_vec()));
    store.retry(dead);
    assert_eq!(store.due(), [dead]);
    store.ack(dead, 8, 7);
    assert_eq!(store.due(), group);
}

#[test]
fn a_group_that_creates_and_edits_a_duplicate_is_done_as_one() {
    let mut store = Store::with(&calls());
    store.pull("calls", "there", 7, 7, call(60));
    let create = mutation(store.next_entry(), Operation::Create, "calls", "here", call(61));
    let update = edit_after(&mut store, "here", &[]);
    let group = write_group(&mut store, [create, update]);
    let batch = store.attempt(&group);
    let answer =
        Answered { is_duplicate: true, record_id: Some("there".into()), ..answered(call(60)) };
    let settled = [
        (&batch[0], Transition::Acked { version: 7, order: 7 }, Some(answer)),
        (&batch[1], Transition::Acked { version: 8, order: 7 }, None),
    ];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    assert_eq!((ids(&store), store.counts()), (vec!["there".to_owned()], (0, 0)));
    let row = store.row("calls", "there").expect("a row");
    assert_eq!((&row["note"], &row["delivery"]), (&json!("edit of here"), &json!("sent")));
}

#[test]
fn a_write_behind_a_create_waits_until_the_id_is_sure() {
    let mut store = Store::with(&calls());
    let create = store.create("calls", "here", call(61));
    let update = store.update("calls", "here", json!({ "note": "call back" }));
    assert_eq!(store.attempt(&[create, update]).len(), 1);
}

#[test]
fn the_twin_is_found_by_its_index() {
    let store = Store::with(&calls());
    let plan = store.look_for::<String>(
        "SELECT group_concat(name) FROM sqlite_master WHERE tbl_name = 'calls' AND type = 'index'",
    );
    assert!(plan.contains("calls by key line, number, direction, startedAt, durationS"), "{plan}");
    let raw = rusqlite::Connection::open(&store.path).expect("SQLite opens it");
    let sql = "EXPLAIN QUERY PLAN SELECT id FROM calls WHERE _version = 0 AND line = 'a' AND number = 'b'
               AND direction = 'c' AND startedAt = 1 AND durationS BETWEEN 1 AND 3 ORDER BY +_position LIMIT 8";
    let step: String = raw.query_row(sql, [], |row| row.get(3)).expect("a plan");
    assert!(step.contains("by key"), "{step}");
}

#[test]
fn a_key_that_cannot_work_is_refused() {
    let flawed = |column: &str, tolerance: f64| {
        let mut schema = calls();
        schema.collections[0].natural_key.push(KeyColumn { column: column.into(), tolerance });
        schema.check().expect_err("it is refused").to_string()
    };
    assert!(flawed("nothing", 0.0).contains("nothing is no column of it"));
    assert!(flawed("line", 0.0).contains("line is named twice"));
    assert!(flawed("note", 1.0).contains("note has a tolerance, and is no number"));
    assert!(flawed("note", -1.0).contains("a tolerance that is not"));
}

#[test]
fn under_server_wins_the_edits_of_a_duplicate_stay() {
    let mut schema = calls();
    schema.collections[0].conflict = ConflictRule::ServerWins;
    let mut store = Store::with(&schema);
    store.create("calls", "here", call(60));
    store.update("calls", "here", json!({ "note": "call back" }));
    store.pull("calls", "there", 7, 7, call(60));
    assert_eq!(store.row("calls", "there").expect("a row")["note"], "call back");
    let sent = store.due();
    let batch = store.attempt(&sent);
    assert_eq!(
        (batch[0].values.clone(), batch[0].base_version),
        (columns(json!({ "note": "call back" })), Some(7))
    );
}

/// What is written before two records turn out to be one, and after. Numbers pick among
/// what there is at that moment.
#[derive(Clone, Debug)]
enum Step {
    Edit { call: usize },
    EditAfter { call: usize, pick: usize },
    EditBoth { first: usize, second: usize },
    Ack { pick: usize },
}

fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..3_usize).prop_map(|call| Step::Edit { call }),
        (0..3_usize, 0..8_usize).prop_map(|(call, pick)| Step::EditAfter { call, pick }),
        (0..3_usize, 0..3_usize).prop_map(|(first, second)| Step::EditBoth { first, second }),
        (0..8_usize).prop_map(|pick| Step::Ack { pick }),
    ];
    proptest::collection::vec(step, 0..9)
}

fn take(store: &mut Store, step: &Step, version: u64) {
    let id = |call: usize| ["here", "there", "other"][call];
    match *step {
        Step::Edit { call } => {
            edit(store, id(call));
        }
        Step::EditAfter { call, pick } => {
            let waiting = store.outbox();
            let after = waiting.get(pick % waiting.len().max(1)).map(|entry| entry.id);
            let write = edit_after(store, id(call), after.as_slice());
            store.commit(|transaction| transaction.write(&write, NOW));
        }
        Step::EditBoth { first, second } => {
            edit_both(store, id(first), id(second));
        }
        Step::Ack { pick } => ack_one(store, pick, version),
    }
}

/// The server applies the first entry of a lane, and its group, but nothing that waits
/// where the create of `here` does. Of what waits it has to be the first of its record.
fn ack_one(store: &mut Store, pick: usize, version: u64) {
    let mut waiting = store.outbox();
    let is_created = |entry: &OutboxEntry| entry.operation == Operation::Create;
    let taken = waiting.iter().find(|entry| is_created(entry)).map(|entry| entry.lane.clone());
    let mut heads = store.pick(NOW, 100).candidates;
    let mut lanes: HashSet<String> = taken.into_iter().collect();
    heads.retain(|candidate| lanes.insert(candidate.lane.clone()));
    let Some(head) = heads.get(pick % heads.len().max(1)) else { return };
    let group = head.group;
    let unit: Vec<_> = waiting
        .extract_if(.., |entry| entry.id == head.id || (group.is_some() && entry.group == group))
        .collect();
    for member in &unit {
        let is_earlier = |other: &&OutboxEntry| {
            other.record_id == member.record_id && other.sequence < member.sequence
        };
        assert_eq!(waiting.iter().find(is_earlier).map(|it| it.id), None, "before {}", member.id);
    }
    let entries: Vec<_> = unit.iter().map(|entry| entry.id).collect();
    assert!(entries.iter().all(|entry| store.due().contains(entry)), "a group is due as one");
    ack_all(store, &entries, version);
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn nothing_is_stuck_or_overtaken_when_two_records_become_one(
        before in any_steps(),
        after in any_steps(),
        picks in proptest::collection::vec(0..8_usize, 1..8),
    ) {
        let (mut store, create) = attempted();
        let mut versions = 8..;
        for step in &before {
            take(&mut store, step, versions.next().expect("a version"));
        }
        answer_duplicate(&mut store, create);
        for step in &after {
            take(&mut store, step, versions.next().expect("a version"));
        }
        let mut store = store.reopen_with(&calls());
        let mut picks = picks.into_iter().cycle();
        while store.counts().0 > 0 {
            prop_assert_ne!(store.due(), NOTHING, "stuck: {:?}", store.outbox());
            let (pick, version) = (picks.next(), versions.next());
            ack_one(&mut store, pick.expect("a pick"), version.expect("a version"));
        }
        prop_assert_eq!(store.delivery("calls", "there"), "sent");
        prop_assert_eq!(store.counts(), (0, 0));
    }
}
