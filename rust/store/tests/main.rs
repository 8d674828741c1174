//! What the store promises, checked through its public API on real files.

mod common;

mod ack;
mod attempt;
mod create;
mod dead_letter;
mod due;
mod full_disk;
mod lane;
mod model;
mod opening;
mod patch;
mod privacy;
mod pull;
mod reader;
mod savepoint;
mod schema;
mod update;
mod values;
mod version;
mod watch;
mod why;
mod window;
