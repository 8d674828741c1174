//! Until when a write waits for company.

use mailboat_core::{Policy, SendMode, Timestamp};

/// When an entry goes at the latest; `None` for at once.
pub(crate) fn gather_until(send: SendMode, now: Timestamp, policy: &Policy) -> Option<Timestamp> {
    match send {
        SendMode::Immediate => None,
        SendMode::Batched => Some(now.plus_ms(policy.batch_window_ms)),
        SendMode::Scheduled => {
            let past = now.0.rem_euclid(i64::try_from(policy.schedule_ms).unwrap_or(i64::MAX));
            Some(now.plus_ms(policy.schedule_ms.saturating_sub_signed(past)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(send: SendMode, now: i64) -> Option<i64> {
        gather_until(send, Timestamp(now), &Policy::default()).map(|at| at.0)
    }

    #[test]
    fn what_is_immediate_does_not_gather() {
        assert_eq!(until(SendMode::Immediate, 1_000), None);
    }

    #[test]
    fn what_is_batched_gathers_for_the_window() {
        assert_eq!(until(SendMode::Batched, 1_000), Some(1_000 + 5_000));
    }

    #[test]
    fn what_is_scheduled_goes_at_the_next_full_quarter_of_an_hour() {
        let quarter_ms = 15 * 60_000;
        assert_eq!(until(SendMode::Scheduled, 7 * quarter_ms + 1), Some(8 * quarter_ms));
        assert_eq!(until(SendMode::Scheduled, 7 * quarter_ms), Some(8 * quarter_ms));
        assert_eq!(until(SendMode::Scheduled, -1), Some(0));
    }
}
