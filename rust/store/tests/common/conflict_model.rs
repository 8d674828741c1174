//! What the store should hold, worked out the slow and obvious way: every record is
//! its base and its list of unsettled writes; besides, only what a decision about a
//! conflict waits for is remembered.

use std::collections::{BTreeMap, BTreeSet};

use mailboat_core::{
    ConflictRule, EntryId, LanePolicy, OnRemoteDelete, Operation, Timestamp, same_value,
};
use mailboat_store::Values;
use serde_json::{Value, json};

use super::NOW;

/// Collection and id.
pub type Key = (&'static str, String);

/// The last version that the server is known to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    None,
    Deleted,
    Values(Values),
}

#[derive(Clone, Debug)]
pub struct Write {
    pub entry: EntryId,
    pub sequence: usize,
    pub operation: Operation,
    pub values: Values,
    pub lane: String,
    pub dead: bool,
    pub attempted: bool,
    pub not_before: Option<Timestamp>,
    written_at: Time,
}

/// Milliseconds and a counter: what a hybrid logical clock compares.
pub type Time = (i64, u32);

/// What a decision waits for.
#[derive(Clone, Debug)]
pub struct Dispute {
    base: Base,
    until: usize,
    written_at: Option<Time>,
    asks: bool,
}

/// Whose, which record's, and what was lost.
pub type Loss = (&'static str, Key, Values);

/// What JavaScript may say.
#[derive(Clone, Debug)]
pub enum Decision {
    Ours,
    Theirs,
    Values(Values),
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub base: Base,
    pub version: u64,
    /// The server's order; `None` before the first version.
    pub order: Option<u64>,
    pub writes: Vec<Write>,
    /// Sequence of its create; its place until the server gives it one.
    place: usize,
    shown: Values,
    hidden: bool,
    dispute: Option<Dispute>,
}

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

impl Record {
    fn empty() -> Self {
        Self {
            base: Base::None,
            version: 0,
            order: None,
            writes: Vec::new(),
            place: 0,
            shown: Values::new(),
            hidden: false,
            dispute: None,
        }
    }

    fn replay(&mut self) -> bool {
        let mut exists = self.base != Base::None;
        if let Base::Values(values) = &self.base {
            self.shown = values.clone();
        }
        if self.base == Base::Deleted && self.writes.is_empty() {
            return false;
        }
        if self.base != Base::Deleted {
            self.hidden = false;
        }
        for write in &self.writes {
            match write.operation {
                Operation::Create => {
                    exists = true;
                    self.shown = write.values.clone();
                }
                Operation::Update => self.shown.extend(write.values.clone()),
                Operation::Delete => self.hidden = true,
            }
        }
        exists
    }

    /// Whether JavaScript decides about it, and about writes that can still be changed.
    pub fn is_asked_about(&self) -> bool {
        let Some(dispute) = self.dispute.as_ref().filter(|dispute| dispute.asks) else {
            return false;
        };
        let is_held =
            |write: &Write| !write.attempted && !write.dead && write.sequence <= dispute.until;
        self.writes.iter().any(is_held)
    }

    fn delivery(&self) -> &'static str {
        if self.writes.iter().any(|write| write.dead) {
            "failed"
        } else if self.writes.is_empty() {
            "sent"
        } else {
            "queued"
        }
    }
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

    /// Every write that the outbox should hold, oldest first.
    pub fn outbox(&self) -> Vec<(&Key, &Write)> {
        let writes = self
            .records
            .iter()
            .flat_map(|(key, record)| record.writes.iter().map(move |w| (key, w)));
        let orphans = self.orphans.iter().map(|(key, write)| (key, write));
        let mut all: Vec<_> = writes.chain(orphans).collect();
        all.sort_by_key(|(_, write)| write.sequence);
        all
    }

    /// Whether an entry waits for the create of its record, which is a dead letter.
    pub fn is_blocked(&self, key: &Key, write: &Write) -> bool {
        let of_record = self.records.get(key).map(|record| &record.writes).into_iter().flatten();
        let orphans = self.orphans.iter().filter(|(owner, _)| owner == key).map(|(_, it)| it);
        let mut earlier = of_record.chain(orphans).filter(|it| it.sequence < write.sequence);
        !write.dead && earlier.any(|it| it.dead && it.operation == Operation::Create)
    }

    /// The entries that may go now, in order.
    pub fn due(&self) -> Vec<EntryId> {
        let outbox = self.outbox();
        let mut lanes: BTreeMap<&str, Vec<&(&Key, &Write)>> = BTreeMap::new();
        for waiting in &outbox {
            lanes.entry(&waiting.1.lane).or_default().push(waiting);
        }
        let mut due: Vec<Vec<&Write>> = Vec::new();
        for lane in lanes.into_values() {
            let sendable: Vec<&Write> = lane
                .iter()
                .take_while(|(key, write)| !(write.dead && policy_of(key.0) == LanePolicy::Hold))
                .filter(|(key, write)| !write.dead && !self.is_blocked(key, write))
                .map(|(_, write)| *write)
                .collect();
            if sendable.first().is_some_and(|head| head.not_before.is_none_or(|at| at <= NOW)) {
                due.push(sendable);
            }
        }
        due.sort_by_key(|lane| lane[0].sequence);
        due.into_iter().flatten().map(|write| write.entry).collect()
    }

    /// The row objects of a collection in the order on screen.
    pub fn rows(&self, collection: &str) -> Vec<Value> {
        let mut shown: Vec<_> = self
            .records
            .iter()
            .filter(|((name, _), record)| *name == collection && !record.hidden)
            .collect();
        shown.sort_by_key(|(_, record)| match record.order {
            Some(order) => (0, order),
            None => (1, record.place as u64),
        });
        shown.into_iter().map(|(key, record)| row(&key.1, record)).collect()
    }
}

