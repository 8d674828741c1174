//! What comes back from the server: pages of changes under a cursor.

use mailboat_core::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::mutation::lane_of;
use crate::record::{Base, Record};
use crate::tables::{PENDING_POSITION, Table, quote};
use crate::transaction::Transaction;
use crate::values::Values;

/// A record as the server has it.
pub struct RemoteChange {
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub id: String,
    /// Version of the record.
    pub version: u64,
    /// Its place in the server's order.
    pub order: u64,
    /// Every column.
    pub values: Values,
}

/// A record that the server deleted.
pub struct RemoteDeletion {
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub id: String,
    /// Version of the deletion.
    pub version: u64,
}

const CURSOR: &str = "pull_cursor";
const LAST_SYNCED_AT: &str = "last_synced_at";

impl Transaction<'_> {
    /// Applies what the server has. A row's base moves only to a higher version.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn apply_changes(&mut self, changes: &[RemoteChange]) -> Result<(), StoreError> {
        changes.iter().try_for_each(|change| self.apply_change(change))
    }

    /// Applies deletions. A record with unsettled writes stays on screen until they are settled.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn apply_deletions(&mut self, deletions: &[RemoteDeletion]) -> Result<(), StoreError> {
        deletions.iter().try_for_each(|deletion| self.apply_deletion(deletion))
    }

    /// Remembers where the next pull goes on: in the transaction of its page's last row.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_cursor(&mut self, cursor: Option<&str>) -> Result<(), StoreError> {
        set_state(self.connection, CURSOR, cursor)
    }

    /// Remembers when a pull last ended well.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_last_synced_at(&mut self, now: Timestamp) -> Result<(), StoreError> {
        set_state(self.connection, LAST_SYNCED_AT, Some(&now.0.to_string()))
    }

    fn apply_change(&mut self, change: &RemoteChange) -> Result<(), StoreError> {
        // A newer server may have collections that this app knows nothing of.
        let Ok((number, table)) = self.table(&change.collection) else { return Ok(()) };
        let (version, position) = (change.version.cast_signed(), change.order.cast_signed());
        let found = Record::find(self.connection, table, &change.id)?;
        let revision = self.revision();
        let Some(mut record) = found else {
            let record = Record {
                shown: change.values.clone(),
                base: Base::Values(change.values.clone()),
                version,
                position,
                revision,
                delivery: Delivery::Sent,
                deleted: false,
            };
            self.touch(number, lane_of(table, &change.id, &change.values));
            return record.insert(self.connection, table, &change.id);
        };
        if version <= record.version {
            return Ok(());
        }
        self.touch(number, lane_of(table, &change.id, &record.shown));
        record.base = Base::Values(change.values.clone());
        (record.version, record.position, record.revision) = (version, position, revision);
        let delivery = record.delivery;
        let unsettled = self.unsettled_of(&record, table, &change.id)?;
        record.replay(&unsettled);
        keep_sending(&mut record, delivery);
        self.touch(number, lane_of(table, &change.id, &record.shown));
        record.replace(self.connection, table, &change.id)
    }

    fn apply_deletion(&mut self, deletion: &RemoteDeletion) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&deletion.collection) else { return Ok(()) };
        let version = deletion.version.cast_signed();
        let found = Record::find(self.connection, table, &deletion.id)?;
        let Some(mut record) = found.filter(|record| version > record.version) else {
            return Ok(());
        };
        self.touch(number, lane_of(table, &deletion.id, &record.shown));
        record.base = Base::Deleted;
        (record.version, record.revision) = (version, self.revision());
        let delivery = record.delivery;
        let unsettled = self.unsettled_of(&record, table, &deletion.id)?;
        if !record.replay(&unsettled) {
            return self.delete_row(table, &deletion.id);
        }
        keep_sending(&mut record, delivery);
        record.replace(self.connection, table, &deletion.id)
    }

    fn unsettled_of(
        &self,
        record: &Record,
        table: &Table,
        id: &str,
    ) -> Result<Vec<crate::record::Unsettled>, StoreError> {
        if record.delivery == Delivery::Sent {
            return Ok(Vec::new());
        }
        self.unsettled(&table.collection.name, id)
    }
}

/// A page that arrives while the record's own write is on its way does not change that.
fn keep_sending(record: &mut Record, before: Delivery) {
    if before == Delivery::Sending && record.delivery == Delivery::Queued {
        record.delivery = Delivery::Sending;
    }
}

/// Where the next pull goes on; `None` before the first.
pub(crate) fn cursor(connection: &Connection) -> Result<Option<String>, StoreError> {
    state(connection, CURSOR)
}

/// When a pull last ended well.
pub(crate) fn last_synced_at(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    Ok(state(connection, LAST_SYNCED_AT)?.and_then(|text| text.parse().ok()).map(Timestamp))
}

/// The oldest place in the server's order that this device has of a lane.
pub(crate) fn oldest_order(
    connection: &Connection,
    table: &Table,
    lane: &str,
) -> Result<Option<u64>, StoreError> {
    let column = table.collection.lane_column.as_deref().unwrap_or("id");
    let sql = format!("SELECT min(_position) FROM {} WHERE {} = ?", table.name, quote(column));
    let oldest: Option<i64> =
        connection.prepare_cached(&sql)?.query_row([lane], |row| row.get(0))?;
    Ok(oldest.filter(|position| *position < PENDING_POSITION).map(i64::cast_unsigned))
}

/// Reads a small fact of `mailboat_state`.
pub(crate) fn state(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT value FROM mailboat_state WHERE name = ?")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// Writes or removes a small fact of `mailboat_state`.
pub(crate) fn set_state(
    connection: &Connection,
    name: &str,
    value: Option<&str>,
) -> Result<(), StoreError> {
    match value {
        Some(value) => connection
            .prepare_cached(
                "INSERT INTO mailboat_state (name, value) VALUES (?, ?)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )?
            .execute((name, value))?,
        None => connection
            .prepare_cached("DELETE FROM mailboat_state WHERE name = ?")?
            .execute([name])?,
    };
    Ok(())
}
