//! The writer: the only connection that changes the file.

use std::path::PathBuf;
use std::sync::Arc;

use mailboat_core::{EntryId, LowWaiting, Priority, Timestamp};

use crate::due::{self, Due, Picking};
use crate::error::StoreError;
use crate::held::HeldConnection;
use crate::history;
use crate::lock::FileLock;
use crate::outbox;
use crate::patch::PatchOp;
use crate::pull::{self, set_state, state};
use crate::reader::Reads;
use crate::tables::Table;
use crate::tally::Tally;
use crate::transaction::{Changes, Transaction, find_table};
use crate::window::WatchedWindow;

/// The write-ahead log is copied into the file when the engine is idle and the log
/// has this many bytes.
const IDLE_CHECKPOINT_BYTES: u64 = 1024 * 1024;

/// Name in `mailboat_state` of how often the file was opened and then written to.
const OPENINGS: &str = "openings";
/// Revisions that one opening may give out. They only have to differ from those that
/// rows have already; this way no clock is asked, and JavaScript counts them exactly
/// for eight million openings.
const REVISIONS_AN_OPENING: i64 = 1 << 30;

/// What a commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A killed process and a power cut (`synchronous = FULL`).
    Full,
    /// A killed process; a power cut may lose the last moments (`NORMAL`).
    Normal,
}

/// How many entries the outbox holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries to be sent.
    pub pending: u32,
    /// Dead letters.
    pub failed: u32,
    /// Values of the entries to be sent, in bytes of JSON.
    pub bytes: u64,
}

impl Counts {
    pub(crate) fn new(tally: Tally) -> Self {
        let count = |rows: i64| u32::try_from(rows).unwrap_or(0);
        let bytes = u64::try_from(tally.bytes).unwrap_or(0);
        Self { pending: count(tally.pending), failed: count(tally.failed), bytes }
    }
}

/// The connection that the actor owns.
pub struct Writer {
    held: HeldConnection,
    tables: Arc<[Table]>,
    next_revision: i64,
    next_sequence: i64,
    /// The number of this opening of the file, until a commit has stored it.
    opening: Option<i64>,
    durability: Durability,
    tally: Tally,
    wal: PathBuf,
    // The log keeps its size when it has been copied, so its size alone says nothing.
    changed_since_checkpoint: bool,
    /// The disk failed since the log was begun, see [`renew_log`](Self::renew_log).
    doubts_log: bool,
    _lock: Arc<FileLock>,
}

impl Writer {
    pub(crate) fn new(
        held: HeldConnection,
        tables: Arc<[Table]>,
        wal: PathBuf,
        lock: Arc<FileLock>,
    ) -> Result<Self, StoreError> {
        let tally = outbox::tally(held.connection())?;
        let next_sequence = outbox::last_sequence(held.connection())?;
        let last = state(held.connection(), OPENINGS)?.and_then(|text| text.parse::<i64>().ok());
        let opening = last.unwrap_or(0) + 1;
        let durability = Durability::Normal;
        Ok(Self {
            held,
            tables,
            next_revision: opening * REVISIONS_AN_OPENING,
            next_sequence,
            opening: Some(opening),
            durability,
            tally,
            wal,
            changed_since_checkpoint: true,
            doubts_log: false,
            _lock: lock,
        })
    }

