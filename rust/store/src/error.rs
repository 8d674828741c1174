//! What can go wrong with the file, in types that the engine maps to stable codes.

use rusqlite::ErrorCode as SqliteCode;

/// Why the store could not do it. Never holds a value that the app stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The schema cannot be registered.
    #[error("{0}")]
    InvalidSchema(String),
    /// A write or a query does not fit the schema.
    #[error("{0}")]
    InvalidArgument(String),
    /// A record of this id exists already.
    #[error("{collection} has a record of this id already")]
    Exists {
        /// The collection.
        collection: String,
    },
    /// The collection does not allow this operation.
    #[error("{0}")]
    Unsupported(String),
    /// It is too late for this: an attempt has left with the entry.
    #[error("{0}")]
    Conflict(String),
    /// The file cannot be opened or made.
    #[error("the database file cannot be opened: {0}")]
    Unreachable(String),
    /// Another process, or another engine of this one, has the file.
    #[error("the database file is open in another process")]
    Locked,
    /// The file is damaged, or is no database of Mailboat.
    #[error("{0}")]
    Corrupt(String),
    /// The file was written by a newer version.
    #[error("the file has version {found}, this build knows up to {known}")]
    NewerVersion {
        /// Version of the file.
        found: i64,
        /// Newest version this build knows.
        known: i64,
    },
    /// No space is left.
    #[error("the disk is full")]
    DiskFull,
    /// A synchronous read went over its budget of steps.
    #[error("the read takes more than {steps} steps")]
    TooExpensive {
        /// The budget, in steps of SQLite's virtual machine.
        steps: u64,
    },
    /// The disk failed.
    #[error("the disk failed: SQLite error {0}")]
    Io(i32),
    /// Anything else SQLite says; a bug of ours.
    #[error("SQLite error {code}: {message}")]
    Sqlite {
        /// SQLite's extended code.
        code: i32,
        /// SQLite's words; they name tables and columns, never values.
        message: String,
    },
}

impl StoreError {
    /// Whether the call was refused before anything was changed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::InvalidArgument(_)
                | Self::Unsupported(_)
                | Self::Conflict(_)
                | Self::Exists { .. }
        )
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = error else {
            // Conversions quote the value that failed; its kind is enough.
            let message = "a stored value has an unexpected type".into();
            return Self::Sqlite { code: 0, message };
        };
        match failure.code {
            SqliteCode::DiskFull => Self::DiskFull,
            // Growing the shared-memory file failed: on a full disk this comes first.
            SqliteCode::SystemIoFailure if failure.extended_code == SQLITE_IOERR_SHMSIZE => Self::DiskFull,
            SqliteCode::SystemIoFailure => Self::Io(failure.extended_code),
            SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase => Self::Corrupt(
                "The database file is damaged. Keep it: it may hold the only copy of unsent writes.".into(),
            ),
            SqliteCode::DatabaseBusy | SqliteCode::DatabaseLocked => Self::Locked,
            SqliteCode::CannotOpen | SqliteCode::ReadOnly => {
                Self::Unreachable(message.unwrap_or_else(|| failure.to_string()))
            }
            _ => Self::Sqlite {
                code: failure.extended_code,
                message: message.unwrap_or_else(|| failure.to_string()),
            },
        }
    }
}

const SQLITE_IOERR_SHMSIZE: i32 = 4_874;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(database) = &error else {
            return Self::Sqlite { code: 0, message: error.to_string() };
        };
        let extended = database.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(0);
        let failure = rusqlite::ffi::Error::new(extended);
        rusqlite::Error::SqliteFailure(failure, Some(database.message().to_owned())).into()
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError;
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => {
                Self::Corrupt(format!("The file's migrations do not fit this build: {other}."))
            }
        }
    }
}
