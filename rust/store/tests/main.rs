//! What the store promises, checked through its public API on real files.

mod common;

mod ack;
mod attempt;
mod background;
mod coalesce;
mod conflict_model;
mod conflict_table;
mod create;
mod dead_letter;
mod depend;
mod due;
mod full_disk;
mod group;
mod initial_sync;
mod lane;
mod model;
mod natural_key;
mod opening;
mod patch;
mod priority;
mod privacy;
mod pull;
mod reader;
mod resync;
mod revise;
mod savepoint;
mod schema;
mod update;
mod values;
mod version;
mod watch;
mod why;
mod window;
