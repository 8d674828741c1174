//! The hybrid logical clock of this database, for collections where the last write wins.
//! It lives in `mailboat_state`, so that it goes on after a restart and is undone with the
//! transaction that moved it.

use mailboat_core::{ConflictRule, EntryId, HybridClock, NodeId, Stamp, Timestamp};

use crate::error::StoreError;
use crate::pull::{set_state, state};
use crate::tables::Table;
use crate::transaction::Transaction;

/// Name in `mailboat_state` of the latest stamp made or seen.
const CLOCK: &str = "clock";
/// Name of what tells this database's stamps from all others'.
const NODE: &str = "clock_node";

impl Transaction<'_> {
    /// Stamps a local write, if the rule of its collection compares times.
    pub(crate) fn stamp(
        &self,
        table: &Table,
        entry: EntryId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if table.collection.conflict != ConflictRule::LastWriteWins {
            return Ok(());
        }
        let node = self.node(entry)?;
        let mut clock = self.clock()?;
        let stamp = clock.tick(node, now);
        set_state(self.connection, CLOCK, Some(&stamp.to_string()))?;
        self.connection
            .prepare_cached("UPDATE mailboat_outbox SET written_at = ? WHERE id = ?")?
            .execute((stamp.to_string(), entry.as_bytes()))?;
        Ok(())
    }

    /// Takes in the stamp of a record of the server's, and answers it.
    pub(crate) fn receive_stamp(
        &self,
        table: &Table,
        written_at: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Stamp>, StoreError> {
        if table.collection.conflict != ConflictRule::LastWriteWins {
            return Ok(None);
        }
        let Some(stamp) = written_at.and_then(Stamp::parse) else { return Ok(None) };
        let before = self.clock()?;
        let mut clock = before;
        if !clock.receive(stamp, now) {
            tracing::warn!(
                collection = table.collection.name,
                "a stamp lies far ahead of the clock"
            );
        }
        if clock != before {
            set_state(self.connection, CLOCK, Some(&clock.latest(0).to_string()))?;
        }
        Ok(Some(stamp))
    }

    fn clock(&self) -> Result<HybridClock, StoreError> {
        let latest = state(self.connection, CLOCK)?.and_then(|text| Stamp::parse(&text));
        Ok(latest.map_or_else(HybridClock::default, HybridClock::after))
    }

    /// Made once, from the random half of the first stamped entry's id.
    fn node(&self, entry: EntryId) -> Result<NodeId, StoreError> {
        let known = state(self.connection, NODE)?;
        if let Some(node) = known.and_then(|text| NodeId::from_str_radix(&text, 16).ok()) {
            return Ok(node);
        }
        let node = entry.as_u64_pair().1;
        set_state(self.connection, NODE, Some(&format!("{node:016x}")))?;
        Ok(node)
    }
}
