//! The circuit breaker: after several failures in a row the backend gets a rest, and then
//! one request of one entry finds out whether it is back.
//!
//! It needs no memory of its own: failures in a row and the pause after the last of
//! them say how it stands.

use crate::backend::BackendState;
use crate::delay::Jitter;
use crate::policy::Policy;
use crate::time::Timestamp;

/// How the breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// Requests go.
    Closed,
    /// None goes before this time.
    Open {
        /// When the probe may go.
        until: Timestamp,
    },
    /// One request may go: a push of one entry, or else a page.
    HalfOpen,
}

/// How the breaker of a backend stands at `now`.
#[must_use]
pub fn breaker(state: &BackendState, now: Timestamp, policy: &Policy) -> Breaker {
    // A refused token is an answer: the backend is well.
    if state.failures < policy.breaker_failures || state.unauthorized {
        return Breaker::Closed;
    }
    match state.paused_until(now, policy) {
        Some(pause) => Breaker::Open { until: pause.until },
        None => Breaker::HalfOpen,
    }
}

/// Milliseconds that the `failures`-th failure in a row keeps it open: between half and
/// the whole of a ceiling that doubles with each probe that fails.
pub(crate) fn open_ms(failures: u32, jitter: Jitter, policy: &Policy) -> u64 {
    let probes = failures.saturating_sub(policy.breaker_failures).min(62);
    let ceiling_ms =
        policy.breaker_open_ms.saturating_mul(1 << probes).min(policy.breaker_max_open_ms);
    ceiling_ms / 2 + jitter.within_ms(ceiling_ms - ceiling_ms / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::after_failure;
    use crate::environment::Network;
    use crate::outcome::BackendFailure;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn failing(times: u32, policy: &Policy) -> BackendState {
        (0..times).fold(BackendState::default(), |state, _| {
            let failure = BackendFailure::Transport;
            after_failure(state, &failure, Network::default(), NOW, Jitter::new(0.999), policy)
        })
    }

    #[test]
    fn the_fifth_failure_in_a_row_opens_it_for_half_a_minute_at_the_most() {
        let policy = Policy::default();
        assert_eq!(breaker(&failing(4, &policy), NOW, &policy), Breaker::Closed);
        let state = failing(5, &policy);
        let Breaker::Open { until } = breaker(&state, NOW, &policy) else {
            panic!("five failures open it");
        };
        assert!((15_000..=30_000).contains(&until.since_ms(NOW)));
        assert_eq!(breaker(&state, until, &policy), Breaker::HalfOpen);
    }

    #[test]
    fn each_probe_that_fails_doubles_the_rest_up_to_five_minutes() {
        let policy = Policy::default();
        let longest = |failures| open_ms(failures, Jitter::new(1.0), &policy);
        let rests: Vec<u64> = (5..=10).map(longest).collect();
        assert_eq!(rests, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
        assert_eq!(longest(u32::MAX), 300_000);
        assert_eq!(open_ms(5, Jitter::new(0.0), &policy), 15_000);
    }

    #[test]
    fn an_answer_closes_it() {
        let policy = Policy::default();
        let state = failing(7, &policy).after_answer(&policy);
        assert_eq!(breaker(&state, NOW, &policy), Breaker::Closed);
    }

    #[test]
    fn a_clock_that_steps_back_hours_leaves_it_half_open_not_open_for_hours() {
        let policy = Policy::default();
        let state = failing(5, &policy);
        let earlier = Timestamp(NOW.0 - 4 * 3_600_000);
        assert_eq!(breaker(&state, earlier, &policy), Breaker::HalfOpen);
        let later = NOW.plus_ms(4 * 3_600_000);
        assert_eq!(breaker(&state, later, &policy), Breaker::HalfOpen);
    }
}
