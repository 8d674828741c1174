//! Disputes: decisions that wait, for an answer of the server's or of JavaScript's.
//!
//! A decision needs the base that the writes were made on, and the record's own has moved
//! by then. So it is kept in the file, where it outlives a restart.

use mailboat_core::Stamp;

use super::weigh::Met;
use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::record::{Base, Record, to_json};
use crate::transaction::Transaction;
use crate::values::parse_values;

/// What a decision waits for, as it is stored.
pub(crate) struct Dispute {
    pub(super) base: Base,
    pub(super) until: i64,
    pub(super) remote_written_at: Option<Stamp>,
}

impl Dispute {
    /// What is left open about a meeting with these writes.
    pub(super) fn about(met: &Met<'_>, waiting: &[QueuedEntry]) -> Self {
        let until = waiting.last().map_or(0, |last| last.sequence).min(met.until);
        Self { base: met.made_on.clone(), until, remote_written_at: met.written_at }
    }

    /// The meeting that it is about, with what the server has by now.
    pub(super) fn met<'m>(&'m self, record: &'m Record) -> Met<'m> {
        Met {
            made_on: &self.base,
            remote: &record.base,
            version: record.head.version,
            written_at: self.remote_written_at,
            until: self.until,
        }
    }
}

impl Transaction<'_> {
    /// Keeps what a decision needs. The first base stays: it is what the writes were made on.
    pub(super) fn keep_dispute(
        &self,
        collection: &str,
        id: &str,
        dispute: &Dispute,
        asks: bool,
    ) -> Result<(), StoreError> {
        let base = match &dispute.base {
            Base::None => None,
            Base::Deleted => Some("null".to_owned()),
            Base::Values(values) => Some(to_json(values)),
        };
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_disputes (record_id, collection, base, until, remote_written_at, asks)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (record_id, collection) DO UPDATE SET until = excluded.until,
                 remote_written_at = excluded.remote_written_at, asks = excluded.asks",
            )?
            .execute((
                id,
                collection,
                base,
                dispute.until,
                dispute.remote_written_at.map(|stamp| stamp.to_string()),
                asks,
            ))?;
        Ok(())
    }

    /// Takes a dispute out, if there is one.
    pub(crate) fn take_dispute(
        &self,
        collection: &str,
        id: &str,
    ) -> Result<Option<Dispute>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM mailboat_disputes WHERE record_id = ? AND collection = ?
             RETURNING base, until, remote_written_at",
        )?;
        let mut rows = statement.query((id, collection))?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let written_at: Option<String> = row.get(2)?;
        let dispute = Dispute {
            base: base_of(row.get(0)?)?,
            until: row.get(1)?,
            remote_written_at: written_at.as_deref().and_then(Stamp::parse),
        };
        // The row is deleted once the statement has run to its end.
        while rows.next()?.is_some() {}
        Ok(Some(dispute))
    }

    /// Whether JavaScript is asked about a record.
    pub(super) fn is_asked(&self, collection: &str, id: &str) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM mailboat_disputes WHERE record_id = ? AND collection = ? AND asks = 1",
        )?;
        Ok(statement.exists((id, collection))?)
    }
}

/// Reads a base that was stored with a dispute.
pub(super) fn base_of(stored: Option<String>) -> Result<Base, StoreError> {
    Ok(match stored.as_deref() {
        None => Base::None,
        Some("null") => Base::Deleted,
        Some(text) => Base::Values(parse_values(text)?),
    })
}
