//! What happened to each entry: audit log and attempt history.

use mailboat_core::{EntryId, Timestamp};

use crate::error::StoreError;
use crate::transaction::Transaction;

/// Transitions kept for `why` and the audit log; older ones are pruned.
pub const MAX_TRANSITIONS: i64 = 50_000;

impl Transaction<'_> {
    /// Notes a transition.
    pub(crate) fn log(
        &self,
        entry: &EntryId,
        now: Timestamp,
        kind: &str,
        attempts: u32,
        detail: Option<&str>,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_transitions (entry, at, kind, attempts, detail) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute((entry.as_bytes(), now.0, kind, attempts, detail))?;
        Ok(())
    }

    /// Forgets the oldest transitions beyond the limit.
    pub(crate) fn prune_transitions(&self) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "DELETE FROM mailboat_transitions
                 WHERE sequence <= (SELECT max(sequence) FROM mailboat_transitions) - ?",
            )?
            .execute([MAX_TRANSITIONS])?;
        Ok(())
    }
}
