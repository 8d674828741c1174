//! When two records of different ids are the same thing, such as one phone call that two
//! devices have logged.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::conflict::{Columns, same_value};

/// One column of a natural key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct KeyColumn {
    /// Name of the column.
    pub column: String,
    /// How far two numbers may lie apart and still count as equal; 0 when not said.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub tolerance: f64,
}

/// Whether all columns of the key are equal, numbers within their tolerance. A record
/// that lacks one of them is nothing but itself, and so is every record without a key.
#[must_use]
pub fn is_same_thing(key: &[KeyColumn], left: &Columns, right: &Columns) -> bool {
    let agrees = |part: &KeyColumn| match (left.get(&part.column), right.get(&part.column)) {
        (None | Some(Value::Null), _) | (_, None | Some(Value::Null)) => false,
        (Some(Value::Number(left)), Some(Value::Number(right))) => {
            let numbers = left.as_f64().zip(right.as_f64());
            numbers.is_some_and(|(left, right)| (left - right).abs() <= part.tolerance)
        }
        (Some(left), Some(right)) => same_value(left, right),
    };
    !key.is_empty() && key.iter().all(agrees)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call_key() -> Vec<KeyColumn> {
        let part = |column: &str, tolerance| KeyColumn { column: column.into(), tolerance };
        vec![
            part("line", 0.0),
            part("number", 0.0),
            part("direction", 0.0),
            part("startedAt", 0.0),
            part("durationS", 1.0),
        ]
    }

    fn call(changes: Value) -> Columns {
        let mut call = json!({ "line": "home", "number": "+43 1 234", "direction": "in",
                               "startedAt": 1_790_000_000, "durationS": 61, "note": "" });
        for (name, value) in changes.as_object().expect("an object") {
            call[name] = value.clone();
        }
        call.as_object().expect("an object").clone()
    }

    #[test]
    fn one_call_logged_twice_is_one_call() {
        let same = [
            json!({}),
            json!({ "durationS": 60 }),
            json!({ "durationS": 62 }),
            json!({ "durationS": 61.5 }),
            json!({ "note": "what is no part of the key does not matter" }),
        ];
        for changes in same {
            assert!(
                is_same_thing(&call_key(), &call(json!({})), &call(changes.clone())),
                "{changes}"
            );
        }
    }

    #[test]
    fn two_calls_are_two() {
        let other = [
            json!({ "durationS": 63 }),
            json!({ "durationS": 59 }),
            json!({ "line": "work" }),
            json!({ "number": "+43 1 235" }),
            json!({ "direction": "out" }),
            json!({ "startedAt": 1_790_000_001 }),
            json!({ "number": null }),
            json!({ "durationS": "61" }),
        ];
        for changes in other {
            assert!(
                !is_same_thing(&call_key(), &call(json!({})), &call(changes.clone())),
                "{changes}"
            );
        }
    }

    #[test]
    fn what_lacks_a_part_of_the_key_equals_nothing() {
        let unknown = call(json!({ "number": null }));
        assert!(!is_same_thing(&call_key(), &unknown, &unknown));
        assert!(!is_same_thing(&[], &call(json!({})), &call(json!({}))));
    }
}
