//! Records that are one under two ids: a call that was logged here and on the server.

use mailboat_core::{ConflictRule, KeyColumn, Transition};
use mailboat_store::{Answered, Collection, Column, ColumnType, Schema, StoreError};
use serde_json::{Value, json};

use crate::common::{NOW, Store, answered, columns, optional, window};

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
    let again = crate::common::mutation(
        store.next_entry(),
        mailboat_core::Operation::Create,
        "calls",
        "here",
        call(5),
    );
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
    let answer =
        Answered { is_duplicate: true, record_id: Some("there".into()), ..answered(call(60)) };
    store.update("calls", "here", json!({ "note": "call back" }));
    let batch = store.attempt(&[create]);
    let settled = [(&batch[0], Transition::Acked { version: 7, order: 7 }, Some(answer))];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    assert_eq!(ids(&store), ["there"]);
    assert_eq!(store.row("calls", "here").expect("a row")["note"], "call back");
    assert_eq!(store.outbox()[0].record_id, "there");
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
