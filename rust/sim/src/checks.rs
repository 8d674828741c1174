//! The invariants, looked at after every step and at the end. Facts come from what
//! anybody could see: the waist's answers, requests and answers on the wire, and the
//! server's own list of effects.

use std::collections::{BTreeMap, BTreeSet};

use mailboat_backends::rest::HttpRequest;
use mailboat_backends::rest::wire::{Change, PushAnswer, PushOutcome, PushRequest};
use mailboat_core::{Columns, Operation, Policy, Sample};
use mailboat_devserver::Reply;
use mailboat_engine::stage::Request;
use serde_json::Value;
use uuid::Uuid;

use crate::book::{State, Write};
use crate::device::Carried;
use crate::finding::Invariant;
use crate::server::Server;
use crate::world::World;

const OK: u16 = 200;
/// The collections of messaging; the first holds its lane after a dead letter.
pub(crate) const COLLECTIONS: [&str; 2] = ["conversations", "messages"];

/// Writes of one record, each with its device.
type Writes<'a> = Vec<(usize, &'a Write)>;

impl World<'_> {
    /// A request leaves: its entries are on their way.
    pub(crate) fn count_request(&mut self, device: usize, ticket: u64, request: &HttpRequest) {
        let push = serde_json::from_slice::<PushRequest>(&request.body);
        let entries = push.map_or_else(|_| Vec::new(), |push| push.entries);
        let entries: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
        let it = &mut self.devices[device];
        for id in &entries {
            if let Some(write) = it.book.writes.get_mut(id) {
                write.requests += 1;
            }
        }
        let orders: Vec<String> = entries
            .iter()
            .filter_map(|id| it.book.writes.get(id)?.order)
            .map(|(life, sequence)| format!("{life}.{sequence}"))
            .collect();
        if !orders.is_empty() {
            self.say(device, || format!("sends writes {}", orders.join(" ")));
        }
        self.check_low(device, &entries);
        let it = &mut self.devices[device];
        let bytes = (request.url.len() + request.body.len()) as u64;
        it.carried.insert(ticket, Carried { sent_at: self.now, bytes, entries });
    }

    /// A request has come to an end: how it went, as the engine's network would measure it.
    pub(crate) fn measure(&mut self, device: usize, ticket: u64, reply: Option<&Reply>) -> Sample {
        let it = &mut self.devices[device];
        let carried = it.carried.remove(&ticket).expect("it was made in this life");
        let failed = reply.is_none_or(|it| it.status != OK);
        if let Some(first) = carried.entries.first().filter(|_| failed) {
            let unit = it.book.unit(*first);
            if carried.entries.iter().all(|id| unit.contains(id)) {
                let writes = it.book.writes.iter_mut().filter(|(id, _)| unit.contains(id));
                writes.for_each(|(_, write)| write.lone_failures += 1);
            }
        }
        Sample {
            answered: reply.is_some(),
            elapsed_ms: (self.now - carried.sent_at).unsigned_abs(),
            bytes: carried.bytes + reply.map_or(0, |reply| reply.body.len() as u64),
        }
    }

    /// A server has answered a device's request, whether or not the answer arrives. Who is
    /// refused and does not hear of it sends the entry again, after what its lane did
    /// without it: the contract lets the server take it then.
    pub(crate) fn note_refusals(&mut self, device: usize, reply: &Reply) {
        for outcome in outcomes_of(reply) {
            if let PushOutcome::Rejected { id, .. } = outcome {
                self.for_unit(device, id, |write| write.refused = true);
            }
        }
    }

    /// An answer reaches its device: what it says of each entry.
    pub(crate) fn note_outcomes(&mut self, device: usize, reply: &Reply) {
        for outcome in outcomes_of(reply) {
            match outcome {
                PushOutcome::Retry { id, .. } => {
                    self.for_unit(device, id, |write| write.retries += 1);
                }
                PushOutcome::Acked { id, .. } | PushOutcome::Duplicate { id, .. } => {
                    if let Some(write) = self.devices[device].book.writes.get_mut(&id) {
                        write.first_answered |= write.requests == 1;
                    }
                }
                PushOutcome::Rejected { .. }
                | PushOutcome::Conflict { .. }
                | PushOutcome::Blocked { .. } => {}
            }
        }
    }

    /// What a server says of one entry of a group it means for all.
    fn for_unit(&mut self, device: usize, id: Uuid, change: impl Fn(&mut Write)) {
        let book = &mut self.devices[device].book;
        let unit = book.unit(id);
        book.writes.iter_mut().filter(|(id, _)| unit.contains(id)).for_each(|(_, it)| change(it));
    }

    /// A person is told that the server has a write.
    pub(crate) fn check_promise(&mut self, device: usize, acked: Option<Uuid>) {
        if let Some(id) = acked.filter(|id| !self.applied.contains_key(id)) {
            let sentence = format!("is told that the server has entry {id}, which it has not");
            self.find_at(device, Invariant::NothingIsLost, sentence);
        }
    }

    /// A server has done something: no effect twice, and lanes in their order.
    pub(crate) fn take_effects(&mut self, server: usize) {
        let mut touched = BTreeSet::new();
        for effect in self.servers[server].take_effects() {
            let id: Uuid = effect.entry_id.parse().expect("an entry's id is a UUID");
            if let Some(before) = self.applied.insert(id, effect.sequence) {
                let sentence = format!(
                    "entry {id} was applied as effect {before} and again as {}",
                    effect.sequence
                );
                self.find(Invariant::NoEffectTwice, sentence);
                continue;
            }
            let Some((device, order, was_refused)) = self.writer_of(&id) else {
                let sentence =
                    format!("effect {} is of an entry that no outbox had", effect.sequence);
                self.find(Invariant::NothingIsLost, sentence);
                continue;
            };
            self.check_applied(server, device, id);
            let write = &self.devices[device].book.writes[&id];
            touched.extend(write.group.map(|group| (device, group)));
            if write.cancelled {
                let sentence = format!("has cancelled entry {id}, which was applied all the same");
                self.find_at(device, Invariant::CancelledIsGone, sentence);
            }
            // What was refused and is tried again comes after what its lane did without it.
            if was_refused {
                continue;
            }
            if let Some(dead) = self.dead_before(device, &effect.lane, order) {
                let sentence = format!("entry {id} was applied, and entry {dead} holds its lane");
                self.find_at(device, Invariant::HeldLanesWait, sentence);
            }
            let key = (device, effect.lane.clone());
            let last = self.last_applied.insert(key, order).unwrap_or_default();
            if last >= order {
                let sentence = format!(
                    "the {} of {} (write {order:?}) was applied after write {last:?} of its lane",
                    effect.operation, effect.record_id
                );
                self.find_at(device, Invariant::LanesKeepOrder, sentence);
            }
        }
        self.check_groups_applied(touched);
    }

    /// A dead letter that should hold what was written after it in its lane. One that a
    /// late request has brought to the server after all holds nothing any more.
    fn dead_before(&self, device: usize, lane: &str, order: (u32, i64)) -> Option<Uuid> {
        let it = &self.devices[device];
        let holds = |entry: &&crate::book::Entry| {
            entry.failed
                && entry.collection == COLLECTIONS[0]
                && entry.lane == lane
                && !self.applied.contains_key(&entry.id)
                && it.book.writes.get(&entry.id).and_then(|write| write.order) < Some(order)
        };
        it.outbox.iter().find(holds).map(|entry| entry.id)
    }

    fn writer_of(&self, id: &Uuid) -> Option<(usize, (u32, i64), bool)> {
        self.devices.iter().enumerate().find_map(|(device, it)| {
            let write = it.book.writes.get(id)?;
            Some((device, write.order?, write.was_dead || write.refused))
        })
    }

    /// Reads a device's outbox: whatever has left it must be on the server.
    pub(crate) fn check_outbox(&mut self, device: usize, invariant: Invariant) {
        let before: BTreeMap<Uuid, bool> =
            self.devices[device].outbox.iter().map(|entry| (entry.id, entry.failed)).collect();
        if let Err(error) = self.devices[device].read_outbox() {
            let sentence = format!("cannot read its outbox: {:?}", error.code);
            self.find_at(device, Invariant::TheEngineWorks, sentence);
            return;
        }
        let it = &mut self.devices[device];
        let present: BTreeSet<Uuid> = it.outbox.iter().map(|entry| entry.id).collect();
        let left = it.book.writes.iter().any(|(id, write)| {
            let is_gone = write.state == State::Open && !present.contains(id);
            is_gone && !self.applied.contains_key(id)
        });
        // What lost against the server's version stands in the conflict log.
        let yielded = if left { it.yielded() } else { BTreeSet::new() };
        let may_be_gone: BTreeSet<Uuid> =
            it.book.writes.keys().filter(|id| it.book.may_be_gone(id)).copied().collect();
        let server = it.plan.server;
        let (mut gone, mut kept) = (Vec::new(), Vec::new());
        for (id, write) in &mut it.book.writes {
            if present.contains(id) {
                kept.extend(write.cancelled.then_some(*id));
                continue;
            }
            if write.state != State::Open {
                continue;
            }
            if self.applied.contains_key(id) {
                write.state = State::Applied;
                continue;
            }
            write.state = State::Withdrawn;
            // Of two who delete the same, neither has lost anything.
            if write.operation == Operation::Delete && self.history.has_deleted(server, write) {
                continue;
            }
            if !yielded.contains(id) && !may_be_gone.contains(id) {
                gone.push((*id, write.acknowledged));
            }
        }
        it.book.all_have_left();
        for id in kept {
            let sentence = format!("has cancelled entry {id}, which is still in its outbox");
            self.find_at(device, Invariant::CancelledIsGone, sentence);
        }
        for (id, acknowledged) in gone {
            let told = if acknowledged { "acknowledged" } else { "stored" };
            let sentence =
                format!("has lost entry {id}, which was {told} and never reached the server");
            self.find_at(device, invariant, sentence);
        }
        self.check_dead_letters(device, &before);
        self.check_dead_groups(device, &before);
    }

    fn check_dead_letters(&mut self, device: usize, before: &BTreeMap<Uuid, bool>) {
        let most_retries = Policy::default().max_retries;
        let it = &self.devices[device];
        let undeserved: Vec<Uuid> = it
            .outbox
            .iter()
            .filter(|entry| entry.failed && before.get(&entry.id) != Some(&true))
            .filter(|entry| {
                let write = &it.book.writes[&entry.id];
                let code = entry.reason.as_ref().map(|reason| reason.code.as_str());
                let spent = write.retries + write.lone_failures > most_retries;
                !(write.refused || spent || code == Some("dependency_discarded"))
            })
            .map(|entry| entry.id)
            .collect();
        for id in undeserved {
            let sentence =
                format!("calls entry {id} a dead letter, which the server never refused");
            self.find_at(device, Invariant::DeadLettersAreDeserved, sentence);
        }
    }

    /// Whatever is pending is in flight, or something is armed to wake it: not later than
    /// the status says.
    pub(crate) fn check_armed(&mut self, device: usize, requests: &[Request]) {
        let it = &self.devices[device];
        let Some(stage) = &it.stage else { return };
        if !requests.is_empty() || stage.requests_in_flight() > 0 {
            return;
        }
        let broken = match (stage.wake_at(), it.next_attempt_at()) {
            (None, _) => self
                .sendable(device)
                .map(|entry| format!("has entry {entry} pending and nothing that will wake it")),
            (Some(wakes_at), Some(says)) => {
                let late_ms = wakes_at.since_ms(says.max(it.clock(self.now)));
                (late_ms > 0).then(|| format!("wakes {late_ms} ms after the attempt it tells of"))
            }
            (Some(_), None) => None,
        };
        if let Some(sentence) = broken {
            self.find_at(device, Invariant::PendingIsArmed, sentence);
        }
    }

    /// The first entry that no dead letter of a holding lane stands before.
    fn sendable(&self, device: usize) -> Option<Uuid> {
        let outbox = &self.devices[device].outbox;
        let mut held = BTreeSet::new();
        for entry in outbox {
            if entry.failed && entry.collection == COLLECTIONS[0] {
                held.insert(entry.lane.as_str());
            }
            if !entry.failed && !entry.blocked && !held.contains(entry.lane.as_str()) {
                return Some(entry.id);
            }
        }
        None
    }

    /// What a device has still to send.
    pub(crate) fn unsettled(&self, device: usize) -> Option<(Invariant, String)> {
        let entry = self.sendable(device)?;
        let outbox = self.devices[device].outbox.len();
        let sentence = format!(
            "has entry {entry} unsent after hours of fair weather, of {outbox} in its outbox"
        );
        Some((Invariant::NobodyStarves, sentence))
    }

    /// Where a device shows something else than its user sees on the server.
    pub(crate) fn difference(&self, device: usize) -> Option<(Invariant, String)> {
        let it = &self.devices[device];
        let server: &Server = &self.servers[it.plan.server];
        let visible = server.visible(&it.plan.user);
        // What a dead letter stands on is shown as its author left it.
        let undecided: BTreeSet<(&str, &str)> = it
            .outbox
            .iter()
            .map(|entry| (entry.collection.as_str(), entry.record_id.as_str()))
            .collect();
        for collection in COLLECTIONS {
            let rows = match it.rows(collection) {
                Ok(rows) => rows,
                Err(error) => {
                    return Some((
                        Invariant::TheEngineWorks,
                        format!("cannot read {collection}: {:?}", error.code),
                    ));
                }
            };
            let decided = |id: &str| !undecided.contains(&(collection, id));
            let shown: Vec<(&str, &Value)> = rows
                .iter()
                .filter_map(|row| Some((row["id"].as_str()?, row)))
                .filter(|(id, _)| decided(id))
                .collect();
            let mut expected: Vec<&Change> = visible
                .values()
                .filter(|change| change.collection == collection && decided(&change.id))
                .collect();
            expected.sort_by_key(|change| change.order);
            if let Some(sentence) = compare(collection, &shown, &expected) {
                return Some((Invariant::DevicesConverge, sentence));
            }
        }
        None
    }

    /// Where only one device ever wrote a record, its last write is what the server has.
    pub(crate) fn check_last_writes(&mut self) {
        let mut by_record: BTreeMap<(usize, &str, &str), Writes<'_>> = BTreeMap::new();
        for (device, it) in self.devices.iter().enumerate() {
            for write in it.book.writes.values() {
                let key = (it.plan.server, write.collection.as_str(), write.record_id.as_str());
                by_record.entry(key).or_default().push((device, write));
            }
        }
        let mut wrong = Vec::new();
        for ((server, collection, id), writes) in by_record {
            let (device, _) = writes[0];
            let is_plain = |(other, write): &(usize, &Write)| {
                *other == device
                    && write.is_known()
                    && !write.was_dead
                    && !write.refused
                    && write.state == State::Applied
            };
            let is_new = writes.iter().any(|(_, write)| write.operation == Operation::Create);
            let is_sure = self.devices[device].book.is_sure_of(collection, id);
            if !is_new || !is_sure || !writes.iter().all(is_plain) {
                continue;
            }
            let visible = self.servers[server].visible(&self.devices[device].plan.user);
            let change = visible.get(&(collection.to_owned(), id.to_owned()));
            let found = change.map(|change| &change.values);
            let expected = as_written(writes.iter().map(|(_, write)| *write).collect());
            if found != expected.as_ref() {
                wrong.push((
                    device,
                    format!("wrote {expected:?} last, and the server has {found:?}"),
                ));
            }
        }
        for (device, sentence) in wrong {
            self.find_at(device, Invariant::LastWriteStands, sentence);
        }
    }
}

