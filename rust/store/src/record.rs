//! One stored record: what is shown, and the server's version under it.
//!
//! What is shown = base + unsettled mutations replayed in order. While nothing is
//! unsettled the columns *are* the base, and `_base` is NULL.

use mailboat_core::Operation;
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension};

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::tables::Table;
use crate::values::{Bound, Values, from_sql, parse_values, to_sql_leniently};

/// The last version that the server is known to hold.
#[derive(Clone, PartialEq)]
pub(crate) enum Base {
    /// The server never had this record.
    None,
    /// The server deleted it while writes of ours were unsettled.
    Deleted,
    /// The server's columns.
    Values(Values),
}

/// One row, read whole.
pub(crate) struct Record {
    pub shown: Values,
    pub base: Base,
    pub version: i64,
    pub position: i64,
    pub revision: i64,
    pub delivery: Delivery,
    pub deleted: bool,
}

/// An unsettled mutation of one record.
pub(crate) struct Unsettled {
    pub operation: Operation,
    pub values: Values,
    pub dead: bool,
}

impl Record {
    /// Reads a record; `None` when there is none.
    pub fn find(
        connection: &Connection,
        table: &Table,
        id: &str,
    ) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(&table.find)?;
        let columns = &table.collection.columns;
        let found = statement
            .query_row([id], |row| {
                let mut shown = Values::new();
                for (index, column) in columns.iter().enumerate() {
                    shown.insert(
                        column.name.clone(),
                        match from_sql(column.kind, row.get_ref(index)?) {
                            Ok(value) => value,
                            Err(error) => return Ok(Err(error)),
                        },
                    );
                }
                let own = columns.len();
                let base: Option<String> = row.get(own)?;
                Ok(Ok((
                    shown,
                    base,
                    row.get(own + 1)?,
                    row.get(own + 2)?,
                    row.get(own + 3)?,
                    row.get(own + 4)?,
                    row.get::<_, i64>(own + 5)?,
                )))
            })
            .optional()?;
        let Some(found) = found else { return Ok(None) };
        let (shown, base, version, position, revision, delivery, deleted) = found?;
        let base = match base.as_deref() {
            Some("null") => Base::Deleted,
            Some(text) => Base::Values(parse_values(text)?),
            None if version > 0 => Base::Values(shown.clone()),
            None => Base::None,
        };
        let delivery = Delivery::from_code(delivery);
        Ok(Some(Self { shown, base, version, position, revision, delivery, deleted: deleted != 0 }))
    }

    /// Shows base + mutations. Answers whether anything is left to show: a record
    /// that neither the server nor a mutation holds is to be removed.
    pub fn replay(&mut self, unsettled: &[Unsettled]) -> bool {
        self.delivery = delivery_of(unsettled);
        let mut exists = match &self.base {
            Base::Values(values) => {
                self.shown.clone_from(values);
                true
            }
            // The person sees their own words until their write is settled.
            Base::Deleted => !unsettled.is_empty(),
            Base::None => false,
        };
        self.deleted = false;
        for mutation in unsettled {
            match mutation.operation {
                Operation::Create => {
                    exists = true;
                    self.shown.clone_from(&mutation.values);
                }
                Operation::Update => merge(&mut self.shown, &mutation.values),
                Operation::Delete => self.deleted = true,
            }
        }
        exists
    }

    /// Writes the record over its row.
    pub fn replace(
        &self,
        connection: &Connection,
        table: &Table,
        id: &str,
    ) -> Result<(), StoreError> {
        self.write(connection, table, &table.replace, id)
    }

    /// Writes the record as a new row.
    pub fn insert(
        &self,
        connection: &Connection,
        table: &Table,
        id: &str,
    ) -> Result<(), StoreError> {
        self.write(connection, table, &table.insert, id)
    }

    fn write(
        &self,
        connection: &Connection,
        table: &Table,
        sql: &str,
        id: &str,
    ) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached(sql)?;
        let columns = &table.collection.columns;
        for (index, column) in columns.iter().enumerate() {
            let value = to_sql_leniently(&table.collection, column, &self.shown);
            statement.raw_bind_parameter(index + 1, Bound(&value))?;
        }
        let own = columns.len();
        statement.raw_bind_parameter(own + 1, Bound(&self.base_column()))?;
        statement.raw_bind_parameter(own + 2, self.version)?;
        statement.raw_bind_parameter(own + 3, self.position)?;
        statement.raw_bind_parameter(own + 4, self.revision)?;
        statement.raw_bind_parameter(own + 5, self.delivery.code())?;
        statement.raw_bind_parameter(own + 6, i64::from(self.deleted))?;
        statement.raw_bind_parameter(own + 7, id)?;
        statement.raw_execute()?;
        Ok(())
    }

    fn base_column(&self) -> SqlValue {
        match (&self.base, self.delivery) {
            (Base::None, _) | (Base::Values(_), Delivery::Sent) => SqlValue::Null,
            (Base::Deleted, _) => SqlValue::Text("null".into()),
            (Base::Values(values), _) => {
                SqlValue::Text(serde_json::Value::Object(values.clone()).to_string())
            }
        }
    }
}

/// Puts the named columns over those of `values`.
pub(crate) fn merge(values: &mut Values, changed: &Values) {
    for (name, value) in changed {
        values.insert(name.clone(), value.clone());
    }
}

fn delivery_of(unsettled: &[Unsettled]) -> Delivery {
    if unsettled.iter().any(|mutation| mutation.dead) {
        Delivery::Failed
    } else if unsettled.is_empty() {
        Delivery::Sent
    } else {
        Delivery::Queued
    }
}
