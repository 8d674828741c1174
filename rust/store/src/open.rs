//! From a path to a writer and a reader: lock, look, migrate, register, hold.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, Row, SqlSafeStr, SqliteConnection,
};

use crate::error::StoreError;
use crate::held::HeldConnection;
use crate::lock::{FileLock, beside, unreachable};
use crate::outbox;
use crate::pull::set_state;
use crate::reader::Reader;
use crate::schema::Schema;
use crate::tables::{Table, register};
use crate::writer::Writer;

/// Version of the file format that this build writes: the number of its last migration.
pub const SCHEMA_VERSION: i64 = 1;

/// `PRAGMA application_id` of every Mailboat file.
const APPLICATION_ID: [u8; 4] = *b"MBOT";
const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Length of an SQLite file's header, and where it holds two numbers of the application's.
const HEADER_BYTES: usize = 100;
const USER_VERSION_AT: usize = 60;
const APPLICATION_ID_AT: usize = 68;
/// How long a statement waits for another connection's lock, in milliseconds.
/// Two connections of one process hardly ever meet; a reader must not stall the screen.
const BUSY_TIMEOUT_MS: u64 = 250;
/// Name in `mailboat_state` of the schema that the tables were made for.
const REGISTERED_SCHEMA: &str = "schema";

/// A file that is locked and looked at, but not yet migrated.
pub struct Opening {
    path: PathBuf,
    schema: Schema,
    schema_json: String,
    connection: SqliteConnection,
    found: Found,
    lock: FileLock,
}

/// What the file turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// No file, an empty one, or one whose making was interrupted.
    Fresh,
    /// Of this version and this schema.
    Current,
    /// Of an older version or another schema.
    Outdated,
}

impl Opening {
    /// Locks the file and finds out what it needs. Changes nothing in an existing file.
    ///
    /// # Errors
    /// [`StoreError::InvalidSchema`], [`StoreError::Unreachable`], [`StoreError::Locked`],
    /// [`StoreError::Corrupt`] when the file is no Mailboat database,
    /// [`StoreError::NewerVersion`].
    pub fn begin(path: &Path, schema: &Schema) -> Result<Self, StoreError> {
        schema.check()?;
        let schema_json = serde_json::to_string(schema).expect("a checked schema becomes JSON");
        check_header(path)?;
        let lock = FileLock::take(path)?;
        let mut connection = block_on(options(path).create_if_missing(true).connect())?;
        let found = match block_on(inspect(&mut connection, &schema_json)) {
            Ok(found) => found,
            Err(error) => {
                // Waits until the file is closed: the lock goes when this returns.
                let _ = block_on(connection.close());
                return Err(error);
            }
        };
        let schema = schema.clone();
        Ok(Self { path: path.into(), schema, schema_json, connection, found, lock })
    }

    /// Whether [`finish`](Self::finish) is quick: nothing to migrate or register over existing rows.
    #[must_use]
    pub fn is_quick(&self) -> bool {
        self.found != Found::Outdated
    }

    /// Migrates, registers the schema's collections, and holds both connections.
    ///
    /// # Errors
    /// As SQLite says; an interrupted migration leaves the file as it was.
    pub fn finish(mut self) -> Result<(Writer, Reader), StoreError> {
        if self.found != Found::Current {
            block_on(migrate(&mut self.connection, self.found))?;
        }
        block_on(self.connection.execute(WRITER_PRAGMAS))?;
        let writer = HeldConnection::hold(self.connection)?;
        if self.found != Found::Current {
            register_schema(writer.connection(), &self.schema, &self.schema_json)?;
        }
        let tables: Arc<[Table]> = self.schema.collections.into_iter().map(Table::new).collect();
        match outbox::requeue_interrupted(writer.connection(), &tables) {
            // Rows show as sending a little longer; a full disk must not keep them from the screen.
            Err(StoreError::DiskFull) => tracing::warn!("the disk is full"),
            requeued => requeued?,
        }
        let reader = options(&self.path).read_only(true).pragma("temp_store", "MEMORY");
        let reader = HeldConnection::open(&reader)?;
        let lock = Arc::new(self.lock);
        let wal = beside(&self.path, "-wal");
        let writer = Writer::new(writer, Arc::clone(&tables), wal, Arc::clone(&lock))?;
        Ok((writer, Reader::new(reader, tables, lock)))
    }
}

