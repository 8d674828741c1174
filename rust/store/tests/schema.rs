//! Schemas: what may be declared, and what happens to a file when the app's changes.

use mailboat_core::LanePolicy;
use mailboat_store::{Collection, Column, ColumnType, Opening, Schema, StoreError};
use serde_json::json;

use crate::common::{Store, in_conversation, message, optional, things, window};

fn flaw(schema: &Schema) -> String {
    match schema.check() {
        Err(StoreError::InvalidSchema(sentence)) => sentence,
        other => panic!("expected a flaw, got {other:?}"),
    }
}

fn named(name: &str) -> Schema {
    let mut schema = things(vec![]);
    schema.collections[0].name = name.into();
    schema
}

#[test]
fn the_messaging_schema_is_sound() {
    assert_eq!(Schema::messaging().check(), Ok(()));
}

#[test]
fn a_schema_has_one_to_sixty_four_collections() {
    let schema = |count: usize| Schema {
        collections: (0..count)
            .map(|number| named(&format!("c{number}")).collections.remove(0))
            .collect(),
    };
    assert_eq!(flaw(&schema(0)), "a schema has 1 to 64 collections.");
    assert_eq!(schema(64).check(), Ok(()));
    assert_eq!(flaw(&schema(65)), "a schema has 1 to 64 collections.");
}

#[test]
fn names_that_sqlite_or_mailboat_could_not_carry_are_refused() {
    let long = "n".repeat(49);
    for name in [
        "",
        "Things",
        "9lives",
        "with space",
        "a-b",
        "a\"b",
        "ü",
        "sqlite_x",
        "mailboatX",
        "_a",
        &long,
    ] {
        assert!(flaw(&named(name)).contains("is not a name"), "{name}");
        let column = things(vec![Column::new(name, ColumnType::Text)]);
        assert!(flaw(&column).contains("is not a name"), "{name}");
    }
    for name in ["a", "camelCase9", "snake_case", &"n".repeat(48)] {
        assert_eq!(named(name).check(), Ok(()), "{name}");
    }
}

#[test]
fn names_that_differ_only_in_case_are_the_same() {
    let mut schema = named("letters");
    schema.collections.extend(named("letTers").collections);
    assert_eq!(flaw(&schema), "collection letTers is declared twice.");
    let columns = ["title", "tiTle"].map(|name| Column::new(name, ColumnType::Text)).to_vec();
    assert_eq!(flaw(&things(columns)), "things.tiTle is declared twice.");
}

#[test]
fn columns_that_every_record_has_cannot_be_declared() {
    for name in ["id", "delivery"] {
        let schema = things(vec![Column::new(name, ColumnType::Text)]);
        assert_eq!(flaw(&schema), format!("things.{name} is a name that every record has."));
    }
    // SQLite takes names without regard to case.
    assert!(things(vec![Column::new("iD", ColumnType::Text)]).check().is_err());
}

#[test]
fn limits_indexes_and_lanes_must_make_sense() {
    let with = |change: fn(&mut Collection)| {
        let mut schema =
            things(vec![Column::new("name", ColumnType::Text), optional("n", ColumnType::Integer)]);
        change(&mut schema.collections[0]);
        flaw(&schema)
    };
    let limit = "things.name: maxBytes is 1 to 1048576.";
    assert_eq!(with(|things| things.columns[0].max_bytes = 0), limit);
    assert_eq!(with(|things| things.columns[0].max_bytes = 1_048_577), limit);
    let index = "an index of things names size, which is no column of it.";
    assert_eq!(with(|things| things.indexes = vec![vec!["size".into()]]), index);
    assert_eq!(with(|things| things.indexes = vec![vec![]]), "an index of things names no column.");
    let lane = "laneColumn of things must be a text column that is not optional.";
    assert_eq!(with(|things| things.lane_column = Some("n".into())), lane);
    assert_eq!(with(|things| things.lane_column = Some("size".into())), lane);
    let twice = |things: &mut Collection| things.indexes = vec![vec!["name".into(), "name".into()]];
    assert_eq!(with(twice), "an index of things names name twice.");
    let many = |things: &mut Collection| {
        things.columns = (0..65).map(|n| Column::new(&format!("c{n}"), ColumnType::Text)).collect();
    };
    assert_eq!(with(many), "things has more than 64 columns.");
}

#[test]
fn the_largest_schema_works() {
    let mut schema = things(
        (0..64)
            .map(|n| Column::new(&format!("c{n}{}", "x".repeat(44)), ColumnType::Integer))
            .collect(),
    );
    let every: Vec<String> =
        schema.collections[0].columns.iter().map(|column| column.name.clone()).collect();
    schema.collections[0].indexes = vec![every];
    assert_eq!(schema.check(), Ok(()));
    let mut store = Store::with(&schema);
    let values = schema.collections[0].columns.iter().map(|column| (column.name.clone(), json!(1)));
    store.create("things", "t1", values.collect());
    assert_eq!(store.ids(&window("things")), ["t1"]);
}

