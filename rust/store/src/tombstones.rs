//! Deletions of late: a page of history that was on its way when one was applied must not
//! bring the record back.

use mailboat_core::Timestamp;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::transaction::Transaction;

/// How long a deletion is remembered, in milliseconds: longer than any request may take.
/// Not for ever, since a person may come to see a record again without a change of it.
pub const TOMBSTONES_KEPT_MS: u64 = 15 * 60_000;

/// Whether any deletion is remembered.
pub(crate) fn are_any(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM mailboat_tombstones LIMIT 1")?.exists([])?)
}

impl Transaction<'_> {
    /// Remembers a deletion.
    pub(crate) fn remember_deletion(
        &self,
        collection: &str,
        record_id: &str,
        version: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_tombstones (record_id, collection, version, at) VALUES (?, ?, ?, ?)
                 ON CONFLICT (record_id, collection) DO UPDATE
                 SET version = max(version, excluded.version), at = excluded.at",
            )?
            .execute((record_id, collection, version, now.0))?;
        Ok(())
    }

    /// Forgets deletions that no page on its way can be older than, and those of a clock
    /// that has stepped back since.
    pub(crate) fn forget_deletions(&self, now: Timestamp) -> Result<(), StoreError> {
        let kept_ms = TOMBSTONES_KEPT_MS.cast_signed();
        self.connection
            .prepare_cached("DELETE FROM mailboat_tombstones WHERE at < ? OR at > ?")?
            .execute((now.0.saturating_sub(kept_ms), now.0.saturating_add(kept_ms)))?;
        Ok(())
    }

    /// Whether this version of a record was deleted of late.
    pub(crate) fn is_deleted_of_late(
        &self,
        collection: &str,
        record_id: &str,
        version: i64,
    ) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM mailboat_tombstones WHERE record_id = ? AND collection = ? AND version >= ?",
        )?;
        Ok(statement.exists((record_id, collection, version))?)
    }
}
