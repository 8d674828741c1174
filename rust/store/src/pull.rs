//! What comes back from the server: pages of changes under a cursor.

use mailboat_core::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::conflicts::{Arrival, Remote};
use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::record::{Base, Head, Peek, Record, stored_version, write_row};
use crate::refill::{self, Refills};
use crate::resync;
use crate::tables::Table;
use crate::tombstones;
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
    /// When it was written, as text of a stamp, if the server says so.
    pub written_at: Option<String>,
}

/// What a page needs to know of the file, looked up once.
#[derive(Default)]
pub(crate) struct PageFacts {
    has_tombstones: bool,
    is_resync: bool,
    is_snapshot: bool,
    refills: Refills,
}

impl PageFacts {
    fn look(connection: &Connection) -> Result<Self, StoreError> {
        Ok(Self {
            has_tombstones: tombstones::are_any(connection)?,
            is_resync: resync::is_on(connection)?,
            is_snapshot: false,
            refills: refill::refills(connection)?,
        })
    }

    /// Whether a row of this version may lack columns.
    fn may_lack_columns(&self, collection: &str, version: i64) -> bool {
        self.refills.get(collection).is_some_and(|highest| version <= *highest)
    }
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
    pub fn apply_changes(
        &mut self,
        changes: &[RemoteChange],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.step(|transaction| {
            let facts = PageFacts::look(transaction.connection)?;
            transaction.apply_all(changes, &facts, now)
        })
    }

    /// The same with changes of a snapshot: all that the user sees, but of records in
    /// lanes only the newest.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn apply_snapshot(
        &mut self,
        changes: &[RemoteChange],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.step(|transaction| {
            let facts = PageFacts::look(transaction.connection)?;
            if facts.is_resync {
                transaction.see_snapshot()?;
            }
            let facts = PageFacts { is_snapshot: true, ..facts };
            transaction.apply_all(changes, &facts, now)
        })
    }

    /// Changes of a page of history: they say nothing of what a pull has shown.
    pub(crate) fn apply_old(
        &mut self,
        changes: &[RemoteChange],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let facts = PageFacts { is_resync: false, ..PageFacts::look(self.connection)? };
        self.apply_all(changes, &facts, now)
    }

    fn apply_all(
        &mut self,
        changes: &[RemoteChange],
        facts: &PageFacts,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        changes.iter().try_for_each(|change| self.apply_change(change, facts, now))
    }

    /// Applies deletions. What becomes of a record with unsettled writes, its collection says.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn apply_deletions(
        &mut self,
        deletions: &[RemoteDeletion],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.step(|transaction| {
            transaction.forget_deletions(now)?;
            let is_resync = resync::is_on(transaction.connection)?;
            deletions
                .iter()
                .try_for_each(|deletion| transaction.apply_deletion(deletion, is_resync, now))
        })
    }

    /// Remembers where the next pull goes on: in the transaction of its page's last row.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_cursor(&mut self, cursor: Option<&str>) -> Result<(), StoreError> {
        self.step(|transaction| set_state(transaction.connection, CURSOR, cursor))
    }

    /// Remembers when a pull last ended well, and that every collection has had one.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_last_synced_at(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let now = now.0.to_string();
        self.step(|transaction| {
            transaction.end_initial_sync()?;
            set_state(transaction.connection, LAST_SYNCED_AT, Some(&now))
        })
    }

    pub(crate) fn apply_change(
        &mut self,
        change: &RemoteChange,
        facts: &PageFacts,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // A newer server may have collections that this app knows nothing of.
        let Ok((number, table)) = self.table(&change.collection) else { return Ok(()) };
        let (id, values) = (&change.id, &change.values);
        let (version, position) = (stored_version(change.version), change.order.cast_signed());
        if facts.is_resync {
            let place = facts.is_snapshot.then_some(position);
            self.see(&change.collection, id, table.lane_of(id, values), place)?;
        }
        let written_at = self.receive_stamp(table, change.written_at.as_deref(), now)?;
        let remote =
            || Remote { base: Base::Values(values.clone()), version, position, written_at };
        let peek = Peek::find(self.connection, table, id)?;
        let is_news = match &peek {
            None => {
                if facts.has_tombstones
                    && self.is_deleted_of_late(&change.collection, id, version)?
                {
                    return Ok(());
                }
                if let Some(twin) = self.twin(table, values)? {
                    return self.unite(number, table, &twin, id, remote(), now);
                }
                true
            }
            Some(peek) => version > peek.version,
        };
        if !is_news && !self.fills_columns(peek.as_ref(), facts, &change.collection, version) {
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
        let head = Head {
            version,
            position,
            revision: self.revision(),
            delivery: Delivery::Sent,
            deleted: false,
        };
        let write = |sql| write_row(self.connection, table, sql, id, values, None, head);
        match (&peek, unsettled) {
            (None, _) => write(&table.insert)?,
            (Some(_), false) => write(&table.replace)?,
            (Some(_), true) => {}
        }
        if unsettled {
            let made_on = peek.is_none().then_some(Base::None);
            let arrival = Arrival { remote: remote(), made_on, is_news };
            return self.meet(number, table, id, arrival, now);
        }
        Ok(())
    }

    /// Whether the version that a row has already may hold more than the row does.
    fn fills_columns(
        &self,
        peek: Option<&Peek>,
        facts: &PageFacts,
        collection: &str,
        version: i64,
    ) -> bool {
        peek.is_some_and(|peek| peek.version == version)
            && facts.may_lack_columns(collection, version)
    }

    fn apply_deletion(
        &mut self,
        deletion: &RemoteDeletion,
        is_resync: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&deletion.collection) else { return Ok(()) };
        let (id, version) = (&deletion.id, stored_version(deletion.version));
        self.remember_deletion(&deletion.collection, id, version, now)?;
        let Some(record) = Record::find(self.connection, table, id)? else { return Ok(()) };
        if is_resync {
            // Its lane was not empty when the pull began, though it may be missed by it.
            self.see(&deletion.collection, id, table.lane_of(id, &record.shown), None)?;
        }
        if version <= record.head.version {
            return Ok(());
        }
        self.meet_deletion(number, table, id, (version, record.head.position), now)
    }

    /// Puts a deletion under the unsettled writes of a record.
    pub(crate) fn meet_deletion(
        &mut self,
        number: usize,
        table: &Table,
        id: &str,
        (version, position): (i64, i64),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let remote = Remote { base: Base::Deleted, version, position, written_at: None };
        let arrival = Arrival { remote, made_on: None, is_news: true };
        self.meet(number, table, id, arrival, now)
    }
}

/// Forgets where the next pull goes on, so that it begins at the start.
pub(crate) fn forget_cursor(connection: &Connection) -> Result<(), StoreError> {
    set_state(connection, CURSOR, None)
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
