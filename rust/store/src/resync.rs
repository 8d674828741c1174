//! A pull from the start, over rows that are here already. The server does not name what
//! was deleted so long ago that it has forgotten it. So each record is noted when the
//! pull sends it, and when the pull ends, [`Transaction::sweep`] deletes what was not.
//!
//! A record that this device has sent meanwhile may be older than the last page, and
//! deleted before it, or newer. The pull that is asked for next tells: the sweep goes on
//! at the end of that one.
//!
//! Of records in lanes a snapshot holds only the newest. What lies before them stays, and
//! its lane is noted as *stale*: the pages of its history, which have no gaps, show later
//! what is gone.

use mailboat_core::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::error::StoreError;
use crate::history::{self, HistoryPage};
use crate::pull::{cursor, forget_cursor, set_state, state};
use crate::record::{Base, Record};
use crate::tables::Table;
use crate::transaction::Transaction;

/// Name in `mailboat_state` while a pull from the start goes on; the value says whether a
/// page of a snapshot has come.
const RESYNC: &str = "resync";
const BEGUN: &str = "begun";
const SNAPSHOT: &str = "snapshot";
/// Names in `mailboat_state` begin so, and end in the collection and the lane. Rows with
/// revisions up to the value may be gone from the server.
const STALE: &str = "stale";

/// Most rows that one call of [`Transaction::sweep`] looks at.
pub const MAX_SWEPT_ROWS: u32 = 200;

/// How far the sweep at the end of a pull has come.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Number of the collection.
    number: usize,
    /// The last record of it that was looked at; empty for none.
    id: String,
    /// Rows were met that only the next pull can tell of.
    leaves_some: bool,
}

/// A row that the pull did not bring, though the server had it once.
struct Missed {
    lane: String,
    position: i64,
    revision: i64,
}

/// Has everything pulled again.
pub(crate) fn start_over(connection: &Connection) -> Result<(), StoreError> {
    // What comes next may begin long after what is here.
    history::forget(connection)?;
    // Before the first page, the request that asks for it looks at what is here.
    if cursor(connection)?.is_none() {
        return Ok(());
    }
    forget_seen(connection)?;
    set_state(connection, RESYNC, Some(BEGUN))?;
    forget_cursor(connection)
}

/// Whether a pull from the start is to end with a sweep.
pub(crate) fn is_on(connection: &Connection) -> Result<bool, StoreError> {
    Ok(state(connection, RESYNC)?.is_some())
}

fn forget_seen(connection: &Connection) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM mailboat_seen")?.execute([])?;
    connection.prepare_cached("DELETE FROM mailboat_seen_lanes")?.execute([])?;
    Ok(())
}

