//! The deterministic simulator: bad weather for the real store and the real actor.

pub mod disk;
