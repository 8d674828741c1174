//! Older records of one lane, a page at a time, backwards.

use rusqlite::named_params;

use super::page::StoredOlderPage;
use super::records::{COLUMNS, MAX_PAGE_BYTES, Record, VISIBLE};
use super::{Sequence, StoreError};

/// Which page is asked for.
pub(crate) struct OlderRequest<'a> {
    /// Who asks.
    pub(crate) user: &'a str,
    /// Name of the collection.
    pub(crate) collection: &'a str,
    /// The lane.
    pub(crate) lane: &'a str,
    /// Only records before this order; `None` starts at the newest.
    pub(crate) before: Option<u64>,
    /// Most records in the page.
    pub(crate) limit: usize,
}

impl super::Database {
    /// The newest visible records before the request's order, oldest first. A lane the
    /// user does not see is as empty as one that does not exist.
    pub(crate) fn older(&self, request: &OlderRequest<'_>) -> Result<StoredOlderPage, StoreError> {
        let before = request
            .before
            .and_then(|before| Sequence::try_from(before).ok())
            .unwrap_or(Sequence::MAX);
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM records r
                 WHERE r.lane = :lane AND r.collection = :collection AND r.placed_at < :before
                   AND r.deleted = 0 AND {VISIBLE}
                 ORDER BY r.placed_at DESC"
            ))?;
            let mut rows = statement.query(named_params! {
                ":lane": request.lane,
                ":collection": request.collection,
                ":before": before,
                ":user": request.user,
            })?;
            let mut changes = Vec::new();
            let mut bytes = 0;
            let mut more = false;
            while let Some(row) = rows.next()? {
                if changes.len() == request.limit || bytes > MAX_PAGE_BYTES {
                    more = true;
                    break;
                }
                let record = Record::from_row(row)?;
                bytes += record.body.len();
                changes.push(record.into_change()?);
            }
            changes.reverse();
            Ok(StoredOlderPage { changes, more })
        })
    }
}