impl Transaction<'_> {
    /// Has everything pulled again: the server cannot go on from our cursor. Rows keep
    /// their versions, so only what is newer changes, and what is gone.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn start_over(&mut self) -> Result<(), StoreError> {
        self.step(|transaction| start_over(transaction.connection))
    }

    /// The first page of a pull from the start has come, and none of it is applied. What an
    /// earlier one has shown, before a kill or a power cut, says nothing of what is there
    /// now. And before the very first pull, records may have been sent, which others may
    /// have deleted since.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn begin_from_start(&mut self) -> Result<(), StoreError> {
        self.step(|transaction| {
            if is_on(transaction.connection)? {
                forget_seen(transaction.connection)
            } else if transaction.holds_records()? || transaction.awaits_answers()? {
                set_state(transaction.connection, RESYNC, Some(BEGUN))
            } else {
                Ok(())
            }
        })
    }

    /// Whether any record of the server's is here.
    fn holds_records(&self) -> Result<bool, StoreError> {
        for table in self.tables {
            let sql = format!("SELECT 1 FROM {} WHERE _version > 0 LIMIT 1", table.name);
            if self.connection.prepare_cached(&sql)?.exists([])? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether anything was sent that may be on the server, and no answer says so.
    fn awaits_answers(&self) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM mailboat_outbox WHERE attempted = 1 AND halted = 0 LIMIT 1";
        Ok(self.connection.prepare_cached(sql)?.exists([])?)
    }

    /// A page of a snapshot has come.
    pub(crate) fn see_snapshot(&self) -> Result<(), StoreError> {
        set_state(self.connection, RESYNC, Some(SNAPSHOT))
    }

    /// Notes that the server has a record of this lane; `position` if a snapshot says so.
    pub(crate) fn see(
        &self,
        collection: &str,
        id: &str,
        lane: &str,
        position: Option<i64>,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_seen (record_id, collection) VALUES (?, ?)
                 ON CONFLICT DO NOTHING",
            )?
            .execute([id, collection])?;
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_seen_lanes (lane, collection, oldest) VALUES (?, ?, ?)
                 ON CONFLICT DO UPDATE SET oldest = min(oldest, excluded.oldest)",
            )?
            .execute((lane, collection, position.unwrap_or(i64::MAX)))?;
        Ok(())
    }

    /// After the last row of a pull, with the cursor still to be stored: treats rows that
    /// a pull from the start has not shown as deleted. `asked_at` is the revision of the
    /// file when the last page was asked for. Looks at no more than [`MAX_SWEPT_ROWS`] a
    /// call. Answers where to go on, and `None` when all is done or there was nothing to do.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn sweep(
        &mut self,
        from: Option<Swept>,
        asked_at: i64,
        now: Timestamp,
    ) -> Result<Option<Swept>, StoreError> {
        self.step(|transaction| {
            let Some(kind) = state(transaction.connection, RESYNC)? else { return Ok(None) };
            let is_new = from.is_none();
            let mut swept = from.unwrap_or_default();
            // A backend that names no snapshot may leave out what this device has sent it.
            let table = transaction.tables.get(swept.number).filter(|_| kind == SNAPSHOT);
            let Some(table) = table else {
                return transaction.end_sweep(&swept);
            };
            if is_new && transaction.awaits_answers()? {
                return Ok(None);
            }
            let rows = transaction.rows_after(table, &swept.id)?;
            for (id, missed) in &rows {
                match missed {
                    Some(missed) if missed.revision > asked_at => swept.leaves_some = true,
                    Some(missed) => transaction.look_for(swept.number, id, missed, now)?,
                    None => {}
                }
            }
            Ok(Some(match rows.into_iter().next_back() {
                Some((id, _)) => Swept { id, ..swept },
                None => Swept { number: swept.number + 1, id: String::new(), ..swept },
            }))
        })
    }

    /// All rows have been looked at.
    fn end_sweep(&self, swept: &Swept) -> Result<Option<Swept>, StoreError> {
        if !swept.leaves_some {
            forget_seen(self.connection)?;
            set_state(self.connection, RESYNC, None)?;
        }
        Ok(None)
    }

    /// The next rows by id; with those that the pull did not bring, where they belong.
    fn rows_after(
        &self,
        table: &Table,
        id: &str,
    ) -> Result<Vec<(String, Option<Missed>)>, StoreError> {
        let (name, lane) = (&table.name, &table.lane);
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT \"id\", {lane}, _position, _revision, _version > 0 AND NOT EXISTS
                 (SELECT 1 FROM mailboat_seen WHERE record_id = {name}.\"id\" AND collection = ?1)
             FROM {name} WHERE \"id\" > ?2 ORDER BY \"id\" LIMIT {MAX_SWEPT_ROWS}"
        ))?;
        let rows = statement.query_map([&table.collection.name, id], |row| {
            let (lane, position, revision) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let missed = Missed { lane, position, revision };
            Ok((row.get(0)?, row.get::<_, bool>(4)?.then_some(missed)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Decides about a row that the pull did not bring.
    fn look_for(
        &mut self,
        number: usize,
        id: &str,
        Missed { lane, position, .. }: &Missed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let collection = &self.tables[number].collection;
        if collection.lane_column.is_some() {
            let mut statement = self.connection.prepare_cached(
                "SELECT oldest FROM mailboat_seen_lanes WHERE lane = ? AND collection = ?",
            )?;
            let oldest = statement.query_row([lane, &collection.name], |row| row.get(0));
            let oldest: Option<i64> = oldest.optional()?;
            // A lane with anything in it would have been in the snapshot.
            let is_covered = oldest.is_none_or(|oldest| *position >= oldest);
            if !is_covered {
                // Pages that came before this say nothing of what has been missed since.
                history::forget_lane(self.connection, &collection.name, lane)?;
                let name = stale(&collection.name, lane);
                let revision = self.revision().to_string();
                return set_state(self.connection, &name, Some(&revision));
            }
        }
        self.bury(number, id, now)
    }

    /// A page of history shows what a stale lane has no more.
    pub(crate) fn sweep_history(
        &mut self,
        page: &HistoryPage<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let name = stale(page.collection, page.lane);
        let Some(revision) = state(self.connection, &name)? else { return Ok(()) };
        let (number, table) = self.table(page.collection)?;
        let from = page.changes.first().filter(|_| page.more).map_or(0, |change| change.order);
        let before = page.before.map_or(i64::MAX, u64::cast_signed);
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT \"id\" FROM {} WHERE {} = ? AND _version > 0 AND _position >= ?
             AND _position < ? AND _revision <= CAST(? AS INTEGER)",
            table.name, table.lane,
        ))?;
        let known = (page.lane, from.cast_signed(), before, revision);
        let rows = statement.query_map(known, |row| row.get::<_, String>(0))?;
        let rows: Vec<String> = rows.collect::<Result<_, _>>()?;
        for id in rows {
            if !page.changes.iter().any(|change| change.id == id) {
                self.bury(number, &id, now)?;
            }
        }
        if page.more { Ok(()) } else { set_state(self.connection, &name, None) }
    }

    /// Deletes a row at the version that it has: the deletion's own is not known.
    fn bury(&mut self, number: usize, id: &str, now: Timestamp) -> Result<(), StoreError> {
        let table = &self.tables[number];
        let Some(record) = Record::find(self.connection, table, id)? else { return Ok(()) };
        if record.base == Base::Deleted {
            return Ok(());
        }
        let (version, position) = (record.head.version, record.head.position);
        self.remember_deletion(&table.collection.name, id, version, now)?;
        self.meet_deletion(number, table, id, (version, position), now)
    }
}

/// `/` cannot be part of a collection's name, so no two lanes share a name.
fn stale(collection: &str, lane: &str) -> String {
    format!("{STALE}/{collection}/{lane}")
}