    /// The latest revision of the file: what changes from now on gets a higher one.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.next_revision
    }

    /// Runs `body` in one transaction and commits it. On any error nothing of it stays.
    ///
    /// # Errors
    /// The body's own, the one that lost the transaction, or the commit's.
    pub fn transaction<T>(
        &mut self,
        durability: Durability,
        body: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Changes), StoreError> {
        self.renew_log()?;
        self.set_durability(durability)?;
        self.run("BEGIN IMMEDIATE")?;
        let mut transaction = Transaction {
            connection: self.held.connection(),
            tables: &self.tables,
            changes: Changes::default(),
            lost: None,
            next_revision: &mut self.next_revision,
            next_sequence: &mut self.next_sequence,
        };
        let result = body(&mut transaction);
        let Transaction { changes, lost, .. } = transaction;
        let committed = match (result, lost) {
            (Err(error), _) | (Ok(_), Some(error)) => Err(error),
            (Ok(answer), None) => self.commit().map(|()| answer),
        };
        match committed {
            Ok(answer) => {
                self.changed_since_checkpoint = true;
                self.tally += changes.tally;
                Ok((answer, changes))
            }
            Err(error) => {
                self.roll_back();
                self.doubt_after(&error);
                Err(error)
            }
        }
    }

    /// The same for secrets: what `body` removes or replaces is overwritten, in the file and
    /// in the log. A reader in the way only puts the log off until the file is closed.
    ///
    /// # Errors
    /// As [`transaction`](Self::transaction).
    pub fn transaction_that_wipes<T>(
        &mut self,
        durability: Durability,
        body: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Changes), StoreError> {
        self.pragma("PRAGMA secure_delete = ON")?;
        let done = self.transaction(durability, body);
        self.pragma("PRAGMA secure_delete = OFF")?;
        if done.is_ok()
            && let Err(error) = self.pragma("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(%error, "the log is emptied when the file is closed");
            self.doubt_after(&error);
        }
        done
    }

    /// Picks what may go at `now`, at most `limit` entries and the rest of a group:
    /// from lanes with a priority of at least `least`. `eager` takes what only gathers
    /// for a common batch as well. Lanes that begin with an entry of `last` come after all
    /// others and take no room from them: beyond the limit, in this order, each with its
    /// first entry or group only.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn due(
        &self,
        now: Timestamp,
        limit: u32,
        least: Priority,
        eager: bool,
        last: &[EntryId],
    ) -> Result<Due, StoreError> {
        due::due(self.held.connection(), Picking { now, limit, least, eager, last })
    }

    /// What waits in lanes of low priority.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn low(&self) -> Result<LowWaiting, StoreError> {
        due::low(self.held.connection(), &self.tally)
    }

    /// Reads a watched window again: the steps from what it showed, and whether rows
    /// lie beyond its limit; `None` when nothing changed.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn catch_up(
        &self,
        watched: &mut WatchedWindow,
    ) -> Result<Option<(Vec<PatchOp>, bool)>, StoreError> {
        watched.catch_up(self.held.connection(), &self.tables)
    }

    /// The reads of the JavaScript thread, without its budget.
    #[must_use]
    pub fn reads(&self) -> Reads<'_> {
        Reads { connection: self.held.connection(), tables: &self.tables }
    }

    /// How many entries the outbox holds.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::new(self.tally)
    }

    /// Where the next pull goes on; `None` before the first.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn cursor(&self) -> Result<Option<String>, StoreError> {
        pull::cursor(self.held.connection())
    }

    /// The order from which on the history of a lane is here without gaps; `None`
    /// before its first page.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when there is no such collection.
    pub fn history_bound(&self, collection: &str, lane: &str) -> Result<Option<u64>, StoreError> {
        find_table(&self.tables, collection)?;
        history::bound(self.held.connection(), collection, lane)
    }

    /// Copies the write-ahead log into the file when it has grown: for moments when
    /// nothing else is to do. A reader in the way only postpones it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn checkpoint_when_idle(&mut self) -> Result<(), StoreError> {
        let bytes = std::fs::metadata(&self.wal).map_or(0, |wal| wal.len());
        if bytes < IDLE_CHECKPOINT_BYTES || !self.changed_since_checkpoint {
            return Ok(());
        }
        let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
        let copied = self.held.connection().query_row(checkpoint, [], |_| Ok(()));
        let copied = copied.map_err(StoreError::from);
        match &copied {
            Ok(()) => self.changed_since_checkpoint = false,
            Err(error) => self.doubt_after(error),
        }
        copied
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if let Some(opening) = self.opening {
            set_state(self.held.connection(), OPENINGS, Some(&opening.to_string()))?;
        }
        tracing::debug_span!("commit").in_scope(|| self.run("COMMIT"))?;
        self.opening = None;
        Ok(())
    }

    fn set_durability(&mut self, durability: Durability) -> Result<(), StoreError> {
        if self.durability != durability {
            self.run(match durability {
                Durability::Full => "PRAGMA synchronous = FULL",
                Durability::Normal => "PRAGMA synchronous = NORMAL",
            })?;
            self.durability = durability;
        }
        Ok(())
    }

    /// Renews the log at once where it can, so that a write is not refused to the app and
    /// found in the log by the next process.
    fn doubt_after(&mut self, error: &StoreError) {
        if !matches!(error, StoreError::Io(_)) {
            return;
        }
        self.doubts_log = true;
        if let Err(error) = self.renew_log() {
            tracing::warn!(%error, "the log is renewed before the next transaction");
        }
    }

    /// After a disk error: copies what is committed into the file, and begins the log anew.
    ///
    /// When a sync fails, the operating system may have given up on what it could not
    /// write, and calls it clean: the next sync succeeds without it. A commit behind such a
    /// gap in the log would be lost with the power, whatever its durability. The file is
    /// synced as a whole, page by page, so it has no such gap.
    fn renew_log(&mut self) -> Result<(), StoreError> {
        if !self.doubts_log {
            return Ok(());
        }
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let blocked: bool = self.held.connection().query_row(checkpoint, [], |row| row.get(0))?;
        if blocked {
            return Err(StoreError::Locked);
        }
        self.doubts_log = false;
        Ok(())
    }

    /// Runs a pragma that answers with a row of no interest.
    fn pragma(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.held.connection().query_row(sql, [], |_| Ok(()))?)
    }

    fn roll_back(&self) {
        if self.held.connection().is_autocommit() {
            return;
        }
        if let Err(error) = self.run("ROLLBACK") {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.held.connection().prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}
