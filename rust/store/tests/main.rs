//! What the store promises, checked through its public API on real files.

mod common;

mod ack;
mod attempt;
mod create;
mod dead_letter;
mod due;
mod lane;
mod pull;
mod update;
mod measure;
