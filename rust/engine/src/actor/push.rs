//! Sending: one batch at a time.

use mailboat_backends::rest::Settled;
use mailboat_backends::rest::wire::PushEntry;
use mailboat_core::{Attempted, BackendFailure, EntryId, Timestamp, settle};
use mailboat_store::{Answered, Durability, QueuedEntry, StoreError};

use super::{Actor, Effect, Route};
use crate::waist::Ask;

/// The batch on its way, if there is one.
#[derive(Default)]
pub(crate) struct Push {
    in_flight: Vec<QueuedEntry>,
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

    /// The entries on their way, in order.
    pub fn ids(&self) -> Vec<EntryId> {
        self.in_flight.iter().map(|entry| entry.id).collect()
    }
}

impl Actor {
    /// Marks a batch as attempted, on disk, and only then lets it go.
    pub(super) fn start_push(&mut self, batch: &[EntryId], now: Timestamp) {
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
                self.storage_failed(&error, now);
                return;
            }
        };
        if entries.is_empty() {
            return;
        }
        let sent = entries.iter().map(to_wire).collect();
        self.push.in_flight = entries;
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
        match result {
            Ok(outcomes) => match self.settle_batch(&entries, outcomes, now) {
                Ok(()) => {
                    self.backend_succeeded();
                    self.push.settled = true;
                }
                // The server has them; asked again, it answers `duplicate`.
                Err(error) => {
                    self.storage_failed(&error, now);
                }
            },
            Err(failure) => {
                self.put_back(&entries);
                self.request_failed(&failure, now);
            }
        }
    }

    fn settle_batch(
        &mut self,
        entries: &[QueuedEntry],
        outcomes: Vec<Settled>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut settled = Vec::with_capacity(entries.len());
        for (entry, outcome) in entries.iter().zip(outcomes) {
            let attempted = Attempted { attempts: entry.attempts };
            let jitter = self.chance.jitter();
            let transition = settle(attempted, outcome.outcome, now, jitter, &self.policy);
            let answered = Answered {
                values: outcome.values,
                written_at: outcome.written_at,
                is_duplicate: outcome.duplicate,
                record_id: outcome.record_id,
            };
            settled.push((entry, transition, Some(answered)));
        }
        // An acknowledgement lost to a power cut costs one more `duplicate`, so NORMAL will do.
        let ((), changes) = self
            .writer
            .transaction(Durability::Normal, |transaction| transaction.settle(&settled, now))?;
        self.changes.push(changes);
        self.merges.look();
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
    }
}
