//! The decisions of the engine: what to send next, when to try again, what an
//! answer means.
//!
//! Everything here is a pure function of its arguments. Time, randomness, the
//! network and the contents of the outbox are passed in; what should happen is
//! passed back as data, and the shell (`mailboat-engine`) makes it happen. So a
//! test can play years of bad weather in a second, and a seed replays exactly.

mod backend;
mod batch;
mod batch_size;
mod breaker;
mod budget;
mod clock;
mod conflict;
mod delay;
mod entry;
mod environment;
mod group;
mod long_offline;
mod low;
mod natural_key;
mod outcome;
mod plan;
mod policy;
mod pulling;
mod quality;
mod settle;
mod storage;
mod suspects;
mod time;
mod view;
mod why;

pub use backend::{
    BackendState, Pause, PauseCause, after_failure, after_network, after_unauthorized, is_another,
};
pub use batch_size::BatchSize;
pub use breaker::{Breaker, breaker};
pub use budget::{RETRY_BURST, RetryBudget};
pub use clock::{HybridClock, MAX_CLOCK_DRIFT_MS, NodeId, Stamp};
pub use conflict::{
    Columns, ConflictRule, Meeting, OnRemoteDelete, Resolution, Side, overwritten, resolve,
    same_value,
};
pub use delay::{Jitter, retry_delay};
pub use entry::{EntryId, LanePolicy, Operation, Priority, SendMode, WriteMode};
pub use environment::{AppState, Environment, Network, NetworkKind, NetworkNeed, Power};
pub use group::{GROUP_REJECTED, harmonize};
pub use long_offline::{LONG_OFFLINE_MS, LongOffline, Spell};
pub use low::{COMPRESSED_PERCENT, LowWait, Urgency, low_wait, urgency};
pub use natural_key::{KeyColumn, is_same_thing};
pub use outcome::{BackendFailure, Outcome, Reason};
pub use plan::{Plan, paused_until, plan};
pub use policy::Policy;
pub use pulling::BUSY_PULL_SPACING_MS;
pub use quality::{Observed, Quality, Sample, Stability};
pub use settle::{Attempted, Transition, settle, settle_culprit};
pub use storage::{StorageState, Stored};
pub use suspects::{Suspects, Verdict};
pub use time::Timestamp;
pub use view::{Candidate, GroupId, LowWaiting, PullTrigger, PullView, View};
pub use why::{Place, Situation, Waiting, Why, WhyState, why};
