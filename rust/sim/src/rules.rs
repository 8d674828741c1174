//! Conflict rules, judged by the servers' lists of effects and by what people wanted.
//!
//! That every device shows what its server has is looked at by itself, and so is that a
//! write which lost without being applied stands in the conflict log (`check_outbox`).
//! What is left is whether the server has what the rule allows: under `serverWins` no
//! write stands over one that its writer did not know of, and under `merge` each column
//! is as the last write *of that column* wanted it. What people wanted is in their books;
//! what requests said is not looked at.

use std::collections::BTreeMap;

use mailboat_core::{Columns, Operation};
use serde_json::json;
use uuid::Uuid;

use crate::book::Write;
use crate::checks::COLLECTIONS;
use crate::finding::Invariant;
use crate::world::World;

/// Collection and id of a record.
type Key = (String, String);

/// What a server has applied, by record, in order.
#[derive(Default)]
pub struct History(BTreeMap<(usize, Key), Vec<Effect>>);

/// One of them.
#[derive(Clone, Copy)]
struct Effect {
    device: usize,
    entry: Uuid,
    at: i64,
    deletes: bool,
}

impl History {
    /// Whether the last that a server has applied to a record has deleted it.
    pub fn has_deleted(&self, server: usize, write: &Write) -> bool {
        let key = (server, (write.collection.clone(), write.record_id.clone()));
        let last = self.0.get(&key).and_then(|effects| effects.last());
        last.is_some_and(|effect| effect.deletes)
    }
}

impl World<'_> {
    /// A server has applied an entry: where it checks versions, nobody else has written
    /// the record since the person did.
    pub(crate) fn check_applied(&mut self, server: usize, device: usize, entry: Uuid) {
        let write = &self.devices[device].book.writes[&entry];
        let key = (write.collection.clone(), write.record_id.clone());
        let wins = write.collection == COLLECTIONS[1] && write.operation != Operation::Create;
        // A group is not taken apart, and stands; a dead letter goes again by a person's
        // will, who has seen what is there by then.
        let is_decidable = wins && write.group.is_none() && !write.was_dead;
        let asked_at = write.asked_at.filter(|_| is_decidable);
        let effects = self.history.0.entry((server, key)).or_default();
        let overwritten = effects
            .iter()
            .find(|before| before.device != device && asked_at.is_some_and(|at| at < before.at))
            .map(|before| before.entry);
        let deletes = write.operation == Operation::Delete;
        effects.push(Effect { device, entry, at: self.now, deletes });
        if let Some(before) = overwritten {
            let sentence =
                format!("has entry {entry} applied over entry {before}, which it did not know of");
            self.find_at(device, Invariant::RulesDecide, sentence);
        }
    }

    /// At the end: each column is as the last write of it wanted.
    pub(crate) fn check_rules(&mut self) {
        let mut wrong = Vec::new();
        for server in 0..self.servers.len() {
            let users = self.devices.iter().filter(|device| device.plan.server == server);
            let visible: BTreeMap<Key, Columns> = users
                .flat_map(|device| self.servers[server].visible(&device.plan.user))
                .map(|(key, change)| (key, change.values))
                .collect();
            for (key, found) in visible {
                let Some(expected) = self.as_wanted(server, &key) else { continue };
                for (name, value) in &found {
                    if expected.get(name) != Some(value) {
                        let wanted = expected.get(name);
                        wrong.push(format!(
                            "server {server} has {}/{}.{name} as {value}; its last writer wanted {wanted:?}",
                            key.0, key.1
                        ));
                    }
                }
            }
        }
        for sentence in wrong {
            self.find(Invariant::RulesDecide, sentence);
        }
    }

    /// A record as the applied writes wanted it, one column at a time; `None` where one of
    /// them is not known for sure, or has deleted it.
    fn as_wanted(&self, server: usize, key: &Key) -> Option<Columns> {
        let of_scenario = self.scenario.conversations.iter().find(|it| it.id == key.1);
        let first = of_scenario.map(|it| json!({ "title": "At first", "memberIds": it.members }));
        let mut columns = first.and_then(|it| it.as_object().cloned()).unwrap_or_default();
        let none = Vec::new();
        for effect in self.history.0.get(&(server, key.clone())).unwrap_or(&none) {
            let book = &self.devices[effect.device].book;
            let write: &Write = &book.writes[&effect.entry];
            if !write.is_known() || !book.is_sure_of(&key.0, &key.1) {
                return None;
            }
            match write.operation {
                Operation::Create | Operation::Update => columns.extend(write.columns()),
                Operation::Delete => return None,
            }
        }
        Some(columns)
    }
}
