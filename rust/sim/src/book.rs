//! What a device was promised: every write that is in its outbox or was acknowledged,
//! and what became of it. Kept beside the engine, from what anybody could see.

use std::collections::BTreeMap;

use mailboat_core::{Operation, Reason};
use serde::Deserialize;
use uuid::Uuid;

/// How a write stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// In the outbox, or on its way.
    Open,
    /// The server has it.
    Applied,
    /// The person took it out of the outbox, or another write of theirs cancelled it.
    Withdrawn,
}

/// A write.
#[derive(Clone, Debug)]
pub struct Write {
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub record_id: String,
    /// Its lane.
    pub lane: String,
    /// Its place in the device's order of writing, by the app's life and the outbox's
    /// sequence; `None` until it was seen in the outbox.
    pub order: Option<(u32, i64)>,
    /// The app was told that it is durable.
    pub acknowledged: bool,
    /// How it stands.
    pub state: State,
    /// It was a dead letter once, or waited for one: its lane has gone on without it.
    pub was_dead: bool,
    /// The server refused it for good.
    pub refused: bool,
    /// How often the server asked to try it again.
    pub retries: u32,
    /// How often a request with it alone came to nothing.
    pub lone_failures: u32,
    /// Requests that carried it.
    pub requests: u32,
    /// The first of them was answered.
    pub first_answered: bool,
    /// What it sets the body to.
    pub body: Option<String>,
    /// What it does.
    pub operation: Operation,
}

/// An entry of the outbox as the waist shows it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// Its place in the order of writing.
    pub sequence: i64,
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub record_id: String,
    /// What it does.
    pub operation: Operation,
    /// Its lane.
    pub lane: String,
    /// Whether it is a dead letter.
    pub failed: bool,
    /// Whether it waits for a dead letter.
    pub blocked: bool,
    /// Why it failed.
    pub reason: Option<Reason>,
}

/// A page of the outbox as the waist shows it.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// Whether there are more.
    pub more: bool,
}

/// All writes of one device.
#[derive(Default)]
pub struct Book {
    /// By the id of their entry.
    pub writes: BTreeMap<Uuid, Write>,
}

impl Write {
    /// A write of this shape, of which nothing is known yet.
    #[must_use]
    pub fn new(collection: &str, record_id: &str, lane: &str, operation: Operation) -> Self {
        Self {
            collection: collection.into(),
            record_id: record_id.into(),
            lane: lane.into(),
            order: None,
            acknowledged: false,
            state: State::Open,
            was_dead: false,
            refused: false,
            retries: 0,
            lone_failures: 0,
            requests: 0,
            first_answered: false,
            body: None,
            operation,
        }
    }
}

impl Book {
    /// The app was told that a write is durable.
    pub fn acknowledged(&mut self, entry: Uuid, draft: Write) {
        let write = self.writes.entry(entry).or_insert(draft.clone());
        write.acknowledged = true;
        write.body = draft.body;
    }

    /// What the outbox holds now: takes note of what is new in it.
    pub fn seen(&mut self, life: u32, outbox: &[Entry]) {
        for entry in outbox {
            let write = self.writes.entry(entry.id).or_insert_with(|| {
                Write::new(&entry.collection, &entry.record_id, &entry.lane, entry.operation)
            });
            // An outbox that was empty when its file was opened counts from 1 again.
            write.order = write.order.or(Some((life, entry.sequence)));
            write.lane.clone_from(&entry.lane);
            // What waits for a dead letter is left behind by its lane in the same way.
            write.was_dead |= entry.failed || entry.blocked;
        }
    }

    /// The person withdrew a write, or what they wrote next cancelled those of a record.
    pub fn withdrawn(&mut self, is_it: impl Fn(&Uuid, &Write) -> bool) {
        for (id, write) in &mut self.writes {
            if write.state == State::Open && is_it(id, write) {
                write.state = State::Withdrawn;
            }
        }
    }
}
