//! One stored record: what is shown, and the server's version under it.
//!
//! What is shown = base + unsettled mutations replayed in order. While nothing is
//! unsettled the columns *are* the base, and `_base` is NULL.

use mailboat_core::Operation;
use rusqlite::{Connection, OptionalExtension};

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::tables::{PENDING_POSITION, Table};
use crate::values::{Values, from_sql, parse_values, to_sql_leniently, unreadable};

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

/// What a row holds besides the app's columns and the base.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    /// The server's; 0 before the first ack.
    pub version: i64,
    /// Its place on screen.
    pub position: i64,
    /// Changes when the row does.
    pub revision: i64,
    pub delivery: Delivery,
    /// Deleted here, and not yet on the server.
    pub deleted: bool,
}

/// What tells whether a change of the server's is news: version, delivery, lane.
pub(crate) struct Peek {
    pub version: i64,
    pub delivery: Delivery,
    pub lane: String,
}

/// One row, read whole.
pub(crate) struct Record {
    pub shown: Values,
    pub base: Base,
    pub head: Head,
}

/// An unsettled mutation of one record.
pub(crate) struct Unsettled {
    pub sequence: i64,
    pub operation: Operation,
    pub values: Values,
    pub dead: bool,
    pub grouped: bool,
}

impl Unsettled {
    /// Whether it shows no more: an atomic group that the server refused is rolled back
    /// as one, and waits in the outbox for a person's decision.
    pub fn is_rolled_back(&self) -> bool {
        self.dead && self.grouped
    }
}

impl Peek {
    /// Looks at a record; `None` when there is none.
    pub fn find(
        connection: &Connection,
        table: &Table,
        id: &str,
    ) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(&table.peek)?;
        let found = statement.query_row([id], |row| {
            let delivery = Delivery::from_code(row.get(1)?);
            Ok(Self { version: row.get(0)?, delivery, lane: row.get(2)? })
        });
        Ok(found.optional()?)
    }
}

impl Record {
    /// A record that only this device knows of, at the place of its create.
    pub fn created(sequence: i64, revision: i64) -> Self {
        let head = Head {
            version: 0,
            position: PENDING_POSITION + sequence,
            revision,
            delivery: Delivery::Queued,
            deleted: false,
        };
        Self { shown: Values::new(), base: Base::None, head }
    }

    /// Reads a record; `None` when there is none.
    pub fn find(
        connection: &Connection,
        table: &Table,
        id: &str,
    ) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(&table.find)?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut shown = Values::new();
        for (index, column) in table.collection.columns.iter().enumerate() {
            shown.insert(column.name.clone(), from_sql(column.kind, row.get_ref(index)?)?);
        }
        let own = table.collection.columns.len();
        let head = Head {
            version: row.get(own + 1)?,
            position: row.get(own + 2)?,
            revision: row.get(own + 3)?,
            delivery: Delivery::from_code(row.get(own + 4)?),
            deleted: row.get::<_, i64>(own + 5)? != 0,
        };
        let base = match row.get_ref(own)?.as_str_or_null().map_err(|_| unreadable())? {
            Some("null") => Base::Deleted,
            Some(text) => Base::Values(parse_values(text)?),
            None if head.version > 0 => Base::Values(shown.clone()),
            None => Base::None,
        };
        Ok(Some(Self { shown, base, head }))
    }

    /// Shows base + mutations. Answers whether anything is left to show: a record
    /// that neither the server nor a mutation holds is to be removed.
    pub fn replay(&mut self, unsettled: &[Unsettled]) -> bool {
        self.head.delivery = delivery_of(unsettled);
        let mut exists = match &self.base {
            Base::Values(values) => {
                self.shown.clone_from(values);
                self.head.deleted = false;
                true
            }
            // The person sees their own words until their write is settled, or nothing
            // if it was they who deleted it.
            Base::Deleted => unsettled.iter().any(|mutation| !mutation.is_rolled_back()),
            Base::None => {
                self.head.deleted = false;
                false
            }
        };
        for mutation in unsettled.iter().filter(|mutation| !mutation.is_rolled_back()) {
            match mutation.operation {
                Operation::Create => {
                    exists = true;
                    self.shown.clone_from(&mutation.values);
                }
                Operation::Update => merge(&mut self.shown, &mutation.values),
                Operation::Delete => self.head.deleted = true,
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
        let base = match (&self.base, self.head.delivery) {
            // While nothing is unsettled, the columns are the base.
            (Base::None, _) | (Base::Values(_), Delivery::Sent) => None,
            (Base::Deleted, _) => Some("null".to_owned()),
            (Base::Values(values), _) => Some(to_json(values)),
        };
        write_row(connection, table, &table.replace, id, &self.shown, base.as_deref(), self.head)
    }
}

/// Writes a row with one of the table's statements, [`Table::insert`] or [`Table::replace`].
pub(crate) fn write_row(
    connection: &Connection,
    table: &Table,
    sql: &str,
    id: &str,
    columns: &Values,
    base: Option<&str>,
    head: Head,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    for (index, column) in table.collection.columns.iter().enumerate() {
        let value = to_sql_leniently(&table.collection, column, columns);
        statement.raw_bind_parameter(index + 1, value)?;
    }
    let own = table.collection.columns.len();
    statement.raw_bind_parameter(own + 1, base)?;
    statement.raw_bind_parameter(own + 2, head.version)?;
    statement.raw_bind_parameter(own + 3, head.position)?;
    statement.raw_bind_parameter(own + 4, head.revision)?;
    statement.raw_bind_parameter(own + 5, head.delivery.code())?;
    statement.raw_bind_parameter(own + 6, i64::from(head.deleted))?;
    statement.raw_bind_parameter(own + 7, id)?;
    statement.raw_execute()?;
    Ok(())
}

/// A server's version as a row stores it. 0 stands for "never acked", so a server that
/// counts from 0 is taken to count from 1 there.
pub(crate) fn stored_version(version: u64) -> i64 {
    version.max(1).cast_signed()
}

/// Columns as the JSON text that `_base` and the outbox hold.
pub(crate) fn to_json(values: &Values) -> String {
    serde_json::to_string(values).expect("JSON values always become JSON")
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
