//! Lanes: how urgent each is, and what holds it up. One row a lane, so that picking does
//! not grow with the queue.

use mailboat_core::Priority;
use rusqlite::OptionalExtension;

use crate::codes::{priority_code, priority_from_code};
use crate::enqueue::sort_key;
use crate::error::StoreError;
use crate::transaction::Transaction;

/// Stands for "nothing in the way": no sequence is so large.
const NO_BARRIER: i64 = i64::MAX;

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
