//! What the simulator's own parts promise.

mod disk;
