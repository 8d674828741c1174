//! Tests of the simulator itself: does it notice what it is for, and do its disks fail?

mod disk;
mod engine;
mod world;
