//! How syncing goes, told when it changes.

use mailboat_core::Timestamp;

use super::{Actor, Token};
use crate::waist::{Event, NetworkStatus, Phase, SyncStatus};

impl Actor {
    /// Tells JavaScript the status if it is not what it was.
    pub(super) fn publish_status(&mut self, now: Timestamp) {
        self.shared.set_questions(u32::try_from(self.questions.len()).unwrap_or(u32::MAX));
        let status = self.status(now);
        if self.shared.replace_status(&status) {
            self.tell(Event::Status(status));
        }
    }

    fn status(&self, now: Timestamp) -> SyncStatus {
        let counts = self.writer.counts();
        let network = self.environment.network;
        let online = !network.is_none() && self.backend.reached != Some(false);
        SyncStatus {
            phase: self.phase(online),
            online,
            network: NetworkStatus {
                kind: network.kind,
                metered: network.is_metered(),
                quality: self.observed.quality(now),
                stability: self.observed.stability(now),
            },
            pending: counts.pending,
            failed: counts.failed,
            bytes: counts.bytes,
            last_synced_at: self.pull.view().last_ended_at.map(|at| at.0),
            next_attempt_at: self.next_attempt_at.map(|at| at.0),
            progress: self.progress.current(),
            initial_sync: self.initial_sync(),
            error: self.last_error.clone(),
        }
    }

    fn phase(&self, online: bool) -> Phase {
        if self.token == Token::Asked {
            Phase::Paused
        } else if self.push.is_in_flight() {
            Phase::Pushing
        } else if self.pull.is_busy() {
            Phase::Pulling
        } else if !online {
            Phase::Offline
        } else if self.next_attempt_at.is_some() {
            Phase::Waiting
        } else {
            Phase::Idle
        }
    }
}
