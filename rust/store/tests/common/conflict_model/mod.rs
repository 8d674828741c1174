//! What the store should hold, worked out the slow and obvious way: every record is
//! its base and its list of unsettled writes; besides, only what a decision about a
//! conflict waits for is remembered.

mod meeting;
mod record;
mod seen;

use std::collections::BTreeMap;

use mailboat_core::{ConflictRule, EntryId, LanePolicy, OnRemoteDelete, Operation};
use mailboat_store::Values;
use serde_json::Value;

use super::NOW;
pub use meeting::{Decision, Loss};
use meeting::{Meeting, lost_of_server};
pub use record::{Base, Key, Record, Time, Write};
use record::{Dispute, after, columns_of, normal};

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub rule: ConflictRule,
    pub on_remote_delete: OnRemoteDelete,
    /// Oldest first.
    pub losses: Vec<Loss>,
    deleted: BTreeMap<Key, u64>,
    clock: Time,
    pub records: BTreeMap<Key, Record>,
    /// Writes whose record is gone: an update after its create was discarded.
    pub orphans: Vec<(Key, Write)>,
    sequence: usize,
}

pub fn policy_of(collection: &str) -> LanePolicy {
    if collection == "messages" { LanePolicy::Skip } else { LanePolicy::Hold }
}

impl Model {
    pub fn with(rule: ConflictRule, on_remote_delete: OnRemoteDelete) -> Self {
        Self { rule, on_remote_delete, ..Self::default() }
    }

    /// The lane of a record's next entry.
    fn lane_of(&self, key: &Key, values: &Values) -> String {
        let waiting = self.records.get(key).and_then(|record| record.writes.last());
        let by_column = values.get("conversationId").and_then(Value::as_str);
        waiting
            .map(|write| write.lane.clone())
            .or_else(|| by_column.map(str::to_owned))
            .unwrap_or_else(|| key.1.clone())
    }

    /// Whether writes wait for a record that is gone.
    pub fn has_orphans(&self, key: &Key) -> bool {
        self.orphans.iter().any(|(owner, _)| owner == key)
    }

    /// Whether a local write would be accepted.
    pub fn accepts(&self, operation: Operation, key: &Key) -> bool {
        match (operation, self.records.get(key)) {
            (Operation::Create, found) => found.is_none(),
            (_, found) => found.is_some_and(|record| !record.hidden),
        }
    }

    pub fn write(&mut self, entry: EntryId, operation: Operation, key: Key, values: Values) {
        self.sequence += 1;
        let before = self.records.get(&key).map_or(&values, |record| &record.shown);
        let lane = self.lane_of(&key, before);
        let sequence = self.sequence;
        let tick = if NOW.0 > self.clock.0 { (NOW.0, 0) } else { (self.clock.0, self.clock.1 + 1) };
        self.clock = tick;
        let write = Write {
            entry,
            sequence,
            operation,
            values,
            lane,
            dead: false,
            attempted: false,
            not_before: None,
            written_at: tick,
        };
        let record = self.records.entry(key).or_insert_with(Record::empty);
        if operation == Operation::Create {
            record.place = sequence;
        }
        record.writes.push(write);
        record.replay();
    }

    pub fn pull(
        &mut self,
        key: Key,
        version: u64,
        order: u64,
        values: Values,
        written_at: Option<Time>,
    ) {
        self.receive(written_at);
        if !self.records.contains_key(&key) && self.deleted.get(&key) >= Some(&version) {
            return;
        }
        let record = self.records.entry(key.clone()).or_insert_with(Record::empty);
        if version <= record.version {
            return;
        }
        let made_on = std::mem::replace(&mut record.base, Base::Values(values));
        (record.version, record.order) = (version, Some(order));
        self.adopt_orphans(&key);
        self.meet(&key, made_on, written_at);
        self.settle_record(&key);
    }

    fn receive(&mut self, written_at: Option<Time>) {
        self.clock = self.clock.max(written_at.unwrap_or_default());
    }

    /// The server's version has moved under what waits: decided now, or when no answer is
    /// out any more.
    fn meet(&mut self, key: &Key, made_on: Base, written_at: Option<Time>) {
        let record = self.records.get_mut(key).expect("it was just changed");
        let Some(last) = record.writes.last() else { return };
        let until = last.sequence;
        let base = record.dispute.take().map_or(made_on, |dispute| dispute.base);
        if record.writes.iter().any(|write| write.attempted && !write.dead) {
            record.dispute = Some(Dispute { base, until, written_at, asks: false });
        } else {
            self.decide(key, &Dispute { base, until, written_at, asks: false }, None);
        }
    }

