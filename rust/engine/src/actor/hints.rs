//! The live connection: it says "pull now" and nothing else, and never moves a cursor.

use mailboat_core::{AppState, Timestamp, retry_delay};

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
            && !self.environment.network.is_none()
            && !self.session.is_native();
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
        // It is a request like any other: no earlier than the backend may be asked at all.
        let paused = self.backend.paused_until(now, &self.policy).map(|pause| pause.until);
        let longest_ms = self.policy.max_delay_ms.max(self.policy.reconnect_spread_ms);
        let put_off = self.hints.not_before.filter(|at| at.is_ahead(now, longest_ms));
        if let Some(later) = paused.max(put_off) {
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
        if self.hints.failures > 1 {
            let delay_ms = retry_delay(self.hints.failures, None, jitter, &self.policy);
            self.hints.not_before = Some(now.plus_ms(delay_ms));
            return;
        }
        // A server that starts anew loses everybody at once; they come back spread out.
        let back_at = now.plus_ms(jitter.within_ms(self.policy.reconnect_spread_ms));
        self.hints.not_before = Some(back_at);
        self.pull.ask_after_loss(back_at);
    }
}
