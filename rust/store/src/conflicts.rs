//! Where two versions of a record meet: the core decides, and this carries it out.
//!
//! Whenever a record's base moves under unsettled writes, [`Transaction::meet`] asks the
//! core what stands. While an answer to one of the writes is still out nobody knows
//! whether the server's version holds it already; then the base is kept in
//! `mailboat_disputes` until the answer is there. JavaScript's decisions wait there too.
//! Only writes that no server can know (never attempted, or refused for their version)
//! are changed or taken out.

use std::collections::BTreeSet;

use mailboat_core::{
    Columns, ConflictRule, Meeting, OnRemoteDelete, Operation, Resolution, Side, Stamp, Timestamp,
    overwritten, resolve, same_value,
};
use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde_json::Value;

use crate::answered::Answered;
use crate::conflict_log::{Loser, Loss};
use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::pull::RemoteChange;
use crate::queued::{QueuedEntry, of_record};
use crate::record::{Base, Record, base_after, merge, stored_version, to_json};
use crate::tables::Table;
use crate::transaction::{Transaction, find_table};
use crate::values::{Values, check, from_sql, parse_values, to_sql_leniently};

/// How long an entry rests that the server refuses for a version which it says is the
/// record's, in milliseconds: such an answer makes no sense, and must not make a hot loop.
const SENSELESS_CONFLICT_REST_MS: u64 = 5_000;

/// The word in the conflict log for what a deletion of the server's took along.
const REMOTE_DELETE: &str = "remoteDelete";

/// A version of the server's.
pub(crate) struct Remote {
    pub base: Base,
    pub version: i64,
    pub position: i64,
    pub written_at: Option<Stamp>,
}

/// No server can know the entry, and it stands by itself: it may be changed and taken
/// out. An atomic group is not taken apart: it stands, whatever the rule.
pub(crate) fn is_free(entry: &QueuedEntry) -> bool {
    entry.may_change()
}

/// Its answer is still out.
fn is_open(entry: &QueuedEntry) -> bool {
    entry.is_attempted() && !entry.is_dead()
}

fn written_at(entry: &QueuedEntry) -> Option<Stamp> {
    entry.written_at.as_deref().and_then(Stamp::parse)
}

/// What a decision waits for, as it is stored.
pub(crate) struct Dispute {
    base: Base,
    until: i64,
    remote_written_at: Option<Stamp>,
}

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

/// A base and what came over it.
struct Met<'m> {
    made_on: &'m Base,
    remote: &'m Base,
    version: i64,
    written_at: Option<Stamp>,
    /// Later writes saw the server's version, and are in no conflict with it.
    until: i64,
}

/// A meeting with everything that was looked up for it.
struct Weighed<'m> {
    rule: &'static str,
    base: Side,
    remote: Side,
    local: Side,
    written: BTreeSet<String>,
    held: Vec<&'m QueuedEntry>,
}

