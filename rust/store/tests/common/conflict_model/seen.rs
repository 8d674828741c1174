//! What should be seen of the model: the outbox, what is due, and the rows on screen.

use std::collections::BTreeMap;

use mailboat_core::{EntryId, LanePolicy, Operation};
use serde_json::{Value, json};

use super::record::{Key, Record, Write};
use super::{Model, NOW, policy_of};

impl Model {
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
        let mut due: Vec<&Write> = Vec::new();
        for lane in lanes.into_values() {
            let sendable: Vec<&Write> = lane
                .iter()
                .take_while(|(key, write)| !(write.dead && policy_of(key.0) == LanePolicy::Hold))
                .filter(|(key, write)| !write.dead && !self.is_blocked(key, write))
                .map(|(_, write)| *write)
                .collect();
            if sendable.first().is_some_and(|head| head.not_before.is_none_or(|at| at <= NOW)) {
                due.extend(sendable);
            }
        }
        due.sort_by_key(|write| write.sequence);
        due.into_iter().map(|write| write.entry).collect()
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
