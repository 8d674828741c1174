//! The JSON bodies of the REST contract, as `docs/rest-contract.md` describes them.
//!
//! The codec in the parent module and the reference server share these types, and
//! so does a backend written in JavaScript, whose `push` and `pull` speak the same
//! shapes. `docs/openapi.yaml` says them once more for servers in other languages;
//! a test holds the two together.

use mailboat_core::{LanePolicy, Operation, Reason};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use uuid::Uuid;

/// The columns of a record, by name.
pub type Values = Map<String, Value>;

/// Body of `POST /v1/push`.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct PushRequest {
    /// In the order they are to be applied; one lane's entries keep their order.
    pub entries: Vec<PushEntry>,
}

/// One outbox entry on its way to the server.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct PushEntry {
    /// UUIDv7 made by the client; the idempotency key, the same on every attempt.
    #[ts(type = "string")]
    pub id: Uuid,
    /// Name of the collection.
    pub collection: String,
    /// Id of the record, made by the client.
    pub record_id: String,
    /// What happens to the record.
    pub operation: Operation,
    /// Columns: all of them for `create`, the changed ones for `update`, none for `delete`.
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub values: Values,
    /// Entries of one lane are applied in order.
    pub lane: String,
    /// What the lane does after a refusal.
    pub lane_policy: LanePolicy,
    /// The version of the record that an update or a delete was made on. With another one
    /// the server does not apply the entry, and answers `conflict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub base_version: Option<u64>,
    /// When the write was made, in collections where the last write wins: a text that sorts.
    /// The server keeps it with the record and gives it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub written_at: Option<String>,
    /// The atomic group it belongs to: its entries stand together in one request, and the
    /// server applies all of them or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "string", optional)]
    pub group: Option<Uuid>,
}

/// Answer of `POST /v1/push`: one outcome an entry, in the order of the request.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct PushAnswer {
    /// As many as there were entries.
    pub outcomes: Vec<PushOutcome>,
}

/// What became of one entry.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "outcome", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum PushOutcome {
    /// Applied now.
    Acked {
        /// The entry.
        #[ts(type = "string")]
        id: Uuid,
        /// The record as the server has it.
        #[serde(flatten)]
        placed: Placed,
    },
    /// Applied by an earlier attempt; to the client as good as `acked`.
    Duplicate {
        /// The entry.
        #[ts(type = "string")]
        id: Uuid,
        /// The record as it is now: with its whole values if it has changed since.
        #[serde(flatten)]
        placed: Placed,
        /// The id under which the server has the record, where it found that another one
        /// says the same thing: of a `create` only, and with its values.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        record_id: Option<String>,
    },
    /// Not applied, because the record has another version than the entry's `baseVersion`.
    /// The server remembers nothing of it.
    Conflict {
        /// The entry.
        #[ts(type = "string")]
        id: Uuid,
        /// The record as it is now, with its whole values.
        #[serde(flatten)]
        placed: Placed,
    },
    /// Refused for good. The server remembers nothing of it.
    Rejected {
        /// The entry.
        #[ts(type = "string")]
        id: Uuid,
        /// Why, for the person who wrote it.
        reason: Reason,
    },
    /// Not applied; try this entry again. It costs the entry one attempt.
    Retry {
        /// The entry.
        #[ts(type = "string")]
        id: Uuid,
        /// Not before this many milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(type = "number", optional)]
        after_ms: Option<u64>,
    },
    /// Not looked at, because an earlier entry of its lane was not applied. Costs nothing.
    Blocked {
        /// The entry.
        #[ts(type = "string")]
        id: Uuid,
    },
}

/// Where the server put a record.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Placed {
    /// Version of the record; grows with every change of it.
    #[ts(type = "number")]
    pub version: u64,
    /// The record's place in the server's order; set at its creation, never changed.
    #[ts(type = "number")]
    pub order: u64,
    /// The whole record at that version. Left out only when it is exactly what the
    /// entry asked for, as after a `create`: an `update` meets columns that others
    /// changed meanwhile, and a client that did not learn them here never would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "Record<string, unknown>", optional)]
    pub values: Option<Values>,
    /// The `writtenAt` of the entry that wrote this version, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub written_at: Option<String>,
}

/// Answer of `GET /v1/pull`.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct PullPage {
    /// Records as they are now, in the order the server committed them.
    pub changes: Vec<Change>,
    /// Records that are gone.
    #[serde(default)]
    pub tombstones: Vec<Tombstone>,
    /// Where the next pull goes on; opaque to the client.
    pub cursor: String,
    /// Whether the next pull would find something at once.
    pub more: bool,
    /// Whether the changes are of a snapshot: all that the user sees, but of records in
    /// lanes only the newest. The device finds by it what was deleted long ago.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub snapshot: bool,
}

/// Answer of `GET /v1/older`: a page of one lane's history, oldest first.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct OlderPage {
    /// Records of the lane, by ascending order.
    pub changes: Vec<Change>,
    /// Whether there are still older ones.
    pub more: bool,
}

/// A record as the server has it.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Change {
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub id: String,
    /// Version of the record; grows with every change of it.
    #[ts(type = "number")]
    pub version: u64,
    /// The record's place in the server's order.
    #[ts(type = "number")]
    pub order: u64,
    /// Every column.
    #[ts(type = "Record<string, unknown>")]
    pub values: Values,
    /// The `writtenAt` of the entry that wrote this version, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub written_at: Option<String>,
}

/// A record that the server deleted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Tombstone {
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub id: String,
    /// Version of the deletion.
    #[ts(type = "number")]
    pub version: u64,
}

/// Body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorAnswer {
    /// What went wrong.
    pub error: ErrorBody,
}

/// What went wrong with a whole request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// One of the codes of the contract, such as `cursor_expired`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

impl PushOutcome {
    /// The entry this outcome belongs to.
    pub fn entry_id(&self) -> Uuid {
        match self {
            Self::Acked { id, .. }
            | Self::Duplicate { id, .. }
            | Self::Conflict { id, .. }
            | Self::Rejected { id, .. }
            | Self::Retry { id, .. }
            | Self::Blocked { id } => *id,
        }
    }
}
