//! What a device was promised: every write that is in its outbox or was acknowledged,
//! and what became of it. Kept beside the engine, from what anybody could see.

use std::collections::{BTreeMap, BTreeSet};

use mailboat_core::{Columns, Operation, Priority, Reason};
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

/// What a person wants written, before anybody has it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Name of the collection.
    pub collection: String,
    /// Id of the record; empty while the engine has not made one.
    pub record_id: String,
    /// Its lane; empty where that is the record's id.
    pub lane: String,
    /// What it does.
    pub operation: Operation,
    /// The columns that it sets.
    pub columns: Columns,
    /// When the person asks for it, on the world's clock.
    pub asked_at: i64,
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
    /// The server refused it for good, or another of its group.
    pub refused: bool,
    /// How often the server asked to try it again, or another of its group.
    pub retries: u32,
    /// How often a request with it alone, or with its group, came to nothing.
    pub lone_failures: u32,
    /// Requests that carried it.
    pub requests: u32,
    /// The first of them was answered.
    pub first_answered: bool,
    /// What the person wants of it: the columns of each command that it carries, by the
    /// command's number. A promise that waits for the server is kept after later ones.
    pub wanted: BTreeMap<u64, Columns>,
    /// When the first of the commands that it carries was asked for, on the world's clock.
    pub asked_at: Option<i64>,
    /// The app was told of the create that it carries.
    has_create: bool,
    /// What it does.
    pub operation: Operation,
    /// The atomic group it belongs to.
    pub group: Option<Uuid>,
    /// The app was told that it is taken back.
    pub cancelled: bool,
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
    /// The atomic group it belongs to.
    pub group: Option<Uuid>,
    /// How urgent it is.
    pub priority: Priority,
    /// When it was written, by the device's clock.
    pub enqueued_at: i64,
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
    /// Entries that the person has just taken away or renamed: they may be gone when the
    /// outbox is read next.
    leaving: BTreeSet<Uuid>,
    /// The same of commands that the disk failed, or that nobody answered: what they did
    /// may come to light in a later life.
    doubtful: BTreeSet<Uuid>,
    /// Records, by collection and id, of which a command that may have been carried out
    /// was never answered: nobody knows what the person has written there.
    unsure: BTreeSet<(String, String)>,
}

