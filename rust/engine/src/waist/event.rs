//! What `drain` answers: everything that happened since the last drain.

use mailboat_backends::rest::wire::PushEntry;
use mailboat_core::{Network, NetworkKind, Quality, Stability};
use mailboat_store::{InitialSyncing, PatchOp, Values};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::error::WaistError;

/// Answer of `drain`.
#[derive(Debug, Default, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Drained {
    /// In the order they happened.
    pub events: Vec<Event>,
}

/// One thing that happened.
#[derive(Debug, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Event {
    /// Rows of a watched window changed. Apply the operations in order.
    Patch {
        /// The watch.
        watch: u32,
        /// Each sees the array as the one before left it.
        ops: Vec<PatchOp>,
        /// Whether rows of the window lie beyond its limit now.
        more: bool,
    },
    /// Too much changed to say how: release the watch and watch again.
    Reset {
        /// The watch; it sends nothing any more.
        watch: u32,
    },
    /// How syncing goes; only the latest is kept.
    Status(SyncStatus),
    /// How far a long push or pull has come; only the latest is kept.
    Progress(Progress),
    /// Something has waited for a day, and no request came through. Told once a spell.
    LongOffline {
        /// Since when, in milliseconds since the Unix epoch.
        #[ts(type = "number")]
        since: i64,
        /// Entries that wait.
        pending: u32,
    },
    /// Something that will not get better by itself. Told once until the backend, and
    /// the file, work again.
    Critical {
        /// What it is.
        kind: CriticalKind,
        /// The error behind it.
        error: WaistError,
    },
    /// Rust asks; JavaScript answers with the command `answer`.
    Question {
        /// Names the question in the answer.
        question: u32,
        /// What is asked.
        ask: Ask,
        /// Milliseconds until the engine goes on without an answer.
        #[ts(type = "number")]
        deadline_ms: u64,
    },
    /// `open` answered `opening`; now reads work.
    Opened,
    /// `open` answered `opening`, and then it failed. The engine is closed.
    OpenFailed {
        /// Why.
        error: WaistError,
    },
    /// The engine closed itself, or another runtime took it over.
    Closed {
        /// Why.
        error: WaistError,
    },
}

/// What Rust asks of JavaScript.
#[derive(Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Ask {
    /// A bearer token for the backend.
    Token {
        /// Whether the last one was refused, so that a cached one will not do.
        refresh: bool,
    },
    /// Send these entries; answer one outcome each, in their order.
    Push {
        /// At most a batch.
        entries: Vec<PushEntry>,
    },
    /// Fetch changes.
    Pull {
        /// Where to go on; `null` the first time.
        cursor: Option<String>,
        /// At most this many changes.
        limit: u32,
    },
    /// Fetch older records of a lane.
    Older {
        /// Name of the collection.
        collection: String,
        /// The lane, such as a conversation's id.
        lane: String,
        /// Records before this place in the server's order.
        #[ts(type = "number | null")]
        before: Option<u64>,
        /// At most this many records.
        limit: u32,
    },
    /// A record of a collection whose rule is `custom` was changed here and on the server.
    Merge {
        /// Name of the collection.
        collection: String,
        /// Id of the record.
        id: String,
        /// The server's version that the local writes were made on; `null` when there was none.
        #[ts(type = "Record<string, unknown> | null")]
        base: Option<Values>,
        /// As the local writes leave it; `null` when they delete it.
        #[ts(type = "Record<string, unknown> | null")]
        local: Option<Values>,
        /// As the server has it.
        #[ts(type = "Record<string, unknown>")]
        remote: Values,
    },
}

// Entries hold message bodies, which no log may show.
impl std::fmt::Debug for Ask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Token { .. } => "Token",
            Self::Push { .. } => "Push",
            Self::Pull { .. } => "Pull",
            Self::Older { .. } => "Older",
            Self::Merge { .. } => "Merge",
        })
    }
}

