//! Conflicts that JavaScript decides: the question, the answer, and the wait between.
//!
//! JavaScript runs on another thread, is slow to answer, and may never do so. So a
//! question is about one version, and an answer to a conflict that has moved on is none.

use std::collections::BTreeSet;

use mailboat_core::{Operation, Side, Timestamp};
use rusqlite::Connection;

use super::dispute::base_of;
use super::is_open;
use super::weigh::{Met, weigh};
use crate::error::StoreError;
use crate::queued::of_record;
use crate::record::Record;
use crate::tables::Table;
use crate::transaction::{Transaction, find_table};
use crate::values::{Values, check};

/// A conflict that JavaScript is to decide.
#[derive(Clone)]
pub struct ConflictQuestion {
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub record_id: String,
    /// The server's version; an answer is for this one only.
    pub version: i64,
    /// What the local writes were made on; `None` when there was nothing.
    pub base: Option<Values>,
    /// The record as the local writes leave it; `None` when they delete it.
    pub local: Option<Values>,
    /// The record as the server has it.
    pub remote: Values,
}

/// What JavaScript decided.
pub enum ConflictAnswer {
    /// The local record stands as a whole.
    Ours,
    /// The server's record stands.
    Theirs,
    /// These columns; what is left out is merged.
    Values(Values),
    /// Nobody answered, or not in a way that fits the schema: it is merged.
    Nothing,
}

impl Transaction<'_> {
    /// Lets the writes of every record that JavaScript is to decide about rest, at the longest
    /// until this time: those that nobody has been asked about yet too.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn await_answers(&mut self, until: Timestamp) -> Result<(), StoreError> {
        self.step(|transaction| {
            let lanes: BTreeSet<String> = transaction
                .connection
                .prepare_cached(
                    "UPDATE mailboat_outbox SET not_before = ?
                     WHERE attempted = 0 AND halted <> 1 AND (record_id, collection) IN
                       (SELECT record_id, collection FROM mailboat_disputes WHERE asks = 1)
                     RETURNING lane",
                )?
                .query_map([until.0], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            lanes.iter().try_for_each(|lane| transaction.refresh_lane(lane))
        })
    }

    /// Carries out what JavaScript decided. Answers `false`, and does nothing, when the
    /// conflict is another by now.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn answer_conflict(
        &mut self,
        question: &ConflictQuestion,
        answer: &ConflictAnswer,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.step(|transaction| transaction.carry_out_answer(question, answer, now))
    }

    fn carry_out_answer(
        &mut self,
        question: &ConflictQuestion,
        answer: &ConflictAnswer,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (collection, id) = (&question.collection, &question.record_id);
        let Ok((number, table)) = self.table(collection) else { return Ok(false) };
        let Some(record) = Record::find(self.connection, table, id)? else { return Ok(false) };
        if record.head.version != question.version || !self.is_asked(collection, id)? {
            return Ok(false);
        }
        let Some(dispute) = self.take_dispute(collection, id)? else { return Ok(false) };
        let waiting = self.waiting(collection, id)?;
        let answer = match answer {
            ConflictAnswer::Values(values)
                if check(&table.collection, Operation::Update, values).is_err() =>
            {
                tracing::warn!(collection, "the answer to a conflict does not fit the schema");
                &ConflictAnswer::Nothing
            }
            other => other,
        };
        let met = dispute.met(&record);
        if waiting.iter().any(is_open) {
            // A dead letter that was tried again is on its way: its answer comes first.
            self.keep_dispute(collection, id, &dispute, false)?;
        } else {
            self.decide(table, id, &met, &waiting, Some(answer), now)?;
        }
        self.go_on(collection, id)?;
        self.touch(number, table, table.lane_of(id, &record.shown));
        self.show(number, table, id, record, false)?;
        Ok(true)
    }

    /// Lets what has rested go on.
    fn go_on(&mut self, collection: &str, id: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET not_before = 0
                 WHERE record_id = ? AND collection = ? AND attempted = 0 AND halted <> 1",
            )?
            .execute((id, collection))?;
        let lanes: BTreeSet<String> =
            self.waiting(collection, id)?.into_iter().map(|waiting| waiting.lane).collect();
        lanes.iter().try_for_each(|lane| self.refresh_lane(lane))
    }
}

/// The conflicts that JavaScript is to decide.
pub(crate) fn questions(
    connection: &Connection,
    tables: &[Table],
    limit: u32,
) -> Result<Vec<ConflictQuestion>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT collection, record_id, base, until FROM mailboat_disputes WHERE asks = 1 LIMIT ?",
    )?;
    let mut rows = statement.query([limit])?;
    let mut questions = Vec::new();
    while let Some(row) = rows.next()? {
        let (collection, record_id): (String, String) = (row.get(0)?, row.get(1)?);
        let (base, until) = (base_of(row.get(2)?)?, row.get::<_, i64>(3)?);
        let Ok((_, table)) = find_table(tables, &collection) else { continue };
        let Some(record) = Record::find(connection, table, &record_id)? else { continue };
        let waiting = of_record(connection, &collection, &record_id)?;
        let version = record.head.version;
        let met = Met { made_on: &base, remote: &record.base, version, written_at: None, until };
        let Some(weighed) = weigh(table, &record_id, &met, &waiting)? else { continue };
        let columns = |side: Side| match side {
            Side::Columns(columns) => Some(columns),
            Side::Absent | Side::Deleted => None,
        };
        let Some(remote) = columns(weighed.remote) else { continue };
        let (base, local) = (columns(weighed.base), columns(weighed.local));
        questions.push(ConflictQuestion { collection, record_id, version, base, local, remote });
    }
    Ok(questions)
}
