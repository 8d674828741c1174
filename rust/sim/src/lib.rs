//! The simulator: a world of devices, servers and bad weather, played from one seed.
//!
//! The actor, the store, the codecs and the server are the real ones. Time, chance,
//! clocks, networks and kills are the world's, so that a seed replays exactly: an
//! event queue holds what will happen, and time jumps to the next of it. After every
//! step the invariants of [`finding::Invariant`] are looked at.

mod asked;
mod book;
mod checks;
mod device;
pub mod dice;
pub mod disk;
pub mod fault;
pub mod finding;
mod groups;
mod link;
mod low;
mod mishaps;
mod person;
pub mod report;
mod rules;
pub mod run;
pub mod scenario;
mod server;
mod trace;
mod traffic;
mod turns;
mod window;
mod wish;
mod witness;
pub mod world;
