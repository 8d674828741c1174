//! How much goes in one push: additive increase, multiplicative decrease, as TCP finds
//! the width of a path (Chiu and Jain, 1989).
//!
//! Halving is also how a batch that one entry spoils is split: it comes down to that
//! entry alone (`suspects.rs`).

use crate::outcome::BackendFailure;
use crate::policy::Policy;

/// Entries in the first push.
const START_ENTRIES: u32 = 50;
/// Entries that each full push which passes adds.
const STEP_ENTRIES: u32 = 10;
/// Bytes that each full push which passes adds.
const STEP_BYTES: u32 = 32 * 1024;
/// Bytes below which halving stops; one entry goes whatever its size.
const LEAST_BYTES: u32 = 1_024;
/// Entries in a push, at the most, on a poor or flapping network.
pub(crate) const WEAK_ENTRIES: u32 = 20;

/// How much goes in one push; the policy's limits hold as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSize {
    /// Entries, at least one.
    pub entries: u32,
    /// Bytes of their values.
    pub bytes: u32,
}

impl Default for BatchSize {
    fn default() -> Self {
        Self { entries: START_ENTRIES, bytes: u32::MAX }
    }
}

impl BatchSize {
    /// What may go on this network by this policy.
    #[must_use]
    pub fn within(self, weak: bool, policy: &Policy) -> Self {
        let most = if weak { WEAK_ENTRIES } else { u32::MAX };
        Self {
            entries: self.entries.min(policy.batch_entries).min(most).max(1),
            bytes: self.bytes.min(policy.batch_bytes),
        }
    }

    /// A push passed. One that was not full says nothing about a larger one.
    #[must_use]
    pub fn after_success(self, entries: usize, bytes: u64, policy: &Policy) -> Self {
        let limit = self.within(false, policy);
        let full_of_entries = entries >= limit.entries as usize;
        let full_of_bytes = bytes.saturating_mul(2) >= u64::from(limit.bytes);
        let grow = |by: u32, is_full: bool, size: u32, most: u32| {
            if is_full { size.saturating_add(by).min(most) } else { size }
        };
        Self {
            entries: grow(STEP_ENTRIES, full_of_entries, limit.entries, policy.batch_entries),
            bytes: grow(STEP_BYTES, full_of_bytes, limit.bytes, policy.batch_bytes),
        }
    }

    /// A push failed as a whole, the `failures`-th request in a row to do so.
    #[must_use]
    pub fn after_failure(self, failure: &BackendFailure, failures: u32, policy: &Policy) -> Self {
        let is_too_much = match failure {
            // Too large (413), too many (429), too slow; or something in it that the
            // backend cannot take, which a smaller one may leave out.
            BackendFailure::Timeout
            | BackendFailure::Refused { .. }
            | BackendFailure::Unavailable { .. } => true,
            // Networks lose requests of any size; if it goes on, it may be this one.
            BackendFailure::Transport | BackendFailure::Unreadable => failures > 1,
            BackendFailure::Unauthorized | BackendFailure::CursorExpired => false,
        };
        if !is_too_much {
            return self;
        }
        let limit = self.within(false, policy);
        Self { entries: (limit.entries / 2).max(1), bytes: (limit.bytes / 2).max(LEAST_BYTES) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries_after(failures: &[BackendFailure]) -> u32 {
        let policy = Policy::default();
        let fail = |size: BatchSize, (failure, number): (&BackendFailure, u32)| {
            size.after_failure(failure, number, &policy)
        };
        failures.iter().zip(1..).fold(BatchSize::default(), fail).entries
    }

    #[test]
    fn a_push_that_is_too_much_halves_the_next_one_down_to_one_entry() {
        let refused = |status| BackendFailure::Refused { status };
        let unavailable = |status| BackendFailure::Unavailable { status, retry_after_ms: None };
        for failure in [refused(413), unavailable(429), BackendFailure::Timeout, unavailable(500)] {
            let sizes: Vec<u32> =
                (1..=7).map(|times| entries_after(&vec![failure.clone(); times])).collect();
            assert_eq!(sizes, [25, 12, 6, 3, 1, 1, 1], "{failure:?}");
        }
    }

    #[test]
    fn one_lost_request_changes_nothing_and_a_second_one_does() {
        assert_eq!(entries_after(&[BackendFailure::Transport]), 50);
        assert_eq!(entries_after(&[BackendFailure::Transport, BackendFailure::Transport]), 25);
        assert_eq!(
            entries_after(&[BackendFailure::Unauthorized, BackendFailure::Unauthorized]),
            50
        );
    }

    #[test]
    fn full_pushes_that_pass_add_ten_entries_up_to_the_policy() {
        let policy = Policy::default();
        let mut size = BatchSize::default();
        for wanted in [60, 70, 80, 90, 100, 100] {
            let sent = size.within(false, &policy).entries as usize;
            size = size.after_success(sent, 1_000, &policy);
            assert_eq!(size.entries, wanted);
        }
        assert_eq!(size.after_success(3, 1_000, &policy), size, "a small one proves nothing");
    }

    #[test]
    fn bytes_halve_and_grow_too() {
        let policy = Policy::default();
        let small = BatchSize::default().after_failure(&BackendFailure::Timeout, 1, &policy);
        assert_eq!(small.bytes, 128 * 1024);
        assert_eq!(small.after_success(1, 100 * 1024, &policy).bytes, 160 * 1024);
        assert_eq!(small.after_success(1, 1_000, &policy).bytes, 128 * 1024);
    }

    #[test]
    fn a_weak_network_gets_small_pushes() {
        let policy = Policy::default();
        assert_eq!(BatchSize::default().within(true, &policy).entries, WEAK_ENTRIES);
        assert_eq!(BatchSize::default().within(false, &policy).entries, 50);
    }
}
