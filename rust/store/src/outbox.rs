//! The outbox: what may go, what went, and what became of it.

use std::collections::BTreeSet;

use mailboat_core::{Candidate, EntryId, LanePolicy, Operation, Reason, Timestamp, Transition};
use rusqlite::{Connection, OptionalExtension, Row, Rows};
use serde::Serialize;
use ts_rs::TS;

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::mutation::{operation_from_code, policy_from_code};
use crate::open::in_transaction;
use crate::record::{Base, Peek, Record, Unsettled, merge, stored_version};
use crate::tables::Table;
use crate::transaction::{Transaction, find_table};
use crate::values::{Values, parse_values, unreadable};

/// Most entries that one page of the outbox shows.
pub const MAX_OUTBOX_PAGE_ENTRIES: u32 = 500;
/// What a request adds to an entry's own values, ids and names, in bytes, at the most:
/// keys, punctuation, the entry's id, its operation, collection and lane policy.
const ENVELOPE_BYTES: u32 = 256;
/// Transitions kept for `why` and the audit log; older ones are pruned.
pub const MAX_TRANSITIONS: i64 = 50_000;

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
    /// Whether it is a dead letter.
    pub failed: bool,
    /// Attempts that an answer has burnt.
    pub attempts: u32,
    /// Milliseconds since the Unix epoch before which it is not sent again.
    #[ts(type = "number | null")]
    pub not_before: Option<i64>,
    /// Why the last attempt failed.
    pub reason: Option<Reason>,
}

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
}

/// What may go now.
#[derive(Debug, Default)]
pub struct Due {
    /// Most urgent lane first, each lane's entries in order.
    pub candidates: Vec<Candidate>,
    /// When the next lane becomes due.
    pub next_due: Option<Timestamp>,
}

const SELECT_QUEUED: &str =
    "SELECT sequence, id, collection, record_id, operation, mutation, lane, lane_policy, attempts, dead
     FROM mailboat_outbox WHERE id = ?";
/// A delay longer than this may come from a clock that has stepped back since. Such
/// lanes are shown as well, last; the plan knows which delays the policy gives.
const LONG_DELAY_MS: u64 = 3_600_000;

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
            })
        })?;
        for candidate in found {
            candidates.push(candidate?);
        }
    }
    Ok(())
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
        "SELECT id, sequence, collection, record_id, operation, lane, dead, attempts, not_before,
                reason_code, reason_message
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
            failed: row.get::<_, i64>(6)? != 0,
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