impl Write {
    /// A write of this shape, of which nothing is known yet.
    fn new(collection: &str, record_id: &str, lane: &str, operation: Operation) -> Self {
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
            wanted: BTreeMap::new(),
            asked_at: None,
            has_create: false,
            operation,
            group: None,
            cancelled: false,
        }
    }

    /// Whether the app was told of all that it carries, as far as it alone shows. Of a
    /// create that waited for the server the app may know only a later edit.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.acknowledged && (self.operation != Operation::Create || self.has_create)
    }

    /// The columns that it sets, as the person wants them.
    #[must_use]
    pub fn columns(&self) -> Columns {
        self.wanted.values().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

impl Book {
    /// The app was told that an entry carries what its command `number` wants.
    pub fn acknowledged(&mut self, entry: Uuid, number: u64, draft: Draft) {
        let Draft { collection, record_id, lane, operation, columns, asked_at } = draft;
        let write = self
            .writes
            .entry(entry)
            .or_insert_with(|| Write::new(&collection, &record_id, &lane, operation));
        write.acknowledged = true;
        write.wanted.insert(number, columns);
        write.asked_at = Some(write.asked_at.map_or(asked_at, |first| first.min(asked_at)));
        write.has_create |= operation == Operation::Create;
    }

    /// What the outbox holds now: takes note of what is new in it.
    pub fn seen(&mut self, life: u32, outbox: &[Entry]) {
        let present: BTreeSet<Uuid> = outbox.iter().map(|entry| entry.id).collect();
        for entry in outbox {
            let is_new = self.writes.get(&entry.id).is_none_or(|write| write.order.is_none());
            let before = if is_new { self.name_before(entry, &present) } else { None };
            let write = self.writes.entry(entry.id).or_insert_with(|| {
                Write::new(&entry.collection, &entry.record_id, &entry.lane, entry.operation)
            });
            if let Some(before) = before {
                write.order = before.order;
                write.was_dead = true;
                write.wanted.extend(before.wanted);
                write.has_create |= before.has_create;
            }
            // An outbox that was empty when its file was opened counts from 1 again.
            write.order = write.order.or(Some((life, entry.sequence)));
            write.lane.clone_from(&entry.lane);
            (write.group, write.operation) = (entry.group, entry.operation);
            // What waits for a dead letter is left behind by its lane in the same way.
            write.was_dead |= entry.failed || entry.blocked;
        }
    }

    /// The write that has had an entry's place until an edit gave it another id.
    fn name_before(&self, entry: &Entry, present: &BTreeSet<Uuid>) -> Option<Write> {
        let is_it = |(id, write): &(&Uuid, &Write)| {
            !present.contains(id)
                && self.may_be_gone(id)
                && write.state == State::Open
                && write.order.is_some_and(|(_, sequence)| sequence == entry.sequence)
                && (&write.collection, &write.record_id) == (&entry.collection, &entry.record_id)
        };
        self.writes.iter().find(is_it).map(|(_, write)| write.clone())
    }

    /// The person takes a dead letter away, with the rest of its group; or an edit has
    /// given it another id.
    pub fn left(&mut self, entry: Uuid) {
        let unit = self.unit(entry);
        self.leaving.extend(unit);
    }

    /// The person has taken back what was never sent, and with it what they wrote to a
    /// record that now never was.
    pub fn cancelled(&mut self, entry: Uuid) {
        for id in self.taken_along(entry) {
            self.leaving.insert(id);
            if let Some(write) = self.writes.get_mut(&id) {
                write.cancelled = true;
            }
        }
    }

    /// What the person wrote next has cancelled all writes of a record that never was.
    pub fn cancelled_out(&mut self, draft: &Draft) {
        for write in self.writes.values_mut() {
            let is_of_it = write.collection == draft.collection;
            if is_of_it && write.record_id == draft.record_id && write.state == State::Open {
                write.state = State::Withdrawn;
                write.cancelled = true;
            }
        }
    }

    /// A command that changes or takes away an entry was not answered as one that is
    /// surely done, or surely not.
    pub fn doubt(&mut self, entry: Uuid) {
        let taken = self.taken_along(entry);
        for write in taken.iter().filter_map(|id| self.writes.get(id)) {
            self.unsure.insert((write.collection.clone(), write.record_id.clone()));
        }
        self.doubtful.extend(taken);
    }

    /// The same of a write.
    pub fn doubt_draft(&mut self, draft: &Draft) {
        self.unsure.insert((draft.collection.clone(), draft.record_id.clone()));
    }

    /// Whether all that was written to a record here is known.
    #[must_use]
    pub fn is_sure_of(&self, collection: &str, record_id: &str) -> bool {
        !self.unsure.contains(&(collection.to_owned(), record_id.to_owned()))
    }

    /// Whether an entry that is not in the outbox any more may have left it by the
    /// person's will.
    #[must_use]
    pub fn may_be_gone(&self, entry: &Uuid) -> bool {
        self.leaving.contains(entry) || self.doubtful.contains(entry)
    }

    /// The outbox was read: whatever was to leave it has.
    pub fn all_have_left(&mut self) {
        self.leaving.clear();
    }

    /// The entries that are decided together with this one.
    #[must_use]
    pub fn unit(&self, entry: Uuid) -> BTreeSet<Uuid> {
        let group = self.writes.get(&entry).and_then(|write| write.group);
        let mates = self.writes.iter().filter(|(_, it)| group.is_some() && it.group == group);
        mates.map(|(id, _)| *id).chain([entry]).collect()
    }

    /// Those, and the later writes of what they create.
    fn taken_along(&self, entry: Uuid) -> BTreeSet<Uuid> {
        let mut taken = self.unit(entry);
        loop {
            let creates: Vec<&Write> = taken
                .iter()
                .filter_map(|id| self.writes.get(id))
                .filter(|write| write.operation == Operation::Create)
                .collect();
            let is_later = |write: &Write| {
                let is_of = |create: &&Write| {
                    create.collection == write.collection
                        && create.record_id == write.record_id
                        && create.order < write.order
                };
                write.state == State::Open && creates.iter().any(is_of)
            };
            let later = self.writes.iter().filter(|(_, write)| is_later(write));
            let more: BTreeSet<Uuid> = later.flat_map(|(id, _)| self.unit(*id)).collect();
            if more.is_subset(&taken) {
                return taken;
            }
            taken.extend(more);
        }
    }
}
