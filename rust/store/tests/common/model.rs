//! What the store should hold, worked out the slow and obvious way: a list of unsettled
//! writes in the order of writing, the server's version of each record, and nothing
//! remembered besides. What is shown, blocked or due is found out anew each time.

use std::collections::{BTreeMap, BTreeSet};

use mailboat_core::{EntryId, GroupId, LanePolicy, Operation, Priority, Timestamp};
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

/// A write that the server has not acknowledged.
#[derive(Clone, Debug)]
pub struct Write {
    pub entry: EntryId,
    pub key: Key,
    pub sequence: usize,
    pub operation: Operation,
    pub values: Values,
    pub lane: String,
    pub dead: bool,
    pub not_before: Option<Timestamp>,
    /// Whether an attempt has left with it.
    pub attempted: bool,
    pub priority: Priority,
    /// What has to be settled before it goes.
    pub after: BTreeSet<EntryId>,
    pub group: Option<GroupId>,
}

/// What the server is known to hold of a record.
#[derive(Clone, Debug)]
pub struct Record {
    pub base: Base,
    pub version: u64,
    /// The server's order; `None` before the first version.
    pub order: Option<u64>,
    /// Sequence of its create; its place until the server gives it one.
    place: usize,
    /// What a person saw last: it stays under the unsettled writes of a record that the
    /// server has deleted.
    seen: Shown,
}

/// A record as a person sees it.
#[derive(Clone, Debug, Default)]
struct Shown {
    values: Values,
    hidden: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Whether writes fold into what no attempt has left with.
    pub coalesces: bool,
    pub records: BTreeMap<Key, Record>,
    /// In the order of writing.
    pub outbox: Vec<Write>,
    /// Versions that were deleted of late.
    deleted: BTreeMap<Key, u64>,
    sequence: usize,
}

pub fn policy_of(collection: &str) -> LanePolicy {
    if collection == "messages" { LanePolicy::Skip } else { LanePolicy::Hold }
}

impl Write {
    /// A refused group shows no more.
    fn is_rolled_back(&self) -> bool {
        self.dead && self.group.is_some()
    }
}

impl Record {
    fn new(place: usize) -> Self {
        Self { base: Base::None, version: 0, order: None, place, seen: Shown::default() }
    }
}

impl Model {
    pub fn new(coalesces: bool) -> Self {
        Self { coalesces, ..Self::default() }
    }

    pub fn find(&self, entry: EntryId) -> Option<&Write> {
        self.outbox.iter().find(|write| write.entry == entry)
    }