    /// What stands, by the words of the documentation.
    fn decide(&mut self, key: &Key, met: &Dispute, decision: Option<&Decision>) {
        let record = self.records.get_mut(key).expect("a decision is about a record");
        let remote = normal(key, &record.base);
        let base = normal(key, &met.base);
        let takes_all = remote == Base::Deleted && self.on_remote_delete == OnRemoteDelete::Accept;
        let is_held = |write: &Write| {
            takes_all || (!write.attempted && !write.dead && write.sequence <= met.until)
        };
        let (held, rest): (Vec<Write>, Vec<Write>) =
            std::mem::take(&mut record.writes).into_iter().partition(is_held);
        record.writes = rest;
        let mut held = held;
        if !held.is_empty() && base != remote {
            let mut losses = Vec::new();
            held = Meeting { key, base: &base, remote: &remote, held, losses: &mut losses }
                .outcome(
                    self.rule,
                    self.on_remote_delete,
                    met.written_at,
                    decision,
                    &mut record.dispute,
                    met,
                );
            self.losses.extend(losses);
        }
        record.writes.extend(held);
        record.writes.sort_by_key(|write| write.sequence);
    }

    /// JavaScript has decided.
    pub fn answer(&mut self, key: &Key, decision: &Decision) {
        let record = self.records.get_mut(key).expect("it was asked about");
        let dispute = record.dispute.take().expect("it was asked about");
        if record.writes.iter().any(|write| write.attempted && !write.dead) {
            record.dispute = Some(Dispute { asks: false, ..dispute });
        } else {
            self.decide(key, &dispute, Some(decision));
        }
        self.settle_record(key);
    }

    /// The first attempt: where the client wins, the whole record is sent.
    pub fn attempt(&mut self, entry: EntryId) {
        let rule = self.rule;
        for (key, record) in &mut self.records {
            let Some(index) = record.writes.iter().position(|write| write.entry == entry) else {
                continue;
            };
            let mut whole = match &record.base {
                Base::Values(values) => values.clone(),
                Base::None | Base::Deleted => Values::new(),
            };
            for write in record.writes[..=index].iter().filter(|write| !write.dead) {
                whole.extend(write.values.clone());
            }
            whole.retain(|name, _| columns_of(key).contains(&name.as_str()));
            let write = &mut record.writes[index];
            let is_first = !write.attempted && write.operation == Operation::Update;
            if rule == ConflictRule::ClientWins && is_first {
                write.values = whole;
            }
        }
        self.change(entry, |write| write.attempted = true);
        // The whole covers what a dead letter showed under it.
        for record in self.records.values_mut() {
            record.replay();
        }
    }

    /// The server refused an entry for good, or for the version that it was made on.
    pub fn refuse(&mut self, entry: EntryId, change: impl FnOnce(&mut Write)) {
        self.change(entry, change);
        let Some(key) = self.key_of(entry) else { return };
        self.look_again(&key);
    }

    fn look_again(&mut self, key: &Key) {
        let Some(record) = self.records.get_mut(key) else { return };
        if record.writes.iter().any(|write| write.attempted && !write.dead) {
            return;
        }
        let accepts = self.on_remote_delete == OnRemoteDelete::Accept;
        let gone = Dispute { base: Base::None, until: usize::MAX, written_at: None, asks: false };
        match record.dispute.take() {
            Some(dispute) => self.decide(key, &dispute, None),
            None if accepts && record.base == Base::Deleted => self.decide(key, &gone, None),
            None => return,
        }
        self.settle_record(key);
    }

    /// The server has another version than an entry was made on.
    pub fn contend(
        &mut self,
        entry: EntryId,
        version: u64,
        order: u64,
        values: Values,
        written_at: Option<Time>,
    ) {
        self.change(entry, |write| (write.attempted, write.not_before) = (false, None));
        let Some(key) = self.key_of(entry) else { return };
        self.pull(key.clone(), version, order, values, written_at);
        if self.records.contains_key(&key) {
            self.look_again(&key);
        }
    }

    fn key_of(&self, entry: EntryId) -> Option<Key> {
        let holds = |record: &Record| record.writes.iter().any(|write| write.entry == entry);
        let found = self.records.iter().find(|(_, record)| holds(record)).map(|(key, _)| key);
        let orphan = self.orphans.iter().find(|(_, write)| write.entry == entry);
        found.or(orphan.map(|(key, _)| key)).cloned()
    }