fn row(id: &str, record: &Record) -> Value {
    let mut row = json!({ "id": id, "delivery": record.delivery() });
    for (name, value) in &record.shown {
        row[name] = value.clone();
    }
    row
}

/// The base once the server has applied a write.
fn after(base: &Base, write: &Write, values: Option<Values>) -> Base {
    match (values, write.operation, base) {
        (Some(values), _, _) => Base::Values(values),
        (None, Operation::Delete, _) => Base::Deleted,
        (None, Operation::Update, Base::Values(base)) => {
            let mut base = base.clone();
            base.extend(write.values.clone());
            Base::Values(base)
        }
        (None, _, _) => Base::Values(write.values.clone()),
    }
}

fn columns_of(key: &Key) -> &'static [&'static str] {
    match key.0 {
        "messages" => &["conversationId", "senderId", "body", "sentAt"],
        _ => &["title", "memberIds"],
    }
}

/// With every column, and no others.
fn normal(key: &Key, base: &Base) -> Base {
    let Base::Values(values) = base else { return base.clone() };
    let column =
        |name: &&str| ((*name).to_owned(), values.get(*name).cloned().unwrap_or(Value::Null));
    Base::Values(columns_of(key).iter().map(column).collect())
}

/// What the server has changed and will not keep.
fn lost_of_server(
    base: &Base,
    remote: &Base,
    local: &Base,
    written: &BTreeSet<String>,
    whole: bool,
) -> Values {
    let Base::Values(remote) = remote else { return Values::new() };
    let mut lost = Values::new();
    for (name, value) in remote {
        let was = match base {
            Base::Values(base) => base.get(name),
            Base::None | Base::Deleted => None,
        };
        let stays = match local {
            Base::Values(local) => {
                (!whole && !written.contains(name)) || same(local.get(name), Some(value))
            }
            Base::None | Base::Deleted => false,
        };
        if !stays && !was.is_some_and(|was| same_value(was, value)) {
            lost.insert(name.clone(), value.clone());
        }
    }
    lost
}

fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    same_value(left.unwrap_or(&Value::Null), right.unwrap_or(&Value::Null))
}

/// One conflict, and the writes that it is about.
struct Meeting<'m> {
    key: &'m Key,
    base: &'m Base,
    remote: &'m Base,
    held: Vec<Write>,
    losses: &'m mut Vec<Loss>,
}

