//! What `execute` takes and answers. A command is durable when it resolves.

use mailboat_backends::rest::wire::{OlderPage, PullPage, PushOutcome};
use mailboat_core::{AppState, EntryId, Network, Operation, Power, Priority, SendMode, WriteMode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::error::WaistError;
use super::query::Query;

/// An asynchronous call.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(export_to = "waist.ts")]
pub enum Command {
    /// Makes a record and its outbox entry; answers `Written`.
    Create {
        /// Name of the collection.
        collection: String,
        /// Id of the record; a UUIDv7 is made when left out.
        #[serde(default)]
        #[ts(optional)]
        id: Option<String>,
        /// Every column that is not optional.
        #[ts(type = "Record<string, unknown>")]
        values: Map<String, Value>,
        /// How it travels.
        #[serde(default)]
        #[ts(as = "Option<_>", optional)]
        options: WriteOptions,
    },
    /// Changes columns of a record; answers `Written`.
    Update {
        /// Name of the collection.
        collection: String,
        /// Id of the record.
        id: String,
        /// The columns that change.
        #[ts(type = "Record<string, unknown>")]
        values: Map<String, Value>,
        /// How it travels.
        #[serde(default)]
        #[ts(as = "Option<_>", optional)]
        options: WriteOptions,
    },
    /// Removes a record; answers `Written`.
    Delete {
        /// Name of the collection.
        collection: String,
        /// Id of the record.
        id: String,
        /// How it travels.
        #[serde(default)]
        #[ts(as = "Option<_>", optional)]
        options: WriteOptions,
    },
    /// Several writes at once; answers a `WrittenBatch`.
    Batch {
        /// At most 100.
        writes: Vec<BatchWrite>,
        /// Whether all or none of them happens, here and on the server.
        #[serde(default)]
        #[ts(as = "Option<_>", optional)]
        mode: BatchMode,
        /// How they travel.
        #[serde(default)]
        #[ts(as = "Option<_>", optional)]
        options: WriteOptions,
    },
    /// Gives a dead letter new attempts, with the same id; answers `null`.
    Retry {
        /// The entry.
        #[ts(type = "string")]
        entry: EntryId,
    },
    /// Gives the oldest dead letters new attempts, at most 1 000; answers how many.
    RetryAll,
    /// Takes back an entry that no attempt has left with; answers `null`. `CONFLICT` when
    /// one has.
    Cancel {
        /// The entry.
        #[ts(type = "string")]
        entry: EntryId,
    },
    /// Changes a write that waits; answers the id of the entry that carries the change: a
    /// new one where an attempt has left with the old one.
    Edit {
        /// The entry.
        #[ts(type = "string")]
        entry: EntryId,
        /// The columns that change.
        #[ts(type = "Record<string, unknown>")]
        values: Map<String, Value>,
    },
    /// Takes a dead letter out of the outbox; its record shows the server's version again.
    /// What waited for it becomes a dead letter. Answers `null`.
    Discard {
        /// The entry.
        #[ts(type = "string")]
        entry: EntryId,
    },
    /// Says why an entry has not gone yet, and when it will; answers a `Why`.
    Why {
        /// The entry.
        #[ts(type = "string")]
        entry: EntryId,
    },
    /// Pushes and pulls now, whatever delay is armed; answers `null` when the pull has ended well.
    Sync,
    /// Pushes and pulls until nothing is left that may go now, or the budget is spent; answers
    /// a `SyncReport` before the budget is over.
    SyncWithin {
        /// Milliseconds, 1 000 to 600 000.
        budget_ms: u32,
    },
    /// Fetches records of a lane older than those on this device; answers `{ loaded, more }`.
    LoadOlder {
        /// Name of the collection.
        collection: String,
        /// The lane, such as a conversation's id.
        lane: String,
        /// At most this many records, 1 to 500.
        limit: u32,
    },
    /// The same as the synchronous call, off the JavaScript thread and without a step budget.
    Query {
        /// What to read.
        query: Query,
    },
    /// What the platform says of the network: a hint. Answers `null`.
    SetNetwork {
        /// Its word.
        network: Network,
    },
    /// What the device lives on. Answers `null`.
    SetPower {
        /// The state.
        power: Power,
    },
    /// Whether the app is in front. Answers `null`.
    SetAppState {
        /// The state.
        state: AppState,
    },
    /// Answers a question of the engine. Answers `null`.
    Answer {
        /// The question.
        question: u32,
        /// The answer.
        answer: Answer,
    },
    /// Commits what is waiting and closes the engine; answers `null`.
    Close,
}

/// How a write travels; what is left out is as its collection says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[ts(export_to = "waist.ts", optional_fields)]
pub struct WriteOptions {
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// When it is sent.
    pub send: Option<SendMode>,
    /// When the promise resolves.
    pub write: Option<WriteMode>,
    /// Entries that must be settled before it goes, such as a message's attachments.
    #[ts(as = "Option<Vec<String>>")]
    pub after: Vec<EntryId>,
}

/// One write of a batch.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct BatchWrite {
    /// What it does.
    pub operation: Operation,
    /// Name of the collection.
    pub collection: String,
    /// Id of the record; only a create may leave it out.
    #[serde(default)]
    #[ts(optional)]
    pub id: Option<String>,
    /// Columns: all of them for `create`, the changed ones for `update`, none for `delete`.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>", optional)]
    pub values: Map<String, Value>,
}

