//! Fault switches: what a test asks the server to do wrong, how often, and to whom.

mod board;
mod fault;

pub(crate) use board::{Ending, FaultBoard, FaultReport};
pub(crate) use fault::read_faults;
pub use fault::{EntryFault, EntryVerdict, Fault, FaultKind, On};
