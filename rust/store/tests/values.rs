//! Values: what a column takes, what comes back, and what is refused without being repeated.

use mailboat_core::Operation;
use mailboat_store::{
    Column, ColumnType, MAX_ID_BYTES, MAX_SAFE_INTEGER, Schema, StoreError, Window,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::action::cases;
use crate::common::{Store, mutation, optional, refusal, things, window};

const SECRET: &str = "meet me at the lighthouse";

fn one_of_each() -> Schema {
    things(vec![
        optional("text", ColumnType::Text),
        optional("whole", ColumnType::Integer),
        optional("real", ColumnType::Real),
        optional("truth", ColumnType::Boolean),
        optional("json", ColumnType::Json),
        Column { max_bytes: 1024 * 1024, ..optional("long", ColumnType::Text) },
        Column { max_bytes: 8, ..optional("short", ColumnType::Text) },
        Column { max_bytes: 8, ..optional("shortJson", ColumnType::Json) },
    ])
}

fn create(store: &mut Store, id: &str, values: Value) -> Result<(), StoreError> {
    let entry = store.next_entry();
    store.try_write(&mutation(entry, Operation::Create, "things", id, values))
}

/// Stores a value, closes the file, and reads it back from the row and from the entry.
fn there_and_back(column: &str, value: &Value) -> (Value, Value) {
    let mut store = Store::with(&one_of_each());
    create(&mut store, "t1", json!({ column: value })).expect("the value fits");
    let mut store = store.reopen_with(&one_of_each());
    let shown = store.row("things", "t1").expect("a row")[column].take();
    let entry = store.due()[0];
    let sent = store.attempt(&[entry])[0].values.get(column).cloned().unwrap_or_default();
    (shown, sent)
}

#[test]
fn what_fits_comes_back_as_it_was() {
    let long = "\u{1F6A2}".repeat(1024 * 1024 / 4);
    let cases = [
        ("text", json!("")),
        ("text", json!("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} und Grüße")),
        ("text", json!("before\u{0}after\u{0}")),
        ("text", json!("'; DROP TABLE things; -- \" \\ \n\t\u{7F}\u{2028}\u{FFFF}")),
        ("text", json!("x".repeat(65_536))),
        ("long", json!(long)),
        ("whole", json!(0)),
        ("whole", json!(MAX_SAFE_INTEGER)),
        ("whole", json!(-MAX_SAFE_INTEGER)),
        ("real", json!(0.1)),
        ("real", json!(-1.5e300)),
        ("real", json!(5e-324)),
        ("truth", json!(true)),
        ("truth", json!(false)),
        ("json", json!(null)),
        ("json", json!("text")),
        ("json", json!([1, -2.5, "three", null, { "nested": { "deep": [[]] } }])),
        ("short", json!("eight by")),
        ("shortJson", json!("six by")),
    ];
    for (column, value) in cases {
        let (shown, sent) = there_and_back(column, &value);
        let start: String = value.to_string().chars().take(60).collect();
        assert!(shown == value, "{column} shows {start} differently");
        assert!(sent == value, "{column} sends {start} differently");
    }
}

#[test]
fn numbers_may_be_written_either_way() {
    assert_eq!(there_and_back("whole", &json!(7.0)).0, json!(7));
    assert_eq!(there_and_back("real", &json!(7)).0, json!(7.0));
}

#[test]
fn what_does_not_fit_is_refused_and_not_repeated() {
    let mut store = Store::with(&one_of_each());
    let whole = "things.whole must be a whole number from -(2^53 - 1) to 2^53 - 1.";
    let cases = [
        (json!({ "text": 1 }), "things.text must be a string."),
        (json!({ "text": [SECRET] }), "things.text must be a string."),
        (json!({ "whole": SECRET }), whole),
        (json!({ "whole": 1.5 }), whole),
        (json!({ "whole": true }), whole),
        (json!({ "whole": MAX_SAFE_INTEGER + 1 }), whole),
        (json!({ "whole": -MAX_SAFE_INTEGER - 1 }), whole),
        (json!({ "whole": i64::MIN }), whole),
        (json!({ "whole": u64::MAX }), whole),
        (json!({ "whole": 9_007_199_254_740_992.0 }), whole),
        (json!({ "whole": 1e300 }), whole),
        (json!({ "real": SECRET }), "things.real must be a finite number."),
        (json!({ "truth": 1 }), "things.truth must be true or false."),
        (json!({ "truth": "true" }), "things.truth must be true or false."),
        (json!({ "short": "nine byte" }), "things.short has 9 bytes; its limit is 8 bytes."),
        (
            json!({ "short": "\u{1F6A2}\u{1F6A2}\u{1F6A2}" }),
            "things.short has 12 bytes; its limit is 8 bytes.",
        ),
        (json!({ "shortJson": "seven b" }), "things.shortJson has 9 bytes; its limit is 8 bytes."),
        (
            json!({ "text": "x".repeat(65_537) }),
            "things.text has 65537 bytes; its limit is 65536 bytes.",
        ),
        (json!({ "other": SECRET }), "things has no column other."),
        (json!({ "id": "t9" }), "things has no column id."),
        (json!({ "_version": 9 }), "things is given something that is no column's name."),
        (json!({ SECRET: 1 }), "things is given something that is no column's name."),
    ];
    for (values, sentence) in cases {
        for operation in [Operation::Create, Operation::Update] {
            let entry = store.next_entry();
            let write = mutation(entry, operation, "things", "t1", values.clone());
            let refused = store.try_write(&write);
            let debugged = format!("{refused:?}");
            assert!(!debugged.contains(SECRET), "{debugged}");
            assert_eq!(refusal(refused), sentence);
        }
    }
    assert_eq!(store.outbox().len(), 0);
    assert_eq!(store.ids(&window("things")), [""; 0]);
}

#[test]
fn a_create_fills_every_column_that_is_not_optional() {
    let mut store = Store::messaging();
    let mut values = crate::common::message("c1", SECRET);
    values.as_object_mut().expect("an object").remove("senderId");
    let entry = store.next_entry();
    let write = mutation(entry, Operation::Create, "messages", "m1", values.clone());
    assert_eq!(refusal(store.try_write(&write)), "messages.senderId is missing.");
    values["senderId"] = json!(null);
    let write = mutation(entry, Operation::Create, "messages", "m1", values);
    assert_eq!(refusal(store.try_write(&write)), "messages.senderId must be a string.");
}

#[test]
fn an_update_names_columns_and_a_delete_names_none() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    let entry = store.next_entry();
    let empty = mutation(entry, Operation::Update, "messages", "m1", json!({}));
    assert_eq!(refusal(store.try_write(&empty)), "An update names at least one column.");
    let full = mutation(entry, Operation::Delete, "messages", "m1", json!({ "body": "x" }));
    assert_eq!(refusal(store.try_write(&full)), "A delete names no columns.");
}

