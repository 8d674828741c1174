//! Sending: one batch at a time.

use mailboat_backends::rest::Settled;
use mailboat_backends::rest::wire::PushEntry;
use mailboat_core::{
    Attempted, BackendFailure, EntryId, Stored, Timestamp, Transition, Verdict, harmonize, settle,
    settle_culprit,
};
use mailboat_store::{Answered, Durability, QueuedEntry, StoreError};

use super::{Actor, Effect, Route, Sent};
use crate::waist::Ask;

/// The batch on its way, if there is one.
#[derive(Default)]
pub(crate) struct Push {
    in_flight: Vec<QueuedEntry>,
    /// Bytes of its values.
    bytes: u64,
    sent: Sent,
    /// A batch was settled, and no pull has been asked for since.
    settled: bool,
}

impl Push {
    pub fn is_in_flight(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Whether something was settled since the last look.
    pub fn take_drained(&mut self) -> bool {
        std::mem::take(&mut self.settled)
    }

    /// Whether an entry is on its way.
    pub fn carries(&self, id: EntryId) -> bool {
        self.in_flight.iter().any(|entry| entry.id == id)
    }

    /// The entries on their way, in order.
    pub fn ids(&self) -> Vec<EntryId> {
        self.in_flight.iter().map(|entry| entry.id).collect()
    }
}

impl Actor {
    /// Marks a batch as attempted, on disk, and only then lets it go.
    pub(super) fn start_push(&mut self, batch: &[EntryId], bytes: u64, now: Timestamp) {
        // The mark must survive a power cut: a write that may have arrived must never
        // again be taken for one that has not.
        let marked = self
            .writer
            .transaction(self.durability, |transaction| transaction.mark_attempted(batch, now));
        let entries = match marked {
            Ok((entries, changes)) => {
                self.changes.push(changes);
                entries
            }
            Err(error) => {
                self.storage_failed(Stored::Outbox, &error, now);
                return;
            }
        };
        if entries.is_empty() {
            return;
        }
        let sent = entries.iter().map(to_wire).collect();
        self.push.in_flight = entries;
        (self.push.bytes, self.push.sent) = (bytes, self.sent);
        match self.route {
            Route::Rest => {
                let token = self.token.value();
                self.turn.effects.push(Effect::Push { entries: sent, token });
            }
            Route::JavaScript => {
                self.ask(Ask::Push { entries: sent }, now);
            }
            Route::None => {}
        }
    }

    /// Settles the batch by its answer.
    pub(super) fn pushed(&mut self, result: Result<Vec<Settled>, BackendFailure>, now: Timestamp) {
        let entries = std::mem::take(&mut self.push.in_flight);
        if self.rests() {
            // It goes again with the same ids, and is counted then.
            self.put_back(&entries);
            return;
        }
        match result {
            Ok(outcomes) => match self.settle_batch(&entries, outcomes, now) {
                Ok(()) => {
                    self.storage_succeeded(Stored::Outbox, now);
                    self.backend_succeeded(self.push.sent, now);
                    self.push_passed(&entries);
                }
                // The server has them; asked again, it answers `duplicate`.
                Err(error) => {
                    self.storage_failed(Stored::Outbox, &error, now);
                }
            },
            Err(failure) => self.push_failed(&entries, &failure, now),
        }
    }

    /// The server has looked at a batch, whatever it said of its entries.
    fn push_passed(&mut self, entries: &[QueuedEntry]) {
        self.push.settled = true;
        self.batch = self.batch.after_success(entries.len(), self.push.bytes, &self.policy);
        if !self.suspects.is_empty() {
            let is_of = |lane: &str| entries.iter().any(|entry| entry.lane == lane);
            self.suspects = std::mem::take(&mut self.suspects).after_push(is_of);
        }
    }

    /// A batch came to nothing as a whole. No entry burns an attempt for it, but for one
    /// that fails alone while others pass.
    fn push_failed(&mut self, entries: &[QueuedEntry], failure: &BackendFailure, now: Timestamp) {
        let is_suspect = |entry: &QueuedEntry| self.suspects.find(entry.id, &entry.lane).is_some();
        if !entries.iter().any(is_suspect) {
            self.suspects = std::mem::take(&mut self.suspects).after_turn_of_others();
        }
        // A single entry, or an atomic group, can not be split any further.
        let first = entries.first();
        let first = first.filter(|first| entries.iter().all(|entry| is_together(entry, first)));
        let verdict = first.and_then(|first| self.suspect(first, failure, now));
        if verdict == Some(Verdict::Burn) {
            self.burn(entries, now);
        } else {
            self.put_back(entries);
        }
        self.request_failed(failure, self.push.sent, now);
        self.batch = self.batch.after_failure(failure, self.backend.failures, &self.policy);
    }

