//! What lost where two versions of a record met: kept to be looked at, newest first.

use mailboat_core::{EntryId, Operation, Timestamp};
use rusqlite::Connection;
use serde::Serialize;
use serde_json::value::RawValue;
use ts_rs::TS;

use crate::codes::{operation_code, operation_from_code};
use crate::error::StoreError;
use crate::outbox::MAX_OUTBOX_PAGE_ENTRIES;
use crate::record::to_json;
use crate::transaction::Transaction;
use crate::values::Values;

/// Conflicts that are kept; the oldest go first.
pub const MAX_CONFLICTS: i64 = 1_000;

/// A page of the conflict log.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct ConflictPage {
    /// Newest first.
    pub conflicts: Vec<Conflict>,
    /// Whether there are older ones.
    pub more: bool,
}

/// Something that was lost.
#[derive(Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Conflict {
    /// Its place in the log.
    #[ts(type = "number")]
    pub sequence: i64,
    /// When it was decided, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub record_id: String,
    /// What decided: a conflict rule, `remoteDelete` or `naturalKey`.
    pub rule: String,
    /// Whose values these are.
    pub lost: Loser,
    /// What a local write that lost did to the record.
    pub operation: Option<Operation>,
    /// The entry of a local write that lost.
    #[ts(type = "string | null")]
    pub entry: Option<EntryId>,
    /// Version of the record on the server.
    #[ts(type = "number")]
    pub version: i64,
    /// The columns that were lost.
    #[ts(type = "Record<string, unknown>")]
    pub values: Box<RawValue>,
}

// Debug by hand: values are what people wrote, and never get into a log.
impl std::fmt::Debug for Conflict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Conflict({}, {}, {:?})", self.sequence, self.rule, self.lost)
    }
}

/// Which side lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Loser {
    /// Something that was written here.
    Local,
    /// Something that the server had.
    Server,
}

/// A loss on its way into the log.
pub(crate) struct Loss<'a> {
    pub collection: &'a str,
    pub record_id: &'a str,
    pub rule: &'a str,
    pub lost: Loser,
    /// Of a local write.
    pub write: Option<(EntryId, Operation)>,
    pub version: i64,
    pub values: &'a Values,
}

impl Transaction<'_> {
    /// Notes what was lost.
    pub(crate) fn log_loss(&self, loss: &Loss<'_>, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_conflicts
                 (at, collection, record_id, rule, lost, operation, entry, version, columns)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute((
                now.0,
                loss.collection,
                loss.record_id,
                loss.rule,
                i64::from(loss.lost == Loser::Server),
                loss.write.map(|(_, operation)| operation_code(operation)),
                loss.write.map(|(entry, _)| entry.into_bytes()),
                loss.version,
                to_json(loss.values),
            ))?;
        self.connection
            .prepare_cached(
                "DELETE FROM mailboat_conflicts
                 WHERE sequence <= (SELECT max(sequence) FROM mailboat_conflicts) - ?",
            )?
            .execute([MAX_CONFLICTS])?;
        Ok(())
    }
}

/// A page of the log, newest first: what is older than `before`.
pub(crate) fn page(
    connection: &Connection,
    before: Option<i64>,
    limit: u32,
) -> Result<ConflictPage, StoreError> {
    if limit == 0 || limit > MAX_OUTBOX_PAGE_ENTRIES {
        let sentence = format!("limit is {limit}; it must be 1 to {MAX_OUTBOX_PAGE_ENTRIES}.");
        return Err(StoreError::InvalidArgument(sentence));
    }
    let mut statement = connection.prepare_cached(
        "SELECT sequence, at, collection, record_id, rule, lost, operation, entry, version, columns
         FROM mailboat_conflicts WHERE sequence < ? ORDER BY sequence DESC LIMIT ?",
    )?;
    let mut rows = statement.query((before.unwrap_or(i64::MAX), i64::from(limit) + 1))?;
    let mut conflicts = Vec::new();
    while let Some(row) = rows.next()? {
        let values = RawValue::from_string(row.get(9)?).map_err(|_| crate::values::unreadable())?;
        conflicts.push(Conflict {
            sequence: row.get(0)?,
            at: row.get(1)?,
            collection: row.get(2)?,
            record_id: row.get(3)?,
            rule: row.get(4)?,
            lost: if row.get::<_, i64>(5)? == 0 { Loser::Local } else { Loser::Server },
            operation: row.get::<_, Option<i64>>(6)?.map(operation_from_code),
            entry: row.get::<_, Option<[u8; 16]>>(7)?.map(EntryId::from_bytes),
            version: row.get(8)?,
            values,
        });
    }
    let more = conflicts.len() > limit as usize;
    conflicts.truncate(limit as usize);
    Ok(ConflictPage { conflicts, more })
}
