//! Where an entry stands: the store's part of the answer to "why has it not gone yet?".

use mailboat_core::{EntryId, Place, Priority, Reason, Timestamp, Waiting};
use rusqlite::{Connection, OptionalExtension};

use crate::codes::{DEAD, priority_from_code};
use crate::error::StoreError;
use crate::reader::Reads;

impl Reads<'_> {
    /// Where an entry stands, and its lane; the lane of one that is gone is empty.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn place(&self, id: EntryId) -> Result<(Place, String), StoreError> {
        place(self.connection, id)
    }

    /// When the oldest entry that waits was written.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn oldest_waiting(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql =
            "SELECT enqueued_at FROM mailboat_outbox WHERE halted = 0 ORDER BY sequence LIMIT 1";
        let oldest = self.connection.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(oldest.map(Timestamp))
    }
}

fn place(connection: &Connection, id: EntryId) -> Result<(Place, String), StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT sequence, lane, halted, not_before, reason_code, reason_message
             FROM mailboat_outbox WHERE id = ?",
        )?
        .query_row([id.as_bytes()], |row| {
            let reason = match row.get::<_, Option<String>>(4)? {
                Some(code) => Some(Reason { code, message: row.get(5)? }),
                None => None,
            };
            let not_before = Some(row.get::<_, i64>(3)?).filter(|at| *at > 0);
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, i64>(2)?,
                not_before.map(Timestamp),
                reason,
            ))
        })
        .optional()?;
    let Some((sequence, lane, halted, not_before, reason)) = found else {
        return Ok((gone(connection, id)?, String::new()));
    };
    if halted == DEAD {
        return Ok((Place::Dead(reason), lane));
    }
    let (priority, scheduled_for) = lane_of(connection, &lane)?;
    let waiting = Waiting {
        priority,
        ahead: ahead(connection, &lane, sequence)?,
        held_by: held_by(connection, &lane, sequence)?,
        depends_on: depends_on(connection, sequence)?,
        not_before,
        scheduled_for,
    };
    Ok((Place::Waiting(waiting), lane))
}

/// How urgent a lane is, and until when it gathers.
fn lane_of(
    connection: &Connection,
    lane: &str,
) -> Result<(Priority, Option<Timestamp>), StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT priority, CASE WHEN gathers > 0 THEN not_before ELSE 0 END
             FROM mailboat_lanes WHERE lane = ?",
        )?
        .query_row([lane], |row| {
            let until = Some(row.get::<_, i64>(1)?).filter(|at| *at > 0);
            Ok((priority_from_code(row.get(0)?), until.map(Timestamp)))
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The first entry that this one comes after: of another lane, or a dead letter that
/// blocks it, its record's create included.
fn depends_on(connection: &Connection, sequence: i64) -> Result<Option<EntryId>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT needed.id FROM mailboat_outbox AS entry
             JOIN mailboat_outbox AS needed ON needed.sequence < entry.sequence
              AND (needed.sequence IN
                    (SELECT needed FROM mailboat_dependencies WHERE dependent = entry.sequence)
                   OR (entry.halted = 2 AND needed.halted <> 0 AND needed.operation = 0
                       AND needed.record_id = entry.record_id
                       AND needed.collection = entry.collection))
             WHERE entry.sequence = ? ORDER BY needed.sequence LIMIT 1",
        )?
        .query_row([sequence], |row| row.get(0))
        .optional()?;
    Ok(found.map(EntryId::from_bytes))
}

/// What the last transition says of an entry that is in the outbox no more.
fn gone(connection: &Connection, id: EntryId) -> Result<Place, StoreError> {
    let kind: Option<String> = connection
        .prepare_cached(
            "SELECT kind FROM mailboat_transitions WHERE entry = ? ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(match kind.as_deref() {
        Some("acked") => Place::Acked,
        Some("discarded" | "cancelled") => Place::Discarded,
        _ => Place::Unknown,
    })
}

/// How many entries of the lane go before this one.
fn ahead(connection: &Connection, lane: &str, sequence: i64) -> Result<u32, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT count(*) FROM mailboat_outbox WHERE lane = ? AND halted = 0 AND sequence < ?",
        )?
        .query_row((lane, sequence), |row| row.get(0))?)
}

/// The dead letter of the lane that holds what comes after it.
fn held_by(
    connection: &Connection,
    lane: &str,
    sequence: i64,
) -> Result<Option<EntryId>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT id FROM mailboat_outbox
             WHERE lane = ? AND halted = 1 AND lane_policy = 0 AND sequence < ?
             ORDER BY sequence LIMIT 1",
        )?
        .query_row((lane, sequence), |row| row.get(0))
        .optional()?;
    Ok(found.map(EntryId::from_bytes))
}
