//! What the shell knows at one moment: the facts that a plan is made of.

use uuid::Uuid;

use crate::backend::BackendState;
use crate::batch_size::BatchSize;
use crate::entry::{EntryId, Priority};
use crate::storage::StorageState;
use crate::suspects::Suspects;
use crate::time::Timestamp;

/// What the shell knows at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Entries that could go, most urgent lane first, each lane's in order and
    /// unbroken from its head. Held lanes are left out; suspects come last as long as they
    /// let others go first.
    pub candidates: Vec<Candidate>,
    /// When the next lane that is left out for its delay becomes due.
    pub next_due: Option<Timestamp>,
    /// The lanes in which only entries of low priority wait.
    pub low: LowWaiting,
    /// Whether a batch is on its way.
    pub push_in_flight: bool,
    /// What is known of pulling.
    pub pull: PullView,
    /// How the backend has been answering.
    pub backend: BackendState,
    /// How the disk has been doing.
    pub storage: StorageState,
    /// How much goes in one push.
    pub batch: BatchSize,
    /// Lanes whose first entry has failed alone.
    pub suspects: Suspects,
    /// Whether the network is poor or flapping.
    pub is_weak: bool,
    /// Whether the app waits for everything to go: a call of `sync()`.
    pub asked: bool,
}

/// An entry that could go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The entry.
    pub id: EntryId,
    /// Its lane.
    pub lane: String,
    /// Size of its values, in bytes.
    pub bytes: u32,
    /// Not before this time.
    pub not_before: Option<Timestamp>,
    /// The highest priority that waits in its lane, or for an entry of its lane.
    pub priority: Priority,
    /// The atomic group it belongs to: the group goes in one batch, or waits.
    pub group: Option<GroupId>,
}

/// Names an atomic group: entries that the server applies all or none.
pub type GroupId = Uuid;

/// Entries of low priority that nothing more urgent waits behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LowWaiting {
    /// How many there are.
    pub entries: u32,
    /// Size of their values, in bytes.
    pub bytes: u64,
    /// When the oldest was written; `None` when there is none.
    pub oldest: Option<Timestamp>,
}

/// What is known of pulling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PullView {
    /// Whether a page is on its way.
    pub in_flight: bool,
    /// Whether the pages that have come and are not stored yet leave no room for another.
    pub is_full: bool,
    /// What asked for a pull since the last one began.
    pub trigger: Option<PullTrigger>,
    /// A hint is not answered before this time.
    pub hint_not_before: Option<Timestamp>,
    /// When the last pull ended well.
    pub last_ended_at: Option<Timestamp>,
}

/// What asked for a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullTrigger {
    /// The engine opened.
    Open,
    /// A batch was settled.
    AfterPush,
    /// The platform sees a network again.
    NetworkEdge,
    /// The app came to the front.
    Foreground,
    /// The backend says there is something, or its live connection was lost.
    Hint,
    /// The app asked.
    Request,
    /// A sync within a budget began. It waits for no hint's spread, but for a good network
    /// where the policy does.
    Budget,
    /// The page before said there is more.
    More,
    /// Nothing else asked for long enough.
    Interval,
}
