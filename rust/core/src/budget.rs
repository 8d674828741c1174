//! The retry budget: when many phones fail at once, their retries must not be what
//! keeps the backend down.
//!
//! A token bucket. Requests that were answered pay into it, retries of whole requests
//! take out of it. With nothing in it a phone still retries, but only once in a while:
//! one that has never reached its backend must not wait for ever.

use crate::policy::Policy;
use crate::time::Timestamp;

/// Retries that the bucket holds when full, and at the start. With 10 % of requests paid
/// in, that is what the last 100 answered requests are worth.
pub const RETRY_BURST: u32 = 10;

/// What one retry costs, so that percents of it are whole numbers.
const RETRY_COST: u32 = 100;

/// How many retries may go at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    /// In hundredths of a retry.
    filled: u32,
    /// The time of the last retry that it let go, which may lie ahead.
    last_at: Option<Timestamp>,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { filled: RETRY_BURST * RETRY_COST, last_at: None }
    }
}

impl RetryBudget {
    /// A request was answered.
    #[must_use]
    pub fn after_answer(self, policy: &Policy) -> Self {
        let filled = self.filled.saturating_add(policy.retry_budget_percent);
        Self { filled: filled.min(RETRY_BURST * RETRY_COST), ..self }
    }

    /// A request is to be tried again: when that may be.
    #[must_use]
    pub fn reserve(self, now: Timestamp, policy: &Policy) -> (Self, Timestamp) {
        if self.filled >= RETRY_COST {
            return (Self { filled: self.filled - RETRY_COST, last_at: Some(now) }, now);
        }
        let floor = |last: Timestamp| last.plus_ms(policy.retry_floor_ms);
        // A time further off than the floor comes from a clock that stepped back.
        let at = self.last_at.map_or(now, floor).clamp(now, floor(now));
        (Self { last_at: Some(at), ..self }, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);
    const POLICY: fn() -> Policy = Policy::default;

    fn emptied() -> RetryBudget {
        (0..RETRY_BURST).fold(RetryBudget::default(), |budget, _| {
            let (budget, at) = budget.reserve(NOW, &POLICY());
            assert_eq!(at, NOW);
            budget
        })
    }

    #[test]
    fn an_empty_budget_lets_one_retry_go_in_each_floor() {
        let policy = POLICY();
        let (budget, first) = emptied().reserve(NOW, &policy);
        assert_eq!(first, NOW.plus_ms(policy.retry_floor_ms));
        let (_, second) = budget.reserve(first, &policy);
        assert_eq!(second.since_ms(first), policy.retry_floor_ms);
    }

    #[test]
    fn ten_answers_pay_for_one_retry() {
        let policy = POLICY();
        let paid = (0..9).fold(emptied(), |budget, _| budget.after_answer(&policy));
        assert!(paid.reserve(NOW, &policy).1 > NOW);
        assert_eq!(paid.after_answer(&policy).reserve(NOW, &policy).1, NOW);
    }

    #[test]
    fn no_more_is_saved_than_the_bucket_holds() {
        let policy = POLICY();
        let saved = (0..1_000).fold(RetryBudget::default(), |it, _| it.after_answer(&policy));
        assert_eq!(saved, RetryBudget::default());
    }

    #[test]
    fn a_clock_that_steps_hours_either_way_puts_a_retry_off_by_no_more_than_the_floor() {
        let policy = POLICY();
        let (budget, _) = emptied().reserve(NOW, &policy);
        for step_ms in [-10_800_000, 10_800_000] {
            let stepped = Timestamp(NOW.0 + step_ms);
            let (_, at) = budget.reserve(stepped, &policy);
            assert!(at >= stepped && at <= stepped.plus_ms(policy.retry_floor_ms));
        }
    }
}
