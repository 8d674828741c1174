//! The shell around the decisions: one actor that is the only writer, HTTP, timers,
//! and the narrow waist through which JavaScript sees all of it.
//!
//! A host (Node's add-on, the JSI shim) makes one [`Runtime`] for each JavaScript
//! runtime and passes its calls on. The `actor` module is where a turn happens:
//! commands are committed in a group, watches are patched, answers are given, and
//! then [`mailboat_core::plan`] says what to send.

mod actor;
mod actor_thread;
mod alarm;
mod background;
mod call;
mod certificates;
mod engine;
mod exchange;
mod guard;
mod mailbox;
mod network;
pub mod platform;
mod registry;
mod runtime;
mod session;
pub mod stage;
pub mod waist;

pub use background::{stop_sync, sync_once};
pub use call::Completion;
pub use guard::guard;
pub use mailbox::{Mail, Mailbox, Outcome, Ring, Ticket};
pub use runtime::{Hold, Runtime, Wake};
