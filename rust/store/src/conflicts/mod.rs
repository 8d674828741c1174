//! Where two versions of a record meet: the core decides, and this carries it out.
//!
//! Whenever a record's base moves under unsettled writes, [`Transaction::meet`] asks the
//! core what stands. While an answer to one of the writes is still out nobody knows
//! whether the server's version holds it already; then the base is kept in
//! `mailboat_disputes` until the answer is there. JavaScript's decisions wait there too.
//! Only writes that no server can know (never attempted, or refused for their version)
//! are changed or taken out.

mod dispute;
mod losses;
mod question;
mod stand;
mod weigh;

use mailboat_core::{
    Columns, ConflictRule, Meeting, OnRemoteDelete, Operation, Resolution, Side, Stamp, Timestamp,
    resolve,
};

use crate::answered::Answered;
use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::pull::RemoteChange;
use crate::queued::{QueuedEntry, of_record};
use crate::record::{Base, Record, base_after, stored_version};
use crate::tables::Table;
use crate::transaction::Transaction;

use dispute::Dispute;
pub(crate) use question::questions;
pub use question::{ConflictAnswer, ConflictQuestion};
use weigh::{Met, side, weigh};

/// How long an entry rests that the server refuses for a version which it says is the
/// record's, in milliseconds: such an answer makes no sense, and must not make a hot loop.
const SENSELESS_CONFLICT_REST_MS: u64 = 5_000;

/// A version of the server's.
pub(crate) struct Remote {
    pub base: Base,
    pub version: i64,
    pub position: i64,
    pub written_at: Option<Stamp>,
}

/// A version of the server's that comes over unsettled writes.
pub(crate) struct Arrival {
    pub remote: Remote,
    /// What the writes were made on, where that is not the record's base.
    pub made_on: Option<Base>,
    /// Whether the record has not had this version before.
    pub is_news: bool,
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

impl Transaction<'_> {
    /// Puts the server's version under the unsettled writes of a record.
    pub(crate) fn meet(
        &mut self,
        number: usize,
        table: &Table,
        id: &str,
        arrival: Arrival,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Arrival { remote, made_on, is_news } = arrival;
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
    pub(crate) fn reconcile(
        &mut self,
        number: usize,
        table: &Table,
        entry: &QueuedEntry,
        (version, order): (i64, i64),
        answered: Option<&Answered>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (collection, id) = (&table.collection.name, &self.settled_id(table, &entry.record_id)?);
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
        let met = dispute.met(&record);
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
            let dispute = Dispute::about(met, waiting);
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
        let Some(weighed) = weigh(table, id, met, waiting)? else { return Ok(()) };
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
        let lost = |columns: &Columns| self.log_server(&weighed, columns, now);
        match (resolve(&meeting), answer) {
            (Resolution::Both { .. }, Some(ConflictAnswer::Values(values))) => {
                self.take_answer(&weighed, values, now)
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
                    self.withdraw(&weighed, held, is_loss, now)?;
                }
                Ok(())
            }
            (Resolution::Ask, _) => {
                let dispute = Dispute::about(met, waiting);
                self.keep_dispute(&table.collection.name, id, &dispute, true)
            }
        }
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
}
