//! The decisions of the engine: what to send next, when to try again, what an
//! answer means.
//!
//! Everything here is a pure function of its arguments. Time, randomness, the
//! network and the contents of the outbox are passed in; what should happen is
//! passed back as data, and the shell (`mailboat-engine`) makes it happen. So a
//! test can play years of bad weather in a second, and a seed replays exactly.

mod clock;
mod conflict;
mod delay;
mod entry;
mod environment;
mod natural_key;
mod outcome;
mod plan;
mod policy;
mod settle;
mod time;

pub use clock::{HybridClock, MAX_CLOCK_DRIFT_MS, NodeId, Stamp};
pub use conflict::{
    Columns, ConflictRule, Meeting, OnRemoteDelete, Resolution, Side, overwritten, resolve,
    same_value,
};
pub use delay::{Jitter, retry_delay};
pub use entry::{EntryId, LanePolicy, Operation, Priority, SendMode, WriteMode};
pub use environment::{AppState, Environment, Network};
pub use natural_key::{KeyColumn, is_same_thing};
pub use outcome::{BackendFailure, Outcome, Reason};
pub use plan::{
    BUSY_PULL_SPACING_MS, Candidate, GroupId, LowWaiting, Plan, PullTrigger, PullView, View, plan,
};
pub use policy::Policy;
pub use settle::{
    Attempted, BackendState, Transition, after_failure, after_network, after_unauthorized, settle,
};
pub use time::Timestamp;
