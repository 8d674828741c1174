//! JSON values on their way into typed columns and back.

use mailboat_core::Operation;
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use crate::error::StoreError;
use crate::schema::{Collection, Column, ColumnType, check_name};

/// The columns of a record, by name.
pub type Values = Map<String, Value>;

/// Largest integer that JavaScript and JSON carry exactly.
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;
/// Longest id of a record, in bytes.
pub const MAX_ID_BYTES: usize = 128;

/// Refuses an id that is empty or too long.
pub(crate) fn check_id(id: &str) -> Result<(), StoreError> {
    if id.is_empty() || id.len() > MAX_ID_BYTES {
        return Err(StoreError::InvalidArgument(format!("An id has 1 to {MAX_ID_BYTES} bytes.")));
    }
    Ok(())
}

/// Refuses values that do not fit the collection; says which column, never what it held.
pub(crate) fn check(
    collection: &Collection,
    operation: Operation,
    values: &Values,
) -> Result<(), StoreError> {
    if let Some(name) = values.keys().find(|name| collection.column(name).is_none()) {
        return Err(no_column(collection, name));
    }
    match operation {
        Operation::Update if values.is_empty() => {
            let sentence = "An update names at least one column.";
            return Err(StoreError::InvalidArgument(sentence.into()));
        }
        Operation::Delete if !values.is_empty() => {
            return Err(StoreError::InvalidArgument("A delete names no columns.".into()));
        }
        Operation::Create | Operation::Update | Operation::Delete => {}
    }
    for column in &collection.columns {
        match values.get(&column.name) {
            None | Some(Value::Null) if column.optional => {}
            None if operation != Operation::Create => {}
            None => return refuse(collection, column, "is missing"),
            Some(value) => check_value(collection, column, value)?,
        }
    }
    Ok(())
}

fn check_value(collection: &Collection, column: &Column, value: &Value) -> Result<(), StoreError> {
    let Some(stored) = to_sql(column, value) else {
        return refuse(collection, column, &format!("must be {}", column.kind.noun()));
    };
    let bytes = match &stored {
        ToSqlOutput::Borrowed(ValueRef::Text(text)) => text.len(),
        ToSqlOutput::Owned(SqlValue::Text(text)) => text.len(),
        _ => 0,
    };
    if bytes > column.max_bytes as usize {
        let sentence = format!("has {bytes} bytes; its limit is {} bytes", column.max_bytes);
        return refuse(collection, column, &sentence);
    }
    Ok(())
}

/// Refuses a column that is not there. Its name is quoted only where it could be one:
/// a text that went astray into the place of a name is not repeated.
pub(crate) fn no_column(collection: &Collection, name: &str) -> StoreError {
    let known = &collection.name;
    StoreError::InvalidArgument(match check_name(name) {
        Ok(()) => format!("{known} has no column {name}."),
        Err(_) => format!("{known} is given something that is no column's name."),
    })
}

fn refuse(collection: &Collection, column: &Column, what: &str) -> Result<(), StoreError> {
    Err(StoreError::InvalidArgument(format!("{}.{} {what}.", collection.name, column.name)))
}

impl ColumnType {
    fn noun(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Integer => "a whole number from -(2^53 - 1) to 2^53 - 1",
            Self::Real => "a finite number",
            Self::Boolean => "true or false",
            Self::Json => "JSON",
        }
    }

    /// The type that SQLite's STRICT tables know it by: one for each, so that a file
    /// tells which it was made for. INT stores as INTEGER does, and ANY as what it is given.
    pub(crate) fn sqlite_type(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Boolean => "INT",
            Self::Json => "ANY",
        }
    }
}

/// The value as its column stores it; `None` when the types do not fit.
pub(crate) fn to_sql<'a>(column: &Column, value: &'a Value) -> Option<ToSqlOutput<'a>> {
    let stored = match (column.kind, value) {
        (ColumnType::Text, Value::String(text)) => {
            return Some(ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())));
        }
        (ColumnType::Json, value) => SqlValue::Text(value.to_string()),
        (ColumnType::Boolean, Value::Bool(truth)) => SqlValue::Integer((*truth).into()),
        (ColumnType::Integer, Value::Number(number)) => SqlValue::Integer(safe_integer(number)?),
        (ColumnType::Real, Value::Number(number)) => SqlValue::Real(number.as_f64()?),
        _ => return None,
    };
    Some(ToSqlOutput::Owned(stored))
}

/// The value of a column of a record: what the server sent and does not fit becomes
/// NULL, since a newer server must not stop an older app from syncing.
pub(crate) fn to_sql_leniently<'a>(
    collection: &Collection,
    column: &Column,
    values: &'a Values,
) -> ToSqlOutput<'a> {
    let null = ToSqlOutput::Borrowed(ValueRef::Null);
    let Some(value) = values.get(&column.name).filter(|value| !value.is_null()) else {
        return null;
    };
    to_sql(column, value).unwrap_or_else(|| {
        tracing::warn!(
            collection = collection.name,
            column = column.name,
            "the server sent another type"
        );
        null
    })
}

fn safe_integer(number: &Number) -> Option<i64> {
    let whole = number.as_i64().or_else(|| {
        number
            .as_f64()
            .filter(|real| real.fract() == 0.0 && real.abs() <= MAX_SAFE_INTEGER as f64)
            .map(|real| real as i64)
    })?;
    (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).contains(&whole).then_some(whole)
}

/// A stored value that serializes as the JSON its column's type calls for.
pub(crate) struct Stored<'a> {
    pub kind: ColumnType,
    pub value: ValueRef<'a>,
}

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.kind, self.value) {
            (_, ValueRef::Null) => serializer.serialize_unit(),
            (kind, ValueRef::Text(text)) => {
                let text = std::str::from_utf8(text).map_err(S::Error::custom)?;
                if kind != ColumnType::Json {
                    return serializer.serialize_str(text);
                }
                let raw: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
            (ColumnType::Boolean, ValueRef::Integer(truth)) => {
                serializer.serialize_bool(truth != 0)
            }
            (_, ValueRef::Integer(whole)) => serializer.serialize_i64(whole),
            (_, ValueRef::Real(real)) => serializer.serialize_f64(real),
            (_, ValueRef::Blob(_)) => Err(S::Error::custom("a blob in a column of the app")),
        }
    }
}

/// Reads a stored value back as JSON.
pub(crate) fn from_sql(kind: ColumnType, value: ValueRef<'_>) -> Result<Value, StoreError> {
    serde_json::to_value(Stored { kind, value }).map_err(|_| unreadable())
}

/// Reads a stored JSON object.
pub(crate) fn parse_values(text: &str) -> Result<Values, StoreError> {
    serde_json::from_str(text).map_err(|_| unreadable())
}

/// A JSON value as a parameter of a window's filter; `None` when the types do not fit.
pub(crate) fn filter_to_sql(column: &Column, value: &Value) -> Option<SqlValue> {
    if value.is_null() {
        return Some(SqlValue::Null);
    }
    match to_sql(column, value)? {
        ToSqlOutput::Owned(stored) => Some(stored),
        ToSqlOutput::Borrowed(stored) => stored.try_into().ok(),
        _ => None,
    }
}

pub(crate) fn unreadable() -> StoreError {
    StoreError::Corrupt("A stored value cannot be read back.".into())
}
