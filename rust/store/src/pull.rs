//! What comes back from the server: pages of changes under a cursor.

use mailboat_core::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::record::{Base, Head, Peek, Record, stored_version, write_row};
use crate::tables::Table;
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
        self.step(|transaction| {
            changes.iter().try_for_each(|change| transaction.apply_change(change))
        })
    }

    /// Applies deletions. A record with unsettled writes stays on screen until they are settled.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn apply_deletions(&mut self, deletions: &[RemoteDeletion]) -> Result<(), StoreError> {
        self.step(|transaction| {
            deletions.iter().try_for_each(|deletion| transaction.apply_deletion(deletion))
        })
    }

    /// Remembers where the next pull goes on: in the transaction of its page's last row.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_cursor(&mut self, cursor: Option<&str>) -> Result<(), StoreError> {
        self.step(|transaction| set_state(transaction.connection, CURSOR, cursor))
    }

    /// Remembers when a pull last ended well.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_last_synced_at(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let now = now.0.to_string();
        self.step(|transaction| set_state(transaction.connection, LAST_SYNCED_AT, Some(&now)))
    }

    fn apply_change(&mut self, change: &RemoteChange) -> Result<(), StoreError> {
        // A newer server may have collections that this app knows nothing of.
        let Ok((number, table)) = self.table(&change.collection) else { return Ok(()) };
        let (id, values) = (&change.id, &change.values);
        let head = Head {
            version: stored_version(change.version),
            position: change.order.cast_signed(),
            revision: self.revision(),
            delivery: Delivery::Sent,
            deleted: false,
        };
        let peek = Peek::find(self.connection, table, id)?;
        if peek.as_ref().is_some_and(|peek| head.version <= peek.version) {
            return Ok(());
        }
        let unsettled = match &peek {
            // Writes may outlive their record: when its create was discarded, say.
            None => self.has_unsettled(&change.collection, id)?,
            Some(peek) => peek.delivery != Delivery::Sent,
        };
        if let Some(peek) = &peek {
            self.touch(number, table, &peek.lane);
        }
        self.touch(number, table, table.lane_of(id, values));
        let write = |sql| write_row(self.connection, table, sql, id, values, None, head);
        match (peek, unsettled) {
            (None, _) => write(&table.insert)?,
            (Some(_), false) => write(&table.replace)?,
            (Some(_), true) => {}
        }
        if unsettled {
            return self.move_base(number, table, id, Base::Values(values.clone()), head);
        }
        Ok(())
    }

    fn apply_deletion(&mut self, deletion: &RemoteDeletion) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&deletion.collection) else { return Ok(()) };
        let (id, version) = (&deletion.id, stored_version(deletion.version));
        let Some(record) = Record::find(self.connection, table, id)? else { return Ok(()) };
        if version <= record.head.version {
            return Ok(());
        }
        self.touch(number, table, table.lane_of(id, &record.shown));
        let head = Head { version, revision: self.revision(), ..record.head };
        self.move_base(number, table, id, Base::Deleted, head)
    }

    /// Puts another base under the unsettled writes of a record.
    fn move_base(
        &mut self,
        number: usize,
        table: &Table,
        id: &str,
        base: Base,
        head: Head,
    ) -> Result<(), StoreError> {
        let Some(mut record) = Record::find(self.connection, table, id)? else { return Ok(()) };
        let before = record.head.delivery;
        record.base = base;
        record.head = Head { deleted: record.head.deleted, ..head };
        if !record.replay(&self.unsettled(&table.collection.name, id)?) {
            return self.delete_row(table, id);
        }
        // A page that arrives while the record's own write is on its way does not change that.
        if before == Delivery::Sending && record.head.delivery == Delivery::Queued {
            record.head.delivery = Delivery::Sending;
        }
        self.touch(number, table, table.lane_of(id, &record.shown));
        record.replace(self.connection, table, id)
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
