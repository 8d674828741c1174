//! What the store promises, checked through its public API on real files.

mod common;

mod ack;
mod attempt;
mod coalesce;
mod create;
mod dead_letter;
mod depend;
mod due;
mod full_disk;
mod group;
mod lane;
mod model;
mod opening;
mod patch;
mod priority;
mod privacy;
mod pull;
mod reader;
mod revise;
mod savepoint;
mod schema;
mod update;
mod values;
mod version;
mod watch;
mod why;
mod window;