impl Transaction<'_> {
    /// Puts the server's version under the unsettled writes of a record. `made_on` is what
    /// they were made on, where that is not the record's base.
    #[allow(clippy::too_many_arguments, reason = "one record, and one version of it")]
    pub(crate) fn meet(
        &mut self,
        number: usize,
        table: &Table,
        id: &str,
        remote: Remote,
        made_on: Option<Base>,
        is_news: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(mut record) = Record::find(self.connection, table, id)? else { return Ok(()) };
        self.touch(number, table, table.lane_of(id, &record.shown));
        let made_on = made_on.unwrap_or_else(|| record.base.clone());
        record.base = remote.base;
        (record.head.version, record.head.position) = (remote.version, remote.position);
        let waiting = self.waiting(&table.collection.name, id)?;
        let is_open = waiting.iter().any(is_open);
        if is_news && is_open {
            let until = waiting.last().map_or(0, |last| last.sequence);
            let dispute = Dispute { base: made_on, until, remote_written_at: remote.written_at };
            self.keep_dispute(&table.collection.name, id, &dispute, false)?;
        } else if is_news && !waiting.is_empty() {
            let dispute = self.take_dispute(&table.collection.name, id)?;
            let met = Met {
                made_on: dispute.as_ref().map_or(&made_on, |dispute| &dispute.base),
                remote: &record.base,
                version: remote.version,
                written_at: remote.written_at,
                until: i64::MAX,
            };
            self.decide(table, id, &met, &waiting, None, now)?;
        }
        // A page that arrives while the record's own write is on its way does not change that.
        let is_sending = is_open && record.head.delivery == Delivery::Sending;
        self.show(number, table, id, record, is_sending)
    }

    /// The server has applied an entry: moves the base, and looks at what still waits.
    #[allow(clippy::too_many_arguments, reason = "one record, and one answer about it")]
    pub(crate) fn reconcile(
        &mut self,
        number: usize,
        table: &Table,
        entry: &QueuedEntry,
        (version, order): (i64, i64),
        answered: Option<&Answered>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (collection, id) = (&table.collection.name, &entry.record_id);
        let stamp = answered.and_then(|answered| answered.written_at.as_deref());
        let stamp = self.receive_stamp(table, stamp, now)?;
        if entry.operation == Operation::Delete {
            self.remember_deletion(collection, id, version, now)?;
        }
        let Some(mut record) = Record::find(self.connection, table, id)? else {
            return self.restore(number, table, id);
        };
        self.touch(number, table, table.lane_of(id, &record.shown));
        let dispute = self.take_dispute(collection, id)?;
        let is_disputed = dispute.is_some();
        let (made_on, until, remote_stamp) = match dispute {
            Some(dispute) => (dispute.base, dispute.until, dispute.remote_written_at),
            None => (record.base.clone(), i64::MAX, None),
        };
        let expected = base_after(&made_on, entry, None);
        let is_overtaken = version < record.head.version;
        // A pull that came first may have brought this version, or a later one.
        if version > record.head.version {
            let values = answered.and_then(|answered| answered.values.as_ref());
            let after = base_after(&record.base, entry, values);
            if is_disputed {
                let met = (&made_on, &record.base, &expected);
                self.log_replaced(table, entry, met, &after, version, now)?;
            }
            (record.head.version, record.head.position) = (version, order);
            record.base = after;
        }
        if entry.operation == Operation::Delete {
            record.base = Base::Deleted;
        }
        // Where the server checks versions, an entry that it has applied says that nobody
        // else wrote between; but it may have been applied some time ago.
        let is_duplicate = answered.is_some_and(|answered| answered.is_duplicate);
        let may_be_news =
            !table.collection.conflict.checks_version() || is_duplicate || is_overtaken;
        let waiting = self.waiting(collection, id)?;
        let (until, written_at) =
            if is_overtaken { (until, remote_stamp) } else { (i64::MAX, stamp) };
        if may_be_news && !waiting.is_empty() {
            let met = Met {
                made_on: &expected,
                remote: &record.base,
                version: record.head.version,
                written_at,
                until,
            };
            self.decide_or_wait(table, id, &met, &waiting, is_disputed, now)?;
        }
        self.show(number, table, id, record, false)
    }

    /// The answer to an entry is known, and it was not applied.
    pub(crate) fn look_again(
        &mut self,
        collection: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Ok((number, table)) = self.table(collection) else { return Ok(()) };
        let Some(record) = Record::find(self.connection, table, id)? else { return Ok(()) };
        let waiting = self.waiting(&table.collection.name, id)?;
        if waiting.iter().any(is_open) {
            return Ok(());
        }
        let accepts = table.collection.on_remote_delete == OnRemoteDelete::Accept;
        let dispute = match self.take_dispute(&table.collection.name, id)? {
            Some(dispute) => dispute,
            // It was refused because the record is gone.
            None if accepts && record.base == Base::Deleted => {
                Dispute { base: Base::None, until: i64::MAX, remote_written_at: None }
            }
            None => return Ok(()),
        };
        let met = Met {
            made_on: &dispute.base,
            remote: &record.base,
            version: record.head.version,
            written_at: dispute.remote_written_at,
            until: dispute.until,
        };
        self.decide(table, id, &met, &waiting, None, now)?;
        self.touch(number, table, table.lane_of(id, &record.shown));
        self.show(number, table, id, record, false)
    }

    /// The server has not applied an entry, since its record has another version: no server
    /// knows the entry, now or later, so it may change; the rule decides.
    pub(crate) fn contend(
        &mut self,
        entry: &QueuedEntry,
        (version, order): (u64, u64),
        answered: Option<&Answered>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let is_senseless = entry.base_version.is_some_and(|base| stored_version(version) <= base);
        let not_before = if is_senseless { now.plus_ms(SENSELESS_CONFLICT_REST_MS).0 } else { 0 };
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET attempted = 0, base_version = NULL, not_before = ?
                 WHERE sequence = ? AND id = ? AND halted <> 1",
            )?
            .execute((not_before, entry.sequence, entry.id.as_bytes()))?;
        if changed == 0 {
            return Ok(());
        }
        self.log(&entry.id, now, "conflict", entry.attempts, None)?;
        self.deliver(entry, Delivery::Sending, Delivery::Queued)?;
        if let Some(Answered { values: Some(values), written_at, .. }) = answered {
            let change = RemoteChange {
                collection: entry.collection.clone(),
                id: entry.record_id.clone(),
                version,
                order,
                values: values.clone(),
                written_at: written_at.clone(),
            };
            self.apply_change(&change, &Default::default(), now)?;
        }
        // A pull may have brought that version before: then the dispute has waited for this.
        self.look_again(&entry.collection, &entry.record_id, now)
    }

    /// Lets the writes of a record rest until JavaScript has decided, at the longest until
    /// this time.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn await_answer(
        &mut self,
        question: &ConflictQuestion,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.step(|transaction| {
            transaction.rest(&question.collection, &question.record_id, until.0)
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
        let met = Met {
            made_on: &dispute.base,
            remote: &record.base,
            version: record.head.version,
            written_at: dispute.remote_written_at,
            until: dispute.until,
        };
        if waiting.iter().any(is_open) {
            // A dead letter that was tried again is on its way: its answer comes first.
            self.keep_dispute(collection, id, &dispute, false)?;
        } else {
            self.decide(table, id, &met, &waiting, Some(answer), now)?;
        }
        self.rest(collection, id, 0)?;
        self.touch(number, table, table.lane_of(id, &record.shown));
        self.show(number, table, id, record, false)?;
        Ok(true)
    }

    fn rest(&mut self, collection: &str, id: &str, not_before: i64) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET not_before = ?
                 WHERE record_id = ? AND collection = ? AND attempted = 0 AND halted <> 1",
            )?
            .execute((not_before, id, collection))?;
        let lanes: BTreeSet<String> =
            self.waiting(collection, id)?.into_iter().map(|waiting| waiting.lane).collect();
        lanes.iter().try_for_each(|lane| self.refresh_lane(lane))
    }

    /// Decides now, or keeps what the decision needs until all answers are there.
    fn decide_or_wait(
        &mut self,
        table: &Table,
        id: &str,
        met: &Met<'_>,
        waiting: &[QueuedEntry],
        is_disputed: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !waiting.iter().any(is_open) {
            return self.decide(table, id, met, waiting, None, now);
        }
        let is_news = side(table, met.made_on)? != side(table, met.remote)?;
        if is_disputed || is_news {
            let until = waiting.last().map_or(0, |last| last.sequence).min(met.until);
            let dispute =
                Dispute { base: met.made_on.clone(), until, remote_written_at: met.written_at };
            self.keep_dispute(&table.collection.name, id, &dispute, false)?;
        }
        Ok(())
    }

    /// Asks the core what stands, or takes JavaScript's word, and changes the outbox so.
    fn decide(
        &mut self,
        table: &Table,
        id: &str,
        met: &Met<'_>,
        waiting: &[QueuedEntry],
        answer: Option<&ConflictAnswer>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(weighed) = weigh(table, met, waiting)? else { return Ok(()) };
        let meeting = Meeting {
            rule: match answer {
                Some(ConflictAnswer::Ours) => ConflictRule::ClientWins,
                Some(ConflictAnswer::Theirs) => ConflictRule::ServerWins,
                Some(ConflictAnswer::Values(_) | ConflictAnswer::Nothing) => ConflictRule::Merge,
                None => table.collection.conflict,
            },
            on_remote_delete: table.collection.on_remote_delete,
            base: &weighed.base,
            remote: &weighed.remote,
            remote_written_at: met.written_at,
            local: &weighed.local,
            written: &weighed.written,
            local_written_at: weighed.held.iter().filter_map(|held| written_at(held)).max(),
        };
        let lost = |columns: &Columns| self.log_server(table, id, &weighed, met, columns, now);
        match (resolve(&meeting), answer) {
            (Resolution::Both { .. }, Some(ConflictAnswer::Values(values))) => {
                self.take_answer(table, id, met, &weighed, values, now)
            }
            (Resolution::Both { overwritten }, _) => {
                lost(&overwritten)?;
                self.stand(&weighed, None, now)
            }
            (Resolution::Local { overwritten }, _) => {
                lost(&overwritten)?;
                let whole = match &weighed.local {
                    Side::Columns(local) => Some(local),
                    Side::Absent | Side::Deleted => None,
                };
                self.stand(&weighed, whole, now)
            }
            (Resolution::Remote { is_loss }, _) => {
                for held in &weighed.held {
                    self.withdraw(table, id, held, weighed.rule, met.version, is_loss, now)?;
                }
                Ok(())
            }
            (Resolution::Ask, _) => {
                let until = waiting.last().map_or(0, |last| last.sequence).min(met.until);
                let base = met.made_on.clone();
                let dispute = Dispute { base, until, remote_written_at: met.written_at };
                self.keep_dispute(&table.collection.name, id, &dispute, true)
            }
        }
    }

    /// JavaScript made a record of both.
    fn take_answer(
        &mut self,
        table: &Table,
        id: &str,
        met: &Met<'_>,
        weighed: &Weighed<'_>,
        values: &Values,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Side::Columns(remote) = &weighed.remote else { return Ok(()) };
        let mut whole = remote.clone();
        if let Side::Columns(local) = &weighed.local {
            let written = local.iter().filter(|(name, _)| weighed.written.contains(*name));
            whole.extend(written.map(|(name, value)| (name.clone(), value.clone())));
        }
        merge(&mut whole, values);
        let whole = normal(table, &whole)?;
        let replaced = |columns: &Columns| -> Columns {
            let differs = |(name, value): &(&String, &Value)| {
                !same_value(whole.get(*name).unwrap_or(&Value::Null), value)
            };
            columns
                .iter()
                .filter(differs)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let changed = remote.iter().filter(|(name, value)| match &weighed.base {
            Side::Columns(base) => !same_value(base.get(*name).unwrap_or(&Value::Null), value),
            Side::Absent | Side::Deleted => true,
        });
        let changed: Columns = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
        self.log_server(table, id, weighed, met, &replaced(&changed), now)?;
        for held in &weighed.held {
            let values = replaced(&held.values);
            if !values.is_empty() {
                self.log_local(table, id, held, weighed.rule, met.version, &values, now)?;
            }
        }
        self.stand(weighed, Some(&whole), now)
    }

    /// The local writes stand: a create of what the server has becomes an update, and
    /// where the record stands as a `whole`, its last write carries what differs from it.
    fn stand(
        &mut self,
        weighed: &Weighed<'_>,
        whole: Option<&Columns>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Side::Columns(remote) = &weighed.remote else { return Ok(()) };
        let at = |columns: &Columns, name: &str| columns.get(name).cloned().unwrap_or(Value::Null);
        let mut writes: Vec<(Operation, Values)> =
            weighed.held.iter().map(|held| (held.operation, held.values.clone())).collect();
        for (operation, values) in &mut writes {
            if *operation == Operation::Create {
                *operation = Operation::Update;
                values.retain(|name, value| !same_value(value, &at(remote, name)));
            } else if *operation == Operation::Delete && whole.is_some() {
                *operation = Operation::Update;
            }
        }
        if let Some(whole) = whole {
            let mut shown = remote.clone();
            writes.iter().for_each(|(_, values)| merge(&mut shown, values));
            let missing =
                whole.iter().filter(|(name, value)| !same_value(&at(&shown, name), value));
            let missing: Columns =
                missing.map(|(name, value)| (name.clone(), value.clone())).collect();
            if let Some((_, last)) = writes.last_mut() {
                merge(last, &missing);
            }
        }
        for (held, (operation, values)) in weighed.held.iter().zip(writes) {
            if operation == Operation::Update && values.is_empty() {
                self.drop_entry(held, now, "merged")?;
            } else if (operation, &values) != (held.operation, &held.values) {
                self.rewrite(held, operation, &values)?;
            }
        }
        Ok(())
    }

    /// A local write lost: it leaves the outbox, and what it said goes to the conflict log.
    #[allow(clippy::too_many_arguments, reason = "one write, and what it lost to")]
    fn withdraw(
        &mut self,
        table: &Table,
        id: &str,
        held: &QueuedEntry,
        rule: &str,
        version: i64,
        is_loss: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if is_loss {
            self.log_local(table, id, held, rule, version, &held.values, now)?;
        }
        self.drop_entry(held, now, "superseded")
    }

    /// Takes an entry out of the outbox that is not to be sent any more, for what the
    /// server has stands in its place: what waited for it may go.
    pub(crate) fn drop_entry(
        &mut self,
        entry: &QueuedEntry,
        now: Timestamp,
        kind: &str,
    ) -> Result<(), StoreError> {
        self.take_out(entry, now, kind)?;
        self.release_dependents(entry)?;
        self.unblock_dependents(entry)?;
        self.refresh_lane(&entry.lane)
    }

    /// Shows base + what is unsettled, or removes the row when that is nothing.
    pub(crate) fn show(
        &mut self,
        number: usize,
        table: &Table,
        id: &str,
        mut record: Record,
        is_sending: bool,
    ) -> Result<(), StoreError> {
        record.head.revision = self.revision();
        let unsettled = self.unsettled(&table.collection.name, id)?;
        let is_shown = record.replay(&unsettled);
        if unsettled.is_empty() || !is_shown {
            self.take_dispute(&table.collection.name, id)?;
        }
        if !is_shown {
            return self.delete_row(table, id);
        }
        if is_sending && record.head.delivery == Delivery::Queued {
            record.head.delivery = Delivery::Sending;
        }
        self.touch(number, table, table.lane_of(id, &record.shown));
        record.replace(self.connection, table, id)
    }

    /// The entries of a record, in order.
    pub(crate) fn waiting(
        &self,
        collection: &str,
        id: &str,
    ) -> Result<Vec<QueuedEntry>, StoreError> {
        of_record(self.connection, collection, id)
    }

    /// Keeps what a decision needs. The first base stays: it is what the writes were made on.
    fn keep_dispute(
        &self,
        collection: &str,
        id: &str,
        dispute: &Dispute,
        asks: bool,
    ) -> Result<(), StoreError> {
        let base = match &dispute.base {
            Base::None => None,
            Base::Deleted => Some("null".to_owned()),
            Base::Values(values) => Some(to_json(values)),
        };
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_disputes (record_id, collection, base, until, remote_written_at, asks)
                 VALUES (?, ?, ?, ?, ?, ?)
                 ON CONFLICT (record_id, collection) DO UPDATE SET until = excluded.until,
                 remote_written_at = excluded.remote_written_at, asks = excluded.asks",
            )?
            .execute((
                id,
                collection,
                base,
                dispute.until,
                dispute.remote_written_at.map(|stamp| stamp.to_string()),
                asks,
            ))?;
        Ok(())
    }

    /// Takes a dispute out, if there is one.
    pub(crate) fn take_dispute(
        &self,
        collection: &str,
        id: &str,
    ) -> Result<Option<Dispute>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "DELETE FROM mailboat_disputes WHERE record_id = ? AND collection = ?
             RETURNING base, until, remote_written_at",
        )?;
        let mut rows = statement.query((id, collection))?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let written_at: Option<String> = row.get(2)?;
        let dispute = Dispute {
            base: base_of(row.get(0)?)?,
            until: row.get(1)?,
            remote_written_at: written_at.as_deref().and_then(Stamp::parse),
        };
        // The row is deleted once the statement has run to its end.
        while rows.next()?.is_some() {}
        Ok(Some(dispute))
    }

    fn is_asked(&self, collection: &str, id: &str) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM mailboat_disputes WHERE record_id = ? AND collection = ? AND asks = 1",
        )?;
        Ok(statement.exists((id, collection))?)
    }

    /// Notes what of the server's a local write has replaced on the server, where the
    /// server does not check versions.
    fn log_replaced(
        &self,
        table: &Table,
        entry: &QueuedEntry,
        (made_on, before, expected): (&Base, &Base, &Base),
        after: &Base,
        version: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rule = table.collection.conflict;
        if rule.checks_version() {
            return Ok(());
        }
        let (base, remote) = (side(table, made_on)?, side(table, before)?);
        let (local, after) = (side(table, expected)?, side(table, after)?);
        let written = entry.values.keys().cloned().collect();
        let meeting = Meeting {
            rule,
            on_remote_delete: table.collection.on_remote_delete,
            base: &base,
            remote: &remote,
            remote_written_at: None,
            local: &local,
            written: &written,
            local_written_at: None,
        };
        let mut values = overwritten(&meeting, rule == ConflictRule::ClientWins);
        // What was written there after it is not lost by it.
        if let (Side::Columns(local), Side::Columns(after)) = (&local, &after) {
            values.retain(|name, _| local.get(name) == after.get(name));
        }
        if values.is_empty() {
            return Ok(());
        }
        let loss = Loss {
            collection: &table.collection.name,
            record_id: &entry.record_id,
            rule: rule.word(),
            lost: Loser::Server,
            write: None,
            version,
            values: &values,
        };
        self.log_loss(&loss, now)
    }

    fn log_server(
        &self,
        table: &Table,
        record_id: &str,
        weighed: &Weighed<'_>,
        met: &Met<'_>,
        values: &Columns,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if values.is_empty() {
            return Ok(());
        }
        let (collection, rule, version) = (&table.collection.name, weighed.rule, met.version);
        let (lost, write) = (Loser::Server, None);
        self.log_loss(&Loss { collection, record_id, rule, lost, write, version, values }, now)
    }

    #[allow(clippy::too_many_arguments, reason = "one write, and what it lost to")]
    fn log_local(
        &self,
        table: &Table,
        record_id: &str,
        held: &QueuedEntry,
        rule: &str,
        version: i64,
        values: &Values,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let collection = &table.collection.name;
        let (lost, write) = (Loser::Local, Some((held.id, held.operation)));
        self.log_loss(&Loss { collection, record_id, rule, lost, write, version, values }, now)
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
        let Some(weighed) = weigh(table, &met, &waiting)? else { continue };
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

/// Looks up what the core needs to decide; `None` when no write is in conflict.
fn weigh<'m>(
    table: &Table,
    met: &Met<'_>,
    waiting: &'m [QueuedEntry],
) -> Result<Option<Weighed<'m>>, StoreError> {
    let (base, remote) = (side(table, met.made_on)?, side(table, met.remote)?);
    let is_deleted = remote == Side::Deleted;
    // Where a deletion is accepted, dead letters of the record go with it.
    let takes_all = is_deleted && table.collection.on_remote_delete == OnRemoteDelete::Accept;
    let held: Vec<&QueuedEntry> = waiting
        .iter()
        .filter(|waiting| takes_all || (is_free(waiting) && waiting.sequence <= met.until))
        .collect();
    let Some(first) = held.first() else { return Ok(None) };
    let mut shown = match (&base, &remote) {
        (Side::Columns(base), _) => base.clone(),
        // Writes that have outlived their record say nothing of the columns they leave out.
        (_, Side::Columns(remote)) if first.operation != Operation::Create => remote.clone(),
        _ => Columns::new(),
    };
    let (mut is_gone, mut written) = (false, BTreeSet::new());
    for write in &held {
        match write.operation {
            Operation::Create => {
                shown.clone_from(&write.values);
                written.extend(table.collection.columns.iter().map(|column| column.name.clone()));
            }
            Operation::Update => {
                merge(&mut shown, &write.values);
                written.extend(write.values.keys().cloned());
            }
            Operation::Delete => is_gone = true,
        }
    }
    let local = if is_gone { Side::Deleted } else { Side::Columns(normal(table, &shown)?) };
    let rule = if is_deleted { REMOTE_DELETE } else { table.collection.conflict.word() };
    Ok(Some(Weighed { rule, base, remote, local, written, held }))
}

fn side(table: &Table, base: &Base) -> Result<Side, StoreError> {
    Ok(match base {
        Base::None => Side::Absent,
        Base::Deleted => Side::Deleted,
        Base::Values(values) => Side::Columns(normal(table, values)?),
    })
}

/// Every column of the collection as the table would hold it, and no others.
fn normal(table: &Table, values: &Values) -> Result<Columns, StoreError> {
    let mut columns = Columns::new();
    for column in &table.collection.columns {
        let value = match to_sql_leniently(&table.collection, column, values) {
            ToSqlOutput::Borrowed(value) => from_sql(column.kind, value)?,
            ToSqlOutput::Owned(value) => from_sql(column.kind, ValueRef::from(&value))?,
            _ => Value::Null,
        };
        columns.insert(column.name.clone(), value);
    }
    Ok(columns)
}

fn base_of(stored: Option<String>) -> Result<Base, StoreError> {
    Ok(match stored.as_deref() {
        None => Base::None,
        Some("null") => Base::Deleted,
        Some(text) => Base::Values(parse_values(text)?),
    })
}