/// A record as these writes leave it, one after the other; `None` when it is deleted.
fn as_written(mut writes: Vec<&Write>) -> Option<Columns> {
    writes.sort_by_key(|write| write.order);
    writes.into_iter().fold(None, |record, write| match write.operation {
        Operation::Create => Some(write.columns()),
        Operation::Update => {
            record.map(|record| record.into_iter().chain(write.columns()).collect())
        }
        Operation::Delete => None,
    })
}

/// What an answer to a push says; nothing when it is none.
fn outcomes_of(reply: &Reply) -> Vec<PushOutcome> {
    let answer = (reply.status == OK).then(|| serde_json::from_slice::<PushAnswer>(&reply.body));
    answer.and_then(Result::ok).map_or_else(Vec::new, |answer| answer.outcomes)
}

/// The first difference between rows as shown and records as the server has them, both
/// in their order.
fn compare(collection: &str, shown: &[(&str, &Value)], expected: &[&Change]) -> Option<String> {
    let by_id: BTreeMap<&str, &Value> = shown.iter().copied().collect();
    for change in expected {
        let Some(row) = by_id.get(change.id.as_str()) else {
            return Some(format!(
                "does not show {collection}/{} of order {}",
                change.id, change.order
            ));
        };
        if row["delivery"] != "sent" {
            return Some(format!("shows {collection}/{} as {}", change.id, row["delivery"]));
        }
        let differs = |name: &&String| row.get(name.as_str()) != change.values.get(name.as_str());
        if let Some(name) = change.values.keys().find(differs) {
            let (row, server) = (&row[name.as_str()], &change.values[name.as_str()]);
            return Some(format!(
                "shows {collection}/{}.{name} as {row}; the server has {server}",
                change.id
            ));
        }
    }
    let known: BTreeSet<&str> = expected.iter().map(|change| change.id.as_str()).collect();
    if let Some((id, row)) = shown.iter().find(|(id, _)| !known.contains(id)) {
        return Some(format!(
            "shows {collection}/{id} ({}), which the server does not have",
            row["delivery"]
        ));
    }
    let order: Vec<&str> = expected.iter().map(|change| change.id.as_str()).collect();
    let screen: Vec<&str> = shown.iter().map(|(id, _)| *id).collect();
    (order != screen).then(|| format!("shows {collection} in another order than the server's"))
}
