//! How the disk has been doing under the scheduler: what came could not be stored, or what
//! was to leave could not be marked.
//!
//! Such a failure is none of the backend's, and no answer of the backend ends it: while a
//! disk is full, every page that comes is an answer as well.

use crate::backend::{Pause, PauseCause};
use crate::delay::{Jitter, ceiling_ms};
use crate::policy::Policy;
use crate::time::Timestamp;

/// How the disk has been doing. Kept in memory: a restart tries afresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageState {
    /// Failures in a row.
    pub failures: u32,
    /// Nothing is fetched or sent before this time.
    retry_at: Option<Timestamp>,
    /// A page was among what failed.
    page_failed: bool,
}

/// What the scheduler has the disk do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// A page, to its last row.
    Page,
    /// What became of a batch, or anything else of the outbox.
    Outbox,
}

impl StorageState {
    /// The disk failed: everything waits, the longer the more often it did, and never less
    /// than `retryFloorMs`, for a hot loop would not help the disk.
    #[must_use]
    pub fn after_failure(
        self,
        of: Stored,
        now: Timestamp,
        jitter: Jitter,
        policy: &Policy,
    ) -> Self {
        let failures = self.failures.saturating_add(1);
        let ceiling_ms = ceiling_ms(failures, policy);
        // No other device waits for this disk, so the draw need not cover all of it.
        let delay_ms = ceiling_ms / 2 + jitter.within_ms(ceiling_ms - ceiling_ms / 2);
        Self {
            failures,
            retry_at: Some(now.plus_ms(delay_ms.max(policy.retry_floor_ms))),
            page_failed: self.page_failed || of == Stored::Page,
        }
    }

    /// Something was stored. It ends the spell unless a page failed in it: where a page does
    /// not fit, what became of a batch may.
    #[must_use]
    pub fn after_success(self, of: Stored) -> Self {
        if self.page_failed && of != Stored::Page { self } else { Self::default() }
    }

    /// The user asks now: no delay stands in the way. What failed is not forgotten.
    #[must_use]
    pub fn asked(self) -> Self {
        Self { retry_at: None, ..self }
    }

    /// The pause that holds at `now`.
    #[must_use]
    pub fn paused_until(&self, now: Timestamp, policy: &Policy) -> Option<Pause> {
        let until = self.retry_at.filter(|at| at.is_ahead(now, policy.longest_delay_ms()))?;
        Some(Pause { until, cause: PauseCause::Storage })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn delays_ms(policy: &Policy, draw: f64) -> Vec<u64> {
        let mut state = StorageState::default();
        let fail = |_| {
            state = state.after_failure(Stored::Page, NOW, Jitter::new(draw), policy);
            state.paused_until(NOW, policy).expect("there is always a time").until.since_ms(NOW)
        };
        (0..8).map(fail).collect()
    }

    #[test]
    fn each_failure_in_a_row_waits_longer_and_none_less_than_the_floor() {
        let policy = Policy::default();
        assert_eq!(
            delays_ms(&policy, 0.0),
            [5_000, 5_000, 5_000, 5_000, 8_000, 16_000, 30_000, 30_000]
        );
        assert_eq!(
            delays_ms(&policy, 1.0),
            [5_000, 5_000, 5_000, 8_000, 16_000, 32_000, 60_000, 60_000]
        );
        let short = Policy { base_ms: 1, max_delay_ms: 1, retry_floor_ms: 1, ..policy };
        assert_eq!(delays_ms(&short, 0.0), [1; 8]);
    }

    #[test]
    fn only_a_page_ends_a_spell_in_which_one_failed() {
        let (draw, policy) = (Jitter::new(0.5), Policy::default());
        let failed = |of| StorageState::default().after_failure(of, NOW, draw, &policy);
        let outbox = failed(Stored::Outbox);
        assert_eq!(outbox.after_success(Stored::Outbox), StorageState::default());
        assert_eq!(outbox.after_success(Stored::Page), StorageState::default());
        let page = failed(Stored::Page).after_failure(Stored::Outbox, NOW, draw, &policy);
        assert_eq!(page.after_success(Stored::Outbox), page);
        assert_eq!(page.after_success(Stored::Page), StorageState::default());
    }

    #[test]
    fn a_pause_ends_in_time_or_when_asked_or_when_a_clock_steps_back() {
        let (draw, policy) = (Jitter::new(0.5), Policy::default());
        let state = StorageState::default().after_failure(Stored::Page, NOW, draw, &policy);
        assert_eq!(state.paused_until(NOW.plus_ms(5_000), &policy), None);
        assert_eq!(state.paused_until(Timestamp(NOW.0 - 24 * 3_600_000), &policy), None);
        let asked = state.asked();
        assert_eq!((asked.paused_until(NOW, &policy), asked.failures), (None, 1));
    }
}
