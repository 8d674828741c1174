//! Local writes: the row and its outbox entry, in one transaction.

use mailboat_core::{EntryId, LanePolicy, Operation, Timestamp};
use rusqlite::OptionalExtension;
use rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY;

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::record::{Head, Record, merge, to_json, write_row};
use crate::tables::{PENDING_POSITION, Table};
use crate::transaction::Transaction;
use crate::values::{Values, check, check_id};

/// A local write to tell the backend.
#[derive(Clone)]
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
        self.step(|transaction| match transaction.under_id_now(mutation)? {
            Some(mutation) => transaction.apply(&mutation, now),
            None => transaction.apply(mutation, now),
        })
    }

    fn apply(&mut self, mutation: &Mutation, now: Timestamp) -> Result<(), StoreError> {
        let (number, table) = self.table(&mutation.collection)?;
        check_id(&mutation.record_id)?;
        check(&table.collection, mutation.operation, &mutation.values)?;
        if mutation.operation == Operation::Create {
            return self.create(number, table, mutation, now);
        }
        let found = Record::find(self.connection, table, &mutation.record_id)?;
        match found.filter(|record| !record.head.deleted) {
            Some(record) => self.change(number, table, mutation, record, now),
            None => Err(StoreError::InvalidArgument(format!(
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
        let sequence = self.next_sequence();
        let head = Head {
            version: 0,
            position: PENDING_POSITION + sequence,
            revision: self.revision(),
            delivery: Delivery::Queued,
            deleted: false,
        };
        let (id, values) = (&mutation.record_id, &mutation.values);
        // The primary key finds out whether the id is taken.
        write_row(self.connection, table, &table.insert, id, values, None, head).map_err(
            |error| match error {
                StoreError::Sqlite { code: SQLITE_CONSTRAINT_PRIMARYKEY, .. } => {
                    StoreError::Exists { collection: mutation.collection.clone() }
                }
                other => other,
            },
        )?;
        let lane = table.lane_of(id, values);
        self.touch(number, table, lane);
        self.enqueue(table, mutation, sequence, lane, now)
    }

    fn change(
        &mut self,
        number: usize,
        table: &Table,
        mutation: &Mutation,
        mut record: Record,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = &mutation.record_id;
        let lane = match self.unsettled_lane(table, &record, id)? {
            Some(lane) => lane,
            None => table.lane_of(id, &record.shown).to_owned(),
        };
        let sequence = self.next_sequence();
        self.enqueue(table, mutation, sequence, &lane, now)?;
        self.touch(number, table, table.lane_of(id, &record.shown));
        merge(&mut record.shown, &mutation.values);
        // The write may have moved the record into another lane's windows.
        self.touch(number, table, table.lane_of(id, &record.shown));
        record.head.deleted = mutation.operation == Operation::Delete;
        if record.head.delivery == Delivery::Sent {
            record.head.delivery = Delivery::Queued;
        }
        record.head.revision = self.revision();
        record.replace(self.connection, table, id)
    }

    /// The lane in which earlier writes of a record wait. Later ones follow them there,
    /// even when one of them has moved the record: nothing may overtake its create.
    fn unsettled_lane(
        &self,
        table: &Table,
        record: &Record,
        id: &str,
    ) -> Result<Option<String>, StoreError> {
        if record.head.delivery == Delivery::Sent || table.collection.lane_column.is_none() {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT lane FROM mailboat_outbox
             WHERE record_id = ? AND collection = ? ORDER BY sequence DESC LIMIT 1",
        )?;
        Ok(statement.query_row((id, &table.collection.name), |row| row.get(0)).optional()?)
    }

    fn enqueue(
        &mut self,
        table: &Table,
        mutation: &Mutation,
        sequence: i64,
        lane: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_outbox
                 (sequence, id, collection, record_id, operation, mutation, lane, lane_policy, enqueued_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute((
                sequence,
                mutation.entry.as_bytes(),
                &mutation.collection,
                &mutation.record_id,
                operation_code(mutation.operation),
                to_json(&mutation.values),
                lane,
                policy_code(table.collection.lane_policy),
                now.0,
            ))?;
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_lanes (lane, head, sort_key, not_before) VALUES (?, ?, ?, 0)
                 ON CONFLICT (lane) DO NOTHING",
            )?
            .execute((lane, sequence, now.0))?;
        self.changes.pending += 1;
        self.stamp(table, mutation.entry, now)
    }
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
