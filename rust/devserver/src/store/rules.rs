//! What an entry must look like to be applied. Rules about columns are data.

use mailboat_backends::rest::wire::{PushEntry, Values};
use mailboat_core::{Operation, Reason};
use serde_json::Value;

/// Longest name of a collection or column, in bytes.
const MAX_NAME_BYTES: usize = 64;
/// Longest id of a record, in bytes.
const MAX_RECORD_ID_BYTES: usize = 128;
/// Longest lane, in bytes.
const MAX_LANE_BYTES: usize = 256;
/// Largest record, as JSON, in bytes.
pub(super) const MAX_RECORD_BYTES: usize = 1024 * 1024;
/// Most members of a group.
const MAX_MEMBERS: usize = 1_000;

/// The column that makes a record a group.
pub(super) const MEMBER_IDS: &str = "memberIds";

/// The codes of a rejection.
pub(super) mod code {
    pub(crate) const ALREADY_EXISTS: &str = "already_exists";
    pub(crate) const FORBIDDEN: &str = "forbidden";
    pub(crate) const INVALID_VALUES: &str = "invalid_values";
    pub(crate) const UNKNOWN_COLLECTION: &str = "unknown_collection";
    pub(crate) const UNKNOWN_RECORD: &str = "unknown_record";
}

/// What one column must hold.
struct ColumnRule {
    /// `None` is every collection.
    collection: Option<&'static str>,
    column: &'static str,
    holds: Holds,
    /// Whether a create must name it.
    required: bool,
}

#[derive(Clone, Copy)]
enum Holds {
    Text,
    UserIds,
}

const COLUMN_RULES: &[ColumnRule] = &[
    ColumnRule { collection: None, column: MEMBER_IDS, holds: Holds::UserIds, required: false },
    ColumnRule { collection: Some("messages"), column: "body", holds: Holds::Text, required: true },
];

/// A refusal with its code and a sentence.
pub(super) fn refuse<T>(code: &str, message: impl Into<String>) -> Result<T, Reason> {
    Err(Reason { code: code.to_owned(), message: message.into() })
}

/// Checks an entry by itself, whatever the database holds.
pub(super) fn check(entry: &PushEntry) -> Result<(), Reason> {
    if !is_plain_name(&entry.collection) {
        return refuse(
            code::UNKNOWN_COLLECTION,
            "A collection's name is a letter or _ first, then letters, digits and _.",
        );
    }
    if !is_label(&entry.record_id, MAX_RECORD_ID_BYTES) || !is_label(&entry.lane, MAX_LANE_BYTES) {
        return refuse(
            code::INVALID_VALUES,
            "The record's id or lane is empty, too long, or not plain text.",
        );
    }
    if entry.operation == Operation::Delete {
        return match entry.values.is_empty() {
            true => Ok(()),
            false => refuse(code::INVALID_VALUES, "A delete carries no values."),
        };
    }
    if !entry.values.keys().all(|name| is_plain_name(name)) {
        return refuse(
            code::INVALID_VALUES,
            "A column's name is a letter or _ first, then letters, digits and _.",
        );
    }
    let mut rules =
        COLUMN_RULES.iter().filter(|rule| rule.collection.is_none_or(|it| it == entry.collection));
    rules.try_for_each(|rule| rule.check(entry))
}

impl ColumnRule {
    fn check(&self, entry: &PushEntry) -> Result<(), Reason> {
        match entry.values.get(self.column) {
            Some(value) if self.holds.fits(value) => Ok(()),
            Some(_) => refuse(
                code::INVALID_VALUES,
                format!("{} must be {}.", self.column, self.holds.noun()),
            ),
            None if self.required && entry.operation == Operation::Create => {
                refuse(code::INVALID_VALUES, format!("{} is missing.", self.column))
            }
            None => Ok(()),
        }
    }
}

impl Holds {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::UserIds => value.as_array().is_some_and(|ids| {
                (1..=MAX_MEMBERS).contains(&ids.len())
                    && ids.iter().all(|id| id.as_str().is_some_and(is_user))
            }),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::UserIds => "a list of 1 to 1000 user ids",
        }
    }
}

/// The members a record names; `None` when it is no group.
pub(super) fn members(values: &Values) -> Option<Vec<&str>> {
    let ids = values.get(MEMBER_IDS)?.as_array()?;
    Some(ids.iter().filter_map(Value::as_str).collect())
}

/// Whether this can be the id of a user.
pub(crate) fn is_user(id: &str) -> bool {
    is_label(id, MAX_RECORD_ID_BYTES)
}

fn is_label(text: &str, max_bytes: usize) -> bool {
    !text.is_empty() && text.len() <= max_bytes && !text.contains(char::is_control)
}

fn is_plain_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= MAX_NAME_BYTES
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