#[test]
fn an_unknown_collection_is_refused() {
    let mut store = Store::messaging();
    let entry = store.next_entry();
    let write = mutation(entry, Operation::Create, SECRET, "m1", json!({}));
    let sentence = "The schema has no such collection. It has: conversations, messages.";
    assert_eq!(refusal(store.try_write(&write)), sentence);
}

#[test]
fn an_id_has_a_bounded_length() {
    let mut store = Store::with(&one_of_each());
    let sentence = "An id has 1 to 128 bytes.";
    for id in ["".to_owned(), "x".repeat(MAX_ID_BYTES + 1), "\u{1F6A2}".repeat(33)] {
        assert_eq!(refusal(create(&mut store, &id, json!({}))), sentence);
    }
    let mut longest =
        vec!["x".repeat(MAX_ID_BYTES), "\u{1F6A2}".repeat(32), "\u{0}".into(), " ' ".into()];
    for id in &longest {
        create(&mut store, id, json!({})).expect("the id fits");
        assert!(store.row("things", id).is_some());
    }
    let mut found = store.ids(&window("things"));
    found.sort();
    longest.sort();
    assert_eq!(found, longest);
}

#[test]
fn a_filter_finds_texts_of_every_kind() {
    let mut store = Store::with(&one_of_each());
    for (number, text) in ["", "a\u{0}b", "a", "\u{1F6A2}", "%", "A"].into_iter().enumerate() {
        create(&mut store, &format!("t{number}"), json!({ "text": text })).expect("it fits");
        let filter = [("text".to_owned(), json!(text))].into();
        let found = store.ids(&Window { filter, ..window("things") });
        assert_eq!(found, [format!("t{number}")], "{text:?}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".{0,8}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn every_finite_number_comes_back_to_the_last_bit(number in any::<f64>()) {
        prop_assume!(number.is_finite() && number != 0.0);
        // The way in is a text of JavaScript's, as the way out is.
        let written: Value = serde_json::from_str(&format!("{number:?}")).expect("a number");
        let (shown, sent) = there_and_back("real", &written);
        prop_assert_eq!(shown.as_f64().map(f64::to_bits), Some(number.to_bits()));
        prop_assert_eq!(sent.as_f64().map(f64::to_bits), Some(number.to_bits()));
    }

    #[test]
    fn every_json_value_comes_back_as_it_was(value in any_json()) {
        let (shown, sent) = there_and_back("json", &value);
        prop_assert_eq!(&shown, &value);
        prop_assert_eq!(&sent, &value);
    }

    #[test]
    fn every_text_comes_back_as_it_was(text in ".*") {
        let (shown, sent) = there_and_back("text", &json!(text));
        prop_assert_eq!((&shown, &sent), (&json!(text), &json!(text)));
    }
}
