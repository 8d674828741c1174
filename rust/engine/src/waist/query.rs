//! What `query` and `watch` take and answer, besides the windows of `mailboat-store`.

use mailboat_store::{Snapshot, Window};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A synchronous read. Bounded in rows and in steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(export_to = "waist.ts")]
pub enum Query {
    /// The rows of a window; answers a `Snapshot`.
    Window {
        /// Which rows.
        window: Window,
    },
    /// One record; answers the row, or `null`.
    Record {
        /// Name of the collection.
        collection: String,
        /// Id of the record.
        id: String,
    },
    /// Entries of the outbox, oldest first; answers an `OutboxPage`.
    Outbox {
        /// Entries after this local sequence number; from the oldest when left out.
        #[serde(default)]
        #[ts(type = "number", optional)]
        after: Option<i64>,
        /// At most this many, 1 to 500.
        limit: u32,
    },
    /// What lost where two versions of a record met, newest first; answers a `ConflictPage`.
    Conflicts {
        /// Older than this place in the log; from the newest when left out.
        #[serde(default)]
        #[ts(type = "number", optional)]
        before: Option<i64>,
        /// At most this many, 1 to 500.
        limit: u32,
    },
    /// How syncing goes; answers a `SyncStatus`.
    Status,
    /// What the engine holds in memory; answers `Counters`.
    Counters,
}

/// Answer of `watch`: the snapshot that later patches change.
#[derive(Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Watched {
    /// Names the watch in patches and in `unwatch`.
    pub watch: u32,
    /// The rows now.
    #[serde(flatten)]
    pub snapshot: Snapshot,
}

/// What the engine holds in memory, for tests and diagnostics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Counters {
    /// Watches that live.
    pub watches: u32,
    /// Commands that wait for their answer.
    pub commands_in_flight: u32,
    /// Questions that wait for JavaScript.
    pub questions: u32,
}
