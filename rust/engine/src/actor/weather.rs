//! What comes from outside: the platform's word on network, app and power, and how the
//! backend's answers turn out.

use mailboat_core::{
    AppState, BackendFailure, BatchSize, Network, PullTrigger, Stored, Timestamp, after_failure,
    after_network, is_another,
};
use mailboat_store::StoreError;

use super::{Actor, Sent};
use crate::platform::{Word, Words};
use crate::waist::{SyncEnd, WaistError};

impl Actor {
    pub(super) fn app_says(&mut self, word: Word, now: Timestamp) {
        self.app.hear(word);
        self.heed(now);
    }

    pub(super) fn platform_says(&mut self, word: Word, now: Timestamp) {
        self.platform.hear(word);
        self.heed(now);
    }

    /// Its JavaScript runtime has ended: what it said grows old, and the platform's word
    /// counts. Where the platform says nothing, all stays as it was.
    pub(super) fn app_is_gone(&mut self, now: Timestamp) {
        self.app = Words::default();
        self.heed(now);
    }

    fn heed(&mut self, now: Timestamp) {
        let Words { network, app_state, power } = self.app.or(self.platform);
        if let Some(network) = network {
            self.set_network(network, now);
        }
        if let Some(state) = app_state {
            self.set_app_state(state);
        }
        if let Some(power) = power {
            self.environment.power = power;
        }
    }

    fn set_network(&mut self, network: Network, now: Timestamp) {
        let before = std::mem::replace(&mut self.environment.network, network);
        if before == network {
            return;
        }
        let jitter = self.chance.jitter();
        self.backend = after_network(self.backend, before, network, now, jitter, &self.policy);
        if !is_another(before, network) {
            return;
        }
        self.sent.network = self.sent.network.wrapping_add(1);
        self.observed = self.observed.with_edge(now);
        if before.kind != network.kind {
            self.observed = self.observed.forgotten();
            self.batch = BatchSize::default();
        }
        self.hints.network_changed();
        if !network.is_none() {
            self.suspects = std::mem::take(&mut self.suspects).without_delays(now);
            self.pull.ask(PullTrigger::NetworkEdge);
        }
    }

    fn set_app_state(&mut self, state: AppState) {
        let before = std::mem::replace(&mut self.environment.app_state, state);
        if before != state && state == AppState::Foreground {
            self.pull.ask(PullTrigger::Foreground);
        }
    }

    /// A whole request came to nothing.
    pub(super) fn backend_failed(&mut self, failure: &BackendFailure, now: Timestamp) {
        tracing::info!(?failure, "a request came to nothing");
        self.last_error = Some(WaistError::of_backend(failure));
        self.server_first.fall_back(&mut self.answers);
        if *failure == BackendFailure::Unauthorized {
            self.token_refused(now);
            return;
        }
        let jitter = self.chance.jitter();
        let network = self.environment.network;
        self.backend = after_failure(self.backend, failure, network, now, jitter, &self.policy);
        if !failure.is_answer() {
            self.suspects = std::mem::take(&mut self.suspects).after_loss();
        }
        self.raise_refusal(failure);
    }

    /// The backend answered as the contract says.
    pub(super) fn backend_succeeded(&mut self, sent: Sent, now: Timestamp) {
        if self.backend.failures >= self.policy.breaker_failures {
            // It was the backend: whoever was set aside meanwhile need not wait.
            self.suspects = std::mem::take(&mut self.suspects).without_delays(now);
        }
        self.backend = if sent.network == self.sent.network {
            self.backend.after_answer(&self.policy)
        } else {
            self.backend.after_old_answer(&self.policy)
        };
        // Another request may have been told to wait, and what waits for it waits on.
        let is_held = self.backend.paused_until(now, &self.policy).is_some();
        let is_stored = self.storage.failures == 0;
        if is_stored && (!is_held || self.writer.counts().pending == 0) {
            self.last_error = None;
        }
        self.calm_alarms(now);
    }

    /// The disk failed under the scheduler. What was to be stored is fetched or sent again
    /// some time later; answers when.
    pub(super) fn storage_failed(
        &mut self,
        of: Stored,
        error: &StoreError,
        now: Timestamp,
    ) -> Option<Timestamp> {
        tracing::error!(%error, "the store failed under the scheduler");
        self.server_first.fall_back(&mut self.answers);
        let jitter = self.chance.jitter();
        self.storage = self.storage.after_failure(of, now, jitter, &self.policy);
        self.end_budgets(SyncEnd::Failed);
        let error = WaistError::from(error.clone());
        self.raise_storage(&error);
        self.last_error = Some(error);
        self.next_attempt_at = self.storage_retry_at(now);
        self.next_attempt_at
    }

    /// When what the disk refused is tried again.
    pub(super) fn storage_retry_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.storage.paused_until(now, &self.policy).map(|pause| pause.until)
    }

    /// The disk took what the scheduler gave it.
    pub(super) fn storage_succeeded(&mut self, of: Stored, now: Timestamp) {
        let before = std::mem::take(&mut self.storage);
        self.storage = before.after_success(of);
        if self.storage.failures > 0 {
            return;
        }
        self.calm_storage_alarms();
        let is_over = before.failures > 0;
        if is_over && self.backend.paused_until(now, &self.policy).is_none() {
            self.last_error = None;
        }
    }
}
