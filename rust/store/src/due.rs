//! Picking: what may go next. Lanes take turns by how long their next entry has waited, so
//! one long lane does not keep the others waiting, and a batch lies close together on disk.

use std::collections::VecDeque;

use mailboat_core::{Candidate, EntryId, GroupId, LowWaiting, Priority, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::codes::{priority_code, priority_from_code};
use crate::enqueue::sort_key;
use crate::error::StoreError;
use crate::tally::Tally;

/// What a request adds to an entry's own values, ids and names, in bytes, at the most:
/// keys, punctuation, the entry's id, its operation, collection and lane policy.
const ENVELOPE_BYTES: u32 = 256;
/// A delay longer than this may come from a clock that has stepped back since. Such
/// lanes are shown as well, last; the plan knows which delays the policy gives.
const LONG_DELAY_MS: u64 = 3_600_000;

/// What may go now.
#[derive(Debug, Default)]
pub struct Due {
    /// Most urgent first; each lane's entries in order, an atomic group in one piece.
    pub candidates: Vec<Candidate>,
    /// When the next lane becomes due.
    pub next_due: Option<Timestamp>,
}

/// What to pick.
#[derive(Clone, Copy)]
pub(crate) struct Picking<'a> {
    pub now: Timestamp,
    /// Most entries; the last group is picked whole all the same.
    pub limit: u32,
    /// Lanes of a lower priority are left out.
    pub least: Priority,
    /// Whether lanes that only gather are picked as well.
    pub eager: bool,
    /// Lanes that begin with one of these come after all others, see [`Writer::due`].
    ///
    /// [`Writer::due`]: crate::Writer::due
    pub last: &'a [EntryId],
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
pub(crate) fn due(connection: &Connection, picking: Picking<'_>) -> Result<Due, StoreError> {
    let Picking { now, limit, eager, .. } = picking;
    let mut last = Last::find(connection, picking.last)?;
    let lanes = last.put_apart(due_lanes(connection, picking)?);
    // What waits for company goes with whatever goes.
    let gathering = if eager { 2 } else { i64::from(!lanes.is_empty()) };
    let mut company = Vec::new();
    if gathering > 0 {
        company = last.put_apart(lanes_of(connection, picking, GATHERING, [gathering, 0])?);
    }
    let far_off = now.plus_ms(LONG_DELAY_MS).0;
    let left_behind = lanes_of(connection, picking, LEFT_BEHIND, [far_off, gathering])?;
    let left_behind = last.put_apart(left_behind);
    let mut candidates = Vec::new();
    for lanes in [lanes, company, left_behind] {
        take_turns(connection, lanes, limit as usize, &mut candidates)?;
    }
    for lane in last.in_order() {
        let first_too = candidates.len() + 1;
        take_turns(connection, vec![lane], first_too, &mut candidates)?;
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

/// The lanes that come last.
struct Last {
    /// Sequences of the entries that they begin with.
    heads: Vec<i64>,
    lanes: Vec<Lane>,
}

impl Last {
    fn find(connection: &Connection, entries: &[EntryId]) -> Result<Self, StoreError> {
        let mut heads = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut statement =
                connection.prepare_cached("SELECT sequence FROM mailboat_outbox WHERE id = ?")?;
            let head = statement.query_row([entry.as_bytes()], |row| row.get::<_, i64>(0));
            heads.extend(head.optional()?);
        }
        Ok(Self { heads, lanes: Vec::new() })
    }

    /// Takes those lanes out that come last.
    fn put_apart(&mut self, lanes: Vec<Lane>) -> Vec<Lane> {
        let (last, lanes) = lanes.into_iter().partition(|lane| self.heads.contains(&lane.head));
        self.lanes.extend::<Vec<_>>(last);
        lanes
    }

    /// The lanes that were put apart.
    fn in_order(self) -> Vec<Lane> {
        let Self { heads, mut lanes } = self;
        lanes.sort_by_key(|lane| heads.iter().position(|head| *head == lane.head));
        lanes
    }
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

fn due_lanes(connection: &Connection, picking: Picking<'_>) -> Result<Vec<Lane>, StoreError> {
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
    picking: Picking<'_>,
    sql: &str,
    [bound, gathering]: [i64; 2],
) -> Result<Vec<Lane>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let least = priority_code(picking.least);
    // Those that come last take no other's place here either.
    let most = i64::from(picking.limit).saturating_add_unsigned(picking.last.len() as u64);
    let parameters = [least, bound, most, picking.now.0, gathering];
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

/// Adds sendable entries until there are `limit`, and the rest of the last group. The lane
/// goes on whose next entry is the most urgent.
fn take_turns(
    connection: &Connection,
    lanes: Vec<Lane>,
    limit: usize,
    candidates: &mut Vec<Candidate>,
) -> Result<(), StoreError> {
    let room = limit.saturating_sub(candidates.len());
    // What is read goes, where lanes are as busy as each other.
    let share = u32::try_from(room.div_ceil(lanes.len().max(1)) + 1).unwrap_or(u32::MAX);
    let mut queues: Vec<Queue> = lanes.into_iter().map(|lane| Queue::new(lane, share)).collect();
    while candidates.len() < limit {
        let waiting = queues.iter_mut().filter_map(|queue| Some((queue.rank()?, queue)));
        let Some((_, queue)) = waiting.min_by_key(|(rank, _)| *rank) else { break };
        if queue.read.is_empty() {
            queue.read_more(connection)?;
        } else {
            queue.take_unit(connection, candidates)?;
        }
    }
    Ok(())
}

/// By what entries of different lanes are sorted: urgency, then sequence.
type Rank = (i64, i64);

/// The next entries of a lane.
struct Queue {
    lane: Lane,
    /// Entries that are read at a time.
    share: u32,
    /// Read, and not taken yet.
    read: VecDeque<(Rank, Candidate)>,
    /// No entry that is not read yet comes before this.
    next: Rank,
    /// Nothing more of it may go.
    ended: bool,
}

impl Queue {
    fn new(lane: Lane, share: u32) -> Self {
        let next = (lane.sort_key, lane.head);
        Self { lane, share, read: VecDeque::new(), next, ended: false }
    }

    /// Where its next entry stands; `None` when there is none.
    fn rank(&self) -> Option<Rank> {
        let first = self.read.front().map(|(rank, _)| *rank);
        first.or_else(|| (!self.ended).then_some(self.next))
    }

    /// Takes the next entry, and what can only go with it.
    fn take_unit(
        &mut self,
        connection: &Connection,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), StoreError> {
        let Some((_, first)) = self.read.pop_front() else { return Ok(()) };
        let group = first.group;
        candidates.push(first);
        while group.is_some() {
            if self.read.is_empty() && !self.ended {
                self.read_more(connection)?;
            }
            match self.read.pop_front_if(|(_, next)| next.group == group) {
                Some((_, next)) => candidates.push(next),
                None => break,
            }
        }
        Ok(())
    }

    fn read_more(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT id, octet_length(mutation) + octet_length(record_id) + octet_length(lane), not_before,
                    waits_for, group_id, sequence, enqueued_at
             FROM mailboat_outbox WHERE lane = ? AND halted = 0 AND sequence >= ? AND sequence < ?
             ORDER BY sequence LIMIT ?",
        )?;
        let (lane, before) = (&self.lane, self.read.len());
        let (mut urgency, from) = self.next;
        let mut rows = statement.query((&lane.name, from, lane.barrier, self.share))?;
        self.ended = true;
        while let Some(row) = rows.next()? {
            let (not_before, waits_for): (i64, i64) = (row.get(2)?, row.get(3)?);
            if waits_for > 0 {
                return Ok(());
            }
            let not_before = not_before.max(lane.gather_until);
            let sequence: i64 = row.get(5)?;
            urgency = urgency.max(sort_key(row.get(6)?, lane.priority));
            let candidate = Candidate {
                id: EntryId::from_bytes(row.get(0)?),
                lane: lane.name.clone(),
                bytes: row.get::<_, u32>(1)?.saturating_add(ENVELOPE_BYTES),
                not_before: (not_before > 0).then_some(Timestamp(not_before)),
                priority: lane.priority,
                group: row.get::<_, Option<[u8; 16]>>(4)?.map(GroupId::from_bytes),
            };
            self.read.push_back(((urgency, sequence), candidate));
            self.next = (urgency, sequence + 1);
        }
        self.ended = self.read.len() - before < self.share as usize;
        Ok(())
    }
}
