//! From a path to a writer and a reader: lock, look, migrate, register, hold.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, SqlSafeStr, SqliteConnection};

use crate::error::StoreError;
use crate::held::HeldConnection;
use crate::lock::{FileLock, beside, unreachable};
use crate::outbox;
use crate::pull::{set_state, state};
use crate::reader::Reader;
use crate::refill;
use crate::schema::Schema;
use crate::tables::{Table, register};
use crate::writer::Writer;

/// Version of the file format that this build writes: the number of its last migration.
pub const SCHEMA_VERSION: i64 = 4;

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
    vfs: Option<&'static str>,
    schema: Schema,
    schema_json: String,
    found: Found,
    /// Of a current file: what looked at it goes on reading from it.
    reader: Option<HeldConnection>,
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

/// A writer that is still to be opened: the first frame needs only the reader.
pub struct WriterOpening {
    path: PathBuf,
    vfs: Option<&'static str>,
    tables: Arc<[Table]>,
    /// The connection that has just migrated the file, if one had to.
    held: Option<HeldConnection>,
    lock: Arc<FileLock>,
}

impl Opening {
    /// Locks the file and finds out what it needs. Changes nothing in an existing file.
    ///
    /// # Errors
    /// [`StoreError::InvalidSchema`], [`StoreError::Unreachable`], [`StoreError::Locked`],
    /// [`StoreError::Corrupt`] when the file is no Mailboat database,
    /// [`StoreError::NewerVersion`].
    pub fn begin(path: &Path, schema: &Schema) -> Result<Self, StoreError> {
        Self::begin_on(None, path, schema)
    }

    /// The same on a virtual file system that SQLite knows by this name: every connection
    /// goes through it.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    pub fn begin_on(
        vfs: Option<&'static str>,
        path: &Path,
        schema: &Schema,
    ) -> Result<Self, StoreError> {
        schema.check()?;
        let schema_json = serde_json::to_string(schema).expect("a checked schema becomes JSON");
        // The lock comes before the look: closing a file, as looking at its header does,
        // would end SQLite's own locks if this process had the database open (POSIX locks
        // do that). But another program's file gets no lock beside it.
        if !FileLock::is_beside(path) {
            check_header(path)?;
        }
        let lock = FileLock::take(path)?;
        let exists = check_header(path)?;
        let (path, schema) = (path.to_owned(), schema.clone());
        let mut opening =
            Self { path, vfs, schema, schema_json, found: Found::Fresh, reader: None, lock };
        if exists {
            let reader = HeldConnection::open(&reader_options(&opening.path, vfs))?;
            opening.found = inspect(reader.connection(), &opening.schema_json)?;
            opening.reader = Some(reader).filter(|_| opening.found == Found::Current);
        }
        Ok(opening)
    }

    /// Whether the next step is quick: nothing to migrate or register over existing rows.
    #[must_use]
    pub fn is_quick(&self) -> bool {
        self.found != Found::Outdated
    }

    /// Migrates and registers the schema's collections where the file needs it, and
    /// opens the reader.
    ///
    /// # Errors
    /// As SQLite says; an interrupted migration leaves the file as it was.
    pub fn read(self) -> Result<(Reader, WriterOpening), StoreError> {
        let held = if self.found == Found::Current { None } else { Some(self.migrate()?) };
        let reader = match self.reader {
            Some(reader) => reader,
            None => HeldConnection::open(&reader_options(&self.path, self.vfs))?,
        };
        let tables: Arc<[Table]> = self.schema.collections.into_iter().map(Table::new).collect();
        let lock = Arc::new(self.lock);
        let reader = Reader::new(reader, Arc::clone(&tables), Arc::clone(&lock));
        Ok((reader, WriterOpening { path: self.path, vfs: self.vfs, tables, held, lock }))
    }

    /// Both steps in one: the writer and the reader.
    ///
    /// # Errors
    /// As [`read`](Self::read) and [`WriterOpening::write`].
    pub fn finish(self) -> Result<(Writer, Reader), StoreError> {
        let (reader, writer) = self.read()?;
        Ok((writer.write()?, reader))
    }

    fn migrate(&self) -> Result<HeldConnection, StoreError> {
        let options = options(&self.path, self.vfs).create_if_missing(true);
        let mut connection = block_on(options.connect())?;
        if let Err(error) = block_on(migrate(&mut connection, self.found)) {
            // Waits until the file is closed: who tries again finds it free.
            let _ = block_on(connection.close());
            return Err(error);
        }
        let held = HeldConnection::hold(connection)?;
        register_schema(held.connection(), &self.schema, &self.schema_json)?;
        Ok(held)
    }
}

/// Reads something of a file that is not open, whatever its schema. `None`: nothing is in it.
pub(crate) fn look_into<T>(
    path: &Path,
    read: impl FnOnce(&rusqlite::Connection) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    // In this order for the reason that `begin` has.
    if !FileLock::is_beside(path) {
        check_header(path)?;
    }
    let _lock = FileLock::take(path)?;
    if !check_header(path)? {
        return Ok(None);
    }
    let reader = HeldConnection::open(&reader_options(path, None))?;
    let connection = reader.connection();
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    check_version(version)?;
    if version == 0 {
        return Ok(None);
    }
    read(connection).map(Some)
}

