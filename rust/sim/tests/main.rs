//! Tests of the simulator itself: does it notice what it is for?

mod disk;
mod engine;
mod world;
