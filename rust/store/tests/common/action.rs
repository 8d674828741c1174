//! What may happen to a store, drawn at random and done to the store and the model.

use std::collections::BTreeSet;

use mailboat_core::{ConflictRule, EntryId, GroupId, Operation, Priority, Transition};
use mailboat_store::{
    Changes, Enqueued, Mutation, QueuedEntry, RemoteDeletion, Schema, Sending, StoreError,
    Transaction,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::model::{Base, Key, Model, Write};
use super::{NOW, Store, answered, columns, dead_letter, entry_id, mutation, remote, schema};

/// One thing that happens. Numbers pick among what there is at that moment.
#[derive(Clone, Debug)]
pub enum Action {
    Create { chat: bool, id: u8, lane: u8, priority: u8, after: Option<u8> },
    Update { pick: u8, lane: Option<u8>, text: u8, priority: u8 },
    Delete { pick: u8 },
    Group { pick: u8, id: u8, lane: u8 },
    Ack { pick: u8, whole: bool, stale: bool },
    Reject { pick: u8 },
    PutOff { pick: u8 },
    PutBack { pick: u8 },
    Retry { pick: u8 },
    RetryAll,
    Discard { pick: u8 },
    Cancel { pick: u8 },
    Edit { pick: u8, text: u8 },
    Pull { chat: bool, id: u8, lane: u8, text: u8, stale: bool },
    PullDeletion { pick: u8, stale: bool },
}

pub fn any_action() -> impl Strategy<Value = Action> {
    let pick = any::<u8>;
    let after = || proptest::option::weighted(0.2, any::<u8>());
    prop_oneof![
        4 => (any::<bool>(), 0..12_u8, 0..3_u8, 0..3_u8, after())
            .prop_map(|(chat, id, lane, priority, after)| Action::Create { chat, id, lane, priority, after }),
        3 => (pick(), proptest::option::weighted(0.2, 0..3_u8), pick(), 0..3_u8)
            .prop_map(|(pick, lane, text, priority)| Action::Update { pick, lane, text, priority }),
        1 => pick().prop_map(|pick| Action::Delete { pick }),
        1 => (pick(), 0..12_u8, 0..3_u8).prop_map(|(pick, id, lane)| Action::Group { pick, id, lane }),
        5 => (pick(), any::<bool>(), proptest::bool::weighted(0.2))
            .prop_map(|(pick, whole, stale)| Action::Ack { pick, whole, stale }),
        2 => pick().prop_map(|pick| Action::Reject { pick }),
        1 => pick().prop_map(|pick| Action::PutOff { pick }),
        1 => pick().prop_map(|pick| Action::PutBack { pick }),
        1 => pick().prop_map(|pick| Action::Retry { pick }),
        1 => Just(Action::RetryAll),
        1 => pick().prop_map(|pick| Action::Discard { pick }),
        1 => pick().prop_map(|pick| Action::Cancel { pick }),
        1 => (pick(), pick()).prop_map(|(pick, text)| Action::Edit { pick, text }),
        3 => (any::<bool>(), 0..12_u8, 0..3_u8, pick(), proptest::bool::weighted(0.2))
            .prop_map(|(chat, id, lane, text, stale)| Action::Pull { chat, id, lane, text, stale }),
        1 => (pick(), proptest::bool::weighted(0.2))
            .prop_map(|(pick, stale)| Action::PullDeletion { pick, stale }),
    ]
}

/// So many runs. What fails is printed whole, and becomes a test by hand.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A store, what it should hold, and a server that counts.
pub struct World {
    pub store: Store,
    pub model: Model,
    server_version: u64,
    server_order: u64,
    entries_made: u128,
}

/// Told of every commit.
pub type Told<'a> = dyn FnMut(&Store, &Changes) + 'a;

/// Ids of the records that may look different now.
pub type Touched = BTreeSet<String>;

impl World {
    pub fn new(coalesces: bool) -> Self {
        let store = Store::with(&Self::schema(coalesces));
        let model = Model::new(coalesces);
        Self { store, model, server_version: 0, server_order: 0, entries_made: 0 }
    }

    /// Does it, and answers whose records may look different now; `None` when there is
    /// nothing to do it to.
    pub fn act(&mut self, action: &Action, told: &mut Told<'_>) -> Option<Touched> {
        match *action {
            Action::Create { chat, id, lane, priority, after } => {
                let key = self.free_key(chat, id)?;
                let after = after.and_then(|pick| self.pick_entry(pick, |_| true));
                let sending =
                    Sending { priority: Some(priority_of(priority)), ..Sending::default() };
                let after = after.map(|write| write.entry).into_iter().collect();
                let sending = Sending { after, ..sending };
                self.write(Operation::Create, key, values_of(chat, lane, id), sending, told)
            }
            Action::Update { pick, lane, text, priority } => {
                let key = self.pick_record(pick)?;
                let values = match lane {
                    _ if key.0 == "conversations" => json!({ "title": format!("title {text}") }),
                    Some(lane) => json!({ "conversationId": format!("c{lane}") }),
                    None => json!({ "body": format!("edit {text}") }),
                };
                let sending =
                    Sending { priority: Some(priority_of(priority)), ..Sending::default() };
                self.write(Operation::Update, key, values, sending, told)
            }
            Action::Delete { pick } => {
                let key = self.pick_record(pick)?;
                self.write(Operation::Delete, key, json!({}), Sending::default(), told)
            }
            Action::Group { pick, id, lane } => self.write_group(pick, id, lane, told),
            Action::Ack { pick, whole, stale } => self.ack(pick, whole, stale, told),
            Action::Reject { pick } => {
                let write = self.pick_sendable(pick)?;
                let unit = self.model.unit(write.entry);
                let touched = self.touched_by(&unit);
                self.settle(&unit, &dead_letter(), None, told);
                self.model.reject(write.entry);
                Some(touched)
            }
            Action::PutOff { pick } => {
                let write = self.pick_sendable(pick)?;
                let unit = self.model.unit(write.entry);
                let not_before = NOW.plus_ms(1_000);
                self.settle(&unit, &Transition::Retry { attempts: 1, not_before }, None, told);
                for member in &unit {
                    self.model.change(*member, |write| write.not_before = Some(not_before));
                }
                Some(self.touched_by(&unit))
            }
            Action::PutBack { pick } => {
                let write = self.pick_sendable(pick)?;
                let batch = self.attempt(&self.model.unit(write.entry), told);
                self.commit(told, |transaction| transaction.put_back(&batch));
                Some(self.touched_by(&self.model.unit(write.entry)))
            }
            Action::Retry { pick } => {
                let write = self.pick_entry(pick, |write| write.dead)?;
                self.model.retry(write.entry);
                self.commit(told, |transaction| transaction.retry(write.entry, NOW));
                Some(self.touched_by(&self.model.unit(write.entry)))
            }
            Action::RetryAll => {
                let dead = |write: &&Write| write.dead;
                let dead: Vec<_> =
                    self.model.outbox.iter().filter(dead).map(|write| write.entry).collect();
                let revived = self.commit(told, |transaction| transaction.retry_all(NOW));
                assert_eq!(revived as usize, dead.len());
                dead.iter().for_each(|entry| self.model.retry(*entry));
                Some(self.touched_by(&dead))
            }
            Action::Discard { pick } => {
                let write = self.pick_entry(pick, |write| write.dead)?;
                let touched = self.touched_by(&self.model.unit(write.entry));
                self.model.give_up(write.entry);
                self.commit(told, |transaction| transaction.discard(write.entry, NOW));
                Some(touched)
            }
            Action::Cancel { pick } => self.cancel(pick, told),
            Action::Edit { pick, text } => self.edit(pick, text, told),
            Action::Pull { chat, id, lane, text, stale } => {
                let key = key_of(chat, id);
                // Creates against creates are for the model of conflicts.
                if self.waits_free(&key, Operation::Create) {
                    return None;
                }
                let version = self.version(stale);
                let order = self.order_of(&key);
                let values = values_of(chat, lane, text);
                self.model.pull(key.clone(), version, order, columns(values.clone()));
                let change = [remote(key.0, &key.1, version, order, values)];
                self.commit(told, |transaction| transaction.apply_changes(&change, NOW));
                Some([key.1].into())
            }
            Action::PullDeletion { pick, stale } => {
                let key = self.pick_record(pick)?;
                if self.waits_free(&key, Operation::Delete) {
                    return None;
                }
                let version = self.version(stale);
                self.model.pull_deletion(&key, version);
                let (collection, id) = (key.0.into(), key.1.clone());
                let deletion = [RemoteDeletion { collection, id, version }];
                self.commit(told, |transaction| transaction.apply_deletions(&deletion, NOW));
                Some([key.1].into())
            }
        }
    }

    fn commit<T>(
        &mut self,
        told: &mut Told<'_>,
        body: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> T {
        let (answer, changes) = self.store.commit_with_changes(body);
        told(&self.store, &changes);
        answer
    }

    fn next_entry(&mut self) -> EntryId {
        self.entries_made += 1;
        entry_id(self.entries_made)
    }

    fn write(
        &mut self,
        operation: Operation,
        key: Key,
        values: Value,
        sending: Sending,
        told: &mut Told<'_>,
    ) -> Option<Touched> {
        let entry = self.next_entry();
        let write = Mutation { sending, ..mutation(entry, operation, key.0, &key.1, values) };
        let accepted = self.model.accepts(operation, &key);
        let result = self.commit(told, |transaction| Ok(transaction.write(&write, NOW)));
        assert_eq!(result.is_ok(), accepted, "{operation:?} of {key:?}: {result:?}");
        if accepted {
            self.model.write(in_model(&write, key.clone(), None));
            let kept = self.model.find(entry).is_some();
            assert_eq!(result == Ok(Enqueued::New), kept, "{operation:?} of {key:?}: {result:?}");
        }
        Some([key.1].into())
    }

    /// A new message and an update of a conversation, as one.
    fn write_group(&mut self, pick: u8, id: u8, lane: u8, told: &mut Told<'_>) -> Option<Touched> {
        let message = self.free_key(true, id)?;
        let conversations =
            self.model.records.keys().filter(|(collection, _)| *collection == "conversations");
        let conversations: Vec<&Key> =
            conversations.filter(|key| self.model.accepts(Operation::Update, key)).collect();
        let conversation =
            (*conversations.get(usize::from(pick) % conversations.len().max(1))?).clone();
        let title = json!({ "title": format!("grouped {pick}") });
        let (first, second) = (self.next_entry(), self.next_entry());
        let group = GroupId::from_u128(first.as_u128());
        let writes = [
            mutation(first, Operation::Update, conversation.0, &conversation.1, title),
            mutation(second, Operation::Create, message.0, &message.1, values_of(true, lane, id)),
        ];
        self.commit(told, |transaction| transaction.write_group(&writes, group, NOW));
        for (write, key) in writes.iter().zip([&conversation, &message]) {
            let lane = format!("c{lane}");
            self.model.write(in_model(write, key.clone(), Some((group, lane))));
        }
        Some([conversation.1, message.1].into())
    }

    /// The server applies the oldest write of a record that has one, and its group.
    fn ack(&mut self, pick: u8, whole: bool, stale: bool, told: &mut Told<'_>) -> Option<Touched> {
        let key = self.pick_sendable(pick)?.key;
        let oldest = self.model.writes_of(&key).find(|write| !write.dead)?.clone();
        let unit = self.model.unit(oldest.entry);
        let known = |entry: &EntryId| self.is_known(*entry);
        if !self.is_sendable(&oldest) || !unit.iter().all(known) {
            return None;
        }
        // A delete of what the server has deleted is done with, once that is known.
        let is_gone = self.model.records.get(&key).is_none_or(|it| it.base == Base::Deleted);
        if is_gone && self.waits_free(&key, Operation::Delete) {
            return None;
        }
        let batch = self.attempt(&unit, told);
        let mut settled = Vec::new();
        for entry in &unit {
            let write = self.model.find(*entry).expect("an entry").clone();
            let record = self.model.records.get(&write.key);
            let whole = whole || record.is_none_or(|record| record.base == Base::Deleted);
            let (order, version) = (self.order_of(&write.key), self.version(stale));
            let values = (whole && write.operation != Operation::Delete)
                .then(|| values_of(write.key.0 == "messages", pick % 3, pick));
            self.model.ack(*entry, version, order, values.clone().map(columns));
            settled.push((Transition::Acked { version, order }, values.map(answered)));
        }
        let settled: Vec<_> = batch
            .iter()
            .zip(settled)
            .map(|(entry, (transition, values))| (entry, transition, values))
            .collect();
        self.commit(told, |transaction| transaction.settle(&settled, NOW));
        Some(batch.iter().map(|entry| entry.record_id.clone()).collect())
    }

    /// Whether a write of this kind waits that no server can know.
    fn waits_free(&self, key: &Key, operation: Operation) -> bool {
        self.model.writes_of(key).any(|write| !write.attempted && write.operation == operation)
    }

    /// What the store is opened with: the rule that takes no write out and changes none.
    pub fn schema(coalesces: bool) -> Schema {
        let mut schema = schema(coalesces);
        for collection in &mut schema.collections {
            collection.conflict = ConflictRule::Merge;
        }
        schema
    }

    /// Whether the server could apply an entry: it knows no record before its create.
    fn is_known(&self, entry: EntryId) -> bool {
        let Some(write) = self.model.find(entry) else { return false };
        let oldest = self.model.writes_of(&write.key).find(|write| !write.dead);
        let held = self.model.records.get(&write.key).map(|record| &record.base);
        oldest.is_some_and(|oldest| oldest.entry == entry)
            && (write.operation == Operation::Create
                || held.is_some_and(|base| *base != Base::None))
    }

    fn cancel(&mut self, pick: u8, told: &mut Told<'_>) -> Option<Touched> {
        let write = self.pick_entry(pick, |_| true)?;
        let unit = self.model.unit(write.entry);
        let attempted = |entry: &EntryId| self.model.find(*entry).is_some_and(|it| it.attempted);
        let late = unit.iter().any(attempted);
        let touched = self.touched_by(&self.model.taken_along(write.entry));
        let result = self.commit(told, |transaction| Ok(transaction.cancel(write.entry, NOW)));
        assert_eq!(matches!(result, Err(StoreError::Conflict(_))), late, "{result:?}");
        if !late {
            self.model.cancel(write.entry);
        }
        Some(touched)
    }

    fn edit(&mut self, pick: u8, text: u8, told: &mut Told<'_>) -> Option<Touched> {
        let write = self.pick_entry(pick, |write| write.operation != Operation::Delete)?;
        let values = match write.key.0 {
            "messages" => json!({ "body": format!("edited {text}") }),
            _ => json!({ "title": format!("edited {text}") }),
        };
        let new = self.next_entry();
        let edited = columns(values.clone());
        let edit = |transaction: &mut Transaction<'_>| {
            Ok(transaction.edit(write.entry, new, &edited, NOW))
        };
        let result = self.commit(told, edit);
        if write.attempted && !write.dead {
            let accepted = self.model.accepts(Operation::Update, &write.key);
            assert_eq!(result.is_ok(), accepted, "{result:?}");
            if accepted {
                let update = mutation(new, Operation::Update, write.key.0, &write.key.1, values);
                self.model.write(in_model(&update, write.key.clone(), None));
            }
            return Some([write.key.1].into());
        }
        assert_eq!(result, Ok(if write.dead { new } else { write.entry }));
        self.model.change(write.entry, |write| write.values.extend(edited.clone()));
        let mut entry = write.entry;
        if write.dead {
            self.model.rename(entry, new);
            entry = new;
            self.model.retry(new);
        }
        Some(self.touched_by(&self.model.unit(entry)))
    }

    fn attempt(&mut self, unit: &[EntryId], told: &mut Told<'_>) -> Vec<QueuedEntry> {
        let batch = self.commit(told, |transaction| transaction.mark_attempted(unit, NOW));
        assert_eq!(batch.len(), unit.len(), "all of it is there to be sent");
        unit.iter().for_each(|entry| self.model.change(*entry, |write| write.attempted = true));
        batch
    }

    fn settle(
        &mut self,
        unit: &[EntryId],
        transition: &Transition,
        values: Option<Value>,
        told: &mut Told<'_>,
    ) {
        let batch = self.attempt(unit, told);
        let settled: Vec<_> = batch
            .iter()
            .map(|entry| (entry, transition.clone(), values.clone().map(answered)))
            .collect();
        self.commit(told, |transaction| transaction.settle(&settled, NOW));
    }

    /// The records of some entries, and of those that are decided with them.
    fn touched_by(&self, entries: &[EntryId]) -> Touched {
        let mut touched = Touched::new();
        for entry in entries {
            for other in &self.model.outbox {
                if other.entry == *entry || self.comes_after(other, *entry) {
                    touched.insert(other.key.1.clone());
                }
            }
        }
        touched
    }

    fn comes_after(&self, other: &Write, entry: EntryId) -> bool {
        let unit = self.model.unit(other.entry);
        unit.iter().filter_map(|id| self.model.find(*id)).any(|it| it.after.contains(&entry))
    }

    /// A new version of the server's, or one that comes late.
    fn version(&mut self, stale: bool) -> u64 {
        if stale {
            return 1 + self.server_version / 2;
        }
        self.server_version += 1;
        self.server_version
    }

    /// A record's place in the server's order: given once, never changed.
    fn order_of(&mut self, key: &Key) -> u64 {
        let known = self.model.records.get(key).and_then(|record| record.order);
        known.unwrap_or_else(|| {
            self.server_order += 1;
            self.server_order
        })
    }

    /// Ids are made fresh: one is not used again while writes wait for it.
    fn free_key(&self, chat: bool, id: u8) -> Option<Key> {
        let key = key_of(chat, id);
        let taken =
            self.model.records.contains_key(&key) || self.model.writes_of(&key).next().is_some();
        (!taken).then_some(key)
    }

    fn pick_record(&self, pick: u8) -> Option<Key> {
        let keys: Vec<&Key> = self.model.records.keys().collect();
        (!keys.is_empty()).then(|| keys[usize::from(pick) % keys.len()].clone())
    }

    fn pick_entry(&self, pick: u8, wanted: impl Fn(&Write) -> bool) -> Option<Write> {
        let fitting: Vec<&Write> = self.model.outbox.iter().filter(|write| wanted(write)).collect();
        fitting.get(usize::from(pick) % fitting.len().max(1)).map(|write| (*write).clone())
    }

    fn pick_sendable(&self, pick: u8) -> Option<Write> {
        self.pick_entry(pick, |write| self.is_sendable(write))
    }

    /// Whether an entry, and its group, could be in a batch.
    fn is_sendable(&self, write: &Write) -> bool {
        let unit = self.model.unit(write.entry);
        unit.iter().filter_map(|entry| self.model.find(*entry)).all(|member| {
            let mut needed = member.after.iter().filter_map(|id| self.model.find(*id));
            let waits = needed.any(|needed| needed.lane != member.lane);
            !member.dead && !self.model.is_blocked(member.entry) && !waits
        })
    }
}

fn in_model(write: &Mutation, key: Key, group: Option<(GroupId, String)>) -> Write {
    let (group, lane) = group.map_or_else(Default::default, |(id, lane)| (Some(id), lane));
    Write {
        entry: write.entry,
        key,
        sequence: 0,
        operation: write.operation,
        values: write.values.clone(),
        lane,
        dead: false,
        not_before: None,
        attempted: false,
        priority: write.sending.priority.unwrap_or_default(),
        after: write.sending.after.iter().copied().collect(),
        group,
    }
}

fn priority_of(number: u8) -> Priority {
    [Priority::Low, Priority::Normal, Priority::High][usize::from(number)]
}

fn key_of(chat: bool, id: u8) -> Key {
    if chat { ("messages", format!("m{id}")) } else { ("conversations", format!("c{}", id % 4)) }
}

fn values_of(chat: bool, lane: u8, text: u8) -> Value {
    if chat {
        json!({
            "conversationId": format!("c{lane}"), "senderId": format!("s{}", text % 2),
            "body": format!("text {text}"), "sentAt": text % 8,
        })
    } else {
        json!({ "title": format!("title {text}"), "memberIds": [text] })
    }
}
