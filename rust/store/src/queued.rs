//! Entries as sending and settling read them.

use mailboat_core::{EntryId, GroupId, LanePolicy, Operation};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::codes::{BLOCKED, DEAD, operation_from_code, policy_from_code, priority_from_code};
use crate::error::StoreError;
use crate::record::Unsettled;
use crate::tally::Weight;
use crate::transaction::Transaction;
use crate::values::{Values, parse_values, unreadable};

/// Reads entries whole, in the columns that [`queued_from`] takes.
macro_rules! select_queued {
    ($which:literal) => {
        concat!(
            "SELECT sequence, id, collection, record_id, operation, lane, lane_policy, attempted,
                    attempts, halted, priority, waits_for, group_id, mutation, base_version, written_at
             FROM mailboat_outbox WHERE ",
            $which
        )
    };
}

const SELECT_BY_ID: &str = select_queued!("id = ?");
const SELECT_BY_SEQUENCE: &str = select_queued!("sequence = ?");
const SELECT_BY_RECORD: &str = select_queued!("record_id = ? AND collection = ? ORDER BY sequence");
const SELECT_BY_GROUP: &str = select_queued!("group_id = ? ORDER BY sequence");

/// An entry with everything that sending and settling it needs.
pub struct QueuedEntry {
    pub(crate) sequence: i64,
    /// Id and idempotency key.
    pub id: EntryId,
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub record_id: String,
    /// What it does to the record.
    pub operation: Operation,
    /// The columns it sets.
    pub values: Values,
    /// Its lane.
    pub lane: String,
    /// What the lane does after a dead letter.
    pub lane_policy: LanePolicy,
    /// Attempts that an answer has burnt.
    pub attempts: u32,
    /// The atomic group it belongs to.
    pub group: Option<GroupId>,
    /// The version that the server is to find, where it is to look.
    pub base_version: Option<i64>,
    /// When the write was made, where that is compared.
    pub written_at: Option<String>,
    attempted: bool,
    halted: i64,
    waits: bool,
    weight: Weight,
}

impl QueuedEntry {
    /// Whether it may be sent as far as other entries are concerned.
    pub(crate) fn is_sendable(&self) -> bool {
        self.halted == 0 && !self.waits
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.halted == DEAD
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.halted == BLOCKED
    }

    /// Whether it is a dead letter, or blocked by one.
    pub(crate) fn is_halted(&self) -> bool {
        self.halted != 0
    }

    /// Whether no attempt has left with it, and it stands by itself: then it may be
    /// changed or taken back, since nobody else knows of it.
    pub(crate) fn may_change(&self) -> bool {
        !self.attempted && !self.is_dead() && self.group.is_none()
    }

    /// Whether an attempt has left with it: the server may have it.
    pub(crate) fn is_attempted(&self) -> bool {
        self.attempted
    }

    pub(crate) fn weight(&self) -> Weight {
        self.weight
    }
}

impl Transaction<'_> {
    /// The mutations of a record that the server has not acknowledged, in order.
    pub(crate) fn unsettled(
        &self,
        collection: &str,
        record_id: &str,
    ) -> Result<Vec<Unsettled>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT operation, mutation, halted = 1, group_id IS NOT NULL, sequence FROM mailboat_outbox
             WHERE record_id = ? AND collection = ? ORDER BY sequence",
        )?;
        let mut rows = statement.query((record_id, collection))?;
        let mut unsettled = Vec::new();
        while let Some(row) = rows.next()? {
            unsettled.push(Unsettled {
                operation: operation_from_code(row.get(0)?),
                values: parse_values(row.get_ref(1)?.as_str().map_err(|_| unreadable())?)?,
                dead: row.get(2)?,
                grouped: row.get(3)?,
                sequence: row.get(4)?,
            });
        }
        Ok(unsettled)
    }

    /// Whether a record has mutations that the server has not acknowledged.
    pub(crate) fn has_unsettled(
        &self,
        collection: &str,
        record_id: &str,
    ) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM mailboat_outbox WHERE record_id = ? AND collection = ? LIMIT 1",
        )?;
        Ok(statement.exists((record_id, collection))?)
    }

    pub(crate) fn queued(&self, id: EntryId) -> Result<Option<QueuedEntry>, StoreError> {
        let mut statement = self.connection.prepare_cached(SELECT_BY_ID)?;
        statement.query_row([id.as_bytes()], |row| Ok(queued_from(row))).optional()?.transpose()
    }

    pub(crate) fn queued_at(&self, sequence: i64) -> Result<Option<QueuedEntry>, StoreError> {
        let mut statement = self.connection.prepare_cached(SELECT_BY_SEQUENCE)?;
        statement.query_row([sequence], |row| Ok(queued_from(row))).optional()?.transpose()
    }

    /// What is decided together: the entries of an atomic group, or an entry alone.
    pub(crate) fn unit(&self, entry: &QueuedEntry) -> Result<Vec<QueuedEntry>, StoreError> {
        let Some(group) = entry.group else {
            return Ok(self.queued_at(entry.sequence)?.into_iter().collect());
        };
        let mut statement = self.connection.prepare_cached(SELECT_BY_GROUP)?;
        let mut rows = statement.query([group.as_bytes()])?;
        let mut unit = Vec::new();
        while let Some(row) = rows.next()? {
            unit.push(queued_from(row)?);
        }
        Ok(unit)
    }

    pub(crate) fn dead_letter(&self, id: EntryId) -> Result<QueuedEntry, StoreError> {
        self.queued(id)?.filter(QueuedEntry::is_dead).ok_or_else(|| {
            StoreError::InvalidArgument("The outbox has no dead letter of this id.".into())
        })
    }
}

/// The entries of a record, in order.
pub(crate) fn of_record(
    connection: &Connection,
    collection: &str,
    record_id: &str,
) -> Result<Vec<QueuedEntry>, StoreError> {
    let mut statement = connection.prepare_cached(SELECT_BY_RECORD)?;
    let mut rows = statement.query((record_id, collection))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(queued_from(row)?);
    }
    Ok(entries)
}

fn queued_from(row: &Row<'_>) -> Result<QueuedEntry, StoreError> {
    let mutation = row.get_ref(13)?.as_str().map_err(|_| unreadable())?;
    Ok(QueuedEntry {
        sequence: row.get(0)?,
        id: EntryId::from_bytes(row.get(1)?),
        collection: row.get(2)?,
        record_id: row.get(3)?,
        operation: operation_from_code(row.get(4)?),
        values: parse_values(mutation)?,
        lane: row.get(5)?,
        lane_policy: policy_from_code(row.get(6)?),
        attempted: row.get(7)?,
        attempts: row.get(8)?,
        halted: row.get(9)?,
        waits: row.get::<_, i64>(11)? > 0,
        group: row.get::<_, Option<[u8; 16]>>(12)?.map(GroupId::from_bytes),
        weight: Weight { bytes: mutation.len(), priority: priority_from_code(row.get(10)?) },
        base_version: row.get(14)?,
        written_at: row.get(15)?,
    })
}
