//! From a path to a writer and a reader: lock, look, migrate, register, hold.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Executor, Row, SqlSafeStr, SqliteConnection};

use crate::error::StoreError;
use crate::held::HeldConnection;
use crate::lock::{FileLock, beside, describe};
use crate::outbox;
use crate::pull::set_state;
use crate::reader::Reader;
use crate::schema::Schema;
use crate::tables::{Table, register};
use crate::writer::Writer;

/// Version of the file format that this build writes: the number of its last migration.
pub const SCHEMA_VERSION: i64 = 1;

/// `PRAGMA application_id` of every Mailboat file: "MBOT".
const APPLICATION_ID: i64 = 0x4D42_4F54;
const SQLITE_HEADER: &[u8; 16] = b"SQLite format 3\0";
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
    /// No file, or an empty one.
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
        let found = block_on(inspect(&mut connection, &schema_json))?;
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
            block_on(migrate(&mut self.connection))?;
        }
        block_on(self.connection.execute(WRITER_PRAGMAS))?;
        let writer = HeldConnection::hold(self.connection)?;
        if self.found != Found::Current {
            register_schema(writer.connection(), &self.schema, &self.schema_json)?;
        }
        let tables: Arc<[Table]> = self.schema.collections.into_iter().map(Table::new).collect();
        outbox::requeue_interrupted(writer.connection(), &tables)?;
        let reader = HeldConnection::open(&options(&self.path).read_only(true))?;
        let lock = Arc::new(self.lock);
        let wal = beside(&self.path, "-wal");
        let writer = Writer::new(writer, Arc::clone(&tables), wal, Arc::clone(&lock))?;
        Ok((writer, Reader::new(reader, tables, lock)))
    }
}

/// FULL is set before each transaction that needs it. The writer checkpoints by
/// itself when idle, so SQLite does not; `fullfsync` matters on Apple's systems only.
const WRITER_PRAGMAS: &str = "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864;
    PRAGMA synchronous = NORMAL; PRAGMA fullfsync = 1; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000";

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_millis(BUSY_TIMEOUT_MS))
        .disable_statement_logging()
}

/// Refuses a file that is no SQLite database before SQLite touches it.
fn check_header(path: &Path) -> Result<(), StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::Unreachable(describe(&error))),
    };
    let mut header = Vec::with_capacity(SQLITE_HEADER.len());
    file.by_ref()
        .take(SQLITE_HEADER.len() as u64)
        .read_to_end(&mut header)
        .map_err(|error| StoreError::Unreachable(describe(&error)))?;
    if header.is_empty() || header == SQLITE_HEADER {
        return Ok(());
    }
    Err(StoreError::Corrupt("The file is not a database. It was left as it is.".into()))
}

async fn inspect(
    connection: &mut SqliteConnection,
    schema_json: &str,
) -> Result<Found, StoreError> {
    let sql = "SELECT (SELECT application_id FROM pragma_application_id),
                      (SELECT user_version FROM pragma_user_version),
                      (SELECT count(*) FROM sqlite_master)";
    let row = sqlx::query(sql).fetch_one(&mut *connection).await?;
    let (application, version, tables): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    if tables == 0 {
        return Ok(Found::Fresh);
    }
    if application != APPLICATION_ID {
        let sentence = "The file is a database of another program. It was left as it is.";
        return Err(StoreError::Corrupt(sentence.into()));
    }
    if version > SCHEMA_VERSION {
        return Err(StoreError::NewerVersion { found: version, known: SCHEMA_VERSION });
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

async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    connection.execute("PRAGMA journal_mode = WAL").await?;
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
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let registered = register(connection, schema)
        .and_then(|()| set_state(connection, REGISTERED_SCHEMA, Some(schema_json)))
        .and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    if registered.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    registered
}
