//! What an answer means for one entry.
//!
//! Only an outcome that names the entry burns its attempt. A failure of the whole
//! request belongs to the backend (`backend.rs`), and no entry comes nearer to being a
//! dead letter because of it; but for one that fails alone while others pass
//! (`suspects.rs`).

use crate::delay::{Jitter, retry_delay};
use crate::outcome::{Outcome, Reason};
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

/// Decides what it means for an entry that a request with it alone failed while others
/// passed: an attempt, as if the server had named it.
#[must_use]
pub fn settle_culprit(
    entry: Attempted,
    now: Timestamp,
    jitter: Jitter,
    policy: &Policy,
) -> Transition {
    let transition = settle(entry, Outcome::Retry { after_ms: None }, now, jitter, policy);
    let Transition::DeadLetter { attempts, .. } = transition else { return transition };
    Transition::DeadLetter {
        attempts,
        reason: Reason {
            code: "fails_alone".into(),
            message: format!(
                "{attempts} requests with this entry alone failed while others passed."
            ),
        },
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
    fn a_culprit_burns_its_attempts_and_then_is_a_dead_letter_that_says_why() {
        let settle = |attempts| {
            settle_culprit(Attempted { attempts }, NOW, Jitter::new(0.5), &Policy::default())
        };
        assert!(matches!(settle(0), Transition::Retry { attempts: 1, .. }));
        let Transition::DeadLetter { attempts: 6, reason } = settle(5) else {
            panic!("six attempts are enough");
        };
        assert_eq!(reason.code, "fails_alone");
    }
}
