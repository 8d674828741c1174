//! The live connection: it says "pull now" and nothing else, and never moves a cursor.

use mailboat_core::{AppState, Network, PullTrigger, Timestamp, retry_delay};

use super::{Actor, Effect, Route, Token};

/// How the live connection stands.
#[derive(Default)]
pub(crate) struct Hints {
    requested: bool,
    failures: u32,
    not_before: Option<Timestamp>,
}

impl Hints {
    pub fn opened(&mut self) {
        self.failures = 0;
    }

    /// A new network is a new chance.
    pub fn network_changed(&mut self) {
        self.failures = 0;
        self.not_before = None;
    }
}

impl Actor {
    /// Opens or closes the connection as the app and the network want it; answers
    /// when to look again.
    pub(super) fn drive_hints(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.route != Route::Rest {
            return None;
        }
        let wanted = self.environment.app_state == AppState::Foreground
            && self.environment.network != Network::Offline;
        if self.hints.requested {
            if !wanted {
                self.hints.requested = false;
                self.turn.effects.push(Effect::CloseHints);
            }
            return None;
        }
        // A backend that was never reached is tried by the pull; the token comes with it.
        let reached = self.backend.reached == Some(true) && matches!(self.token, Token::Known(_));
        if !wanted || !reached {
            return None;
        }
        if let Some(later) = self.hints.not_before.filter(|at| *at > now) {
            return Some(later);
        }
        self.hints.requested = true;
        let token = self.token.value();
        self.turn.effects.push(Effect::OpenHints { token });
        None
    }

    /// The connection is gone: comes back later, and what was missed is pulled.
    pub(super) fn hints_closed(&mut self, now: Timestamp) {
        if !std::mem::take(&mut self.hints.requested) {
            return;
        }
        self.hints.failures = self.hints.failures.saturating_add(1);
        let jitter = self.chance.jitter();
        let delay_ms = retry_delay(self.hints.failures, None, jitter, &self.policy);
        self.hints.not_before = Some(now.plus_ms(delay_ms));
        if self.hints.failures == 1 {
            self.pull.ask(PullTrigger::Hint);
        }
    }
}
