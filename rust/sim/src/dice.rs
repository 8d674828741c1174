//! Chance from a seed. Each part of a world forks dice of its own by name, so that
//! leaving one part out (a device, a kind of fault) does not change another's fate.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::trace::Digest;

/// A seeded generator.
pub struct Dice {
    seed: u64,
    rng: SmallRng,
}

impl Dice {
    /// Dice of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, rng: SmallRng::seed_from_u64(seed) }
    }

    /// Dice that depend on the seed and the name, and not on what was drawn so far.
    #[must_use]
    pub fn fork(&self, name: &str, number: u64) -> Self {
        Self::new(self.seed_of(name, number))
    }

    /// The seed of such dice.
    #[must_use]
    pub fn seed_of(&self, name: &str, number: u64) -> u64 {
        let mut digest = Digest::default();
        digest.add(&self.seed.to_le_bytes());
        digest.add(name.as_bytes());
        digest.add(&number.to_le_bytes());
        digest.value()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.rng.random::<f64>() < probability
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        self.rng.random_range(least..=most.max(least))
    }

    /// A number whose order of magnitude is uniform: many short ones, few long ones.
    pub fn spread(&mut self, least: i64, most: i64) -> i64 {
        let (low, high) = ((least.max(1) as f64).ln(), (most.max(1) as f64).ln());
        let draw = (low + self.rng.random::<f64>() * (high - low)).exp();
        (draw as i64).clamp(least, most)
    }

    /// One of several; there must be one.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.rng.random_range(0..of.len())]
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.rng.random()
    }

    /// A random id.
    pub fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.rng.random()).into_uuid()
    }
}