/// FULL is set before each transaction that needs it. The writer copies the log when
/// idle; SQLite does so itself only when it reaches its limit of 64 MB (16 384 pages).
/// `fullfsync` matters on Apple's systems only.
const WRITER_PRAGMAS: &str = "PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864;
    PRAGMA synchronous = NORMAL; PRAGMA fullfsync = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000";

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
        .disable_statement_logging()
}

/// Refuses a file of another program, or of a newer version, by its header: before
/// SQLite touches it, since opening alone may roll back or copy a log.
fn check_header(path: &Path) -> Result<(), StoreError> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    match File::open(path) {
        Ok(file) => file.take(HEADER_BYTES as u64).read_to_end(&mut header),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
    }
    .map_err(|error| unreachable(&error))?;
    if header.is_empty() {
        return Ok(());
    }
    if header.len() < HEADER_BYTES || !header.starts_with(SQLITE_MAGIC) {
        return Err(StoreError::Corrupt(
            "The file is not a database. It was left as it is.".into(),
        ));
    }
    let four_bytes = |at: usize| [header[at], header[at + 1], header[at + 2], header[at + 3]];
    if four_bytes(APPLICATION_ID_AT) != APPLICATION_ID {
        let sentence = "The file is a database of another program. It was left as it is.";
        return Err(StoreError::Corrupt(sentence.into()));
    }
    check_version(u32::from_be_bytes(four_bytes(USER_VERSION_AT)).into())
}

fn check_version(found: i64) -> Result<(), StoreError> {
    if found > SCHEMA_VERSION {
        return Err(StoreError::NewerVersion { found, known: SCHEMA_VERSION });
    }
    Ok(())
}

async fn inspect(
    connection: &mut SqliteConnection,
    schema_json: &str,
) -> Result<Found, StoreError> {
    // The header may be older than the log, so the version is asked for once more.
    let version: i64 = sqlx::query("PRAGMA user_version").fetch_one(&mut *connection).await?.get(0);
    check_version(version)?;
    if version == 0 {
        return Ok(Found::Fresh);
    }
    if version < SCHEMA_VERSION {
        return Ok(Found::Outdated);
    }
    let registered = sqlx::query("SELECT value FROM mailboat_state WHERE name = ?")
        .bind(REGISTERED_SCHEMA)
        .fetch_optional(connection)
        .await?
        .map(|row| row.get::<String, _>(0));
    Ok(if registered.as_deref() == Some(schema_json) { Found::Current } else { Found::Outdated })
}

async fn migrate(connection: &mut SqliteConnection, found: Found) -> Result<(), StoreError> {
    if found == Found::Fresh {
        // First of all, and into the file itself: if the rest is interrupted, the file
        // is still known as ours.
        let application_id = i32::from_be_bytes(APPLICATION_ID);
        let mark = format!("PRAGMA application_id = {application_id}; PRAGMA journal_mode = WAL");
        connection.execute(AssertSqlSafe(mark)).await?;
    }
    let first = Migration::new(
        1,
        "outbox and lanes".into(),
        MigrationType::Simple,
        include_str!("../migrations/0001_outbox_and_lanes.sql").into_sql_str(),
        false,
    );
    Migrator::with_migrations(vec![first]).run(connection).await?;
    Ok(())
}

fn register_schema(
    connection: &rusqlite::Connection,
    schema: &Schema,
    schema_json: &str,
) -> Result<(), StoreError> {
    in_transaction(connection, || {
        register(connection, schema)?;
        set_state(connection, REGISTERED_SCHEMA, Some(schema_json))
    })
}

/// Runs `body` in a transaction of its own: for what happens before there is a [`Writer`].
pub(crate) fn in_transaction(
    connection: &rusqlite::Connection,
    body: impl FnOnce() -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let result = body().and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if result.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    result
}