    fn suspect(
        &mut self,
        entry: &QueuedEntry,
        failure: &BackendFailure,
        now: Timestamp,
    ) -> Option<Verdict> {
        if self.environment.network.is_none() {
            return None;
        }
        let jitter = self.chance.jitter();
        let (suspects, verdict) = std::mem::take(&mut self.suspects).after_lone_failure(
            (entry.id, &entry.lane),
            failure,
            now,
            jitter,
            &self.policy,
        );
        self.suspects = suspects;
        verdict
    }

    /// Others pass, so it is what was sent: an attempt is burnt.
    fn burn(&mut self, entries: &[QueuedEntry], now: Timestamp) {
        let jitter = self.chance.jitter();
        let settled: Vec<_> = entries
            .iter()
            .map(|entry| {
                let attempted = Attempted { attempts: entry.attempts };
                (entry, settle_culprit(attempted, now, jitter, &self.policy), None)
            })
            .collect();
        if settled
            .iter()
            .any(|(_, transition, _)| matches!(transition, Transition::DeadLetter { .. }))
        {
            let lane = &entries[0].lane;
            self.suspects = std::mem::take(&mut self.suspects).without(lane);
        }
        let burnt = self
            .writer
            .transaction(Durability::Normal, |transaction| transaction.settle(&settled, now));
        match burnt {
            Ok(((), changes)) => {
                self.changes.push(changes);
                for (entry, transition, _) in &settled {
                    self.server_first.settle(entry.id, transition, &mut self.answers);
                }
            }
            // It goes again with the attempts that it had.
            Err(error) => {
                self.storage_failed(Stored::Outbox, &error, now);
            }
        }
    }

    fn settle_batch(
        &mut self,
        entries: &[QueuedEntry],
        outcomes: Vec<Settled>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let pending = self.writer.counts().pending;
        let (mut verdicts, answers): (Vec<_>, Vec<_>) = entries
            .iter()
            .zip(outcomes)
            .map(|(entry, settled)| {
                let answered = Answered {
                    values: settled.values,
                    written_at: settled.written_at,
                    is_duplicate: settled.duplicate,
                    record_id: settled.record_id,
                };
                ((entry.id, entry.group, settled.outcome), answered)
            })
            .unzip();
        harmonize(&mut verdicts);
        let mut settled = Vec::with_capacity(entries.len());
        let mut drawn = None;
        for ((entry, (_, group, outcome)), answered) in entries.iter().zip(verdicts).zip(answers) {
            // A group waits as one, so its entries share the draw.
            let jitter = match drawn {
                Some((of, jitter)) if group.is_some() && of == group => jitter,
                _ => self.chance.jitter(),
            };
            drawn = Some((group, jitter));
            let attempted = Attempted { attempts: entry.attempts };
            let transition = settle(attempted, outcome, now, jitter, &self.policy);
            settled.push((entry, transition, Some(answered)));
        }
        // An acknowledgement lost to a power cut costs one more `duplicate`, so NORMAL will do.
        let ((), changes) = self
            .writer
            .transaction(Durability::Normal, |transaction| transaction.settle(&settled, now))?;
        self.changes.push(changes);
        self.progress.pushed(pending.saturating_sub(self.writer.counts().pending));
        self.merges.look();
        let is_acked = |transition: &Transition| matches!(transition, Transition::Acked { .. });
        self.sync.sent(settled.iter().filter(|(_, transition, _)| is_acked(transition)).count());
        for (entry, transition, _) in &settled {
            self.server_first.settle(entry.id, transition, &mut self.answers);
        }
        Ok(())
    }

    fn put_back(&mut self, entries: &[QueuedEntry]) {
        let shown = self
            .writer
            .transaction(Durability::Normal, |transaction| transaction.put_back(entries));
        match shown {
            Ok(((), changes)) => self.changes.push(changes),
            // Only how the rows look is stale; the entries wait in the outbox all the same.
            Err(error) => tracing::warn!(%error, "rows of a failed batch still show as sending"),
        }
    }
}

/// Whether the server takes or refuses both as one.
fn is_together(entry: &QueuedEntry, first: &QueuedEntry) -> bool {
    entry.id == first.id || (entry.group.is_some() && entry.group == first.group)
}

fn to_wire(entry: &QueuedEntry) -> PushEntry {
    PushEntry {
        id: entry.id,
        collection: entry.collection.clone(),
        record_id: entry.record_id.clone(),
        operation: entry.operation,
        values: entry.values.clone(),
        lane: entry.lane.clone(),
        lane_policy: entry.lane_policy,
        base_version: entry.base_version.map(i64::cast_unsigned),
        written_at: entry.written_at.clone(),
        group: entry.group,
    }
}
