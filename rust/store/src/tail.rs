//! The tail of a record: its last unsettled write, and what a new one may do with it.
//!
//! A write folds into the tail when no attempt has left with that: an edit joins the
//! create or the edit before it, a delete takes the place of an edit, and cancels a
//! create out. What the server may already have is never changed.

use mailboat_core::{EntryId, Operation, SendMode, Timestamp};
use rusqlite::OptionalExtension;

use crate::codes::{operation_code, priority_code, send_code};
use crate::enqueue::gathering;
use crate::error::StoreError;
use crate::mutation::{Enqueued, Mutation};
use crate::queued::QueuedEntry;
use crate::record::{merge, to_json};
use crate::tables::Table;
use crate::tally::Weight;
use crate::transaction::Transaction;
use crate::values::Values;

impl Transaction<'_> {
    /// The last unsettled write of a record.
    pub(crate) fn tail(
        &self,
        collection: &str,
        record_id: &str,
    ) -> Result<Option<QueuedEntry>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM mailboat_outbox
             WHERE record_id = ? AND collection = ? ORDER BY sequence DESC LIMIT 1",
        )?;
        let found = statement.query_row((record_id, collection), |row| row.get(0)).optional()?;
        found.map_or(Ok(None), |id| self.queued(EntryId::from_bytes(id)))
    }

    /// Folds a write into the tail of its record; `None` when it needs an entry of its own.
    pub(crate) fn fold(
        &mut self,
        table: &Table,
        tail: &QueuedEntry,
        mutation: &Mutation,
        now: Timestamp,
    ) -> Result<Option<Enqueued>, StoreError> {
        let collection = &table.collection;
        // An update of this column would make its lane another one.
        let moves = |column: &String| mutation.values.contains_key(column);
        if !tail.may_change()
            || !collection.coalesce
            || !mutation.sending.after.is_empty()
            || collection.lane_column.as_ref().is_some_and(moves)
        {
            return Ok(None);
        }
        match (tail.operation, mutation.operation) {
            (Operation::Create, Operation::Delete) => self.cancel_out(tail, now),
            // The create may turn out to be a record of the server's; an edit outlives that.
            (Operation::Create, Operation::Update) if !collection.natural_key.is_empty() => {
                Ok(None)
            }
            (Operation::Create | Operation::Update, Operation::Update) => {
                let mut values = tail.values.clone();
                merge(&mut values, &mutation.values);
                self.join(table, tail, tail.operation, &values, mutation, now).map(Some)
            }
            (Operation::Update, Operation::Delete) => {
                self.join(table, tail, Operation::Delete, &Values::new(), mutation, now).map(Some)
            }
            // What is deleted is not changed, and what is there is not created.
            (Operation::Delete, _) | (_, Operation::Create) => Ok(None),
        }
    }

    /// Takes back a create that nobody else knows of: neither the server nor another entry.
    fn cancel_out(
        &mut self,
        tail: &QueuedEntry,
        now: Timestamp,
    ) -> Result<Option<Enqueued>, StoreError> {
        if self.is_needed(tail)? {
            return Ok(None);
        }
        self.take_out(tail, now, "cancelled")?;
        self.refresh_lane(&tail.lane)?;
        Ok(Some(Enqueued::CancelledOut))
    }

    fn join(
        &mut self,
        table: &Table,
        tail: &QueuedEntry,
        operation: Operation,
        values: &Values,
        mutation: &Mutation,
        now: Timestamp,
    ) -> Result<Enqueued, StoreError> {
        self.rewrite(tail, operation, values)?;
        self.stamp(table, tail.id, now)?;
        self.raise(tail.sequence, mutation.sending.priority.unwrap_or(table.collection.priority))?;
        self.hasten(tail, gathering(table, mutation))?;
        self.log(&tail.id, now, "folded", 0, None)?;
        Ok(Enqueued::Folded(tail.id))
    }

    /// Gives an entry other values.
    pub(crate) fn rewrite(
        &mut self,
        entry: &QueuedEntry,
        operation: Operation,
        values: &Values,
    ) -> Result<(), StoreError> {
        let json = to_json(values);
        self.connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET operation = ?, mutation = ? WHERE sequence = ?",
            )?
            .execute((operation_code(operation), &json, entry.sequence))?;
        if !entry.is_dead() {
            self.changes.tally.remove(entry.weight());
            self.changes.tally.add(Weight { bytes: json.len(), ..entry.weight() });
        }
        Ok(())
    }

    /// Has an entry gather no longer than a write that it takes up would.
    fn hasten(
        &self,
        entry: &QueuedEntry,
        (send, gather_until): (SendMode, i64),
    ) -> Result<(), StoreError> {
        let hastened = self
            .connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET send = min(send, ?1), gather_until = min(gather_until, ?2)
                 WHERE sequence = ?3 AND (send > ?1 OR gather_until > ?2)",
            )?
            .execute((send_code(send), gather_until, entry.sequence))?;
        if hastened > 0 {
            self.refresh_lane(&entry.lane)?;
        }
        Ok(())
    }

    /// Makes an entry at least so urgent, and what it waits for with it.
    pub(crate) fn raise(
        &mut self,
        sequence: i64,
        priority: mailboat_core::Priority,
    ) -> Result<(), StoreError> {
        let found = self
            .connection
            .prepare_cached("SELECT id FROM mailboat_outbox WHERE sequence = ? AND priority < ?")?
            .query_row((sequence, priority_code(priority)), |row| row.get(0))
            .optional()?;
        let Some(id) = found else { return Ok(()) };
        let Some(entry) = self.queued(EntryId::from_bytes(id))? else { return Ok(()) };
        self.connection
            .prepare_cached("UPDATE mailboat_outbox SET priority = ? WHERE sequence = ?")?
            .execute((priority_code(priority), sequence))?;
        if !entry.is_dead() {
            self.changes.tally.remove(entry.weight());
            self.changes.tally.add(Weight { priority, ..entry.weight() });
        }
        self.refresh_lane(&entry.lane)?;
        for needed in self.needed_by(sequence)? {
            self.raise(needed, priority)?;
        }
        Ok(())
    }
}
