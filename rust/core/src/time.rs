//! Points in time, as numbers that the shell passes in.

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch. Only the shell reads a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This point moved by so many milliseconds; saturates at the ends of time.
    #[must_use]
    pub fn plus_ms(self, delay_ms: u64) -> Self {
        Self(self.0.saturating_add_unsigned(delay_ms))
    }

    /// Milliseconds from `earlier` to this point; 0 when the clock stepped back.
    #[must_use]
    pub fn since_ms(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// Whether to wait for this point at `now`. One further off than the longest delay
    /// that anybody gives comes from a clock that stepped back, and is not waited for.
    #[must_use]
    pub fn is_ahead(self, now: Self, longest_ms: u64) -> bool {
        self > now && self.since_ms(now) <= longest_ms
    }
}