    /// A record that comes back finds the writes that waited for it.
    fn adopt_orphans(&mut self, key: &Key) {
        let record = self.records.get_mut(key).expect("the record is back");
        let (found, others) =
            std::mem::take(&mut self.orphans).into_iter().partition(|(owner, _)| owner == key);
        self.orphans = others;
        record.writes.extend(Vec::into_iter(found).map(|(_, write)| write));
        record.writes.sort_by_key(|write| write.sequence);
    }

    pub fn pull_deletion(&mut self, key: &Key, version: u64) {
        self.bury(key, version);
        let Some(record) = self.records.get_mut(key) else { return };
        if version > record.version {
            let made_on = std::mem::replace(&mut record.base, Base::Deleted);
            record.version = version;
            self.meet(key, made_on, None);
            self.settle_record(key);
        }
    }

    fn bury(&mut self, key: &Key, version: u64) {
        let buried = self.deleted.entry(key.clone()).or_default();
        *buried = version.max(*buried);
    }

    pub fn ack(
        &mut self,
        entry: EntryId,
        (version, order): (u64, u64),
        values: Option<Values>,
        is_duplicate: bool,
        stamp: Option<Time>,
    ) {
        let Some((key, write)) = self.take(entry) else { return };
        self.receive(stamp);
        if write.operation == Operation::Delete {
            self.bury(&key, version);
        }
        let rule = self.rule;
        let Some(record) = self.records.get_mut(&key) else { return };
        let dispute = record.dispute.take();
        let is_disputed = dispute.is_some();
        let (made_on, until, met_at) = match dispute {
            Some(Dispute { base, until, written_at, .. }) => (base, until, written_at),
            None => (record.base.clone(), usize::MAX, None),
        };
        let expected = after(&made_on, &write, None);
        let is_overtaken = version < record.version;
        if version > record.version {
            let before = record.base.clone();
            record.base = after(&before, &write, values);
            (record.version, record.order) = (version, Some(order));
            if is_disputed && !rule.checks_version() {
                // What came while the write was on its way, and what the write made of it.
                let (base, remote) = (normal(&key, &made_on), normal(&key, &before));
                let (mine, now) = (normal(&key, &expected), normal(&key, &record.base));
                let written = write.values.keys().cloned().collect();
                let whole = rule == ConflictRule::ClientWins;
                let mut lost = lost_of_server(&base, &remote, &mine, &written, whole);
                if let (Base::Values(mine), Base::Values(now)) = (&mine, &now) {
                    lost.retain(|name, _| mine.get(name) == now.get(name));
                }
                if !lost.is_empty() {
                    self.losses.push(("server", key.clone(), lost));
                }
            }
        }
        if write.operation == Operation::Delete {
            record.base = Base::Deleted;
        }
        let may_be_news = !rule.checks_version() || is_duplicate || is_overtaken;
        if may_be_news && !record.writes.is_empty() {
            let (until, written_at) =
                if is_overtaken { (until, met_at) } else { (usize::MAX, stamp) };
            let last = record.writes.last().map_or(0, |write| write.sequence);
            let met = Dispute { base: expected, until: until.min(last), written_at, asks: false };
            if record.writes.iter().any(|write| write.attempted && !write.dead) {
                let is_news = normal(&key, &met.base) != normal(&key, &record.base);
                record.dispute = (is_disputed || is_news).then_some(met);
            } else {
                self.decide(&key, &met, None);
            }
        }
        self.settle_record(&key);
    }

    pub fn change(&mut self, entry: EntryId, change: impl FnOnce(&mut Write)) {
        let writes = self.records.values_mut().flat_map(|record| &mut record.writes);
        let orphans = self.orphans.iter_mut().map(|(_, write)| write);
        if let Some(write) = writes.chain(orphans).find(|write| write.entry == entry) {
            change(write);
        }
    }

    pub fn discard(&mut self, entry: EntryId) {
        if let Some((key, _)) = self.take(entry) {
            self.settle_record(&key);
        }
    }

    fn take(&mut self, entry: EntryId) -> Option<(Key, Write)> {
        if let Some(index) = self.orphans.iter().position(|(_, write)| write.entry == entry) {
            return Some(self.orphans.remove(index));
        }
        self.records.iter_mut().find_map(|(key, record)| {
            let index = record.writes.iter().position(|write| write.entry == entry)?;
            Some((key.clone(), record.writes.remove(index)))
        })
    }

    fn settle_record(&mut self, key: &Key) {
        let Some(record) = self.records.get_mut(key) else { return };
        if record.writes.is_empty() {
            record.dispute = None;
        }
        if !record.replay() {
            let gone = self.records.remove(key).expect("it was there");
            self.orphans.extend(gone.writes.into_iter().map(|write| (key.clone(), write)));
        }
    }
}
