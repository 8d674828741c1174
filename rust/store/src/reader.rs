//! Reads: on the JavaScript thread with a budget, or on the writer's without.

use std::sync::{Arc, Mutex, PoisonError};

use mailboat_core::Timestamp;
use rusqlite::Connection;
use serde_json::value::RawValue;

use crate::aliases;
use crate::conflict_log::{self, ConflictPage};
use crate::conflicts::{self, ConflictQuestion};
use crate::error::StoreError;
use crate::held::HeldConnection;
use crate::initial_sync::{self, InitialSyncing};
use crate::lock::FileLock;
use crate::outbox::{self, OutboxPage};
use crate::pull;
use crate::tables::Table;
use crate::window::{self, Snapshot, WatchedWindow, Window};
use crate::writer::Counts;

/// Steps of SQLite's virtual machine that one synchronous read may take: some tens
/// of milliseconds on a slow phone, a thousand times what a page of 50 rows needs.
pub const READ_BUDGET_STEPS: u64 = 2_000_000;

/// The connection of the JavaScript thread. Reads only.
pub struct Reader {
    held: Mutex<HeldConnection>,
    tables: Arc<[Table]>,
    _lock: Arc<FileLock>,
}

impl Reader {
    pub(crate) fn new(held: HeldConnection, tables: Arc<[Table]>, lock: Arc<FileLock>) -> Self {
        Self { held: Mutex::new(held), tables, _lock: lock }
    }

    /// Runs a read within `budget_steps`.
    ///
    /// # Errors
    /// [`StoreError::TooExpensive`] over the budget; else the read's own.
    pub fn read<T>(
        &self,
        budget_steps: u64,
        read: impl FnOnce(Reads<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A panic inside a read leaves nothing half done: the connection only reads.
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = held.connection_within(budget_steps);
        read(Reads { connection, tables: &self.tables }).map_err(|error| match error {
            StoreError::Sqlite { code: rusqlite::ffi::SQLITE_INTERRUPT, .. } => {
                StoreError::TooExpensive { steps: budget_steps }
            }
            other => other,
        })
    }
}

/// The reads that both connections serve.
pub struct Reads<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) tables: &'a [Table],
}

impl Reads<'_> {
    /// The rows of a window.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when the window does not fit the schema.
    pub fn snapshot(&self, window: &Window) -> Result<Snapshot, StoreError> {
        Ok(self.watch(window)?.1)
    }

    /// The rows of a window, and what is needed to say later how they changed.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when the window does not fit the schema.
    pub fn watch(&self, window: &Window) -> Result<(WatchedWindow, Snapshot), StoreError> {
        WatchedWindow::open(self.connection, self.tables, window)
    }

    /// One record as a row object.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when there is no such collection.
    pub fn record(&self, collection: &str, id: &str) -> Result<Option<Box<RawValue>>, StoreError> {
        if let Some(row) = window::record(self.connection, self.tables, collection, id)? {
            return Ok(Some(row));
        }
        // It may have turned out to be a record of the server's.
        match aliases::id_now(self.connection, collection, id)? {
            Some(id) => window::record(self.connection, self.tables, collection, &id),
            None => Ok(None),
        }
    }

    /// How many entries the outbox holds, counted one by one.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        Ok(Counts::new(outbox::tally(self.connection)?))
    }

    /// When a pull last ended well.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn last_synced_at(&self) -> Result<Option<Timestamp>, StoreError> {
        pull::last_synced_at(self.connection)
    }

    /// What is still to come before the app can be used.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn initial_sync(&self) -> Result<InitialSyncing, StoreError> {
        initial_sync::look(self.connection, self.tables)
    }

    /// A page of the outbox: `limit` entries after a sequence number.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when the limit is out of range.
    pub fn outbox(&self, after: i64, limit: u32) -> Result<OutboxPage, StoreError> {
        outbox::page(self.connection, after, limit)
    }

    /// A page of the conflict log, newest first: `limit` conflicts before a sequence number.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when the limit is out of range.
    pub fn conflicts(&self, before: Option<i64>, limit: u32) -> Result<ConflictPage, StoreError> {
        conflict_log::page(self.connection, before, limit)
    }

    /// The conflicts that JavaScript is to decide, at most `limit`.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn conflict_questions(&self, limit: u32) -> Result<Vec<ConflictQuestion>, StoreError> {
        conflicts::questions(self.connection, self.tables, limit)
    }
}
