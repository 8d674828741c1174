//! Local writes: the row and its outbox entry, in one transaction.

use mailboat_core::{EntryId, GroupId, Operation, Priority, SendMode, Timestamp};
use rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY;

use crate::delivery::Delivery;
use crate::enqueue::Place;
use crate::error::StoreError;
use crate::record::{Record, merge, write_row};
use crate::tables::Table;
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
    /// How its entry travels.
    pub sending: Sending,
}

/// How an entry travels; by default as its collection says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// When it is sent.
    pub send: Option<SendMode>,
    /// Until when it waits for company, if its mode of sending does that.
    pub gather_until: Option<Timestamp>,
    /// Entries that must be settled before it goes. One that is settled already, or was
    /// never there, is not waited for.
    pub after: Vec<EntryId>,
}

/// An atomic group: the lane in which all of it waits, and its first entry.
pub(crate) struct InGroup<'a> {
    pub id: GroupId,
    pub lane: &'a str,
    pub first: i64,
}

/// What became of a local write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It has an entry of its own.
    New,
    /// An entry that no attempt has left with took it up.
    Folded(EntryId),
    /// It took back a create that no attempt has left with: nothing is to be sent.
    CancelledOut,
}

impl Transaction<'_> {
    /// Applies a local write and enqueues it.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when it does not fit the schema or names no
    /// record, [`StoreError::Exists`] when a create names one,
    /// [`StoreError::Unsupported`] when the collection does not allow the operation.
    pub fn write(&mut self, mutation: &Mutation, now: Timestamp) -> Result<Enqueued, StoreError> {
        self.step(|transaction| transaction.apply(mutation, None, now))
    }

    pub(crate) fn apply(
        &mut self,
        mutation: &Mutation,
        group: Option<&InGroup<'_>>,
        now: Timestamp,
    ) -> Result<Enqueued, StoreError> {
        let (number, table) = self.table(&mutation.collection)?;
        table.collection.allow(mutation.operation)?;
        check_id(&mutation.record_id)?;
        check(&table.collection, mutation.operation, &mutation.values)?;
        if mutation.operation == Operation::Create {
            return self.create(number, table, mutation, group, now);
        }
        let found = Record::find(self.connection, table, &mutation.record_id)?;
        match found.filter(|record| !record.head.deleted) {
            Some(record) => self.change(number, table, mutation, record, group, now),
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
        group: Option<&InGroup<'_>>,
        now: Timestamp,
    ) -> Result<Enqueued, StoreError> {
        let sequence = self.next_sequence();
        let head = Record::created(sequence, self.revision()).head;
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
        let place = Place { sequence, lane: group.map_or(lane, |group| group.lane), group };
        // A create has a tail only where the record of an earlier one was discarded.
        self.enqueue(table, mutation, &place, None, now)?;
        Ok(Enqueued::New)
    }

    fn change(
        &mut self,
        number: usize,
        table: &Table,
        mutation: &Mutation,
        mut record: Record,
        group: Option<&InGroup<'_>>,
        now: Timestamp,
    ) -> Result<Enqueued, StoreError> {
        let id = &mutation.record_id;
        // Later writes of a record follow the earlier ones into their lane, even when one
        // of them has moved the record: nothing may overtake its create.
        let tail = match record.head.delivery {
            Delivery::Sent => None,
            _ => self.tail(&table.collection.name, id)?,
        };
        self.touch(number, table, table.lane_of(id, &record.shown));
        let folded = match &tail {
            Some(tail) if group.is_none() => self.fold(table, tail, mutation, now)?,
            _ => None,
        };
        if folded == Some(Enqueued::CancelledOut) {
            self.delete_row(table, id)?;
            return Ok(Enqueued::CancelledOut);
        }
        if folded.is_none() {
            let lane = match (group, &tail) {
                (Some(group), _) => group.lane,
                (None, Some(tail)) => &tail.lane,
                (None, None) => table.lane_of(id, &record.shown),
            };
            let place = Place { sequence: self.next_sequence(), lane, group };
            self.enqueue(table, mutation, &place, tail.as_ref(), now)?;
        }
        merge(&mut record.shown, &mutation.values);
        // The write may have moved the record into another lane's windows.
        self.touch(number, table, table.lane_of(id, &record.shown));
        record.head.deleted = mutation.operation == Operation::Delete;
        if record.head.delivery == Delivery::Sent {
            record.head.delivery = Delivery::Queued;
        }
        record.head.revision = self.revision();
        record.replace(self.connection, table, id)?;
        Ok(folded.unwrap_or(Enqueued::New))
    }
}