/// What a batch is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum BatchMode {
    /// Each write by itself; one that is refused leaves the others standing.
    #[default]
    Partial,
    /// All or none, here and on the server: one refusal refuses the batch.
    Atomic,
}

/// JavaScript's answer to a question.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(export_to = "waist.ts")]
pub enum Answer {
    /// A bearer token; `null` when nobody is signed in.
    Token {
        /// The token.
        token: Option<String>,
    },
    /// One outcome an entry, in their order.
    Push {
        /// As many as there were entries.
        outcomes: Vec<PushOutcome>,
    },
    /// A page of changes.
    Pull {
        /// The page.
        page: PullPage,
    },
    /// A page of older records.
    Older {
        /// The page.
        page: OlderPage,
    },
    /// What becomes of a conflict.
    Merge {
        /// The decision.
        merged: Merged,
    },
    /// The call failed as a whole; no entry's attempt is burnt.
    Failed {
        /// The HTTP status, where there was an answer.
        #[serde(default)]
        #[ts(optional)]
        status: Option<u16>,
        /// Milliseconds the server asked to wait.
        #[serde(default)]
        #[ts(type = "number", optional)]
        retry_after_ms: Option<u64>,
    },
}

/// What JavaScript makes of two versions of a record.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(
    tag = "take",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(export_to = "waist.ts")]
pub enum Merged {
    /// The local record, as a whole.
    Ours,
    /// The server's record.
    Theirs,
    /// These columns; what is left out is merged column by column.
    Values {
        /// The columns.
        #[ts(type = "Record<string, unknown>")]
        values: Map<String, Value>,
    },
}

/// Answer of `create`, `update` and `delete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Written {
    /// Id of the record.
    pub id: String,
    /// Id of the outbox entry that carries it, which may be an earlier one of the record;
    /// `null` when it took back a create that was never sent.
    #[ts(type = "string | null")]
    pub entry: Option<EntryId>,
    /// Whether the server has it: only a write that is `serverFirst` waits to know.
    pub acked: bool,
}

/// Answer of `batch`: one for each write, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct WrittenBatch {
    /// In the order of the writes.
    pub results: Vec<BatchResult>,
}

/// What became of one write of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[ts(export_to = "waist.ts")]
pub enum BatchResult {
    /// It is on the disk.
    Written(Written),
    /// It was refused.
    Refused {
        /// Why.
        error: WaistError,
    },
}

/// Answer of `syncWithin`: what was achieved, all of which is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct SyncReport {
    /// Entries that the server has acknowledged.
    pub sent: u32,
    /// Changes that were pulled and stored.
    pub received: u32,
    /// Entries that still wait.
    pub left: u32,
    /// Why it ended.
    pub ended: SyncEnd,
}

/// Why a sync within a budget ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum SyncEnd {
    /// Nothing is left that may go now.
    Done,
    /// The budget is spent; what is left goes next time.
    Budget,
    /// What is left waits for a network, for a better one, or for its next attempt.
    Waiting,
    /// The server wants a token that only the app can get.
    Unauthorized,
    /// Without JavaScript only: the file was never opened with `background`, or its backend
    /// is written in JavaScript.
    NotEnabled,
    /// The file cannot be used now.
    Failed,
    /// The engine was closed, or the platform took the time back.
    Stopped,
}

/// Answer of `loadOlder`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct LoadedOlder {
    /// Records that came.
    pub loaded: u32,
    /// Whether the server has still older ones.
    pub more: bool,
}
