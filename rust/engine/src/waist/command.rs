//! What `execute` takes and answers. A command is durable when it resolves.

use mailboat_backends::rest::wire::{OlderPage, PullPage, PushOutcome};
use mailboat_core::{AppState, EntryId, Network};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

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
    },
    /// Removes a record; answers `Written`.
    Delete {
        /// Name of the collection.
        collection: String,
        /// Id of the record.
        id: String,
    },
    /// Gives a dead letter new attempts, with the same id; answers `null`.
    Retry {
        /// The entry.
        #[ts(type = "string")]
        entry: EntryId,
    },
    /// Takes a dead letter out of the outbox; its record shows the server's version again. Answers `null`.
    Discard {
        /// The entry.
        #[ts(type = "string")]
        entry: EntryId,
    },
    /// Pushes and pulls now, whatever delay is armed; answers `null` when the pull has ended well.
    Sync,
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
    /// Id of the outbox entry; `null` when the mutation cancelled one that was never sent.
    #[ts(type = "string | null")]
    pub entry: Option<EntryId>,
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
