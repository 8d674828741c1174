//! How far back the history of a lane has been fetched.
//!
//! The oldest row on this device says nothing: an edit of an old message may have
//! brought it without what lies between. So the bound moves only by pages of
//! history, which have no gaps, and a pull from the start forgets it.

use mailboat_core::Timestamp;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::pull::{RemoteChange, set_state, state};
use crate::record::Peek;
use crate::transaction::Transaction;

/// Names in `mailboat_state` begin so, and end in the collection and the lane.
const PREFIX: &str = "history";

/// The order from which on a lane is here without gaps; `None` before its first page.
pub(crate) fn bound(
    connection: &Connection,
    collection: &str,
    lane: &str,
) -> Result<Option<u64>, StoreError> {
    Ok(state(connection, &name(collection, lane))?.and_then(|text| text.parse().ok()))
}

/// The newest records of a lane whose order is below a bound, without gaps.
pub struct HistoryPage<'a> {
    /// Name of the collection.
    pub collection: &'a str,
    /// The lane.
    pub lane: &'a str,
    /// The bound that the page was asked with; `None` for the newest of all.
    pub before: Option<u64>,
    /// By ascending order.
    pub changes: &'a [RemoteChange],
    /// Whether there are still older ones.
    pub more: bool,
}

impl Transaction<'_> {
    /// Applies a page of a lane's history and moves the bound to its oldest record.
    /// Answers how many of the records are new on this device.
    ///
    /// # Errors
    /// What SQLite says; [`StoreError::InvalidArgument`] for an unknown collection.
    pub fn apply_history(
        &mut self,
        page: &HistoryPage<'_>,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        self.step(|transaction| {
            let mut new = 0;
            for change in page.changes {
                let (_, table) = transaction.table(&change.collection)?;
                let known = Peek::find(transaction.connection, table, &change.id)?;
                new += u32::from(known.is_none());
            }
            transaction.apply_old(page.changes, now)?;
            transaction.sweep_history(page, now)?;
            if let Some(oldest) = page.changes.first() {
                let bound = oldest.order.to_string();
                let name = name(page.collection, page.lane);
                set_state(transaction.connection, &name, Some(&bound))?;
            }
            Ok(new)
        })
    }
}

/// Forgets how far back any history reaches: what comes next may leave gaps.
pub(crate) fn forget(connection: &Connection) -> Result<(), StoreError> {
    let sql = "DELETE FROM mailboat_state WHERE name >= 'history/' AND name < 'history0'";
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Forgets how far back the history of a lane reaches: its pages are to be looked at again.
pub(crate) fn forget_lane(
    connection: &Connection,
    collection: &str,
    lane: &str,
) -> Result<(), StoreError> {
    set_state(connection, &name(collection, lane), None)
}

/// `/` cannot be part of a collection's name, so no two lanes share a name.
fn name(collection: &str, lane: &str) -> String {
    format!("{PREFIX}/{collection}/{lane}")
}
