//! A connection that sqlx opened and rusqlite drives.
//!
//! sqlx hands every statement to a thread of its own and back, which costs five to
//! eight times the statement. So the two hot connections take sqlx's handle once,
//! for good, and run synchronously on the caller's thread (ADR 0003).
//!
//! Order of dropping matters: rusqlite's cached statements first, then sqlx's
//! guard, then the connection. `self_cell` and the field order of [`Driven`] keep it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures::executor::block_on;
use rusqlite::config::DbConfig;
use self_cell::{MutBorrow, self_cell};
use sqlx::sqlite::{LockedSqliteHandle, SqliteConnectOptions};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::error::StoreError;

/// Statements kept prepared on one connection.
const STATEMENT_CACHE_STATEMENTS: usize = 256;
/// Steps of SQLite's virtual machine between two looks at the budget.
const STEPS_PER_LOOK: i32 = 1_000;

struct Driven<'a> {
    rusqlite: rusqlite::Connection,
    // Held, not read: while it lives, sqlx's thread leaves the connection alone.
    _guard: LockedSqliteHandle<'a>,
}

self_cell!(
    struct Cell {
        owner: MutBorrow<SqliteConnection>,
        #[covariant]
        dependent: Driven,
    }
);

/// A connection driven synchronously, with an optional budget of steps.
pub(crate) struct HeldConnection {
    cell: Option<Cell>,
    steps_left: Arc<AtomicI64>,
}

impl HeldConnection {
    /// Opens a connection and takes its handle.
    pub fn open(options: &SqliteConnectOptions) -> Result<Self, StoreError> {
        Self::hold(block_on(options.connect())?)
    }

    /// Takes the handle of a connection that sqlx has configured and migrated.
    pub fn hold(connection: SqliteConnection) -> Result<Self, StoreError> {
        let steps_left = Arc::new(AtomicI64::new(i64::MAX));
        let budget = Arc::clone(&steps_left);
        let cell = Cell::try_new(MutBorrow::new(connection), |owner| {
            let mut guard = block_on(owner.borrow_mut().lock_handle())?;
            guard.set_progress_handler(STEPS_PER_LOOK, move || {
                budget.fetch_sub(STEPS_PER_LOOK.into(), Ordering::Relaxed) > 0
            });
            // SAFETY: the handle is open, and the guard stored beside it keeps sqlx's
            // thread from using or closing it for as long as rusqlite has it.
            let rusqlite = unsafe {
                rusqlite::Connection::from_handle(guard.as_raw_handle().as_ptr().cast())
            }?;
            rusqlite.set_prepared_statement_cache_capacity(STATEMENT_CACHE_STATEMENTS);
            // Plans do not depend on parameters; else each new value of a `LIMIT ?`
            // prepares the statement again, which costs ten times what it reads.
            rusqlite.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            Ok::<_, StoreError>(Driven { rusqlite, _guard: guard })
        })?;
        Ok(Self { cell: Some(cell), steps_left })
    }

    /// The connection, without a budget.
    pub fn connection(&self) -> &rusqlite::Connection {
        self.steps_left.store(i64::MAX, Ordering::Relaxed);
        self.driven()
    }

    /// The connection; a statement that takes more than `steps` is interrupted.
    pub fn connection_within(&self, steps: u64) -> &rusqlite::Connection {
        self.steps_left.store(i64::try_from(steps).unwrap_or(i64::MAX), Ordering::Relaxed);
        self.driven()
    }

    fn driven(&self) -> &rusqlite::Connection {
        &self.cell.as_ref().expect("the cell is taken only on drop").borrow_dependent().rusqlite
    }
}

impl Drop for HeldConnection {
    fn drop(&mut self) {
        let Some(cell) = self.cell.take() else { return };
        let connection = cell.into_owner().into_inner();
        // Waits until the file is closed, so that it can be opened again at once.
        if let Err(error) = block_on(connection.close()) {
            tracing::warn!(%error, "a connection did not close cleanly");
        }
    }
}
