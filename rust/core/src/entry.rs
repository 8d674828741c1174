//! The words of the outbox that every layer shares.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// Id of an outbox entry: a client-made UUIDv7, the idempotency key on every attempt.
pub type EntryId = Uuid;

/// What a mutation does to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Operation {
    /// Makes a record; its values hold every column.
    Create,
    /// Changes the columns it names and leaves the others.
    Update,
    /// Removes the record.
    Delete,
}

/// What the rest of a lane does when one of its entries becomes a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum LanePolicy {
    /// The lane waits until a person retries, edits or discards the entry.
    Hold,
    /// The lane goes on without it.
    Skip,
}

/// How urgent an entry is. It never overtakes inside its lane: the lane takes the
/// highest priority that waits in it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Priority {
    /// Waits for a good network.
    Low,
    /// The default.
    #[default]
    Normal,
    /// Goes on any network, first.
    High,
}

impl Priority {
    /// All of them, most urgent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Normal, Self::Low];

    /// How much earlier than it was an entry counts as written, in milliseconds. The
    /// sort key of a lane is that time and never changes, so whatever waits is overtaken
    /// for so long at the most, and nothing starves.
    #[must_use]
    pub fn head_start_ms(self) -> u64 {
        match self {
            Self::Low => 0,
            Self::Normal => 10 * 60_000,
            Self::High => 60 * 60_000,
        }
    }
}

/// When an entry is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum SendMode {
    /// As soon as the policy allows.
    #[default]
    Immediate,
    /// With others: when something goes anyway, at the latest after `batchWindowMs`.
    Batched,
    /// At the next full `scheduleMs` of the clock, or when the app calls `sync()`.
    Scheduled,
}

/// When the promise of a write resolves. Either way the write is on the disk first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum WriteMode {
    /// When it is on the disk.
    #[default]
    LocalFirst,
    /// When the server has answered; when it cannot, the write waits in the outbox and
    /// the promise says so after `serverFirstTimeoutMs`.
    ServerFirst,
}