impl Meeting<'_> {
    /// The writes that are left of those that were held.
    fn outcome(
        mut self,
        rule: ConflictRule,
        on_remote_delete: OnRemoteDelete,
        remote_at: Option<Time>,
        decision: Option<&Decision>,
        dispute: &mut Option<Dispute>,
        met: &Dispute,
    ) -> Vec<Write> {
        let local = self.local();
        match (self.remote, &local) {
            (Base::Deleted, Base::Deleted) => return Vec::new(),
            (Base::Deleted, _) if on_remote_delete == OnRemoteDelete::Accept => {
                self.lose_local();
                return Vec::new();
            }
            (Base::Values(_), _) => {}
            (Base::Deleted | Base::None, _) => return self.held,
        }
        let rule = match (rule, decision) {
            (ConflictRule::Custom, Some(Decision::Ours)) => ConflictRule::ClientWins,
            (ConflictRule::Custom, Some(Decision::Theirs)) => ConflictRule::ServerWins,
            (ConflictRule::Custom, Some(Decision::Nothing)) => ConflictRule::Merge,
            (ConflictRule::LastWriteWins, _) => {
                let local_at = self.held.iter().map(|write| write.written_at).max();
                let is_later = local_at > remote_at;
                if is_later { ConflictRule::ClientWins } else { ConflictRule::ServerWins }
            }
            (rule, _) => rule,
        };
        let whole = match &local {
            Base::Values(whole) => Some(whole.clone()),
            Base::None | Base::Deleted => None,
        };
        match (rule, decision) {
            (ConflictRule::ServerWins, _) => {
                if self.says_something_else(&local) {
                    self.lose_local();
                }
                Vec::new()
            }
            (ConflictRule::ClientWins, _) => {
                self.lose_server(&local, true);
                self.stand(whole.as_ref(), false)
            }
            (ConflictRule::Custom, Some(Decision::Values(values))) => self.take(values, &local),
            (ConflictRule::Custom, _) if local != *self.remote => {
                *dispute = Some(Dispute { asks: true, ..met.clone() });
                self.held
            }
            (ConflictRule::Custom, _) => self.stand(None, false),
            (_, _) => {
                self.lose_server(&local, false);
                self.stand(None, false)
            }
        }
    }

    /// The record as the held writes leave it.
    fn local(&self) -> Base {
        let is_create = self.held[0].operation == Operation::Create;
        let mut shown = match (self.base, self.remote) {
            (Base::Values(base), _) => base.clone(),
            (_, Base::Values(remote)) if !is_create => remote.clone(),
            _ => Values::new(),
        };
        for write in &self.held {
            match write.operation {
                Operation::Create => shown = write.values.clone(),
                Operation::Update => shown.extend(write.values.clone()),
                Operation::Delete => return Base::Deleted,
            }
        }
        normal(self.key, &Base::Values(shown))
    }

    fn written(&self) -> BTreeSet<String> {
        let mut written = BTreeSet::new();
        for write in &self.held {
            match write.operation {
                Operation::Create => {
                    written.extend(columns_of(self.key).iter().map(|&name| name.to_owned()));
                }
                _ => written.extend(write.values.keys().cloned()),
            }
        }
        written
    }

    fn says_something_else(&self, local: &Base) -> bool {
        match (local, self.remote) {
            (Base::Values(local), Base::Values(remote)) => {
                self.written().iter().any(|name| !same(local.get(name), remote.get(name)))
            }
            _ => true,
        }
    }

    fn lose_local(&mut self) {
        for write in &self.held {
            self.losses.push(("local", self.key.clone(), write.values.clone()));
        }
    }

    fn lose_server(&mut self, local: &Base, whole: bool) {
        let lost = lost_of_server(self.base, self.remote, local, &self.written(), whole);
        if !lost.is_empty() {
            self.losses.push(("server", self.key.clone(), lost));
        }
    }

    /// JavaScript made one record of both.
    fn take(mut self, values: &Values, local: &Base) -> Vec<Write> {
        let Base::Values(remote) = self.remote else { unreachable!("it asks about columns only") };
        let mut whole = remote.clone();
        if let Base::Values(local) = local {
            let written = self.written();
            whole.extend(local.clone().into_iter().filter(|(name, _)| written.contains(name)));
        }
        whole.extend(values.clone());
        self.lose_server(&Base::Values(whole.clone()), true);
        for write in &self.held {
            let mut lost = write.values.clone();
            lost.retain(|name, value| !same(whole.get(name), Some(value)));
            if !lost.is_empty() {
                self.losses.push(("local", self.key.clone(), lost));
            }
        }
        self.stand(Some(&whole), true)
    }

    /// The writes go on, over what the server has.
    fn stand(self, whole: Option<&Values>, undeletes: bool) -> Vec<Write> {
        let Base::Values(remote) = self.remote else { return self.held };
        let mut held = self.held;
        for write in &mut held {
            if write.operation == Operation::Create {
                write.operation = Operation::Update;
                write.values.retain(|name, value| !same(remote.get(name), Some(value)));
            }
            if write.operation == Operation::Delete && undeletes {
                write.operation = Operation::Update;
            }
        }
        if let Some(whole) = whole {
            let mut shown = remote.clone();
            held.iter().for_each(|write| shown.extend(write.values.clone()));
            let last = held.last_mut().expect("somebody wrote something");
            for (name, value) in
                whole.iter().filter(|(name, value)| !same(shown.get(*name), Some(value)))
            {
                last.values.insert(name.clone(), value.clone());
            }
        }
        held.retain(|write| write.operation != Operation::Update || !write.values.is_empty());
        held
    }
}