    pub fn writes_of<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = &'a Write> {
        self.outbox.iter().filter(move |write| write.key == *key)
    }

    /// Base + unsettled writes; `None` when nothing is left to show.
    fn shown(&self, key: &Key) -> Option<Shown> {
        let record = self.records.get(key)?;
        let writes = || self.writes_of(key).filter(|write| !write.is_rolled_back());
        let (mut shown, mut exists) = match &record.base {
            Base::None => (Shown::default(), false),
            Base::Values(values) => (Shown { values: values.clone(), hidden: false }, true),
            Base::Deleted => (record.seen.clone(), writes().next().is_some()),
        };
        for write in writes() {
            match write.operation {
                Operation::Create => {
                    exists = true;
                    shown.values = write.values.clone();
                }
                Operation::Update => shown.values.extend(write.values.clone()),
                Operation::Delete => shown.hidden = true,
            }
        }
        exists.then_some(shown)
    }

    /// Whether a local write would be accepted.
    pub fn accepts(&self, operation: Operation, key: &Key) -> bool {
        let shown = self.shown(key);
        match operation {
            Operation::Create => !self.records.contains_key(key),
            _ => shown.is_some_and(|shown| !shown.hidden),
        }
    }

    /// The lane of a record's next entry.
    fn lane_of(&self, key: &Key, values: &Values) -> String {
        if let Some(last) = self.writes_of(key).last() {
            return last.lane.clone();
        }
        let by_column = values.get("conversationId").and_then(Value::as_str);
        by_column.unwrap_or(&key.1).to_owned()
    }

    /// Applies a local write, which takes its place and lane here.
    pub fn write(&mut self, mut write: Write) {
        let folds = write.group.is_none() && write.after.is_empty();
        if folds && self.coalesces && self.fold(&write) {
            return;
        }
        self.sequence += 1;
        write.sequence = self.sequence;
        let key = write.key.clone();
        if write.group.is_none() {
            let before = self.shown(&key).map_or_else(|| write.values.clone(), |it| it.values);
            write.lane = self.lane_of(&key, &before);
        }
        write.after.retain(|needed| self.find(*needed).is_some());
        // What a group has gathered into another lane goes first.
        let last = self.writes_of(&key).last().filter(|last| last.lane != write.lane);
        write.after.extend(last.map(|last| last.entry));
        if write.operation == Operation::Create {
            let place = self.sequence;
            self.records.insert(key, Record::new(place));
        }
        let (needed, priority) = (write.after.clone(), write.priority);
        self.outbox.push(write);
        self.look();
        needed.into_iter().for_each(|needed| self.raise(needed, priority));
    }

    /// Folds a write into the last one of its record, if nobody else knows of that.
    fn fold(&mut self, write: &Write) -> bool {
        let moves = write.key.0 == "messages" && write.values.contains_key("conversationId");
        let Some(last) = self.writes_of(&write.key).last().cloned() else { return false };
        if moves || last.attempted || last.dead || last.group.is_some() {
            return false;
        }
        match (last.operation, write.operation) {
            (Operation::Create, Operation::Delete) => {
                let needed = self.outbox.iter().any(|other| other.after.contains(&last.entry));
                if needed {
                    return false;
                }
                self.take(last.entry);
                self.look();
                return true;
            }
            (Operation::Create | Operation::Update, Operation::Update) => {
                self.change(last.entry, |last| last.values.extend(write.values.clone()));
            }
            (Operation::Update, Operation::Delete) => self.change(last.entry, |last| {
                (last.operation, last.values) = (Operation::Delete, Values::new());
            }),
            (Operation::Delete, _) | (_, Operation::Create) => return false,
        }
        self.raise(last.entry, write.priority);
        self.look();
        true
    }

    fn raise(&mut self, entry: EntryId, priority: Priority) {
        let Some(write) = self.find(entry).filter(|write| write.priority < priority) else {
            return;
        };
        let needed = write.after.clone();
        self.change(entry, |write| write.priority = priority);
        needed.into_iter().for_each(|needed| self.raise(needed, priority));
    }

    /// The entries that are decided together with this one.
    pub fn unit(&self, entry: EntryId) -> Vec<EntryId> {
        let group = self.find(entry).and_then(|write| write.group);
        let together =
            |write: &&Write| write.entry == entry || (group.is_some() && write.group == group);
        self.outbox.iter().filter(together).map(|write| write.entry).collect()
    }

    /// Whether an entry is blocked: it, or one of its group, comes after a dead letter.
    pub fn is_blocked(&self, entry: EntryId) -> bool {
        let unit = self.unit(entry);
        let is_halted = |other: &Write| other.dead || self.is_blocked(other.entry);
        self.outbox.iter().filter(|write| unit.contains(&write.entry)).any(|write| {
            let creates = |other: &&Write| {
                other.operation == Operation::Create
                    && other.sequence < write.sequence
                    && !unit.contains(&other.entry)
            };
            self.writes_of(&write.key).filter(creates).any(is_halted)
                || write.after.iter().filter_map(|needed| self.find(*needed)).any(is_halted)
        })
    }

    pub fn pull(&mut self, key: Key, version: u64, order: u64, values: Values) {
        if !self.records.contains_key(&key) && self.deleted.get(&key) >= Some(&version) {
            return;
        }
        let record = self.records.entry(key).or_insert_with(|| Record::new(0));
        if version > record.version {
            record.base = Base::Values(values);
            (record.version, record.order) = (version, Some(order));
        }
        self.look();
    }

    fn bury(&mut self, key: &Key, version: u64) {
        let buried = self.deleted.entry(key.clone()).or_default();
        *buried = version.max(*buried);
    }

    pub fn pull_deletion(&mut self, key: &Key, version: u64) {
        self.bury(key, version);
        let Some(record) = self.records.get_mut(key) else { return };
        if version > record.version {
            record.base = Base::Deleted;
            record.version = version;
            self.look();
        }
    }

    pub fn ack(&mut self, entry: EntryId, version: u64, order: u64, values: Option<Values>) {
        let Some(write) = self.take(entry) else { return };
        self.forget(entry);
        if write.operation == Operation::Delete {
            self.bury(&write.key, version);
        }
        let Some(record) = self.records.get_mut(&write.key) else { return };
        if version > record.version {
            (record.version, record.order) = (version, Some(order));
            record.base = match (values, &record.base) {
                (Some(values), _) => Base::Values(values),
                (None, Base::Values(base)) if write.operation == Operation::Update => {
                    let mut base = base.clone();
                    base.extend(write.values.clone());
                    Base::Values(base)
                }
                (None, _) => Base::Values(write.values.clone()),
            };
        }
        if write.operation == Operation::Delete {
            record.base = Base::Deleted;
        }
        self.look();
    }

    pub fn change(&mut self, entry: EntryId, change: impl FnOnce(&mut Write)) {
        if let Some(write) = self.outbox.iter_mut().find(|write| write.entry == entry) {
            change(write);
        }
        self.look();
    }

    /// The server refused an entry, and its group with it.
    pub fn reject(&mut self, entry: EntryId) {
        for member in self.unit(entry) {
            self.change(member, |write| write.dead = true);
        }
        self.look();
    }

    /// A dead letter, and its group, waits for new attempts.
    pub fn retry(&mut self, entry: EntryId) {
        for member in self.unit(entry) {
            self.change(member, |write| (write.dead, write.not_before) = (false, None));
        }
        // A group that was rolled back shows again.
        for write in self.outbox.clone() {
            if write.operation == Operation::Create && !write.is_rolled_back() {
                let place = write.sequence;
                self.records.entry(write.key).or_insert_with(|| Record::new(place));
            }
        }
        self.look();
    }

    /// A dead letter that was edited goes on under another id.
    pub fn rename(&mut self, entry: EntryId, new: EntryId) {
        self.change(entry, |write| (write.entry, write.attempted) = (new, false));
        for write in &mut self.outbox {
            if write.after.remove(&entry) {
                write.after.insert(new);
            }
        }
    }

    /// Takes an entry and its group out; what waited for them becomes a dead letter.
    pub fn give_up(&mut self, entry: EntryId) {
        let unit = self.unit(entry);
        for member in &unit {
            self.take(*member);
        }
        for member in &unit {
            let waits = |write: &&Write| write.after.contains(member);
            let orphans: Vec<EntryId> =
                self.outbox.iter().filter(waits).map(|write| write.entry).collect();
            orphans.into_iter().for_each(|orphan| self.reject(orphan));
            self.forget(*member);
        }
        self.look();
    }

    /// Takes back an entry and its group; later writes of what they create go with them.
    pub fn cancel(&mut self, entry: EntryId) {
        for gone in self.taken_along(entry).into_iter().rev() {
            self.give_up(gone);
        }
        self.give_up(entry);
    }

    /// An entry's group, what follows the records that it creates, and so on.
    pub fn taken_along(&self, entry: EntryId) -> Vec<EntryId> {
        let mut taken = self.unit(entry);
        let mut at = 0;
        while at < taken.len() {
            for later in self.later_writes(taken[at]) {
                for member in self.unit(later) {
                    if !taken.contains(&member) {
                        taken.push(member);
                    }
                }
            }
            at += 1;
        }
        taken.sort_by_key(|entry| self.find(*entry).map(|write| write.sequence));
        taken
    }

    /// The later writes of a record that an entry creates.
    pub fn later_writes(&self, entry: EntryId) -> Vec<EntryId> {
        let Some(write) = self.find(entry).filter(|it| it.operation == Operation::Create) else {
            return Vec::new();
        };
        let later = self.writes_of(&write.key).filter(|other| other.sequence > write.sequence);
        later.map(|other| other.entry).collect()
    }

    fn take(&mut self, entry: EntryId) -> Option<Write> {
        let index = self.outbox.iter().position(|write| write.entry == entry)?;
        Some(self.outbox.remove(index))
    }

    /// Nothing waits for this entry any more.
    fn forget(&mut self, entry: EntryId) {
        self.outbox.iter_mut().for_each(|write| {
            write.after.remove(&entry);
        });
    }

    /// A person looks: a record of which nothing is left to show is gone.
    fn look(&mut self) {
        let keys: Vec<Key> = self.records.keys().cloned().collect();
        for key in keys {
            match self.shown(&key) {
                Some(seen) => self.records.get_mut(&key).expect("it is there").seen = seen,
                None => drop(self.records.remove(&key)),
            }
        }
    }

    /// The entries that may go now, in order.
    pub fn due(&self) -> Vec<EntryId> {
        let lanes: BTreeSet<&str> = self.outbox.iter().map(|write| write.lane.as_str()).collect();
        let mut due = Vec::new();
        for lane in lanes {
            let urgency = self.before_barrier(lane).map(|write| write.priority).max();
            let mut unit: Option<&Write> = None;
            for write in self.sendable(lane) {
                // A group goes in one piece, at the place of its first entry.
                if unit.is_none_or(|first| first.group.is_none() || first.group != write.group) {
                    unit = Some(write);
                }
                let place = unit.map(|first| first.sequence);
                due.push(((std::cmp::Reverse(urgency), place, write.sequence), write.entry));
            }
        }
        due.sort_unstable_by_key(|(place, _)| *place);
        due.into_iter().map(|(_, entry)| entry).collect()
    }

    /// A lane's entries that no dead letter stops, before the first that is held.
    fn before_barrier<'a>(&'a self, lane: &'a str) -> impl Iterator<Item = &'a Write> {
        let is_halted = |write: &Write| write.dead || self.is_blocked(write.entry);
        self.outbox
            .iter()
            .filter(move |write| write.lane == lane)
            .take_while(move |write| {
                !(is_halted(write) && policy_of(write.key.0) == LanePolicy::Hold)
            })
            .filter(move |write| !is_halted(write))
    }

    fn sendable<'a>(&'a self, lane: &'a str) -> Vec<&'a Write> {
        let waits = |write: &&Write| {
            // A group waits for what any of it waits for.
            self.unit(write.entry).iter().filter_map(|member| self.find(*member)).any(|member| {
                let mut needed = member.after.iter().filter_map(|needed| self.find(*needed));
                needed.any(|needed| needed.lane != lane)
            })
        };
        let sendable: Vec<&Write> =
            self.before_barrier(lane).take_while(|write| !waits(write)).collect();
        let delayed = |head: &&Write| head.not_before.is_some_and(|at| at > NOW);
        if sendable.first().is_some_and(delayed) { Vec::new() } else { sendable }
    }

    fn delivery(&self, key: &Key) -> &'static str {
        if self.writes_of(key).any(|write| write.dead) {
            "failed"
        } else if self.writes_of(key).next().is_none() {
            "sent"
        } else {
            "queued"
        }
    }

    /// The row objects of a collection in the order on screen.
    pub fn rows(&self, collection: &str) -> Vec<Value> {
        let keys = self.records.iter().filter(|((name, _), _)| *name == collection);
        let mut rows: Vec<_> = keys
            .filter_map(|(key, record)| {
                let shown = self.shown(key).filter(|shown| !shown.hidden)?;
                let mut row = json!({ "id": key.1, "delivery": self.delivery(key) });
                shown.values.into_iter().for_each(|(name, value)| row[name] = value);
                let place = match record.order {
                    Some(order) => (0, order),
                    None => (1, record.place as u64),
                };
                Some((place, row))
            })
            .collect();
        rows.sort_by_key(|(place, _)| *place);
        rows.into_iter().map(|(_, row)| row).collect()
    }
}
