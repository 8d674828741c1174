//! A page that has come, applied a few rows at a time: what the app writes meanwhile
//! goes before the next few, so that a large page never holds up the screen.

use std::collections::VecDeque;

use mailboat_backends::rest::wire::PullPage;
use mailboat_core::{Stored, Timestamp};
use mailboat_store::{Durability, InitialSyncing, RemoteChange, RemoteDeletion, StoreError, Swept};

use super::Actor;
use super::pull::{deletion, from_wire};

/// Most rows that one transaction of a page changes: two to three milliseconds.
const MAX_CHUNK_ROWS: usize = 250;

/// A page, as far as it is not applied yet.
pub(crate) struct Arrived {
    changes: VecDeque<RemoteChange>,
    deletions: VecDeque<RemoteDeletion>,
    cursor: String,
    more: bool,
    is_snapshot: bool,
    /// It is the first of a pull from the start, and nothing of it is applied.
    begins: bool,
    /// The revision of the file when it was asked for.
    asked_at: i64,
    /// After the last page of a pull from the start: how far the rows are looked through
    /// for those that the server has no more.
    swept: Option<Swept>,
}

impl Arrived {
    /// A page, by the revision of the file when it was asked for; `begins` when that was
    /// without a cursor.
    pub fn new(page: PullPage, begins: bool, asked_at: i64) -> Self {
        let PullPage { changes, tombstones, cursor, more, snapshot } = page;
        Self {
            changes: changes.into_iter().map(from_wire).collect(),
            deletions: tombstones.into_iter().map(deletion).collect(),
            cursor,
            more,
            is_snapshot: snapshot,
            begins,
            asked_at,
            swept: None,
        }
    }

    /// Where the next page goes on.
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    fn rows(&self) -> usize {
        self.changes.len() + self.deletions.len()
    }
}

impl Actor {
    /// Applies the next rows of the page that has come. The cursor is stored with the
    /// last of them: if the app is killed in between, the page is fetched again, and the
    /// rows keep their versions.
    pub(super) fn apply_arrived(&mut self, now: Timestamp) {
        let Some(page) = self.pull.take_arrived() else { return };
        if let Err(error) = self.apply_chunk(page, now) {
            self.pull.give_up_pages();
            self.storage_failed(Stored::Page, &error, now);
            self.sync.fail(&error.into(), &mut self.answers);
        }
    }

    fn apply_chunk(&mut self, mut page: Arrived, now: Timestamp) -> Result<(), StoreError> {
        let changed = page.changes.len().min(MAX_CHUNK_ROWS);
        let changes: Vec<RemoteChange> = page.changes.drain(..changed).collect();
        let deleted = page.deletions.len().min(MAX_CHUNK_ROWS - changed);
        let deletions: Vec<RemoteDeletion> = page.deletions.drain(..deleted).collect();
        let initial = self.initial.after(changed);
        // A page of history on its way may hold what was deleted before this pull.
        let may_sweep = page.swept.is_some() || !self.older.is_in_flight();
        let (is_last, changes) = self.writer.transaction(Durability::Normal, |transaction| {
            if std::mem::take(&mut page.begins) {
                transaction.begin_from_start()?;
            }
            if page.is_snapshot {
                transaction.apply_snapshot(&changes, now)?;
            } else {
                transaction.apply_changes(&changes, now)?;
            }
            transaction.apply_deletions(&deletions, now)?;
            if !initial.missing.is_empty() {
                transaction.set_initial_records(initial.records)?;
            }
            if page.rows() > 0 {
                return Ok(false);
            }
            if !page.more && may_sweep {
                page.swept = transaction.sweep(page.swept.take(), page.asked_at, now)?;
                if page.swept.is_some() {
                    return Ok(false);
                }
            }
            if !page.more {
                transaction.set_last_synced_at(now)?;
            }
            transaction.set_cursor(Some(&page.cursor))?;
            Ok(true)
        })?;
        self.changes.push(changes);
        self.initial = if is_last && !page.more { InitialSyncing::default() } else { initial };
        self.merges.look();
        self.sync.received(changed + deleted);
        let more = !is_last || page.more;
        self.progress.pulled(u32::try_from(changed + deleted).unwrap_or(u32::MAX), more);
        if !is_last {
            self.pull.keep_arrived(page);
            return Ok(());
        }
        // Not before: of a page that comes again, the beginning may be here already, and
        // takes no room.
        self.storage_succeeded(Stored::Page, now);
        if !page.more {
            self.pull.end(now);
            self.sync.pull_ended();
        }
        Ok(())
    }
}