/// Opens a file under another schema; answers whether that was announced as slow.
fn changed(store: Store, schema: &Schema) -> Result<Store, StoreError> {
    let path = store.path.clone();
    let folder = store.close();
    let opening = Opening::begin(&path, schema)?;
    assert!(!opening.is_quick(), "a changed schema takes its time");
    drop(opening);
    Store::at(folder, schema)
}

#[test]
fn a_new_column_a_new_index_and_a_new_collection_keep_the_data() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 1, 1, message("c1", "first"));
    let pending = store.send("m2", "c1");

    let mut schema = Schema::messaging();
    schema.collections[1].columns.push(optional("editedAt", ColumnType::Integer));
    schema.collections[1].indexes.push(vec!["senderId".into(), "editedAt".into()]);
    schema
        .collections
        .push(things(vec![Column::new("name", ColumnType::Text)]).collections.remove(0));
    let mut store = changed(store, &schema).expect("it opens");

    assert_eq!(store.ids(&in_conversation("c1")), ["m1", "m2"]);
    let row = store.row("messages", "m1").expect("a row");
    assert_eq!((&row["body"], &row["editedAt"]), (&json!("first"), &json!(null)));
    assert_eq!(store.due(), [pending]);
    store.update("messages", "m1", json!({ "editedAt": 9 }));
    store.create("things", "t1", json!({ "name": "anchor" }));
    assert_eq!(store.row("messages", "m1").expect("a row")["editedAt"], 9);
    let indexes = "SELECT count(*) FROM sqlite_master WHERE name = 'messages by senderId, editedAt, _position'";
    assert_eq!(store.look(indexes), 1);

    let store = store.reopen_with(&schema);
    assert_eq!(store.ids(&window("things")), ["t1"]);
}

#[test]
fn a_column_that_was_dropped_keeps_its_values_for_a_later_schema() {
    let mut store = Store::messaging();
    store.pull("messages", "m1", 1, 1, message("c1", "first"));
    let mut narrow = Schema::messaging();
    narrow.collections[1].columns.retain(|column| column.name != "body");
    let mut store = changed(store, &narrow).expect("it opens");
    assert_eq!(store.row("messages", "m1").expect("a row").get("body"), None);
    store.create(
        "messages",
        "m2",
        json!({ "conversationId": "c1", "senderId": "ann", "sentAt": 1 }),
    );
    let store = changed(store, &Schema::messaging()).expect("it opens");
    assert_eq!(store.row("messages", "m1").expect("a row")["body"], "first");
    assert_eq!(store.row("messages", "m2").expect("a row")["body"], json!(null));
}

#[test]
fn a_column_of_another_type_is_refused_and_nothing_changes() {
    use ColumnType::{Boolean, Integer, Json, Real, Text};
    let types = [Text, Integer, Real, Boolean, Json];
    for before in types {
        for after in types.into_iter().filter(|after| *after != before) {
            let store = Store::with(&things(vec![optional("value", before)]));
            let path = store.path.clone();
            let folder = store.close();
            let mut schema = things(vec![optional("added", Text), optional("value", after)]);
            schema.collections[0].indexes = vec![vec!["added".into()]];
            let refused = Store::at(folder, &schema).err();
            let sentence = "things.value has another type in the file. Give the column a new name.";
            assert_eq!(
                refused,
                Some(StoreError::InvalidSchema(sentence.into())),
                "{before:?} to {after:?}"
            );
            assert!(!path.exists(), "the folder went with the refusal");
        }
    }
}

#[test]
fn a_refused_schema_leaves_the_file_to_the_old_one() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let path = store.path.clone();
    let folder = store.close();
    let mut schema = Schema::messaging();
    schema.collections.insert(0, things(vec![]).collections.remove(0));
    schema.collections[2].columns[2].kind = ColumnType::Json;
    let refused = Opening::begin(&path, &schema).expect("a look").finish().err();
    assert!(matches!(refused, Some(StoreError::InvalidSchema(_))), "{refused:?}");

    let store = Store::at(folder, &Schema::messaging()).expect("the old schema opens");
    assert_eq!(store.due(), [entry]);
    assert_eq!(store.look("SELECT count(*) FROM sqlite_master WHERE name = 'things'"), 0);
}

#[test]
fn a_name_spelled_in_another_case_is_the_same_column() {
    let mut store = Store::with(&things(vec![Column::new("sentat", ColumnType::Integer)]));
    store.create("things", "t1", json!({ "sentat": 7 }));
    let store = changed(store, &things(vec![Column::new("sentAt", ColumnType::Integer)]))
        .expect("it opens");
    assert_eq!(store.row("things", "t1").expect("a row")["sentAt"], 7);
}

#[test]
fn a_changed_policy_holds_for_what_is_written_from_then_on() {
    let mut store = Store::messaging();
    let skipping = store.send("m1", "c1");
    let mut schema = Schema::messaging();
    schema.collections[1].lane_policy = LanePolicy::Hold;
    let mut store = changed(store, &schema).expect("it opens");
    let holding = store.send("m2", "c1");
    let last = store.send("m3", "c1");
    store.reject(skipping);
    assert_eq!(store.due(), [holding, last]);
    store.reject(holding);
    assert_eq!(store.due(), crate::common::NOTHING);
}
