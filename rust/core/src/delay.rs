//! How long to wait before the next attempt.
//!
//! Full jitter: a uniform draw between zero and an exponentially growing ceiling
//! (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015). The
//! `backoff` crate supplies the ceiling; the draw comes from the caller, so that a
//! seed replays. ADR 0005 says why the crate does no more than that.

use std::time::{Duration, Instant};

use backoff::Clock;
use backoff::backoff::Backoff;
use backoff::exponential::ExponentialBackoff;

use crate::policy::Policy;

/// A uniform draw from 0 (included) to 1 (excluded), made by the shell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jitter(f64);

impl Jitter {
    /// Takes a draw; values outside 0 to 1, and NaN, count as the nearest end.
    #[must_use]
    pub fn new(draw: f64) -> Self {
        Self(if draw.is_nan() { 1.0 } else { draw.clamp(0.0, 1.0) })
    }

    /// The draw as milliseconds below `window_ms`.
    #[must_use]
    pub fn within_ms(self, window_ms: u64) -> u64 {
        // Truncation is wanted: a draw below the window's end stays below it.
        (window_ms as f64 * self.0) as u64
    }
}

/// Milliseconds to wait after the `failures`-th failure in a row (from 1), at
/// least `floor_ms` where the server named one.
#[must_use]
pub fn retry_delay(failures: u32, floor_ms: Option<u64>, jitter: Jitter, policy: &Policy) -> u64 {
    let ceiling_ms = ceiling_ms(failures, policy);
    jitter.within_ms(ceiling_ms).max(floor_ms.unwrap_or(0).min(policy.max_retry_after_ms))
}

/// The longest that the `failures`-th failure in a row waits, in milliseconds.
pub(crate) fn ceiling_ms(failures: u32, policy: &Policy) -> u64 {
    let start = Instant::now();
    let mut envelope = ExponentialBackoff {
        current_interval: Duration::from_millis(policy.base_ms),
        initial_interval: Duration::from_millis(policy.base_ms),
        multiplier: policy.factor.into(),
        max_interval: Duration::from_millis(policy.max_delay_ms),
        randomization_factor: 0.0,
        max_elapsed_time: None,
        start_time: start,
        clock: StoppedClock(start),
    };
    // The ceiling stops growing long before 64 doublings; more steps change nothing.
    let steps = failures.clamp(1, 64);
    let ceiling = (0..steps).filter_map(|_| envelope.next_backoff()).last().unwrap_or_default();
    u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX).min(policy.max_delay_ms)
}

/// `backoff` wants a clock for a time limit that is not used here.
struct StoppedClock(Instant);

impl Clock for StoppedClock {
    fn now(&self) -> Instant {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceilings_are_1_2_4_8_16_seconds() {
        let policy = Policy::default();
        let ceilings: Vec<u64> = (1..=5).map(|failures| ceiling_ms(failures, &policy)).collect();
        assert_eq!(ceilings, [1_000, 2_000, 4_000, 8_000, 16_000]);
    }

    #[test]
    fn the_ceiling_stops_at_a_minute() {
        let policy = Policy::default();
        assert_eq!(ceiling_ms(7, &policy), 60_000);
        assert_eq!(ceiling_ms(u32::MAX, &policy), 60_000);
    }

    #[test]
    fn the_draw_covers_zero_to_the_ceiling() {
        let policy = Policy::default();
        let delays = [0.0, 0.5, 0.999].map(|draw| retry_delay(3, None, Jitter::new(draw), &policy));
        assert_eq!(delays, [0, 2_000, 3_996]);
    }

    #[test]
    fn retry_after_is_a_floor_and_has_a_limit() {
        let policy = Policy::default();
        assert_eq!(retry_delay(1, Some(30_000), Jitter::new(0.9), &policy), 30_000);
        assert_eq!(retry_delay(6, Some(10), Jitter::new(0.5), &policy), 16_000);
        assert_eq!(
            retry_delay(1, Some(u64::MAX), Jitter::new(0.0), &policy),
            policy.max_retry_after_ms
        );
    }
}
