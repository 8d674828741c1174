//! Sending and settling: entries are marked before they leave, and each answer moves
//! its entry and the base of its record.

use std::collections::BTreeSet;

use mailboat_core::{EntryId, Operation, Timestamp, Transition};

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::record::{Base, Peek, Record, Unsettled, merge, stored_version, write_row};
use crate::tables::Table;
use crate::transaction::Transaction;
use crate::values::Values;

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

    /// Carries out what the answer means for each entry of a batch. `values` is the
    /// whole record where the server sent it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn settle(
        &mut self,
        settled: &[(&QueuedEntry, Transition, Option<Values>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.step(|transaction| transaction.settle_all(settled, now))
    }

    fn mark(&mut self, batch: &[EntryId], now: Timestamp) -> Result<Vec<QueuedEntry>, StoreError> {
        let mut entries = Vec::with_capacity(batch.len());
        for id in batch {
            let Some(entry) = self.queued(*id)?.filter(QueuedEntry::is_sendable) else { continue };
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
        settled: &[(&QueuedEntry, Transition, Option<Values>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Sorted, so that the same answers change the file in the same way.
        let mut lanes: BTreeSet<&str> = BTreeSet::new();
        for (entry, transition, values) in settled {
            self.settle_one(entry, transition, values.as_ref(), now)?;
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
        values: Option<&Values>,
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
                self.acknowledge(entry, *version, *order, values)
            }
            Transition::Retry { attempts, not_before } => {
                let changed = self
                    .connection
                    .prepare_cached(
                        "UPDATE mailboat_outbox SET attempts = ?, not_before = ?
                         WHERE sequence = ? AND id = ? AND halted = 0",
                    )?
                    .execute((attempts, not_before.0, entry.sequence, entry.id.as_bytes()))?;
                if changed == 0 {
                    return Ok(());
                }
                self.log(&entry.id, now, "retry", *attempts, None)?;
                self.deliver(entry, Delivery::Sending, Delivery::Queued)
            }
            Transition::DeadLetter { attempts, reason } => {
                // What an earlier outcome of this answer has blocked was refused for that,
                // and waits for it; what is gone or another by now is left alone.
                match self.queued(entry.id)? {
                    Some(found) if !found.is_halted() => self.kill(&found, *attempts, reason, now),
                    _ => Ok(()),
                }
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
        values: Option<&Values>,
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&entry.collection) else { return Ok(()) };
        let (version, order) = (stored_version(version), order.cast_signed());
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
        self.rework(entry, |record| {
            // A pull that came first may have brought this version, or a later one.
            if version > record.head.version {
                (record.head.version, record.head.position) = (version, order);
                record.base = base_after(&record.base, entry, values);
            }
            if entry.operation == Operation::Delete {
                record.base = Base::Deleted;
            }
        })
    }

    /// Shows a record anew after something about its entries changed.
    pub(crate) fn reshow(&mut self, entry: &QueuedEntry) -> Result<(), StoreError> {
        self.rework(entry, |_| {})
    }

    /// Changes an entry's record, and shows it with what is unsettled.
    fn rework(
        &mut self,
        entry: &QueuedEntry,
        change: impl FnOnce(&mut Record),
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&entry.collection) else { return Ok(()) };
        let id = &entry.record_id;
        let unsettled = self.unsettled(&entry.collection, id)?;
        let Some(mut record) = Record::find(self.connection, table, id)? else {
            return self.restore(number, table, id, &unsettled);
        };
        self.touch(number, table, table.lane_of(id, &record.shown));
        change(&mut record);
        record.head.revision = self.revision();
        if !record.replay(&unsettled) {
            return self.delete_row(table, id);
        }
        self.touch(number, table, table.lane_of(id, &record.shown));
        record.replace(self.connection, table, id)
    }

    /// Brings a record back whose create was rolled back with its group and waits again.
    fn restore(
        &mut self,
        number: usize,
        table: &Table,
        id: &str,
        unsettled: &[Unsettled],
    ) -> Result<(), StoreError> {
        let mut shown = unsettled.iter().filter(|mutation| !mutation.is_rolled_back());
        let created = shown.find(|mutation| mutation.operation == Operation::Create);
        let Some(sequence) = created.map(|mutation| mutation.sequence) else { return Ok(()) };
        let mut record = Record::created(sequence, self.revision());
        record.replay(unsettled);
        self.touch(number, table, table.lane_of(id, &record.shown));
        write_row(self.connection, table, &table.insert, id, &record.shown, None, record.head)
    }

    pub(crate) fn delete_row(&self, table: &Table, id: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(&table.delete)?.execute([id])?;
        Ok(())
    }

    /// Shows that an entry's record is on its way, or waits again. A dead letter of the
    /// same record goes on showing.
    fn deliver(
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

    /// Takes an entry out, and what it waited for with it; answers whether it was there. A later entry may have got its
    /// place, so the id is looked at too.
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

/// The base once the server has applied the entry.
fn base_after(base: &Base, entry: &QueuedEntry, server: Option<&Values>) -> Base {
    if let Some(values) = server {
        return Base::Values(values.clone());
    }
    match (entry.operation, base) {
        (Operation::Delete, _) => Base::Deleted,
        (Operation::Update, Base::Values(values)) => {
            let mut values = values.clone();
            merge(&mut values, &entry.values);
            Base::Values(values)
        }
        (Operation::Create | Operation::Update, _) => Base::Values(entry.values.clone()),
    }
}
