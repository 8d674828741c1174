//! Windows: which rows, in which order, how many.

use mailboat_store::{
    Column, ColumnType, MAX_WINDOW_ROWS, OrderBy, Snapshot, StoreError, Take, Window,
};
use serde_json::{Value, json};

use crate::common::{Store, in_conversation, message, optional, things, window};

fn filtered(collection: &str, filter: Value) -> Window {
    let filter = crate::common::columns(filter).into_iter().collect();
    Window { filter, ..window(collection) }
}

fn ordered(window: Window, column: &str, descending: bool) -> Window {
    Window { order_by: Some(OrderBy { column: column.into(), descending }), ..window }
}

fn snapshot(store: &Store, window: &Window) -> Result<Snapshot, StoreError> {
    store.reader.read(u64::MAX, |reads| reads.snapshot(window))
}

fn refused(store: &Store, window: &Window) -> String {
    match snapshot(store, window) {
        Err(StoreError::InvalidArgument(sentence)) => sentence,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// Messages m1 to m5 of one conversation, in the server's order.
fn five_messages() -> Store {
    let mut store = Store::messaging();
    for (number, sent_at) in (1..).zip([30, 10, 20, 10, 40]) {
        let mut values = message("c1", "x");
        values["sentAt"] = json!(sent_at);
        store.pull("messages", &format!("m{number}"), number, number, values);
    }
    store
}

#[test]
fn a_window_filters_by_every_type_of_column() {
    let mut store = Store::with(&things(vec![
        optional("text", ColumnType::Text),
        optional("whole", ColumnType::Integer),
        optional("real", ColumnType::Real),
        optional("truth", ColumnType::Boolean),
        optional("json", ColumnType::Json),
    ]));
    store.create(
        "things",
        "full",
        json!({ "text": "a", "whole": 7, "real": 0.5, "truth": true, "json": "a" }),
    );
    store.create("things", "empty", json!({}));
    store.create(
        "things",
        "other",
        json!({ "text": "A", "whole": 8, "real": 0.25, "truth": false, "json": [1] }),
    );
    for (filter, ids) in [
        (json!({ "text": "a" }), ["full"]),
        (json!({ "whole": 7 }), ["full"]),
        (json!({ "whole": 7.0 }), ["full"]),
        (json!({ "real": 0.5 }), ["full"]),
        (json!({ "truth": true }), ["full"]),
        (json!({ "json": "a" }), ["full"]),
        (json!({ "text": null }), ["empty"]),
        (json!({ "truth": false, "text": "A" }), ["other"]),
        (json!({ "id": "other" }), ["other"]),
        (json!({ "id": "empty", "text": null }), ["empty"]),
    ] {
        assert_eq!(store.ids(&filtered("things", filter.clone())), ids, "{filter}");
    }
    let both = filtered("things", json!({ "truth": true, "text": "A" }));
    assert_eq!(store.ids(&both), [""; 0]);
    assert_eq!(store.ids(&filtered("things", json!({ "id": "nobody" }))), [""; 0]);
}

#[test]
fn a_filter_that_does_not_fit_the_schema_is_refused() {
    let store = Store::messaging();
    let cases = [
        (json!({ "nothing": 1 }), "messages has no column nothing."),
        (json!({ "id": 1 }), "where.id has another type than its column."),
        (json!({ "id": null }), "where.id has another type than its column."),
        (json!({ "sentAt": "yesterday" }), "where.sentAt has another type than its column."),
        (json!({ "body": ["a"] }), "where.body has another type than its column."),
        (
            json!({ "sentAt": 9_007_199_254_740_992_i64 }),
            "where.sentAt has another type than its column.",
        ),
    ];
    for (filter, sentence) in cases {
        assert_eq!(refused(&store, &filtered("messages", filter)), sentence);
    }
    assert_eq!(
        refused(&store, &window("letters")),
        "The schema has no such collection. It has: conversations, messages."
    );
}

#[test]
fn the_two_ends_of_an_order_are_shown_in_the_same_direction() {
    let mut store = five_messages();
    store.send("m6", "c1");
    let first = Window { limit: 2, ..in_conversation("c1") };
    let last = Window { take: Take::Last, ..first.clone() };
    assert_eq!(store.ids(&first), ["m1", "m2"]);
    assert_eq!(store.ids(&last), ["m5", "m6"]);
    let by_time = ordered(first, "sentAt", false);
    assert_eq!(store.ids(&by_time), ["m6", "m2"]);
    let latest = Window { take: Take::Last, ..by_time };
    assert_eq!(store.ids(&latest), ["m1", "m5"]);
}

#[test]
fn an_order_by_column_goes_both_ways_and_ties_go_by_the_order_on_screen() {
    let store = five_messages();
    let all = || in_conversation("c1");
    assert_eq!(store.ids(&ordered(all(), "sentAt", false)), ["m2", "m4", "m3", "m1", "m5"]);
    assert_eq!(store.ids(&ordered(all(), "sentAt", true)), ["m5", "m1", "m3", "m2", "m4"]);
    assert_eq!(store.ids(&ordered(all(), "id", true)), ["m5", "m4", "m3", "m2", "m1"]);
    assert_eq!(
        refused(&store, &ordered(all(), "delivery", true)),
        "messages has no column delivery."
    );
    assert_eq!(
        refused(&store, &ordered(all(), "id\" --", true)),
        "messages is given something that is no column's name."
    );
}

#[test]
fn rows_at_the_same_place_keep_the_order_in_which_they_came() {
    let mut store = Store::messaging();
    for (version, id) in (1..).zip(["z", "a", "m", "b"]) {
        store.pull("messages", id, version, 7, message("c1", "x"));
    }
    let last = Window { take: Take::Last, ..in_conversation("c1") };
    for window in [in_conversation("c1"), last, window("messages")] {
        assert_eq!(store.ids(&window), ["z", "a", "m", "b"]);
    }
}

#[test]
fn a_window_says_whether_rows_lie_beyond_its_limit() {
    let store = five_messages();
    for (limit, more) in [(1, true), (4, true), (5, false), (500, false)] {
        for take in [Take::First, Take::Last] {
            let snapshot = snapshot(&store, &Window { limit, take, ..in_conversation("c1") })
                .expect("a snapshot");
            assert_eq!(snapshot.more, more, "{take:?} {limit}");
            assert_eq!(snapshot.rows.len(), limit.min(5) as usize);
            assert_eq!(snapshot.revisions.len(), snapshot.rows.len());
        }
    }
}

#[test]
fn the_limit_has_bounds() {
    let store = Store::messaging();
    for limit in [0, MAX_WINDOW_ROWS + 1, u32::MAX] {
        let sentence = format!("limit is {limit}; it must be 1 to 500.");
        assert_eq!(refused(&store, &Window { limit, ..window("messages") }), sentence);
    }
}

#[test]
fn rows_deleted_here_are_not_counted() {
    let mut store = five_messages();
    store.delete("messages", "m2");
    store.delete("messages", "m5");
    let snapshot =
        snapshot(&store, &Window { limit: 3, ..in_conversation("c1") }).expect("a snapshot");
    assert_eq!((snapshot.rows.len(), snapshot.more), (3, false));
}

#[test]
fn a_row_object_holds_the_id_the_columns_and_the_delivery() {
    let mut store = Store::with(&things(vec![
        Column::new("name", ColumnType::Text),
        optional("note", ColumnType::Json),
    ]));
    store.create("things", "t1", json!({ "name": "a" }));
    let rows = store.rows(&window("things"));
    assert_eq!(rows, [json!({ "id": "t1", "name": "a", "note": null, "delivery": "queued" })]);
    assert_eq!(store.row("things", "t1").as_ref(), rows.first());
    assert_eq!(store.row("things", "nothing"), None);
}

#[test]
fn names_that_are_words_of_sql_are_only_names() {
    let mut schema = things(vec![
        Column::new("select", ColumnType::Text),
        Column::new("rowid", ColumnType::Integer),
        Column::new("order", ColumnType::Text),
    ]);
    schema.collections[0].name = "table".into();
    schema.collections[0].indexes = vec![vec!["order".into(), "rowid".into()]];
    schema.collections[0].lane_column = Some("order".into());
    let mut store = Store::with(&schema);
    store.create("table", "t2", json!({ "select": "'", "rowid": 2, "order": "\";" }));
    store.create("table", "t1", json!({ "select": "'", "rowid": 1, "order": "\";" }));
    assert_eq!(store.ids(&filtered("table", json!({ "order": "\";" }))), ["t2", "t1"]);
    assert_eq!(store.ids(&ordered(window("table"), "rowid", false)), ["t1", "t2"]);
    let entry = store.outbox()[0].id;
    store.ack(entry, 1, 1);
    assert_eq!(store.writer.history_bound("table", "\";"), Ok(None));
}

#[test]
fn a_page_of_the_outbox_goes_on_after_the_last_entry() {
    let mut store = Store::messaging();
    let entries: Vec<_> = (0..5).map(|number| store.send(&format!("m{number}"), "c1")).collect();
    let page = |after, limit| store.reader.read(u64::MAX, |reads| reads.outbox(after, limit));
    let first = page(0, 2).expect("a page");
    let ids: Vec<_> = first.entries.iter().map(|entry| entry.id).collect();
    assert_eq!((ids.as_slice(), first.more), (&entries[..2], true));
    let rest = page(first.entries[1].sequence, 3).expect("a page");
    let ids: Vec<_> = rest.entries.iter().map(|entry| entry.id).collect();
    assert_eq!((ids.as_slice(), rest.more), (&entries[2..], false));
    for limit in [0, 501] {
        assert!(matches!(page(0, limit), Err(StoreError::InvalidArgument(_))));
    }
}
