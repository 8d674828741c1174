//! Where an entry stands: the store's part of the answer to "why has it not gone yet?".

use mailboat_core::{EntryId, Place, Priority, Reason, Timestamp, Waiting};
use rusqlite::{Connection, OptionalExtension};

use crate::codes::{BLOCKED, DEAD, priority_from_code};
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

    /// Whether an entry waits to be sent.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn is_waiting(&self, id: EntryId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM mailboat_outbox WHERE id = ? AND halted = 0";
        Ok(self.connection.prepare_cached(sql)?.exists([id.as_bytes()])?)
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

/// What of an entry decides where it stands.
struct Found {
    sequence: i64,
    lane: String,
    halted: i64,
    waits: bool,
    not_before: Option<Timestamp>,
    reason: Option<Reason>,
}

fn place(connection: &Connection, id: EntryId) -> Result<(Place, String), StoreError> {
    let Some(found) = find(connection, id)? else {
        return Ok((gone(connection, id)?, String::new()));
    };
    let Found { sequence, lane, halted, waits, not_before, reason } = found;
    if halted == DEAD {
        return Ok((Place::Dead(reason), lane));
    }
    let (priority, scheduled_for) = lane_of(connection, &lane)?;
    let waiting = Waiting {
        priority,
        ahead: ahead(connection, &lane, sequence)?,
        held_by: held_by(connection, &lane, sequence)?,
        depends_on: if waits || halted == BLOCKED {
            depends_on(connection, sequence)?
        } else {
            None
        },
        not_before,
        scheduled_for,
    };
    Ok((Place::Waiting(waiting), lane))
}

fn find(connection: &Connection, id: EntryId) -> Result<Option<Found>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, lane, halted, waits_for, not_before, reason_code, reason_message
         FROM mailboat_outbox WHERE id = ?",
    )?;
    let found = statement.query_row([id.as_bytes()], |row| {
        let reason = match row.get::<_, Option<String>>(5)? {
            Some(code) => Some(Reason { code, message: row.get(6)? }),
            None => None,
        };
        Ok(Found {
            sequence: row.get(0)?,
            lane: row.get(1)?,
            halted: row.get(2)?,
            waits: row.get::<_, i64>(3)? > 0,
            not_before: Some(row.get(4)?).filter(|at| *at > 0).map(Timestamp),
            reason,
        })
    });
    Ok(found.optional()?)
}

/// How urgent a lane is, and until when it only gathers.
fn lane_of(
    connection: &Connection,
    lane: &str,
) -> Result<(Priority, Option<Timestamp>), StoreError> {
    let found = connection
        .prepare_cached("SELECT priority, gathers, not_before FROM mailboat_lanes WHERE lane = ?")?
        .query_row([lane], |row| {
            let gathers = row.get::<_, i64>(1)? > 0;
            let until = Some(row.get(2)?).filter(|at| gathers && *at > 0).map(Timestamp);
            Ok((priority_from_code(row.get(0)?), until))
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The first entry of another lane that an entry comes after.
fn depends_on(connection: &Connection, sequence: i64) -> Result<Option<EntryId>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT id FROM mailboat_dependencies JOIN mailboat_outbox ON sequence = needed
             WHERE dependent = ? ORDER BY needed LIMIT 1",
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

/// The dead letter of the lane, or what one blocks, that holds what comes after it.
fn held_by(
    connection: &Connection,
    lane: &str,
    sequence: i64,
) -> Result<Option<EntryId>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT id FROM mailboat_outbox
             WHERE lane = ? AND halted IN (1, 2) AND lane_policy = 0 AND sequence < ?
             ORDER BY sequence LIMIT 1",
        )?
        .query_row((lane, sequence), |row| row.get(0))
        .optional()?;
    Ok(found.map(EntryId::from_bytes))
}
