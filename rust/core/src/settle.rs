//! What an answer means: for one entry, and for the backend as a whole.
//!
//! Only an outcome that names the entry burns its attempt. A failure of the whole
//! request belongs to the backend: it moves the backend's own backoff, and no
//! entry comes nearer to being a dead letter because of it.

use crate::delay::{Jitter, retry_delay};
use crate::environment::Network;
use crate::outcome::{BackendFailure, Outcome, Reason};
use crate::policy::Policy;
use crate::time::Timestamp;

/// An entry whose batch was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// Attempts that earlier answers burnt.
    pub attempts: u32,
}

/// The change of an entry that an [`Outcome`] calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It leaves the outbox.
    Acked {
        /// Version of its record on the server.
        version: u64,
        /// Place of its record in the server's order.
        order: u64,
    },
    /// It waits for another attempt, and its lane with it.
    Retry {
        /// Attempts burnt so far.
        attempts: u32,
        /// Not before this time.
        not_before: Timestamp,
    },
    /// It is a dead letter until a person decides.
    DeadLetter {
        /// Attempts burnt.
        attempts: u32,
        /// Why.
        reason: Reason,
    },
    /// The rule of its collection decides whether it goes again, on this version.
    Conflict {
        /// Version of its record on the server.
        version: u64,
        /// Place of its record in the server's order.
        order: u64,
    },
    /// It stays as it was, and may go with the next batch.
    Unchanged,
}

/// Decides what an outcome means for its entry.
#[must_use]
pub fn settle(
    entry: Attempted,
    outcome: Outcome,
    now: Timestamp,
    jitter: Jitter,
    policy: &Policy,
) -> Transition {
    let attempts = entry.attempts.saturating_add(1);
    match outcome {
        Outcome::Acked { version, order } => Transition::Acked { version, order },
        // Nothing went wrong: somebody else's write got through, so no attempt is burnt.
        Outcome::Conflict { version, order } => Transition::Conflict { version, order },
        Outcome::Blocked => Transition::Unchanged,
        Outcome::Rejected(reason) => Transition::DeadLetter { attempts, reason },
        Outcome::Retry { .. } if attempts > policy.max_retries => Transition::DeadLetter {
            attempts,
            reason: Reason {
                code: "attempts_exhausted".into(),
                message: format!("The server asked {attempts} times to try again later."),
            },
        },
        Outcome::Retry { after_ms } => Transition::Retry {
            attempts,
            not_before: now.plus_ms(retry_delay(attempts, after_ms, jitter, policy)),
        },
    }
}

/// How the backend has been answering. Kept in memory: a restart asks afresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackendState {
    /// Whole requests that failed in a row.
    pub failures: u32,
    /// No request before this time.
    pub not_before: Option<Timestamp>,
    /// The token was refused and none has been accepted since.
    pub unauthorized: bool,
    /// Whether the last request got an answer of the contract; `None` before the first.
    pub reached: Option<bool>,
}

impl BackendState {
    /// The backend answered as the contract says: what failed before is forgotten.
    #[must_use]
    pub fn answered() -> Self {
        Self { reached: Some(true), ..Self::default() }
    }
}

/// A whole request failed for a reason other than the token.
#[must_use]
pub fn after_failure(
    state: BackendState,
    failure: &BackendFailure,
    network: Network,
    now: Timestamp,
    jitter: Jitter,
    policy: &Policy,
) -> BackendState {
    let failures = state.failures.saturating_add(1);
    let floor_ms = match failure {
        BackendFailure::Unavailable { retry_after_ms, .. } => *retry_after_ms,
        _ => None,
    };
    let mut delay_ms = retry_delay(failures, floor_ms, jitter, policy);
    if network == Network::Offline {
        delay_ms = delay_ms.max(policy.offline_probe_ms);
    }
    let reached =
        matches!(failure, BackendFailure::Unavailable { .. } | BackendFailure::Refused { .. });
    BackendState {
        failures,
        not_before: Some(now.plus_ms(delay_ms)),
        unauthorized: state.unauthorized,
        reached: Some(reached),
    }
}

/// The token was refused, or JavaScript had none. The first time a fresh token is
/// asked for at once; if that is refused too, the backend waits like any other failure.
#[must_use]
pub fn after_unauthorized(
    state: BackendState,
    now: Timestamp,
    jitter: Jitter,
    policy: &Policy,
) -> BackendState {
    if !state.unauthorized {
        return BackendState { unauthorized: true, not_before: None, reached: Some(true), ..state };
    }
    let failures = state.failures.saturating_add(1);
    let not_before = Some(now.plus_ms(retry_delay(failures, None, jitter, policy)));
    BackendState { failures, not_before, unauthorized: true, reached: Some(true) }
}

