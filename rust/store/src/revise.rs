//! A person's decisions about what waits: take it back, change it, and for dead letters
//! try again or discard. The entries of an atomic group are decided as one.

use std::collections::BTreeMap;

use mailboat_core::{EntryId, Operation, Reason, Timestamp};

use crate::codes::DEAD;
use crate::error::StoreError;
use crate::mutation::{Enqueued, Mutation, Sending};
use crate::queued::QueuedEntry;
use crate::record::merge;
use crate::transaction::Transaction;
use crate::values::{Values, check};

/// Most dead letters that one call tries again.
pub const MAX_RETRIED_ENTRIES: u32 = 1_000;

impl Transaction<'_> {
    /// Gives a dead letter new attempts under the same id.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when there is no such dead letter.
    pub fn retry(&mut self, id: EntryId, now: Timestamp) -> Result<(), StoreError> {
        self.step(|transaction| {
            let entry = transaction.dead_letter(id)?;
            transaction.revive(&entry, now)
        })
    }

    /// Gives the oldest dead letters new attempts, [`MAX_RETRIED_ENTRIES`] at the most;
    /// answers how many.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn retry_all(&mut self, now: Timestamp) -> Result<u32, StoreError> {
        self.step(|transaction| {
            let found: Vec<EntryId> = transaction
                .connection
                .prepare_cached(
                    "SELECT id FROM mailboat_outbox WHERE halted = 1 ORDER BY sequence LIMIT ?",
                )?
                .query_map([MAX_RETRIED_ENTRIES], |row| Ok(EntryId::from_bytes(row.get(0)?)))?
                .collect::<Result<_, _>>()?;
            let mut revived = 0;
            for id in found {
                // One of its group may have brought it back already.
                let Some(entry) = transaction.queued(id)?.filter(QueuedEntry::is_dead) else {
                    continue;
                };
                revived += transaction.unit(&entry)?.len();
                transaction.revive(&entry, now)?;
            }
            Ok(u32::try_from(revived).unwrap_or(u32::MAX))
        })
    }

    /// Takes a dead letter out of the outbox; its record shows what is left without it.
    /// What waited for it becomes a dead letter of its own.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when there is no such dead letter.
    pub fn discard(&mut self, id: EntryId, now: Timestamp) -> Result<(), StoreError> {
        self.step(|transaction| {
            let entry = transaction.dead_letter(id)?;
            transaction.give_up(&entry, now, "discarded")
        })
    }

    /// Takes back an entry that no attempt has left with.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when there is no such entry,
    /// [`StoreError::Conflict`] when an attempt has left with it: the server may have it.
    pub fn cancel(&mut self, id: EntryId, now: Timestamp) -> Result<(), StoreError> {
        self.step(|transaction| {
            let entry = transaction.entry(id)?;
            if transaction.unit(&entry)?.iter().any(QueuedEntry::is_attempted) {
                return Err(StoreError::Conflict(
                    "An attempt has left with this entry, so the server may have it.".into(),
                ));
            }
            for gone in transaction.taken_along(entry)?.into_values().rev() {
                transaction.give_up(&gone, now, "cancelled")?;
            }
            Ok(())
        })
    }

    /// An entry and what is written to records that never were without it, also by way
    /// of a group; by sequence.
    fn taken_along(&self, entry: QueuedEntry) -> Result<BTreeMap<i64, QueuedEntry>, StoreError> {
        let (mut found, mut taken) = (vec![entry], BTreeMap::new());
        while let Some(entry) = found.pop() {
            if taken.contains_key(&entry.sequence) {
                continue;
            }
            for member in self.unit(&entry)? {
                found.extend(self.later_writes(&member)?);
            }
            taken.insert(entry.sequence, entry);
        }
        Ok(taken)
    }

    /// Changes columns of a write that waits. A dead letter gets `new_id` and new
    /// attempts, in its old place; an entry that no attempt has left with keeps its id;
    /// else the change becomes a write of its own. Answers the id of the entry that
    /// carries the change.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when there is no such entry, the values do not
    /// fit, the entry deletes its record, or the change would move it to another lane.
    pub fn edit(
        &mut self,
        id: EntryId,
        new_id: EntryId,
        values: &Values,
        now: Timestamp,
    ) -> Result<EntryId, StoreError> {
        self.step(|transaction| {
            let entry = transaction.entry(id)?;
            transaction.check_edit(&entry, values)?;
            if entry.is_attempted() && !entry.is_dead() {
                let update = Mutation {
                    entry: new_id,
                    collection: entry.collection.clone(),
                    record_id: entry.record_id.clone(),
                    operation: Operation::Update,
                    values: values.clone(),
                    sending: Sending::default(),
                };
                return Ok(match transaction.apply(&update, None, now)? {
                    // A later edit of the record that no attempt has left with takes it up.
                    Enqueued::Folded(later) => later,
                    Enqueued::New | Enqueued::CancelledOut => new_id,
                });
            }
            let mut edited = entry.values.clone();
            merge(&mut edited, values);
            transaction.rewrite(&entry, entry.operation, &edited)?;
            let (_, table) = transaction.table(&entry.collection)?;
            transaction.stamp(table, entry.id, now)?;
            if !entry.is_dead() {
                transaction.log(&id, now, "edited", entry.attempts, None)?;
                transaction.reshow(&entry)?;
                return Ok(id);
            }
            transaction.rename(&entry, new_id, now)?;
            let renamed = transaction.entry(new_id)?;
            transaction.revive(&renamed, now)?;
            Ok(new_id)
        })
    }

    fn entry(&self, id: EntryId) -> Result<QueuedEntry, StoreError> {
        self.queued(id)?.ok_or_else(|| {
            StoreError::InvalidArgument("The outbox has no entry of this id.".into())
        })
    }

    fn check_edit(&self, entry: &QueuedEntry, values: &Values) -> Result<(), StoreError> {
        let (_, table) = self.table(&entry.collection)?;
        check(&table.collection, Operation::Update, values)?;
        let lane_column = table.collection.lane_column.as_ref();
        if entry.operation == Operation::Delete {
            return Err(StoreError::InvalidArgument("This entry deletes its record.".into()));
        }
        if lane_column.is_some_and(|column| values.contains_key(column)) {
            return Err(StoreError::InvalidArgument(
                "An edit cannot move a record to another lane. Update the record.".into(),
            ));
        }
        Ok(())
    }

    fn rename(
        &self,
        entry: &QueuedEntry,
        new_id: EntryId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE mailboat_outbox SET id = ?, attempted = 0 WHERE sequence = ?")?
            .execute((new_id.as_bytes(), entry.sequence))?;
        self.log(&entry.id, now, "edited", entry.attempts, Some(&new_id.to_string()))
    }

    /// A dead letter, and the rest of its group, waits for new attempts.
    fn revive(&mut self, entry: &QueuedEntry, now: Timestamp) -> Result<(), StoreError> {
        let unit = self.unit(entry)?;
        for member in unit.iter().filter(|member| member.is_dead()) {
            self.connection
                .prepare_cached(
                    "UPDATE mailboat_outbox SET halted = 0, attempts = 0, not_before = 0,
                     base_version = NULL, reason_code = NULL, reason_message = NULL WHERE sequence = ?",
                )?
                .execute([member.sequence])?;
            self.changes.tally.revive(member.weight());
            self.log(&member.id, now, "retried", 0, None)?;
        }
        // What it needs may be a dead letter of its own: then it is that which blocks it now.
        self.block_if_needed(&unit)?;
        for member in &unit {
            self.unblock_dependents(member)?;
            self.reshow(member)?;
        }
        self.refresh_lane(&entry.lane)
    }

    /// Takes an entry, and the rest of its group, out of the outbox for good.
    fn give_up(
        &mut self,
        entry: &QueuedEntry,
        now: Timestamp,
        kind: &str,
    ) -> Result<(), StoreError> {
        let unit = self.unit(entry)?;
        for member in &unit {
            self.take_out(member, now, kind)?;
        }
        for member in &unit {
            self.orphan_dependents(member, now)?;
            // Later writes of its record wait for nobody now: the server decides on them.
            self.unblock_dependents(member)?;
            self.reshow(member)?;
        }
        self.refresh_lane(&entry.lane)
    }

    /// Removes an entry that will not be sent.
    pub(crate) fn take_out(
        &mut self,
        entry: &QueuedEntry,
        now: Timestamp,
        kind: &str,
    ) -> Result<(), StoreError> {
        self.remove(entry)?;
        if entry.is_dead() {
            self.changes.tally.failed -= 1;
        } else {
            self.changes.tally.remove(entry.weight());
        }
        self.log(&entry.id, now, kind, entry.attempts, None)
    }

    /// Makes a dead letter of an entry, which blocks what depends on it.
    pub(crate) fn kill(
        &mut self,
        entry: &QueuedEntry,
        attempts: u32,
        reason: &Reason,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if entry.is_dead() {
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET attempts = ?, reason_code = ?, reason_message = ?
                 WHERE sequence = ?",
            )?
            .execute((attempts, &reason.code, &reason.message, entry.sequence))?;
        self.set_halted(entry, DEAD)?;
        self.changes.tally.kill(entry.weight());
        self.log(&entry.id, now, "dead", attempts, Some(&reason.code))?;
        self.block_dependents(entry)?;
        self.reshow(entry)
    }
}
