//! Atomic groups: a server applies all of one or nothing, and what it refuses is rolled
//! back here as one.

use std::collections::{BTreeMap, BTreeSet};

use mailboat_core::Operation;
use mailboat_engine::waist::Query;
use uuid::Uuid;

use crate::book::Entry;
use crate::finding::Invariant;
use crate::world::World;

impl World<'_> {
    /// A server has done something: of each group that it touched it has everything. An
    /// edit gives a dead letter another id and leaves it its place, so places count.
    pub(crate) fn check_groups_applied(&mut self, touched: BTreeSet<(usize, Uuid)>) {
        for (device, group) in touched {
            let mut places: BTreeMap<_, bool> = BTreeMap::new();
            for (id, write) in &self.devices[device].book.writes {
                if write.group == Some(group) {
                    *places.entry(write.order).or_default() |= self.applied.contains_key(id);
                }
            }
            let done = places.values().filter(|is_applied| **is_applied).count();
            if done < places.len() {
                let sentence = format!(
                    "has {done} of the {} writes of group {group} on the server",
                    places.len()
                );
                self.find_at(device, Invariant::GroupsAreWhole, sentence);
            }
        }
    }

    /// The outbox was read: a group is a dead letter as a whole or not at all, and then
    /// shows nothing of what it made. What a late request has brought to the server after
    /// all is no part of that, be it under the id that an edit has changed since.
    pub(crate) fn check_dead_groups(&mut self, device: usize, before: &BTreeMap<Uuid, bool>) {
        let it = &self.devices[device];
        let dead: BTreeSet<Uuid> =
            it.outbox.iter().filter(|entry| entry.failed).filter_map(|entry| entry.group).collect();
        let is_of_dead = |entry: &&Entry| {
            entry.group.is_some_and(|group| dead.contains(&group))
                && !self.applied.contains_key(&entry.id)
        };
        let mut broken = Vec::new();
        for entry in it.outbox.iter().filter(is_of_dead) {
            if !entry.failed {
                broken.push(format!(
                    "has entry {} waiting, and another of its group is a dead letter",
                    entry.id
                ));
            }
            let is_new = before.get(&entry.id) == Some(&false) && entry.failed;
            let is_wrong = is_new && entry.operation == Operation::Create && it.shows(entry);
            if is_wrong && !self.has_come_late(device, entry) {
                broken.push(format!(
                    "shows {}/{}, whose group is a dead letter",
                    entry.collection, entry.record_id
                ));
            }
        }
        for sentence in broken {
            self.find_at(device, Invariant::GroupsAreWhole, sentence);
        }
    }

    /// Whether the server has the record of a create, or nobody can say.
    fn has_come_late(&self, device: usize, entry: &Entry) -> bool {
        let it = &self.devices[device];
        let server = &self.servers[it.plan.server];
        let key = (entry.collection.clone(), entry.record_id.clone());
        server.running().is_none() || server.visible(&it.plan.user).contains_key(&key)
    }
}

impl crate::device::Device {
    /// Whether the record of an entry is on screen.
    fn shows(&self, entry: &Entry) -> bool {
        let Some(stage) = &self.stage else { return false };
        let (collection, id) = (entry.collection.clone(), entry.record_id.clone());
        // What a failing disk cannot read is not judged.
        let row = self.disk.watch(|| stage.query(&Query::Record { collection, id }));
        row.is_ok_and(|row| row != "null")
    }
}
