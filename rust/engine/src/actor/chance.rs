//! Everything random, from one generator, so that a seed replays.

use mailboat_core::{Jitter, Timestamp};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// The engine's dice.
pub(crate) struct Chance(SmallRng);

impl Chance {
    /// Seeded by the operating system.
    pub fn from_os() -> Self {
        Self(SmallRng::from_os_rng())
    }

    /// Seeded by a number, so that every draw comes again.
    pub fn from_seed(seed: u64) -> Self {
        Self(SmallRng::seed_from_u64(seed))
    }

    /// A draw for a delay.
    pub fn jitter(&mut self) -> Jitter {
        Jitter::new(self.0.random())
    }

    /// A new UUIDv7 (RFC 9562): sorted by the millisecond it was made in.
    pub fn uuid(&mut self, now: Timestamp) -> Uuid {
        let since_epoch_ms = u64::try_from(now.0).unwrap_or(0);
        let random: [u8; 10] = self.0.random();
        uuid::Builder::from_unix_timestamp_millis(since_epoch_ms, &random).into_uuid()
    }
}
