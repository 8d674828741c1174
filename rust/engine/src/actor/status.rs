//! How syncing goes, told when it changes.

use mailboat_core::{Network, Timestamp};

use super::{Actor, Token};
use crate::waist::{Event, Phase, SyncStatus};

impl Actor {
    /// Tells JavaScript the status if it is not what it was.
    pub(super) fn publish_status(&mut self, wake_at: Option<Timestamp>) {
        self.shared.set_questions(u32::try_from(self.questions.len()).unwrap_or(u32::MAX));
        let status = self.status(wake_at);
        if self.shared.replace_status(&status) {
            self.tell(Event::Status(status));
        }
    }

    fn status(&self, wake_at: Option<Timestamp>) -> SyncStatus {
        let counts = self.writer.counts();
        let online =
            self.environment.network != Network::Offline && self.backend.reached != Some(false);
        let backs_off = self.backend.not_before.is_some();
        let waits = backs_off || (counts.pending > 0 && !self.push.is_in_flight());
        SyncStatus {
            phase: self.phase(online, waits && wake_at.is_some()),
            online,
            pending: counts.pending,
            failed: counts.failed,
            last_synced_at: self.pull.view().last_ended_at.map(|at| at.0),
            next_attempt_at: wake_at.filter(|_| waits).map(|at| at.0),
            error: self.last_error.clone(),
        }
    }

    fn phase(&self, online: bool, waits: bool) -> Phase {
        if self.token == Token::Asked {
            Phase::Paused
        } else if self.push.is_in_flight() {
            Phase::Pushing
        } else if self.pull.is_in_flight() {
            Phase::Pulling
        } else if !online {
            Phase::Offline
        } else if waits {
            Phase::Waiting
        } else {
            Phase::Idle
        }
    }
}
