//! The waist for the C++ shim: the only cxx bridge, as a static library.
//!
//! One [`Waist`](waist::Waist) for each JavaScript runtime. Rust never holds a JavaScript
//! value: C++ names a request by a number and keeps its promise, Rust puts what became of
//! it into a mailbox and rings, and the JavaScript thread comes to take it. No panic
//! leaves Rust: it closes the engine that it concerns, with `INTERNAL`.

mod background;
mod ffi;
mod panics;
mod platform;
mod waist;

pub use background::{MailboatSyncReport, mailboat_stop_sync, mailboat_sync_once};

#[cfg(feature = "panics")]
pub use panics::mailboat_panic_at_entry;
pub use platform::{
    mailboat_set_app_state, mailboat_set_database_folder, mailboat_set_network, mailboat_set_power,
};
