//! Opens the file and hands out connections.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use uuid::Uuid;

use super::{Sequence, StoreError, retention};

/// How long a connection waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements a connection keeps.
const STATEMENT_CACHE: usize = 64;
/// The log is copied into the file when it has this many pages. SQLite's own 1 000 are a
/// few pushes, and each copy costs two syncs of the disk and writes whole pages anew.
const CHECKPOINT_PAGES: u32 = 16_384;
/// Memory of a connection for pages of the file, in KiB.
const PAGE_CACHE_KIB: u32 = 8_000;

/// The file and its connections.
pub(crate) struct Database {
    path: PathBuf,
    epoch: String,
    writer: Mutex<Connection>,
    idle_readers: Mutex<Vec<Connection>>,
}

impl Database {
    /// Opens the file, makes it if it is not there, and forgets what its retention says
    /// at `now_ms`. A file that is made takes `fresh_epoch` for its own.
    pub(crate) fn open(path: &Path, now_ms: i64, fresh_epoch: Uuid) -> Result<Self, StoreError> {
        let mut writer = connect(path)?;
        writer.execute_batch(include_str!("schema.sql"))?;
        retention::prune(&mut writer, now_ms)?;
        let epoch = epoch_of(&writer, fresh_epoch)?;
        Ok(Self {
            path: path.to_owned(),
            epoch,
            writer: Mutex::new(writer),
            idle_readers: Mutex::new(Vec::new()),
        })
    }

    /// What tells this database's cursors from those of any other.
    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Runs `work` in one write transaction; its error rolls everything back.
    ///
    /// The transaction takes the write lock at its beginning and its sequence numbers
    /// inside, so the order of the numbers is the order of the commits: a reader that
    /// has seen a number has seen every smaller one.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A panic inside `work` rolled its transaction back: the connection is as good as before.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Runs `work` in one read transaction: all it reads is of one commit.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle_readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => connect_reader(&self.path)?,
        };
        let transaction = reader.transaction()?;
        let result = work(&transaction);
        transaction.finish()?;
        self.idle_readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        result
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // FULL: an acknowledged entry survives a power cut, because its sender forgets it.
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; PRAGMA cache_size = -{PAGE_CACHE_KIB};"
    ))?;
    Ok(connection)
}

fn connect_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn epoch_of(connection: &Connection, fresh: Uuid) -> Result<String, StoreError> {
    let fresh = fresh.simple().to_string();
    connection
        .execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', ?1)", params![fresh])?;
    let stored = connection
        .query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0))
        .optional()?;
    Ok(stored.unwrap_or(fresh))
}

/// The sequence number of the last effect; 0 before the first.
pub(super) fn last_sequence(connection: &Connection) -> Result<Sequence, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT IFNULL(MAX(sequence), 0) FROM effects")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}
