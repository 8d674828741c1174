//! What the store should hold, worked out the slow and obvious way: every record is
//! its base and its list of unsettled writes, and nothing is remembered besides.

use std::collections::BTreeMap;

use mailboat_core::{EntryId, LanePolicy, Operation, Timestamp};
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
    pub not_before: Option<Timestamp>,
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
}

#[derive(Clone, Debug, Default)]
pub struct Model {
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
        let write =
            Write { entry, sequence, operation, values, lane, dead: false, not_before: None };
        let record = self.records.entry(key).or_insert_with(Record::empty);
        if operation == Operation::Create {
            record.place = sequence;
        }
        record.writes.push(write);
        record.replay();
    }

    pub fn pull(&mut self, key: Key, version: u64, order: u64, values: Values) {
        let record = self.records.entry(key.clone()).or_insert_with(Record::empty);
        if version > record.version {
            record.base = Base::Values(values);
            (record.version, record.order) = (version, Some(order));
        }
        self.adopt_orphans(&key);
        self.records.get_mut(&key).expect("it was made").replay();
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
        let Some(record) = self.records.get_mut(key) else { return };
        if version > record.version {
            record.base = Base::Deleted;
            record.version = version;
            self.settle_record(key);
        }
    }

    pub fn ack(&mut self, entry: EntryId, version: u64, order: u64, values: Option<Values>) {
        let Some((key, write)) = self.take(entry) else { return };
        let Some(record) = self.records.get_mut(&key) else { return };
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
                .filter(|(_, write)| !write.dead)
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
