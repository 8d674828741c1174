//! The outbox as a whole: its pages, its counts, and what a kill left on its way.

use mailboat_core::{EntryId, GroupId, Operation, Priority, Reason};
use rusqlite::Connection;
use serde::Serialize;
use ts_rs::TS;

use crate::codes::{BLOCKED, DEAD, operation_from_code, priority_from_code};
use crate::error::StoreError;
use crate::open::in_transaction;
use crate::tables::Table;
use crate::tally::Tally;
use crate::transaction::find_table;

/// Most entries that one page of the outbox shows.
pub const MAX_OUTBOX_PAGE_ENTRIES: u32 = 500;

/// A page of the outbox.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct OutboxPage {
    /// Oldest first.
    pub entries: Vec<OutboxEntry>,
    /// Whether there are more after the last one.
    pub more: bool,
}

/// One entry of the outbox, without its values.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct OutboxEntry {
    /// Id and idempotency key.
    #[ts(type = "string")]
    pub id: EntryId,
    /// Local sequence number; the order of writing.
    #[ts(type = "number")]
    pub sequence: i64,
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub record_id: String,
    /// What it does to the record.
    pub operation: Operation,
    /// The lane it keeps its place in.
    pub lane: String,
    /// How urgent it is.
    pub priority: Priority,
    /// Whether it is a dead letter.
    pub failed: bool,
    /// Whether it cannot go because an entry that it depends on is a dead letter.
    pub blocked: bool,
    /// Whether an attempt has left with it: then the server may have it, and it can be
    /// neither cancelled nor changed.
    pub attempted: bool,
    /// How many entries of other lanes have to be settled first.
    pub waits_for: u32,
    /// The atomic group it belongs to.
    #[ts(type = "string | null")]
    pub group: Option<GroupId>,
    /// When it was written, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub enqueued_at: i64,
    /// Attempts that an answer has burnt.
    pub attempts: u32,
    /// Milliseconds since the Unix epoch before which it is not sent again.
    #[ts(type = "number | null")]
    pub not_before: Option<i64>,
    /// Why the last attempt failed.
    pub reason: Option<Reason>,
}

/// A page of the outbox in the order of writing.
pub(crate) fn page(
    connection: &Connection,
    after: i64,
    limit: u32,
) -> Result<OutboxPage, StoreError> {
    if limit == 0 || limit > MAX_OUTBOX_PAGE_ENTRIES {
        let sentence = format!("limit is {limit}; it must be 1 to {MAX_OUTBOX_PAGE_ENTRIES}.");
        return Err(StoreError::InvalidArgument(sentence));
    }
    let mut statement = connection.prepare_cached(
        "SELECT id, sequence, collection, record_id, operation, lane, halted, attempts, not_before,
                reason_code, reason_message, priority, attempted, waits_for, group_id, enqueued_at
         FROM mailboat_outbox WHERE sequence > ? ORDER BY sequence LIMIT ?",
    )?;
    let rows = statement.query_map((after, i64::from(limit) + 1), |row| {
        let code: Option<String> = row.get(9)?;
        Ok(OutboxEntry {
            id: EntryId::from_bytes(row.get(0)?),
            sequence: row.get(1)?,
            collection: row.get(2)?,
            record_id: row.get(3)?,
            operation: operation_from_code(row.get(4)?),
            lane: row.get(5)?,
            priority: priority_from_code(row.get(11)?),
            failed: row.get::<_, i64>(6)? == DEAD,
            blocked: row.get::<_, i64>(6)? == BLOCKED,
            attempted: row.get(12)?,
            waits_for: row.get(13)?,
            group: row.get::<_, Option<[u8; 16]>>(14)?.map(GroupId::from_bytes),
            enqueued_at: row.get(15)?,
            attempts: row.get(7)?,
            not_before: Some(row.get(8)?).filter(|at| *at > 0),
            reason: match code {
                Some(code) => Some(Reason { code, message: row.get(10)? }),
                None => None,
            },
        })
    })?;
    let mut entries = rows.collect::<Result<Vec<_>, _>>()?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    Ok(OutboxPage { entries, more })
}

/// Counts what the outbox holds, one by one.
pub(crate) fn tally(connection: &Connection) -> Result<Tally, StoreError> {
    let sql = "SELECT count(*) FILTER (WHERE halted <> 1), count(*) FILTER (WHERE halted = 1),
                      coalesce(sum(octet_length(mutation)) FILTER (WHERE halted <> 1), 0),
                      count(*) FILTER (WHERE halted <> 1 AND priority = 0),
                      coalesce(sum(octet_length(mutation)) FILTER (WHERE halted <> 1 AND priority = 0), 0)
               FROM mailboat_outbox";
    Ok(connection.query_row(sql, [], |row| {
        Ok(Tally {
            pending: row.get(0)?,
            failed: row.get(1)?,
            bytes: row.get(2)?,
            low_entries: row.get(3)?,
            low_bytes: row.get(4)?,
        })
    })?)
}

/// The place of the newest entry; 0 when there is none.
pub(crate) fn last_sequence(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce(max(sequence), 0) FROM mailboat_outbox";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// After a kill: what was on its way waits again. Its fate is unknown, so it stays `attempted`.
pub(crate) fn requeue_interrupted(
    connection: &Connection,
    tables: &[Table],
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "SELECT collection, record_id FROM mailboat_outbox WHERE attempted = 1 AND halted <> 1",
    )?;
    let records = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, String)>, _>>()?;
    if records.is_empty() {
        return Ok(());
    }
    in_transaction(connection, || {
        for (collection, record_id) in &records {
            // A collection that the schema no longer names keeps its entries for a later one.
            let Ok((_, table)) = find_table(tables, collection) else { continue };
            // A reader may have shown the row already, so it gets another revision too.
            let sql = format!(
                "UPDATE {} SET _delivery = 1, _revision = _revision + 1
                 WHERE \"id\" = ? AND _delivery = 2",
                table.name
            );
            connection.prepare_cached(&sql)?.execute([record_id])?;
        }
        Ok(())
    })
}
