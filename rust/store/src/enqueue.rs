//! Entries on their way into the outbox: their place in the lane, and what comes first.

use mailboat_core::{Priority, SendMode, Timestamp};

use crate::codes::{BLOCKED, operation_code, policy_code, priority_code, send_code};
use crate::error::StoreError;
use crate::mutation::{InGroup, Mutation};
use crate::queued::QueuedEntry;
use crate::record::to_json;
use crate::tables::Table;
use crate::tally::Weight;
use crate::transaction::Transaction;

/// Where an entry waits.
pub(crate) struct Place<'a> {
    pub sequence: i64,
    pub lane: &'a str,
    pub group: Option<&'a InGroup<'a>>,
}

impl Transaction<'_> {
    /// Puts a write into the outbox, behind `tail`, its record's last unsettled write.
    pub(crate) fn enqueue(
        &mut self,
        table: &Table,
        mutation: &Mutation,
        place: &Place<'_>,
        tail: Option<&QueuedEntry>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let priority = mutation.sending.priority.unwrap_or(table.collection.priority);
        let needed = self.needed_first(mutation, place, tail)?;
        let blocked = match tail {
            Some(_) => self.is_create_halted(&mutation.collection, &mutation.record_id)?,
            None => false,
        } || needed.iter().any(QueuedEntry::is_halted);
        self.insert(table, mutation, place, priority, blocked, now)?;
        self.stamp(table, mutation.entry, now)?;
        if !needed.is_empty() {
            // A group goes as one, so its first entry waits for all of it.
            let dependent = place.group.map_or(place.sequence, |group| group.first);
            self.depend(dependent, &needed, priority)?;
        }
        if blocked || !needed.is_empty() {
            return self.refresh_lane(place.lane);
        }
        self.join_lane(table, mutation, place, priority, now)
    }

    /// The entries of the outbox that this one has to come after, besides its lane's.
    fn needed_first(
        &self,
        mutation: &Mutation,
        place: &Place<'_>,
        tail: Option<&QueuedEntry>,
    ) -> Result<Vec<QueuedEntry>, StoreError> {
        let mut needed = Vec::new();
        for id in &mutation.sending.after {
            needed.extend(self.queued(*id)?);
        }
        // A group may have gathered its record's writes into another lane.
        if let Some(tail) = tail.filter(|tail| tail.lane != place.lane) {
            needed.extend(self.queued(tail.id)?);
        }
        Ok(needed)
    }

    fn insert(
        &mut self,
        table: &Table,
        mutation: &Mutation,
        place: &Place<'_>,
        priority: Priority,
        blocked: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let values = to_json(&mutation.values);
        let (send, gather_until) = gathering(table, mutation);
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_outbox
                 (sequence, id, collection, record_id, operation, lane, lane_policy, enqueued_at,
                  halted, priority, send, gather_until, group_id, mutation)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute((
                place.sequence,
                mutation.entry.as_bytes(),
                &mutation.collection,
                &mutation.record_id,
                operation_code(mutation.operation),
                place.lane,
                policy_code(table.collection.lane_policy),
                now.0,
                if blocked { BLOCKED } else { 0 },
                priority_code(priority),
                send_code(send),
                gather_until,
                place.group.map(|group| group.id.as_bytes()),
                &values,
            ))?;
        self.changes.tally.add(Weight { bytes: values.len(), priority });
        Ok(())
    }

    /// Lends the lane the entry's urgency, unless it comes behind what holds the lane; a lane
    /// that only gathers goes with one that does not, or does so less long.
    fn join_lane(
        &self,
        table: &Table,
        mutation: &Mutation,
        place: &Place<'_>,
        priority: Priority,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (send, gather_until) = gathering(table, mutation);
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_lanes (lane, head, priority, sort_key, not_before, gathers)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (lane) DO UPDATE SET
                   priority = max(priority, excluded.priority),
                   sort_key = min(sort_key, excluded.sort_key),
                   not_before = CASE WHEN gathers = 0 THEN not_before
                                     ELSE min(not_before, excluded.not_before) END,
                   gathers = min(gathers, excluded.gathers)
                 WHERE barrier IS NULL AND (excluded.priority > priority OR excluded.sort_key < sort_key
                   OR (gathers > 0 AND (excluded.gathers < gathers OR excluded.not_before < not_before)))",
            )?
            .execute((
                place.lane,
                place.sequence,
                priority_code(priority),
                sort_key(now.0, priority),
                gather_until,
                send_code(send),
            ))?;
        Ok(())
    }
}

/// How an entry gathers, and until when; one without a time goes at once.
pub(crate) fn gathering(table: &Table, mutation: &Mutation) -> (SendMode, i64) {
    match mutation.sending.gather_until {
        Some(until) => (mutation.sending.send.unwrap_or(table.collection.send), until.0),
        None => (SendMode::Immediate, 0),
    }
}

/// By what lanes are sorted: the time of writing, with the head start of the priority.
pub(crate) fn sort_key(enqueued_at: i64, priority: Priority) -> i64 {
    enqueued_at.saturating_sub_unsigned(priority.head_start_ms())
}
