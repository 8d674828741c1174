//! Lanes: what may go next, and what holds it up. One row a lane, so that picking
//! does not grow with the queue.

use mailboat_core::{Candidate, EntryId, GroupId, LowWaiting, Priority, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::codes::{priority_code, priority_from_code};
use crate::enqueue::sort_key;
use crate::error::StoreError;
use crate::tally::Tally;
use crate::transaction::Transaction;

/// What a request adds to an entry's own values, ids and names, in bytes, at the most:
/// keys, punctuation, the entry's id, its operation, collection and lane policy.
const ENVELOPE_BYTES: u32 = 256;
/// A delay longer than this may come from a clock that has stepped back since. Such
/// lanes are shown as well, last; the plan knows which delays the policy gives.
const LONG_DELAY_MS: u64 = 3_600_000;
/// Stands for "nothing in the way": no sequence is so large.
const NO_BARRIER: i64 = i64::MAX;

/// What may go now.
#[derive(Debug, Default)]
pub struct Due {
    /// Most urgent lane first, each lane's entries in order.
    pub candidates: Vec<Candidate>,
    /// When the next lane becomes due.
    pub next_due: Option<Timestamp>,
}

/// What to pick.
#[derive(Clone, Copy)]
pub(crate) struct Picking {
    pub now: Timestamp,
    /// Most entries; the last group is picked whole all the same.
    pub limit: u32,
    /// Lanes of a lower priority are left out.
    pub least: Priority,
    /// Whether lanes that only gather are picked as well.
    pub eager: bool,
}

/// A lane that may go.
struct Lane {
    name: String,
    head: i64,
    barrier: i64,
    sort_key: i64,
    priority: Priority,
    /// Until when it gathers, where that is so far off that a clock may have stepped back.
    gather_until: i64,
}

/// Picks what may go.
pub(crate) fn due(connection: &Connection, picking: Picking) -> Result<Due, StoreError> {
    let Picking { now, limit, eager, .. } = picking;
    let mut lanes = due_lanes(connection, picking)?;
    // What waits for company goes with whatever goes.
    let gathering = if eager { 2 } else { i64::from(!lanes.is_empty()) };
    if gathering > 0 {
        lanes.extend(lanes_of(connection, picking, GATHERING, [gathering, 0])?);
    }
    let far_off = now.plus_ms(LONG_DELAY_MS).0;
    lanes.extend(lanes_of(connection, picking, LEFT_BEHIND, [far_off, gathering])?);
    let mut candidates = Vec::new();
    for lane in &lanes {
        if candidates.len() >= limit as usize {
            break;
        }
        add_candidates(connection, lane, limit as usize, &mut candidates)?;
    }
    let next_due = connection
        .prepare_cached(
            "SELECT min(not_before) FROM mailboat_lanes
             WHERE held = 0 AND not_before > ? AND not_before > 0",
        )?
        .query_row([now.0], |row| row.get::<_, Option<i64>>(0))?
        .map(Timestamp);
    Ok(Due { candidates, next_due })
}

/// What waits in lanes of low priority.
pub(crate) fn low(connection: &Connection, tally: &Tally) -> Result<LowWaiting, StoreError> {
    if tally.low_entries == 0 {
        return Ok(LowWaiting::default());
    }
    let oldest: Option<i64> = connection
        .prepare_cached(
            "SELECT sort_key FROM mailboat_lanes WHERE held = 0 AND priority = 0
             ORDER BY sort_key LIMIT 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    // Their sort key is the time of writing: low priority has no head start.
    const { assert!(Priority::Low as u8 == 0) };
    Ok(LowWaiting {
        entries: u32::try_from(tally.low_entries).unwrap_or(0),
        bytes: u64::try_from(tally.low_bytes).unwrap_or(0),
        oldest: oldest.map(Timestamp),
    })
}

// Each priority has its own run in the index by urgency, which needs no sorting. The plus
// keeps SQLite on that index. `gathers > 0` stands as the partial index has it: else SQLite
// does not see that the index will do, and looks through every lane.
const DUE: &str = "SELECT lane, head, coalesce(barrier, 9223372036854775807), sort_key, priority, 0
     FROM mailboat_lanes
     WHERE held = 0 AND priority = ?1 AND +not_before <= ?2 ORDER BY sort_key, head LIMIT ?3";
const GATHERING: &str =
    "SELECT lane, head, coalesce(barrier, 9223372036854775807), sort_key, priority, 0
     FROM mailboat_lanes
     WHERE held = 0 AND gathers > 0 AND gathers <= ?2 AND priority >= ?1 AND not_before > ?4
     ORDER BY sort_key, head LIMIT ?3";
const LEFT_BEHIND: &str =
    "SELECT lane, head, coalesce(barrier, 9223372036854775807), sort_key, priority,
            CASE WHEN gathers > 0 THEN not_before ELSE 0 END
     FROM mailboat_lanes
     WHERE held = 0 AND not_before > ?2 AND not_before > 0 AND (gathers = 0 OR gathers > ?5)
       AND priority >= ?1
     ORDER BY not_before, sort_key, head LIMIT ?3";

fn due_lanes(connection: &Connection, picking: Picking) -> Result<Vec<Lane>, StoreError> {
    let mut lanes = Vec::new();
    for priority in Priority::ALL.into_iter().filter(|priority| *priority >= picking.least) {
        let picking = Picking { least: priority, ..picking };
        lanes.extend(lanes_of(connection, picking, DUE, [picking.now.0, 0])?);
    }
    lanes.sort_by_key(|lane| (lane.sort_key, lane.head));
    Ok(lanes)
}

fn lanes_of(
    connection: &Connection,
    picking: Picking,
    sql: &str,
    [bound, gathering]: [i64; 2],
) -> Result<Vec<Lane>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let least = priority_code(picking.least);
    let parameters = [least, bound, picking.limit.into(), picking.now.0, gathering];
    let count = statement.parameter_count();
    let rows = statement.query_map(rusqlite::params_from_iter(&parameters[..count]), |row| {
        Ok(Lane {
            name: row.get(0)?,
            head: row.get(1)?,
            barrier: row.get(2)?,
            sort_key: row.get(3)?,
            priority: priority_from_code(row.get(4)?),
            gather_until: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a lane's sendable entries until there are `limit`, and the rest of the last group.
fn add_candidates(
    connection: &Connection,
    lane: &Lane,
    limit: usize,
    candidates: &mut Vec<Candidate>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, octet_length(mutation) + octet_length(record_id) + octet_length(lane), not_before,
                waits_for, group_id
         FROM mailboat_outbox WHERE lane = ? AND halted = 0 AND sequence >= ? AND sequence < ? ORDER BY sequence",
    )?;
    let mut rows = statement.query((&lane.name, lane.head, lane.barrier))?;
    let mut group = None;
    while let Some(row) = rows.next()? {
        let (not_before, waits_for): (i64, i64) = (row.get(2)?, row.get(3)?);
        let not_before = not_before.max(lane.gather_until);
        let previous = group;
        group = row.get::<_, Option<[u8; 16]>>(4)?.map(GroupId::from_bytes);
        let goes_on = group.is_some() && group == previous;
        if waits_for > 0 || (candidates.len() >= limit && !goes_on) {
            break;
        }
        candidates.push(Candidate {
            id: EntryId::from_bytes(row.get(0)?),
            lane: lane.name.clone(),
            bytes: row.get::<_, u32>(1)?.saturating_add(ENVELOPE_BYTES),
            not_before: (not_before > 0).then_some(Timestamp(not_before)),
            priority: lane.priority,
            group,
        });
    }
    Ok(())
}

/// The first entry of a lane that may be sent, as far as the lane is concerned.
struct Head {
    sequence: i64,
    enqueued_at: i64,
    priority: Priority,
    not_before: i64,
    gathers: bool,
    waits: bool,
}

/// How urgent a lane is.
struct Urgency {
    priority: Priority,
    sort_key: i64,
}

impl Transaction<'_> {
    /// Finds the lane's head anew, how urgent it is, and what holds it.
    pub(crate) fn refresh_lane(&self, lane: &str) -> Result<(), StoreError> {
        let barrier: Option<i64> = self
            .connection
            .prepare_cached(
                "SELECT min(sequence) FROM mailboat_outbox
                 WHERE lane = ? AND halted IN (1, 2) AND lane_policy = 0",
            )?
            .query_row([lane], |row| row.get(0))?;
        let Some(head) = self.head(lane)? else { return self.store_headless(lane, barrier) };
        let urgency = self.urgency(lane, &head, barrier.unwrap_or(NO_BARRIER))?;
        let (gathers, gather_until) = self.gathering(lane, &head)?;
        let held = head.waits || barrier.is_some_and(|barrier| barrier <= head.sequence);
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_lanes
                 (lane, head, priority, sort_key, not_before, gathers, barrier, held)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (lane) DO UPDATE SET head = excluded.head,
                 priority = excluded.priority, sort_key = excluded.sort_key,
                 not_before = excluded.not_before, gathers = excluded.gathers,
                 barrier = excluded.barrier, held = excluded.held",
            )?
            .execute((
                lane,
                head.sequence,
                priority_code(urgency.priority),
                urgency.sort_key,
                head.not_before.max(gather_until),
                gathers,
                barrier,
                held,
            ))?;
        Ok(())
    }

    fn head(&self, lane: &str) -> Result<Option<Head>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT sequence, enqueued_at, priority, not_before, gather_until, waits_for
             FROM mailboat_outbox WHERE lane = ? AND halted = 0 ORDER BY sequence LIMIT 1",
        )?;
        let head = statement.query_row([lane], |row| {
            let not_before = row.get(3)?;
            Ok(Head {
                sequence: row.get(0)?,
                enqueued_at: row.get(1)?,
                priority: priority_from_code(row.get(2)?),
                not_before,
                // What was tried once has gathered enough.
                gathers: not_before == 0 && row.get::<_, i64>(4)? > 0,
                waits: row.get::<_, i64>(5)? > 0,
            })
        });
        Ok(head.optional()?)
    }

    /// A lane without anything to send keeps its row while a dead letter holds it, so
    /// that the next entry finds it held.
    fn store_headless(&self, lane: &str, barrier: Option<i64>) -> Result<(), StoreError> {
        let Some(barrier) = barrier else {
            self.connection
                .prepare_cached("DELETE FROM mailboat_lanes WHERE lane = ?")?
                .execute([lane])?;
            return Ok(());
        };
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO mailboat_lanes
                 (lane, head, priority, sort_key, not_before, barrier, held)
                 VALUES (?1, ?2, 0, 0, 0, ?2, 1)",
            )?
            .execute((lane, barrier))?;
        Ok(())
    }

    /// The lane takes the highest priority that waits in it before the barrier, and the
    /// earliest sort key. Within a priority that is the first entry's.
    fn urgency(&self, lane: &str, head: &Head, barrier: i64) -> Result<Urgency, StoreError> {
        let mut urgency = Urgency {
            priority: head.priority,
            sort_key: sort_key(head.enqueued_at, head.priority),
        };
        let above = Priority::ALL.into_iter().filter(|priority| *priority > head.priority);
        for priority in above {
            let sql = if priority == Priority::High {
                "SELECT enqueued_at FROM mailboat_outbox INDEXED BY mailboat_outbox_urgent
                 WHERE lane = ?1 AND halted = 0 AND priority = 2 AND sequence < ?2
                 ORDER BY sequence LIMIT 1"
            } else {
                "SELECT enqueued_at FROM mailboat_outbox
                 WHERE lane = ?1 AND halted = 0 AND priority = 1 AND sequence < ?2
                 ORDER BY sequence LIMIT 1"
            };
            let mut statement = self.connection.prepare_cached(sql)?;
            let first: Option<i64> =
                statement.query_row((lane, barrier), |row| row.get(0)).optional()?;
            if let Some(enqueued_at) = first {
                urgency.priority = urgency.priority.max(priority);
                urgency.sort_key = urgency.sort_key.min(sort_key(enqueued_at, priority));
            }
        }
        Ok(urgency)
    }

    /// Whether the lane only gathers, and until when: not if an entry of it does not.
    fn gathering(&self, lane: &str, head: &Head) -> Result<(i64, i64), StoreError> {
        if !head.gathers {
            return Ok((0, 0));
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT min(send), min(gather_until) FROM mailboat_outbox WHERE lane = ? AND halted = 0",
        )?;
        let (send, until): (i64, i64) =
            statement.query_row([lane], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(if send == 0 { (0, 0) } else { (send, until) })
    }
}
