//! Sending and settling: entries are marked before they leave, and each answer moves
//! its entry and the base of its record.

use std::collections::BTreeSet;

use mailboat_core::{EntryId, Operation, Timestamp, Transition};

use crate::answered::Answered;
use crate::conflicts::Remote;
use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::record::{Base, Peek, Record, stored_version, write_row};
use crate::tables::Table;
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// Marks a batch as attempted and reads what it sends. Commit before a byte leaves:
    /// from then on the server may know these entries.
    ///
    /// # Errors
    /// What SQLite says. Entries that are gone or dead by now are left out.
    pub fn mark_attempted(
        &mut self,
        batch: &[EntryId],
        now: Timestamp,
    ) -> Result<Vec<QueuedEntry>, StoreError> {
        self.step(|transaction| transaction.mark(batch, now))
    }

    /// Puts a batch back after its whole request failed: no attempt is burnt.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn put_back(&mut self, batch: &[QueuedEntry]) -> Result<(), StoreError> {
        self.step(|transaction| {
            batch.iter().try_for_each(|entry| {
                transaction.deliver(entry, Delivery::Sending, Delivery::Queued)
            })
        })
    }

    /// Carries out what the answer means for each entry of a batch. What it says
    /// of the record goes with it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn settle(
        &mut self,
        settled: &[(&QueuedEntry, Transition, Option<Answered>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.step(|transaction| transaction.settle_all(settled, now))
    }

    fn mark(&mut self, batch: &[EntryId], now: Timestamp) -> Result<Vec<QueuedEntry>, StoreError> {
        let mut entries: Vec<QueuedEntry> = Vec::with_capacity(batch.len());
        let mut stopped: BTreeSet<String> = BTreeSet::new();
        for id in batch {
            let found = self.queued(*id)?.filter(QueuedEntry::is_sendable);
            let Some(mut entry) = found else { continue };
            if stopped.contains(&entry.lane) {
                continue;
            }
            if self.waits_for_answer(&entry, &entries)? {
                stopped.insert(entry.lane);
                continue;
            }
            self.say_what_it_was_made_on(&mut entry, &entries)?;
            self.connection
                .prepare_cached(
                    "UPDATE mailboat_outbox SET attempted = 1 WHERE sequence = ? AND attempted = 0",
                )?
                .execute([entry.sequence])?;
            self.log(&entry.id, now, "attempted", entry.attempts, None)?;
            self.deliver(&entry, Delivery::Queued, Delivery::Sending)?;
            entries.push(entry);
        }
        Ok(entries)
    }

    fn settle_all(
        &mut self,
        settled: &[(&QueuedEntry, Transition, Option<Answered>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Sorted, so that the same answers change the file in the same way.
        let mut lanes: BTreeSet<&str> = BTreeSet::new();
        for (entry, transition, answered) in settled {
            self.settle_one(entry, transition, answered.as_ref(), now)?;
            lanes.insert(&entry.lane);
        }
        for lane in lanes {
            self.refresh_lane(lane)?;
        }
        self.prune_transitions()
    }

    fn settle_one(
        &mut self,
        entry: &QueuedEntry,
        transition: &Transition,
        answered: Option<&Answered>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match transition {
            Transition::Acked { version, order } => {
                // An answer that comes twice finds nothing the second time.
                if !self.remove(entry)? {
                    return Ok(());
                }
                self.changes.tally.remove(entry.weight());
                self.log(&entry.id, now, "acked", entry.attempts, None)?;
                self.release_dependents(entry)?;
                self.acknowledge(entry, *version, *order, answered, now)
            }
            Transition::Retry { attempts, not_before } => {
                let changed = self
                    .connection
                    .prepare_cached(
                        "UPDATE mailboat_outbox SET attempts = ?, not_before = ?
                         WHERE sequence = ? AND id = ? AND halted = 0",
                    )?
                    .execute((attempts, not_before.0, entry.sequence, entry.id.as_bytes()))?;
                if changed > 0 {
                    self.log(&entry.id, now, "retry", *attempts, None)?;
                }
                // One that an earlier outcome of this answer has blocked waits as well.
                self.deliver(entry, Delivery::Sending, Delivery::Queued)
            }
            Transition::DeadLetter { attempts, reason } => {
                // What an earlier outcome of this answer has blocked was refused for that,
                // and waits for it; what is gone or another by now is left alone.
                match self.queued(entry.id)? {
                    Some(found) if !found.is_halted() => {
                        self.kill(&found, *attempts, reason, now)?;
                        self.look_again(&entry.collection, &entry.record_id, now)
                    }
                    _ => self.deliver(entry, Delivery::Sending, Delivery::Queued),
                }
            }
            Transition::Conflict { version, order } => {
                self.contend(entry, (*version, *order), answered, now)
            }
            Transition::Unchanged => self.deliver(entry, Delivery::Sending, Delivery::Queued),
        }
    }

    /// Moves the record's base to what the server acknowledged.
    fn acknowledge(
        &mut self,
        entry: &QueuedEntry,
        version: u64,
        order: u64,
        answered: Option<&Answered>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&entry.collection) else { return Ok(()) };
        let (version, order) = (stored_version(version), order.cast_signed());
        let values = answered.and_then(|answered| answered.values.as_ref());
        let other_id = answered.and_then(|answered| answered.record_id.as_deref());
        let other_id = other_id.filter(|id| *id != entry.record_id);
        if let (Some(id), Operation::Create) = (other_id, entry.operation) {
            let values = values.unwrap_or(&entry.values).clone();
            let remote =
                Remote { base: Base::Values(values), version, position: order, written_at: None };
            let created = (entry.id, entry.record_id.as_str(), &entry.values);
            return self.take_servers_id(number, table, created, id, remote, now);
        }
        let stamp = answered.and_then(|answered| answered.written_at.as_deref());
        self.receive_stamp(table, stamp, now)?;
        let revision = self.revision();
        // Almost every ack: nothing else waits, and what is shown is what was acked.
        if values.is_none() && entry.operation != Operation::Delete {
            let confirmed = self.connection.prepare_cached(&table.confirm)?.execute((
                version,
                order,
                revision,
                &entry.record_id,
                &entry.collection,
                &entry.lane,
            ))?;
            if confirmed > 0 {
                self.touch(number, table, &entry.lane);
                return Ok(());
            }
        }
        self.reconcile(number, table, entry, (version, order), answered, now)
    }

    /// Shows a record anew after something about its entries changed.
    pub(crate) fn reshow(&mut self, entry: &QueuedEntry) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&entry.collection) else { return Ok(()) };
        let id = &entry.record_id;
        let Some(record) = Record::find(self.connection, table, id)? else {
            return self.restore(number, table, id);
        };
        self.touch(number, table, table.lane_of(id, &record.shown));
        self.show(number, table, id, record, false)
    }

    /// Brings a record back whose create was rolled back with its group and waits again.
    pub(crate) fn restore(
        &mut self,
        number: usize,
        table: &Table,
        id: &str,
    ) -> Result<(), StoreError> {
        let unsettled = self.unsettled(&table.collection.name, id)?;
        let mut shown = unsettled.iter().filter(|mutation| !mutation.is_rolled_back());
        let created = shown.find(|mutation| mutation.operation == Operation::Create);
        let Some(sequence) = created.map(|mutation| mutation.sequence) else { return Ok(()) };
        let mut record = Record::created(sequence, self.revision());
        record.replay(&unsettled);
        self.touch(number, table, table.lane_of(id, &record.shown));
        write_row(self.connection, table, &table.insert, id, &record.shown, None, record.head)
    }

    pub(crate) fn delete_row(&self, table: &Table, id: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(&table.delete)?.execute([id])?;
        Ok(())
    }

    /// Shows that an entry's record is on its way, or waits again. A dead letter of the
    /// same record goes on showing.
    pub(crate) fn deliver(
        &mut self,
        entry: &QueuedEntry,
        from: Delivery,
        to: Delivery,
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&entry.collection) else { return Ok(()) };
        let (id, revision) = (&entry.record_id, self.revision());
        let mut statement = self.connection.prepare_cached(&table.deliver)?;
        let mut deliver =
            |lane: &str| statement.execute((to.code(), revision, id, from.code(), lane));
        if deliver(&entry.lane)? > 0 {
            self.touch(number, table, &entry.lane);
            return Ok(());
        }
        // The record may have moved to another lane since.
        let peek = Peek::find(self.connection, table, id)?;
        if let Some(peek) = peek.filter(|peek| peek.delivery == from) {
            deliver(&peek.lane)?;
            self.touch(number, table, &peek.lane);
        }
        Ok(())
    }

    /// Takes an entry out, and what it waited for with it; answers whether it was there. A
    /// later entry may have got its place, so the id is looked at too.
    pub(crate) fn remove(&self, entry: &QueuedEntry) -> Result<bool, StoreError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM mailboat_outbox WHERE sequence = ? AND id = ?")?
            .execute((entry.sequence, entry.id.as_bytes()))?;
        self.connection
            .prepare_cached("DELETE FROM mailboat_dependencies WHERE dependent = ?")?
            .execute([entry.sequence])?;
        Ok(removed > 0)
    }
}
