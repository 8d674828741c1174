//! What may happen to a store in which versions meet, drawn at random and done to the
//! store and the model.

use mailboat_core::{ConflictRule, EntryId, OnRemoteDelete, Operation, Transition};
use mailboat_store::{
    Answered, Changes, ConflictAnswer, RemoteChange, RemoteDeletion, Schema, StoreError,
    Transaction,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::conflict_model::{Base, Decision, Key, Model, Time};
use super::{NOW, Store, answered, columns, dead_letter, entry_id, mutation, remote};

/// One thing that happens. Numbers pick among what there is at that moment.
#[derive(Clone, Debug)]
pub enum Action {
    Create { chat: bool, id: u8, lane: u8 },
    Update { pick: u8, lane: Option<u8>, text: u8 },
    Delete { pick: u8 },
    Attempt { pick: u8 },
    Ack { pick: u8, whole: bool, stale: bool, again: bool },
    Conflict { pick: u8, text: u8, later: bool },
    Decide { pick: u8, how: u8 },
    Reject { pick: u8 },
    PutOff { pick: u8 },
    PutBack { pick: u8 },
    Retry { pick: u8 },
    Discard { pick: u8 },
    Pull { chat: bool, id: u8, lane: u8, text: u8, stale: bool, later: bool },
    PullDeletion { pick: u8, stale: bool },
}

pub fn any_action() -> impl Strategy<Value = Action> {
    let pick = any::<u8>;
    prop_oneof![
        4 => (any::<bool>(), 0..12_u8, 0..3_u8)
            .prop_map(|(chat, id, lane)| Action::Create { chat, id, lane }),
        3 => (pick(), proptest::option::weighted(0.2, 0..3_u8), pick())
            .prop_map(|(pick, lane, text)| Action::Update { pick, lane, text }),
        1 => pick().prop_map(|pick| Action::Delete { pick }),
        3 => pick().prop_map(|pick| Action::Attempt { pick }),
        5 => (pick(), any::<bool>(), proptest::bool::weighted(0.2), any::<bool>())
            .prop_map(|(pick, whole, stale, again)| Action::Ack { pick, whole, stale, again }),
        2 => (pick(), pick(), any::<bool>())
            .prop_map(|(pick, text, later)| Action::Conflict { pick, text, later }),
        2 => (pick(), pick()).prop_map(|(pick, how)| Action::Decide { pick, how }),
        1 => pick().prop_map(|pick| Action::Reject { pick }),
        1 => pick().prop_map(|pick| Action::PutOff { pick }),
        1 => pick().prop_map(|pick| Action::PutBack { pick }),
        1 => pick().prop_map(|pick| Action::Retry { pick }),
        1 => pick().prop_map(|pick| Action::Discard { pick }),
        4 => (any::<bool>(), 0..12_u8, 0..3_u8, pick(), proptest::bool::weighted(0.2), any::<bool>())
            .prop_map(|(chat, id, lane, text, stale, later)| {
                Action::Pull { chat, id, lane, text, stale, later }
            }),
        1 => (pick(), proptest::bool::weighted(0.2))
            .prop_map(|(pick, stale)| Action::PullDeletion { pick, stale }),
    ]
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

impl World {
    /// Conversations and messages, all under one rule.
    pub fn with(rule: ConflictRule, on_remote_delete: OnRemoteDelete) -> Self {
        let schema = Self::schema(rule, on_remote_delete);
        let (store, model) = (Store::with(&schema), Model::with(rule, on_remote_delete));
        Self { store, model, server_version: 0, server_order: 0, entries_made: 0 }
    }

    /// What such a store is opened with.
    pub fn schema(rule: ConflictRule, on_remote_delete: OnRemoteDelete) -> Schema {
        let mut schema = Schema::messaging();
        for collection in &mut schema.collections {
            (collection.conflict, collection.on_remote_delete) = (rule, on_remote_delete);
            collection.coalesce = false;
        }
        schema
    }

    /// Closes the file, and opens it again.
    pub fn reopen(&mut self) {
        let schema = Self::schema(self.model.rule, self.model.on_remote_delete);
        let closed = std::mem::replace(&mut self.store, Store::messaging());
        self.store = closed.reopen_with(&schema);
    }

    /// Does it, and answers whose record may look different now; `None` when there is
    /// nothing to do it to.
    pub fn act(&mut self, action: &Action, told: &mut Told<'_>) -> Option<String> {
        match *action {
            Action::Create { chat, id, lane } => {
                let key = key_of(chat, id);
                // Ids are made fresh; one is not used again while writes wait for it.
                if self.model.has_orphans(&key) {
                    return None;
                }
                self.write(Operation::Create, key, values_of(chat, lane, id), told)
            }
            Action::Update { pick, lane, text } => {
                let key = self.pick_record(pick)?;
                let values = match lane {
                    _ if key.0 == "conversations" => json!({ "title": format!("title {text}") }),
                    Some(lane) => json!({ "conversationId": format!("c{lane}") }),
                    None => json!({ "body": format!("edit {text}") }),
                };
                self.write(Operation::Update, key, values, told)
            }
            Action::Delete { pick } => {
                let key = self.pick_record(pick)?;
                self.write(Operation::Delete, key, json!({}), told)
            }
            Action::Attempt { pick } => {
                let (entry, key) = self.pick_entry(pick, |dead| !dead)?;
                self.model.attempt(entry);
                self.commit(told, |transaction| transaction.mark_attempted(&[entry], NOW));
                Some(key.1)
            }
            Action::Ack { pick, whole, stale, again } => {
                self.ack(pick, (whole, stale, again), told)
            }
            Action::Conflict { pick, text, later } => self.contend(pick, text, later, told),
            Action::Decide { pick, how } => self.decide(pick, how, told),
            Action::Reject { pick } => {
                let (entry, key) = self.pick_entry(pick, |dead| !dead)?;
                self.model.attempt(entry);
                self.model.refuse(entry, |write| write.dead = true);
                self.settle(entry, dead_letter(), None, told);
                Some(key.1)
            }
            Action::PutOff { pick } => {
                let (entry, key) = self.pick_entry(pick, |dead| !dead)?;
                let not_before = NOW.plus_ms(1_000);
                self.model.attempt(entry);
                self.model.change(entry, |write| write.not_before = Some(not_before));
                let transition = Transition::Retry { attempts: 1, not_before };
                self.settle(entry, transition, None, told);
                Some(key.1)
            }
            Action::PutBack { pick } => {
                let (entry, key) = self.pick_entry(pick, |dead| !dead)?;
                self.model.attempt(entry);
                let batch =
                    self.commit(told, |transaction| transaction.mark_attempted(&[entry], NOW));
                self.commit(told, |transaction| transaction.put_back(&batch));
                Some(key.1)
            }
            Action::Retry { pick } => {
                let (entry, key) = self.pick_entry(pick, |dead| dead)?;
                self.model.change(entry, |write| (write.dead, write.not_before) = (false, None));
                self.commit(told, |transaction| transaction.retry(entry, NOW));
                Some(key.1)
            }
            Action::Discard { pick } => {
                let (entry, key) = self.pick_entry(pick, |dead| dead)?;
                self.model.discard(entry);
                self.commit(told, |transaction| transaction.discard(entry, NOW));
                Some(key.1)
            }
            Action::Pull { chat, id, lane, text, stale, later } => {
                let key = key_of(chat, id);
                let version = self.version(stale);
                let order = self.order_of(&key);
                let values = values_of(chat, lane, text);
                let (time, stamp) = self.stamp(later, version);
                self.model.pull(key.clone(), version, order, columns(values.clone()), time);
                let change = remote(key.0, &key.1, version, order, values);
                let change = [RemoteChange { written_at: stamp, ..change }];
                self.commit(told, |transaction| transaction.apply_changes(&change, NOW));
                Some(key.1)
            }
            Action::PullDeletion { pick, stale } => {
                let key = self.pick_record(pick)?;
                let version = self.version(stale);
                self.model.pull_deletion(&key, version);
                let (collection, id) = (key.0.into(), key.1.clone());
                let deletion = [RemoteDeletion { collection, id, version }];
                self.commit(told, |transaction| transaction.apply_deletions(&deletion, NOW));
                Some(key.1)
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

    fn write(
        &mut self,
        operation: Operation,
        key: Key,
        values: Value,
        told: &mut Told<'_>,
    ) -> Option<String> {
        self.entries_made += 1;
        let entry = entry_id(self.entries_made);
        let write = mutation(entry, operation, key.0, &key.1, values.clone());
        let accepted = self.model.accepts(operation, &key);
        let result = self.commit(told, |transaction| Ok(transaction.write(&write, NOW)));
        assert_eq!(result.is_ok(), accepted, "{operation:?} of {key:?}: {result:?}");
        if accepted {
            self.model.write(entry, operation, key.clone(), columns(values));
        }
        Some(key.1)
    }

    /// The server applies the oldest write of a record that has one.
    fn ack(
        &mut self,
        pick: u8,
        (whole, stale, again): (bool, bool, bool),
        told: &mut Told<'_>,
    ) -> Option<String> {
        let (_, key) = self.pick_entry(pick, |dead| !dead)?;
        let record = self.model.records.get(&key)?;
        let write = record.writes.iter().find(|write| !write.dead)?.clone();
        if self.model.is_blocked(&key, &write) {
            return None;
        }
        // A server knows no record before its create, and sends what it alone knows.
        if record.base == Base::None && write.operation != Operation::Create {
            return None;
        }
        let whole = whole || record.base == Base::Deleted;
        let (order, version) = (self.order_of(&key), self.version(stale));
        let values = (whole && write.operation != Operation::Delete)
            .then(|| values_of(key.0 == "messages", pick % 3, pick));
        let (time, stamp) = self.stamp(again, version);
        self.model.attempt(write.entry);
        let acked = (version, order);
        self.model.ack(write.entry, acked, values.clone().map(columns), again, time);
        let answer = Answered {
            values: values.map(columns),
            is_duplicate: again,
            written_at: stamp,
            record_id: None,
        };
        self.settle(write.entry, Transition::Acked { version, order }, Some(answer), told);
        Some(key.1)
    }

    /// The server refuses a write for the version that it was made on.
    fn contend(&mut self, pick: u8, text: u8, later: bool, told: &mut Told<'_>) -> Option<String> {
        let (entry, key) = self.pick_entry(pick, |dead| !dead)?;
        let write = self.model.outbox().into_iter().find(|(_, write)| write.entry == entry)?.1;
        if !self.model.rule.checks_version() || write.operation == Operation::Create {
            return None;
        }
        // Higher than any that came late.
        self.server_version += 1;
        let (order, version) = (self.order_of(&key), self.version(false));
        let values = values_of(key.0 == "messages", text % 3, text);
        let (time, stamp) = self.stamp(later, version);
        self.model.attempt(entry);
        self.model.contend(entry, version, order, columns(values.clone()), time);
        let answer = Answered { written_at: stamp, ..answered(values) };
        self.settle(entry, Transition::Conflict { version, order }, Some(answer), told);
        Some(key.1)
    }

    /// JavaScript decides one of the conflicts that it is asked about.
    fn decide(&mut self, pick: u8, how: u8, told: &mut Told<'_>) -> Option<String> {
        let questions = self.store.questions();
        let asked = self.model.records.values().filter(|record| record.is_asked_about());
        assert_eq!(questions.len(), asked.count(), "every conflict is asked about, and no other");
        let question = questions.get(usize::from(pick) % questions.len().max(1))?;
        let key = (
            if question.collection == "messages" { "messages" } else { "conversations" },
            question.record_id.clone(),
        );
        let values = match key.0 {
            "messages" => json!({ "body": format!("merged {how}") }),
            _ => json!({ "title": format!("merged {how}") }),
        };
        let (decision, answer) = match how % 5 {
            0 => (Decision::Ours, ConflictAnswer::Ours),
            1 => (Decision::Theirs, ConflictAnswer::Theirs),
            2 => (Decision::Nothing, ConflictAnswer::Nothing),
            3 => (Decision::Nothing, ConflictAnswer::Values(columns(json!({ "nonsense": 1 })))),
            _ => {
                (Decision::Values(columns(values.clone())), ConflictAnswer::Values(columns(values)))
            }
        };
        self.model.answer(&key, &decision);
        let is_done =
            self.commit(told, |transaction| transaction.answer_conflict(question, &answer, NOW));
        assert!(is_done, "nothing has moved since it was asked");
        Some(key.1)
    }

    fn settle(
        &mut self,
        entry: EntryId,
        transition: Transition,
        answer: Option<Answered>,
        told: &mut Told<'_>,
    ) {
        let batch = self.commit(told, |transaction| transaction.mark_attempted(&[entry], NOW));
        let settled = [(&batch[0], transition, answer)];
        self.commit(told, |transaction| transaction.settle(&settled, NOW));
    }

    /// When the server's version was written: a minute ago, or in a minute.
    fn stamp(&self, later: bool, version: u64) -> (Option<Time>, Option<String>) {
        let minute_ms = if later { 60_000 } else { -60_000 };
        let at = NOW.0 + minute_ms + version.cast_signed();
        let text = format!("{at:012x}-0000-00000000000000ff");
        (Some((at, 0)).filter(|_| self.model.rule == ConflictRule::LastWriteWins), Some(text))
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

    fn pick_record(&self, pick: u8) -> Option<Key> {
        let keys: Vec<&Key> = self.model.records.keys().collect();
        (!keys.is_empty()).then(|| keys[usize::from(pick) % keys.len()].clone())
    }

    fn pick_entry(&self, pick: u8, wanted: impl Fn(bool) -> bool) -> Option<(EntryId, Key)> {
        let outbox = self.model.outbox();
        let is_wanted = |(key, write): &&(&Key, &super::conflict_model::Write)| {
            wanted(write.dead) && !self.model.is_blocked(key, write)
        };
        let fitting: Vec<_> = outbox.iter().filter(is_wanted).collect();
        let (key, write) = fitting.get(usize::from(pick) % fitting.len().max(1))?;
        Some((write.entry, (*key).clone()))
    }
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