/// How many entries are pending, and how many are dead letters.
pub(crate) fn counts(connection: &Connection) -> Result<(i64, i64), StoreError> {
    let sql =
        "SELECT count(*) - coalesce(sum(dead), 0), coalesce(sum(dead), 0) FROM mailboat_outbox";
    Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
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
        "SELECT collection, record_id FROM mailboat_outbox WHERE attempted = 1 AND dead = 0",
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

impl Transaction<'_> {
    /// Marks a batch as attempted and reads what it sends. Commit before a byte leaves:
    /// from then on the server may know these entries.
    ///
    /// # Errors
    /// What SQLite says. Entries that are gone or dead by now are left out.
    pub fn mark_attempted(
        &mut self,
        batch: &[EntryId],
        now: Timestamp,
    ) -> Result<Vec<QueuedEntry>, StoreError> {
        self.step(|transaction| transaction.mark(batch, now))
    }

    /// Puts a batch back after its whole request failed: no attempt is burnt.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn put_back(&mut self, batch: &[QueuedEntry]) -> Result<(), StoreError> {
        self.step(|transaction| {
            batch.iter().try_for_each(|entry| {
                transaction.deliver(entry, Delivery::Sending, Delivery::Queued)
            })
        })
    }

    /// Carries out what the answer means for each entry of a batch. `values` is the
    /// whole record where the server sent it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn settle(
        &mut self,
        settled: &[(&QueuedEntry, Transition, Option<Values>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.step(|transaction| transaction.settle_all(settled, now))
    }

    /// Gives a dead letter new attempts under the same id.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when there is no such dead letter.
    pub fn retry(&mut self, id: EntryId, now: Timestamp) -> Result<(), StoreError> {
        self.step(|transaction| transaction.revive(id, now))
    }

    /// Takes a dead letter out of the outbox; its record shows what is left without it.
    ///
    /// # Errors
    /// [`StoreError::InvalidArgument`] when there is no such dead letter.
    pub fn discard(&mut self, id: EntryId, now: Timestamp) -> Result<(), StoreError> {
        self.step(|transaction| transaction.bury(id, now))
    }

    fn mark(&mut self, batch: &[EntryId], now: Timestamp) -> Result<Vec<QueuedEntry>, StoreError> {
        let mut entries = Vec::with_capacity(batch.len());
        for id in batch {
            let Some(entry) = self.queued(*id)?.filter(|entry| !entry.dead) else { continue };
            self.connection
                .prepare_cached(
                    "UPDATE mailboat_outbox SET attempted = 1 WHERE sequence = ? AND attempted = 0",
                )?
                .execute([entry.sequence])?;
            self.log(&entry.id, now, "attempted", entry.attempts, None)?;
            self.deliver(&entry, Delivery::Queued, Delivery::Sending)?;
            entries.push(entry);
        }
        Ok(entries)
    }

    fn settle_all(
        &mut self,
        settled: &[(&QueuedEntry, Transition, Option<Values>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Sorted, so that the same answers change the file in the same way.
        let mut lanes: BTreeSet<&str> = BTreeSet::new();
        for (entry, transition, values) in settled {
            self.settle_one(entry, transition, values.as_ref(), now)?;
            lanes.insert(&entry.lane);
        }
        for lane in lanes {
            self.refresh_lane(lane)?;
        }
        self.prune_transitions()
    }

    fn revive(&mut self, id: EntryId, now: Timestamp) -> Result<(), StoreError> {
        let entry = self.dead_letter(id)?;
        self.connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET dead = 0, attempts = 0, not_before = 0,
                 reason_code = NULL, reason_message = NULL WHERE sequence = ?",
            )?
            .execute([entry.sequence])?;
        self.changes.pending += 1;
        self.changes.failed -= 1;
        self.log(&id, now, "retried", 0, None)?;
        self.reshow(&entry)?;
        self.refresh_lane(&entry.lane)
    }

    fn bury(&mut self, id: EntryId, now: Timestamp) -> Result<(), StoreError> {
        let entry = self.dead_letter(id)?;
        self.remove(&entry)?;
        self.changes.failed -= 1;
        self.log(&id, now, "discarded", entry.attempts, None)?;
        self.reshow(&entry)?;
        self.refresh_lane(&entry.lane)
    }

    fn settle_one(
        &mut self,
        entry: &QueuedEntry,
        transition: &Transition,
        values: Option<&Values>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match transition {
            Transition::Acked { version, order } => {
                // An answer that comes twice finds nothing the second time.
                if !self.remove(entry)? {
                    return Ok(());
                }
                self.changes.pending -= 1;
                self.log(&entry.id, now, "acked", entry.attempts, None)?;
                self.acknowledge(entry, *version, *order, values)
            }
            Transition::Retry { attempts, not_before } => {
                let changed = self
                    .connection
                    .prepare_cached(
                        "UPDATE mailboat_outbox SET attempts = ?, not_before = ?
                         WHERE sequence = ? AND id = ? AND dead = 0",
                    )?
                    .execute((attempts, not_before.0, entry.sequence, entry.id.as_bytes()))?;
                if changed == 0 {
                    return Ok(());
                }
                self.log(&entry.id, now, "retry", *attempts, None)?;
                self.deliver(entry, Delivery::Sending, Delivery::Queued)
            }
            Transition::DeadLetter { attempts, reason } => {
                let changed = self
                    .connection
                    .prepare_cached(
                        "UPDATE mailboat_outbox
                         SET dead = 1, attempts = ?, reason_code = ?, reason_message = ?
                         WHERE sequence = ? AND id = ? AND dead = 0",
                    )?
                    .execute((
                        attempts,
                        &reason.code,
                        &reason.message,
                        entry.sequence,
                        entry.id.as_bytes(),
                    ))?;
                if changed == 0 {
                    return Ok(());
                }
                self.changes.pending -= 1;
                self.changes.failed += 1;
                self.log(&entry.id, now, "dead", *attempts, Some(&reason.code))?;
                self.reshow(entry)
            }
            Transition::Unchanged => self.deliver(entry, Delivery::Sending, Delivery::Queued),
        }
    }

    /// Moves the record's base to what the server acknowledged.
    fn acknowledge(
        &mut self,
        entry: &QueuedEntry,
        version: u64,
        order: u64,
        values: Option<&Values>,
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&entry.collection) else { return Ok(()) };
        let (version, order) = (stored_version(version), order.cast_signed());
        let revision = self.revision();
        // Almost every ack: nothing else waits, and what is shown is what was acked.
        if values.is_none() && entry.operation != Operation::Delete {
            let confirmed = self.connection.prepare_cached(&table.confirm)?.execute((
                version,
                order,
                revision,
                &entry.record_id,
                &entry.collection,
                &entry.lane,
            ))?;
            if confirmed > 0 {
                self.touch(number, table, &entry.lane);
                return Ok(());
            }
        }
        self.rework(entry, |record| {
            // A pull that came first may have brought this version, or a later one.
            if version > record.head.version {
                (record.head.version, record.head.position) = (version, order);
                record.base = base_after(&record.base, entry, values);
            }
            if entry.operation == Operation::Delete {
                record.base = Base::Deleted;
            }
        })
    }

    /// Shows a record anew after something about its entries changed.
    fn reshow(&mut self, entry: &QueuedEntry) -> Result<(), StoreError> {
        self.rework(entry, |_| {})
    }

    /// Changes an entry's record, and shows it with what is unsettled.
    fn rework(
        &mut self,
        entry: &QueuedEntry,
        change: impl FnOnce(&mut Record),
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&entry.collection) else { return Ok(()) };
        let id = &entry.record_id;
        let Some(mut record) = Record::find(self.connection, table, id)? else { return Ok(()) };
        self.touch(number, table, table.lane_of(id, &record.shown));
        change(&mut record);
        record.head.revision = self.revision();
        if !record.replay(&self.unsettled(&entry.collection, id)?) {
            return self.delete_row(table, id);
        }
        self.touch(number, table, table.lane_of(id, &record.shown));
        record.replace(self.connection, table, id)
    }

    pub(crate) fn delete_row(&self, table: &Table, id: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(&table.delete)?.execute([id])?;
        Ok(())
    }

    /// Shows that an entry's record is on its way, or waits again. A dead letter of the
    /// same record goes on showing.
    fn deliver(
        &mut self,
        entry: &QueuedEntry,
        from: Delivery,
        to: Delivery,
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(&entry.collection) else { return Ok(()) };
        let (id, revision) = (&entry.record_id, self.revision());
        let mut statement = self.connection.prepare_cached(&table.deliver)?;
        let mut deliver =
            |lane: &str| statement.execute((to.code(), revision, id, from.code(), lane));
        if deliver(&entry.lane)? > 0 {
            self.touch(number, table, &entry.lane);
            return Ok(());
        }
        // The record may have moved to another lane since.
        let peek = Peek::find(self.connection, table, id)?;
        if let Some(peek) = peek.filter(|peek| peek.delivery == from) {
            deliver(&peek.lane)?;
            self.touch(number, table, &peek.lane);
        }
        Ok(())
    }

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

    fn queued(&self, id: EntryId) -> Result<Option<QueuedEntry>, StoreError> {
        let mut statement = self.connection.prepare_cached(SELECT_QUEUED)?;
        statement.query_row([id.as_bytes()], |row| Ok(queued_from(row))).optional()?.transpose()
    }

    fn dead_letter(&self, id: EntryId) -> Result<QueuedEntry, StoreError> {
        self.queued(id)?.filter(|entry| entry.dead).ok_or_else(|| {
            StoreError::InvalidArgument("The outbox has no dead letter of this id.".into())
        })
    }

    /// Takes an entry out; answers whether it was there. A later entry may have got its
    /// place, so the id is looked at too.
    fn remove(&self, entry: &QueuedEntry) -> Result<bool, StoreError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM mailboat_outbox WHERE sequence = ? AND id = ?")?
            .execute((entry.sequence, entry.id.as_bytes()))?;
        Ok(removed > 0)
    }

    /// Finds the lane's head anew, and whether a dead letter holds it.
    fn refresh_lane(&self, lane: &str) -> Result<(), StoreError> {
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

    fn log(
        &self,
        entry: &EntryId,
        now: Timestamp,
        kind: &str,
        attempts: u32,
        detail: Option<&str>,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_transitions (entry, at, kind, attempts, detail) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute((entry.as_bytes(), now.0, kind, attempts, detail))?;
        Ok(())
    }

    fn prune_transitions(&self) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "DELETE FROM mailboat_transitions
                 WHERE sequence <= (SELECT max(sequence) FROM mailboat_transitions) - ?",
            )?
            .execute([MAX_TRANSITIONS])?;
        Ok(())
    }
}

/// The base once the server has applied the entry.
fn base_after(base: &Base, entry: &QueuedEntry, server: Option<&Values>) -> Base {
    if let Some(values) = server {
        return Base::Values(values.clone());
    }
    match (entry.operation, base) {
        (Operation::Delete, _) => Base::Deleted,
        (Operation::Update, Base::Values(values)) => {
            let mut values = values.clone();
            merge(&mut values, &entry.values);
            Base::Values(values)
        }
        (Operation::Create | Operation::Update, _) => Base::Values(entry.values.clone()),
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
    })
}