/// How syncing goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct SyncStatus {
    /// What the engine does.
    pub phase: Phase,
    /// Whether the backend is believed reachable.
    pub online: bool,
    /// The network, by the platform's word and by our own requests.
    pub network: NetworkStatus,
    /// Entries that wait to be sent or are on their way.
    pub pending: u32,
    /// Dead letters.
    pub failed: u32,
    /// Bytes of the values of those that are pending.
    #[ts(type = "number")]
    pub bytes: u64,
    /// When a pull last ended well, in milliseconds since the Unix epoch.
    #[ts(type = "number | null")]
    pub last_synced_at: Option<i64>,
    /// When the engine will try again by itself, in milliseconds since the Unix epoch.
    #[ts(type = "number | null")]
    pub next_attempt_at: Option<i64>,
    /// How far a long push or pull has come; `null` when there is none.
    pub progress: Option<Progress>,
    /// The first pull of what the schema calls required; `null` when it is all here.
    pub initial_sync: Option<InitialSyncStatus>,
    /// What stands in the way.
    pub error: Option<WaistError>,
}

impl SyncStatus {
    /// Of a file that nobody has looked into, on what is taken for the network.
    pub(crate) fn unknown(network: Network) -> Self {
        Self {
            phase: Phase::Idle,
            online: !network.is_none(),
            network: NetworkStatus {
                kind: network.kind,
                metered: network.is_metered(),
                quality: Quality::Unknown,
                stability: Stability::Stable,
            },
            pending: 0,
            failed: 0,
            bytes: 0,
            last_synced_at: None,
            next_attempt_at: None,
            progress: None,
            initial_sync: None,
            error: None,
        }
    }
}

/// The first pull of collections that the app cannot be used without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct InitialSyncStatus {
    /// What it does.
    pub state: InitialSyncState,
    /// Required collections whose first pull has not ended.
    pub missing: Vec<String>,
    /// Records that it has brought so far, of all collections; it goes on there after a
    /// restart.
    pub records: u32,
}

impl InitialSyncStatus {
    /// `None` when nothing is missing.
    pub(crate) fn new(
        InitialSyncing { missing, records }: &InitialSyncing,
        state: InitialSyncState,
    ) -> Option<Self> {
        let is_missing = !missing.is_empty();
        is_missing.then(|| Self { state, missing: missing.clone(), records: *records })
    }
}

/// What the first pull does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum InitialSyncState {
    /// For a network, a token, or its turn.
    Waiting,
    /// Records are coming.
    Running,
    /// The last request came to nothing, as `error` says; it is tried again by itself, and
    /// at once by `sync`.
    Failed,
}

/// The network, by the platform's word and by our own requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct NetworkStatus {
    /// What carries it.
    pub kind: NetworkKind,
    /// Whether it costs by volume, as far as anybody knows.
    pub metered: bool,
    /// How good it is.
    pub quality: Quality,
    /// Whether it stays.
    pub stability: Stability,
}

/// How far a long push or pull has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Progress {
    /// Which of the two.
    pub kind: ProgressKind,
    /// Entries or changes that are done.
    pub done: u32,
    /// How many there are in all; `null` for a pull, of which only the server knows.
    pub total: Option<u32>,
}

/// What makes progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum ProgressKind {
    /// Sending.
    Push,
    /// Fetching.
    Pull,
}

/// What will not get better by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum CriticalKind {
    /// The device has no space left.
    DiskFull,
    /// The database file is damaged.
    Corrupt,
    /// The backend refuses one request after the other.
    BackendRefuses,
}

/// What the engine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Phase {
    /// Nothing to do.
    Idle,
    /// A batch is on its way.
    Pushing,
    /// A page is on its way.
    Pulling,
    /// Waits for its next attempt.
    Waiting,
    /// Waits for the network.
    Offline,
    /// Waits for an answer from JavaScript, such as a token.
    Paused,
}
