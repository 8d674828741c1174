//! What comes first: an entry may wait for entries of other lanes, and a dead letter
//! blocks what depends on it.
//!
//! An entry depends on what its write named, and on the unsettled create of its record.
//! The second needs no row: within a lane the order says it. Whatever is depended on was
//! written earlier, so no two entries wait for each other.

use std::slice;

use mailboat_core::{GroupId, Operation, Priority, Reason, Timestamp};

use crate::codes::BLOCKED;
use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// Has an entry wait for others, which become as urgent as it is.
    pub(crate) fn depend(
        &mut self,
        dependent: i64,
        needed: &[QueuedEntry],
        priority: Priority,
    ) -> Result<(), StoreError> {
        for entry in needed {
            self.connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO mailboat_dependencies (needed, dependent) VALUES (?, ?)",
                )?
                .execute((entry.sequence, dependent))?;
            self.raise(entry.sequence, priority)?;
        }
        self.count_waits(dependent)
    }

    /// Has the writes of a record go in the order of writing, whatever lanes they wait in.
    pub(crate) fn keep_order(
        &mut self,
        collection: &str,
        record_id: &str,
    ) -> Result<(), StoreError> {
        let waiting = self.waiting(collection, record_id)?;
        for (before, after) in waiting.iter().zip(waiting.iter().skip(1)) {
            if before.lane == after.lane {
                continue;
            }
            // A group goes as one, so its first entry waits for all of it.
            let unit = self.unit(after)?;
            let dependent = unit.first().map_or(after.sequence, |first| first.sequence);
            self.depend(dependent, slice::from_ref(before), after.weight().priority)?;
            if before.is_halted() {
                self.block_dependents(before)?;
            }
            self.refresh_lane(&after.lane)?;
        }
        Ok(())
    }

    /// An entry is in another lane by now: what it waits for, and what waits for it, may
    /// have come into its lane, or not be in it any more.
    pub(crate) fn follow_lane(&self, entry: &QueuedEntry) -> Result<(), StoreError> {
        self.count_waits(entry.sequence)?;
        for dependent in self.dependents(entry)? {
            self.count_waits(dependent.sequence)?;
            self.refresh_lane(&dependent.lane)?;
        }
        Ok(())
    }

    /// Whether entries wait for this one.
    pub(crate) fn is_needed(&self, entry: &QueuedEntry) -> Result<bool, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT 1 FROM mailboat_dependencies WHERE needed = ? LIMIT 1")?;
        Ok(statement.exists([entry.sequence])?)
    }

    /// The sequences of what an entry waits for.
    pub(crate) fn needed_by(&self, sequence: i64) -> Result<Vec<i64>, StoreError> {
        self.sequences("SELECT needed FROM mailboat_dependencies WHERE dependent = ?", sequence)
    }

    /// An entry is settled, or gone: what waited for it waits no longer.
    pub(crate) fn release_dependents(&mut self, entry: &QueuedEntry) -> Result<(), StoreError> {
        let dependents = self.dependents(entry)?;
        if dependents.is_empty() {
            return Ok(());
        }
        self.connection
            .prepare_cached("DELETE FROM mailboat_dependencies WHERE needed = ?")?
            .execute([entry.sequence])?;
        for dependent in dependents {
            self.count_waits(dependent.sequence)?;
            self.reconsider(&dependent)?;
            self.refresh_lane(&dependent.lane)?;
        }
        Ok(())
    }

    /// A dead letter blocks what depends on it, and what depends on that.
    pub(crate) fn block_dependents(&mut self, entry: &QueuedEntry) -> Result<(), StoreError> {
        for dependent in self.all_dependents(entry)? {
            if !dependent.is_halted() {
                self.set_halted(&dependent, BLOCKED)?;
                self.refresh_lane(&dependent.lane)?;
                self.block_dependents(&dependent)?;
            }
        }
        Ok(())
    }

    /// An entry is no dead letter any more: what it alone blocked is free.
    pub(crate) fn unblock_dependents(&mut self, entry: &QueuedEntry) -> Result<(), StoreError> {
        for dependent in self.all_dependents(entry)? {
            self.reconsider(&dependent)?;
            self.refresh_lane(&dependent.lane)?;
        }
        Ok(())
    }

    /// What an entry needed was discarded by a person, who decides about this one too:
    /// it becomes a dead letter of its own.
    pub(crate) fn orphan_dependents(
        &mut self,
        entry: &QueuedEntry,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let reason = Reason {
            code: "dependency_discarded".into(),
            message: "What this write waited for was discarded.".into(),
        };
        for dependent in self.dependents(entry)? {
            for member in self.unit(&dependent)? {
                self.kill(&member, member.attempts, &reason, now)?;
            }
        }
        self.release_dependents(entry)
    }

    /// Frees a blocked entry when nothing blocks it any more, and what it blocked.
    fn reconsider(&mut self, entry: &QueuedEntry) -> Result<(), StoreError> {
        if !entry.is_blocked() {
            return Ok(());
        }
        let unit = self.unit(entry)?;
        if self.is_one_blocked_now(&unit)? {
            return Ok(());
        }
        for member in &unit {
            self.set_halted(member, 0)?;
        }
        unit.iter().try_for_each(|member| self.unblock_dependents(member))
    }

    /// Blocks entries that are decided together when something blocks one of them.
    pub(crate) fn block_if_needed(&self, unit: &[QueuedEntry]) -> Result<(), StoreError> {
        if self.is_one_blocked_now(unit)? {
            unit.iter().try_for_each(|member| self.set_halted(member, BLOCKED))?;
        }
        Ok(())
    }

    fn is_one_blocked_now(&self, unit: &[QueuedEntry]) -> Result<bool, StoreError> {
        for member in unit {
            if self.is_blocked_now(member)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_blocked_now(&self, entry: &QueuedEntry) -> Result<bool, StoreError> {
        if self.is_create_halted_before(entry)? {
            return Ok(true);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM mailboat_dependencies
             JOIN mailboat_outbox ON mailboat_outbox.sequence = needed
             WHERE dependent = ? AND halted <> 0 LIMIT 1",
        )?;
        Ok(statement.exists([entry.sequence])?)
    }

    /// A create of the same group blocks nothing: the two are halted, and freed, as one.
    fn is_create_halted_before(&self, entry: &QueuedEntry) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM mailboat_outbox WHERE record_id = ?1 AND collection = ?2
             AND operation = 0 AND halted <> 0 AND sequence < ?3
             AND (?4 IS NULL OR group_id IS NOT ?4) LIMIT 1",
        )?;
        let group = entry.group.as_ref().map(GroupId::as_bytes);
        Ok(statement.exists((&entry.record_id, &entry.collection, entry.sequence, group))?)
    }

    /// Whether the create of a record is a dead letter, or blocked: then later writes of
    /// the record are blocked too.
    pub(crate) fn is_create_halted(
        &self,
        collection: &str,
        record_id: &str,
    ) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM mailboat_outbox WHERE record_id = ? AND collection = ?
             AND operation = 0 AND halted <> 0 LIMIT 1",
        )?;
        Ok(statement.exists((record_id, collection))?)
    }

    /// The entries whose writes named this one.
    pub(crate) fn dependents(&self, entry: &QueuedEntry) -> Result<Vec<QueuedEntry>, StoreError> {
        let found = self.sequences(
            "SELECT dependent FROM mailboat_dependencies WHERE needed = ? ORDER BY dependent",
            entry.sequence,
        )?;
        self.entries(&found)
    }

    /// Those, the later writes of a record that this one creates, and the rest of their groups.
    fn all_dependents(&self, entry: &QueuedEntry) -> Result<Vec<QueuedEntry>, StoreError> {
        let mut dependents = self.dependents(entry)?;
        dependents.extend(self.later_writes(entry)?);
        let mut all = Vec::with_capacity(dependents.len());
        for dependent in dependents {
            if dependent.group.is_none() || dependent.group != entry.group {
                all.extend(self.unit(&dependent)?);
            }
        }
        Ok(all)
    }

    /// The later writes of a record that this entry creates.
    pub(crate) fn later_writes(&self, entry: &QueuedEntry) -> Result<Vec<QueuedEntry>, StoreError> {
        if entry.operation != Operation::Create {
            return Ok(Vec::new());
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT sequence FROM mailboat_outbox
             WHERE record_id = ? AND collection = ? AND sequence > ? ORDER BY sequence",
        )?;
        let found = statement
            .query_map((&entry.record_id, &entry.collection, entry.sequence), |row| row.get(0))?
            .collect::<Result<Vec<i64>, _>>()?;
        self.entries(&found)
    }

    fn entries(&self, sequences: &[i64]) -> Result<Vec<QueuedEntry>, StoreError> {
        sequences.iter().filter_map(|sequence| self.queued_at(*sequence).transpose()).collect()
    }

    fn sequences(&self, sql: &str, sequence: i64) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let found = statement.query_map([sequence], |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Counts what an entry waits for. In one lane the order is enough to wait.
    fn count_waits(&self, sequence: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET waits_for =
                   (SELECT count(*) FROM mailboat_dependencies
                    JOIN mailboat_outbox AS other ON other.sequence = needed
                    WHERE dependent = ?1 AND other.lane <> mailboat_outbox.lane)
                 WHERE sequence = ?1",
            )?
            .execute([sequence])?;
        Ok(())
    }

    pub(crate) fn set_halted(&self, entry: &QueuedEntry, halted: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE mailboat_outbox SET halted = ? WHERE sequence = ?")?
            .execute((halted, entry.sequence))?;
        Ok(())
    }
}