impl WriterOpening {
    /// Opens the writer, and puts back what a kill left on its way.
    ///
    /// # Errors
    /// As SQLite says.
    pub fn write(self) -> Result<Writer, StoreError> {
        let held = match self.held {
            Some(held) => held,
            None => HeldConnection::open(&options(&self.path, self.vfs))?,
        };
        held.connection().execute_batch(WRITER_PRAGMAS)?;
        match outbox::requeue_interrupted(held.connection(), &self.tables) {
            // Rows show as sending a little longer; a full disk must not keep them from the screen.
            Err(StoreError::DiskFull) => tracing::warn!("the disk is full"),
            requeued => requeued?,
        }
        let wal = beside(&self.path, "-wal");
        Writer::new(held, self.tables, wal, self.lock)
    }
}

/// FULL is set before each transaction that needs it. The writer copies the log when
/// idle; SQLite does so itself only when it reaches its limit of 64 MB (16 384 pages).
/// `fullfsync` matters on Apple's systems only.
const WRITER_PRAGMAS: &str = "PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864;
    PRAGMA synchronous = NORMAL; PRAGMA fullfsync = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000";

fn options(path: &Path, vfs: Option<&'static str>) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
        .disable_statement_logging();
    match vfs {
        Some(name) => options.vfs(name),
        None => options,
    }
}

/// The reader may recover a log that a kill left behind, so it is not opened
/// read-only; it just never writes.
fn reader_options(path: &Path, vfs: Option<&'static str>) -> SqliteConnectOptions {
    options(path, vfs).pragma("temp_store", "MEMORY").pragma("query_only", "ON")
}

/// Answers whether there is a file with something in it that is whole. Refuses one of another program,
/// or of a newer version, by its header: before SQLite touches it, since opening alone
/// may roll back or copy a log.
fn check_header(path: &Path) -> Result<bool, StoreError> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    match File::open(path) {
        Ok(file) => file.take(HEADER_BYTES as u64).read_to_end(&mut header),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => Err(error),
    }
    .map_err(|error| unreachable(&error))?;
    if header.is_empty() {
        return Ok(false);
    }
    if header.len() < HEADER_BYTES || !header.starts_with(SQLITE_MAGIC) {
        if is_half_made(path) {
            return Ok(false);
        }
        return Err(StoreError::Corrupt(
            "The file is not a database. It was left as it is.".into(),
        ));
    }
    let four_bytes = |at: usize| [header[at], header[at + 1], header[at + 2], header[at + 3]];
    if four_bytes(APPLICATION_ID_AT) != APPLICATION_ID {
        let sentence = "The file is a database of another program. It was left as it is.";
        return Err(StoreError::Corrupt(sentence.into()));
    }
    check_version(u32::from_be_bytes(four_bytes(USER_VERSION_AT)).into())?;
    Ok(true)
}

/// Whether the file was being made when the process or the power went: its first page may
/// then have been written in part, and SQLite's journal beside it undoes that. A journal is
/// used for nothing else, and only a file that we made has a lock.
fn is_half_made(path: &Path) -> bool {
    let journal = beside(path, "-journal").metadata();
    FileLock::is_beside(path) && journal.is_ok_and(|journal| journal.len() > 0)
}

fn check_version(found: i64) -> Result<(), StoreError> {
    if found > SCHEMA_VERSION {
        return Err(StoreError::NewerVersion { found, known: SCHEMA_VERSION });
    }
    Ok(())
}

fn inspect(connection: &rusqlite::Connection, schema_json: &str) -> Result<Found, StoreError> {
    // The header may be older than the log, so the version is asked for once more.
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    check_version(version)?;
    if version == 0 {
        return Ok(Found::Fresh);
    }
    if version < SCHEMA_VERSION {
        return Ok(Found::Outdated);
    }
    let registered = state(connection, REGISTERED_SCHEMA)?;
    Ok(if registered.as_deref() == Some(schema_json) { Found::Current } else { Found::Outdated })
}

/// Every version of the file, by number: what it is about, and how the one before becomes it.
const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "outbox and lanes", include_str!("../migrations/0001_outbox_and_lanes.sql")),
    (
        2,
        "priorities and dependencies",
        include_str!("../migrations/0002_priorities_and_dependencies.sql"),
    ),
    (3, "conflicts and aliases", include_str!("../migrations/0003_conflicts_and_aliases.sql")),
    (4, "pull from the start", include_str!("../migrations/0004_pull_from_the_start.sql")),
];

fn migration(&(version, title, sql): &(i64, &'static str, &'static str)) -> Migration {
    Migration::new(version, title.into(), MigrationType::Simple, sql.into_sql_str(), false)
}

async fn migrate(connection: &mut SqliteConnection, found: Found) -> Result<(), StoreError> {
    if found == Found::Fresh {
        // First of all, and into the file itself: if the rest is interrupted, the file
        // is still known as ours.
        let application_id = i32::from_be_bytes(APPLICATION_ID);
        let mark = format!("PRAGMA application_id = {application_id}; PRAGMA journal_mode = WAL");
        connection.execute(AssertSqlSafe(mark)).await?;
    }
    Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect()).run(connection).await?;
    Ok(())
}

fn register_schema(
    connection: &rusqlite::Connection,
    schema: &Schema,
    schema_json: &str,
) -> Result<(), StoreError> {
    in_transaction(connection, || {
        register(connection, schema)?;
        if let Some(before) = state(connection, REGISTERED_SCHEMA)? {
            // One that cannot be read any more may have lacked anything.
            let before = serde_json::from_str(&before).unwrap_or(Schema { collections: vec![] });
            refill::ask_for_what_is_new(connection, &before, schema)?;
        }
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