/// The platform changed its word on the network.
#[must_use]
pub fn after_network(
    state: BackendState,
    network: Network,
    now: Timestamp,
    policy: &Policy,
) -> BackendState {
    let probe_at = now.plus_ms(policy.offline_probe_ms);
    match network {
        Network::Offline => BackendState {
            not_before: Some(state.not_before.map_or(probe_at, |at| at.max(probe_at))),
            ..state
        },
        // A new network is a new chance: the old one's failures say nothing of it.
        Network::Online | Network::Unknown => {
            BackendState { failures: 0, not_before: None, ..state }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn settle_retry(attempts: u32, draw: f64) -> Transition {
        let outcome = Outcome::Retry { after_ms: None };
        settle(Attempted { attempts }, outcome, NOW, Jitter::new(draw), &Policy::default())
    }

    #[test]
    fn an_entry_is_retried_five_times_and_then_is_a_dead_letter() {
        for attempts in 0..5 {
            let Transition::Retry { attempts: burnt, not_before } = settle_retry(attempts, 0.5)
            else {
                panic!("attempt {attempts} was to be retried");
            };
            assert_eq!(burnt, attempts + 1);
            assert_eq!(not_before.since_ms(NOW), 500 << attempts);
        }
        assert!(matches!(settle_retry(5, 0.5), Transition::DeadLetter { attempts: 6, .. }));
    }

    #[test]
    fn a_rejection_is_final_at_once() {
        let reason = Reason { code: "forbidden".into(), message: "No.".into() };
        let outcome = Outcome::Rejected(reason.clone());
        let transition =
            settle(Attempted { attempts: 0 }, outcome, NOW, Jitter::new(0.0), &Policy::default());
        assert_eq!(transition, Transition::DeadLetter { attempts: 1, reason });
    }

    #[test]
    fn a_blocked_entry_burns_no_attempt() {
        let transition = settle(
            Attempted { attempts: 3 },
            Outcome::Blocked,
            NOW,
            Jitter::new(0.0),
            &Policy::default(),
        );
        assert_eq!(transition, Transition::Unchanged);
    }

    #[test]
    fn a_conflict_burns_no_attempt() {
        let outcome = Outcome::Conflict { version: 7, order: 2 };
        let (jitter, policy) = (Jitter::new(0.0), Policy::default());
        let transition = settle(Attempted { attempts: 3 }, outcome, NOW, jitter, &policy);
        assert_eq!(transition, Transition::Conflict { version: 7, order: 2 });
    }

    #[test]
    fn failures_of_the_backend_back_off_and_a_success_forgets_them() {
        let policy = Policy::default();
        let mut state = BackendState::default();
        for delay_ms in [500, 1_000, 2_000, 4_000] {
            let draw = Jitter::new(0.5);
            state = after_failure(
                state,
                &BackendFailure::Transport,
                Network::Online,
                NOW,
                draw,
                &policy,
            );
            assert_eq!(state.not_before, Some(NOW.plus_ms(delay_ms)));
        }
        assert_eq!(state.failures, 4);
        assert_eq!(
            (BackendState::answered().not_before, BackendState::answered().failures),
            (None, 0)
        );
    }

    #[test]
    fn retry_after_of_the_whole_answer_is_a_floor() {
        let failure = BackendFailure::Unavailable { status: 503, retry_after_ms: Some(20_000) };
        let state = after_failure(
            BackendState::default(),
            &failure,
            Network::Online,
            NOW,
            Jitter::new(0.9),
            &Policy::default(),
        );
        assert_eq!(state.not_before, Some(NOW.plus_ms(20_000)));
    }

    #[test]
    fn the_first_401_asks_for_a_token_at_once_and_the_second_waits() {
        let policy = Policy::default();
        let once = after_unauthorized(BackendState::default(), NOW, Jitter::new(0.5), &policy);
        assert_eq!((once.unauthorized, once.not_before, once.failures), (true, None, 0));
        let twice = after_unauthorized(once, NOW, Jitter::new(0.5), &policy);
        assert_eq!((twice.not_before, twice.failures), (Some(NOW.plus_ms(500)), 1));
    }

    #[test]
    fn without_a_network_only_a_rare_probe_is_due() {
        let policy = Policy::default();
        let state = after_network(BackendState::default(), Network::Offline, NOW, &policy);
        assert_eq!(state.not_before, Some(NOW.plus_ms(policy.offline_probe_ms)));
        let state = after_failure(
            state,
            &BackendFailure::Transport,
            Network::Offline,
            NOW,
            Jitter::new(0.0),
            &policy,
        );
        assert_eq!(state.not_before, Some(NOW.plus_ms(policy.offline_probe_ms)));
        assert_eq!(after_network(state, Network::Online, NOW, &policy).not_before, None);
    }
}
