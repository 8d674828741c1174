//! Entries as sending and settling read them.

use mailboat_core::{EntryId, LanePolicy, Operation};
use rusqlite::{OptionalExtension, Row};

use crate::error::StoreError;
use crate::mutation::{operation_from_code, policy_from_code};
use crate::record::Unsettled;
use crate::transaction::Transaction;
use crate::values::{Values, parse_values, unreadable};

const SELECT_QUEUED: &str =
    "SELECT sequence, id, collection, record_id, operation, mutation, lane, lane_policy, attempts, dead
     FROM mailboat_outbox WHERE id = ?";

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
    pub(crate) dead: bool,
    /// The version that the server is to find, where it is to look.
    pub base_version: Option<i64>,
    /// When the write was made, where that is compared.
    pub written_at: Option<String>,
}

impl Transaction<'_> {
    /// The mutations of a record that the server has not acknowledged, in order.
    pub(crate) fn unsettled(
        &self,
        collection: &str,
        record_id: &str,
    ) -> Result<Vec<Unsettled>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT operation, mutation, dead FROM mailboat_outbox
             WHERE record_id = ? AND collection = ? ORDER BY sequence",
        )?;
        let mut rows = statement.query((record_id, collection))?;
        let mut unsettled = Vec::new();
        while let Some(row) = rows.next()? {
            unsettled.push(Unsettled {
                operation: operation_from_code(row.get(0)?),
                values: parse_values(row.get_ref(1)?.as_str().map_err(|_| unreadable())?)?,
                dead: row.get::<_, i64>(2)? != 0,
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
        let mut statement = self.connection.prepare_cached(SELECT_QUEUED)?;
        statement.query_row([id.as_bytes()], |row| Ok(queued_from(row))).optional()?.transpose()
    }

    pub(crate) fn dead_letter(&self, id: EntryId) -> Result<QueuedEntry, StoreError> {
        self.queued(id)?.filter(|entry| entry.dead).ok_or_else(|| {
            StoreError::InvalidArgument("The outbox has no dead letter of this id.".into())
        })
    }
}

fn queued_from(row: &Row<'_>) -> Result<QueuedEntry, StoreError> {
    let mutation = row.get_ref(5)?;
    Ok(QueuedEntry {
        sequence: row.get(0)?,
        id: EntryId::from_bytes(row.get(1)?),
        collection: row.get(2)?,
        record_id: row.get(3)?,
        operation: operation_from_code(row.get(4)?),
        values: parse_values(mutation.as_str().map_err(|_| unreadable())?)?,
        lane: row.get(6)?,
        lane_policy: policy_from_code(row.get(7)?),
        attempts: row.get(8)?,
        dead: row.get::<_, i64>(9)? != 0,
        base_version: None,
        written_at: None,
    })
}
