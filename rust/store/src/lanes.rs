//! Lanes: what may go next, and what holds it up. One row a lane, so that picking
//! does not grow with the queue.

use mailboat_core::{Candidate, EntryId, Priority, Timestamp};
use rusqlite::{Connection, OptionalExtension, Rows};

use crate::error::StoreError;
use crate::transaction::Transaction;

/// What a request adds to an entry's own values, ids and names, in bytes, at the most:
/// keys, punctuation, the entry's id, its operation, collection and lane policy.
const ENVELOPE_BYTES: u32 = 256;
/// A delay longer than this may come from a clock that has stepped back since. Such
/// lanes are shown as well, last; the plan knows which delays the policy gives.
const LONG_DELAY_MS: u64 = 3_600_000;

/// What may go now.
#[derive(Debug, Default)]
pub struct Due {
    /// Most urgent lane first, each lane's entries in order.
    pub candidates: Vec<Candidate>,
    /// When the next lane becomes due.
    pub next_due: Option<Timestamp>,
}

/// Picks what may go at `now`: lanes by urgency, at most `limit` entries.
pub(crate) fn due(connection: &Connection, now: Timestamp, limit: u32) -> Result<Due, StoreError> {
    // The plus keeps SQLite on the index by urgency, which needs no sorting.
    let mut lanes = connection.prepare_cached(
        "SELECT lane, head, coalesce(barrier, 9223372036854775807) FROM mailboat_lanes
         WHERE held = 0 AND +not_before <= ? ORDER BY sort_key, head LIMIT ?",
    )?;
    let mut candidates = Vec::new();
    add_candidates(connection, lanes.query((now.0, limit))?, limit, &mut candidates)?;
    let mut left_behind = connection.prepare_cached(
        "SELECT lane, head, coalesce(barrier, 9223372036854775807) FROM mailboat_lanes
         WHERE held = 0 AND not_before > ? AND not_before > 0
         ORDER BY not_before, sort_key, head LIMIT ?",
    )?;
    let long_after = now.plus_ms(LONG_DELAY_MS).0;
    add_candidates(connection, left_behind.query((long_after, limit))?, limit, &mut candidates)?;
    let next_due = connection
        .prepare_cached(
            "SELECT min(not_before) FROM mailboat_lanes
             WHERE held = 0 AND not_before > ? AND not_before > 0",
        )?
        .query_row([now.0], |row| row.get::<_, Option<i64>>(0))?
        .map(Timestamp);
    Ok(Due { candidates, next_due })
}

/// Adds the sendable entries of `lanes` until there are `limit`.
fn add_candidates(
    connection: &Connection,
    mut lanes: Rows<'_>,
    limit: u32,
    candidates: &mut Vec<Candidate>,
) -> Result<(), StoreError> {
    let mut entries = connection.prepare_cached(
        "SELECT id, octet_length(mutation) + octet_length(record_id) + octet_length(lane), not_before
         FROM mailboat_outbox WHERE lane = ? AND dead = 0 AND sequence >= ? AND sequence < ? ORDER BY sequence LIMIT ?",
    )?;
    while candidates.len() < limit as usize {
        let Some(row) = lanes.next()? else { break };
        let room = limit as usize - candidates.len();
        let lane: String = row.get(0)?;
        let (head, barrier): (i64, i64) = (row.get(1)?, row.get(2)?);
        let found = entries.query_map((&lane, head, barrier, room as i64), |row| {
            let not_before: i64 = row.get(2)?;
            Ok(Candidate {
                id: EntryId::from_bytes(row.get(0)?),
                lane: lane.clone(),
                bytes: row.get::<_, u32>(1)?.saturating_add(ENVELOPE_BYTES),
                not_before: (not_before > 0).then_some(Timestamp(not_before)),
                priority: Priority::Normal,
                group: None,
            })
        })?;
        for candidate in found {
            candidates.push(candidate?);
        }
    }
    Ok(())
}

impl Transaction<'_> {
    /// Finds the lane's head anew, and whether a dead letter holds it.
    pub(crate) fn refresh_lane(&self, lane: &str) -> Result<(), StoreError> {
        let head = self
            .connection
            .prepare_cached(
                "SELECT sequence, enqueued_at, not_before FROM mailboat_outbox
                 WHERE lane = ? AND dead = 0 ORDER BY sequence LIMIT 1",
            )?
            .query_row([lane], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
            })
            .optional()?;
        let barrier: Option<i64> = self
            .connection
            .prepare_cached(
                "SELECT min(sequence) FROM mailboat_outbox WHERE lane = ? AND dead = 1 AND lane_policy = 0",
            )?
            .query_row([lane], |row| row.get(0))?;
        // A lane of dead letters alone keeps its row, so that the next entry finds it held.
        let Some((head, sort_key, not_before)) = head.or(barrier.map(|sequence| (sequence, 0, 0)))
        else {
            self.connection
                .prepare_cached("DELETE FROM mailboat_lanes WHERE lane = ?")?
                .execute([lane])?;
            return Ok(());
        };
        let held = barrier.is_some_and(|barrier| barrier <= head);
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_lanes (lane, head, sort_key, not_before, barrier, held)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (lane) DO UPDATE SET head = excluded.head, sort_key = excluded.sort_key,
                 not_before = excluded.not_before, barrier = excluded.barrier, held = excluded.held",
            )?
            .execute((lane, head, sort_key, not_before, barrier, held))?;
        Ok(())
    }
}
