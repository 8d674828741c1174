//! Local writes: the row and its outbox entry, in one transaction.

use mailboat_core::{EntryId, LanePolicy, Operation, Timestamp};

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::record::{Base, Record, merge};
use crate::tables::{PENDING_POSITION, Table};
use crate::transaction::Transaction;
use crate::values::{Values, check, check_id};

/// A local write to tell the backend.
pub struct Mutation {
    /// Id of the outbox entry it makes: a new UUIDv7.
    pub entry: EntryId,
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub record_id: String,
    /// What it does to the record.
    pub operation: Operation,
    /// All columns for `Create`, the changed ones for `Update`, none for `Delete`.
    pub values: Values,
}

impl Transaction<'_> {
    /// Applies a local write and enqueues it.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when it does not fit the schema or names no
    /// record, [`StoreError::Exists`] when a create names one.
    pub fn write(&mut self, mutation: &Mutation, now: Timestamp) -> Result<(), StoreError> {
        let (number, table) = self.table(&mutation.collection)?;
        check_id(&mutation.record_id)?;
        check(&table.collection, mutation.operation, &mutation.values)?;
        let record = Record::find(self.connection, table, &mutation.record_id)?;
        match (mutation.operation, record) {
            (Operation::Create, None) => self.create(number, table, mutation, now),
            (Operation::Create, Some(_)) => {
                Err(StoreError::Exists { collection: mutation.collection.clone() })
            }
            (_, Some(record)) if !record.deleted => {
                self.change(number, table, mutation, record, now)
            }
            _ => Err(StoreError::InvalidArgument(format!(
                "{} has no record of this id.",
                mutation.collection
            ))),
        }
    }

    fn create(
        &mut self,
        number: usize,
        table: &Table,
        mutation: &Mutation,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let lane = lane_of(table, &mutation.record_id, &mutation.values).to_owned();
        let sequence = self.enqueue(table, mutation, &lane, now)?;
        let record = Record {
            shown: mutation.values.clone(),
            base: Base::None,
            version: 0,
            position: PENDING_POSITION + sequence,
            revision: self.revision(),
            delivery: Delivery::Queued,
            deleted: false,
        };
        record.insert(self.connection, table, &mutation.record_id)?;
        self.touch(number, &lane);
        Ok(())
    }

    fn change(
        &mut self,
        number: usize,
        table: &Table,
        mutation: &Mutation,
        mut record: Record,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let lane = lane_of(table, &mutation.record_id, &record.shown).to_owned();
        self.enqueue(table, mutation, &lane, now)?;
        merge(&mut record.shown, &mutation.values);
        record.deleted = mutation.operation == Operation::Delete;
        if record.delivery == Delivery::Sent {
            record.delivery = Delivery::Queued;
        }
        record.revision = self.revision();
        record.replace(self.connection, table, &mutation.record_id)?;
        self.touch(number, &lane);
        // The write may have moved the record into another lane's windows.
        self.touch(number, lane_of(table, &mutation.record_id, &record.shown));
        Ok(())
    }

    fn enqueue(
        &mut self,
        table: &Table,
        mutation: &Mutation,
        lane: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let json = serde_json::to_string(&mutation.values).expect("JSON values always become JSON");
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_outbox
                 (id, collection, record_id, operation, mutation, lane, lane_policy, enqueued_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute((
                mutation.entry.as_bytes(),
                &mutation.collection,
                &mutation.record_id,
                operation_code(mutation.operation),
                &json,
                lane,
                policy_code(table.collection.lane_policy),
                now.0,
            ))?;
        let sequence = self.connection.last_insert_rowid();
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_lanes (lane, head, sort_key, not_before) VALUES (?, ?, ?, 0)
                 ON CONFLICT (lane) DO NOTHING",
            )?
            .execute((lane, sequence, now.0))?;
        self.changes.pending += 1;
        Ok(sequence)
    }
}

/// The lane of a record's entries: the value of the lane column, else the record itself.
pub(crate) fn lane_of<'a>(table: &Table, id: &'a str, values: &'a Values) -> &'a str {
    let column = table.collection.lane_column.as_deref();
    column.and_then(|column| values.get(column)).and_then(|value| value.as_str()).unwrap_or(id)
}

pub(crate) fn operation_code(operation: Operation) -> i64 {
    match operation {
        Operation::Create => 0,
        Operation::Update => 1,
        Operation::Delete => 2,
    }
}

pub(crate) fn operation_from_code(code: i64) -> Operation {
    match code {
        0 => Operation::Create,
        1 => Operation::Update,
        _ => Operation::Delete,
    }
}

pub(crate) fn policy_code(policy: LanePolicy) -> i64 {
    match policy {
        LanePolicy::Hold => 0,
        LanePolicy::Skip => 1,
    }
}

pub(crate) fn policy_from_code(code: i64) -> LanePolicy {
    if code == 1 { LanePolicy::Skip } else { LanePolicy::Hold }
}
