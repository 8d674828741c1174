//! Pages as they leave: the shapes of the wire, whose values stay the text they are
//! stored as. Reading a record's JSON only to write it again was half of a pull.

use mailboat_backends::rest::wire::{Change, Tombstone};
use serde::Serialize;
use serde_json::value::RawValue;

use super::StoreError;

/// What the wire calls `PullPage`.
#[derive(Serialize)]
pub(crate) struct StoredPage {
    pub(super) changes: Vec<StoredChange>,
    pub(super) tombstones: Vec<Tombstone>,
    pub(super) cursor: String,
    pub(super) more: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) snapshot: bool,
}

/// What the wire calls `OlderPage`.
#[derive(Serialize)]
pub(crate) struct StoredOlderPage {
    pub(super) changes: Vec<StoredChange>,
    pub(super) more: bool,
}

/// What the wire calls `Change`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredChange {
    pub(super) collection: String,
    pub(super) id: String,
    pub(super) version: u64,
    pub(super) order: u64,
    pub(super) values: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) written_at: Option<String>,
}

impl StoredChange {
    /// The change as a client reads it.
    pub(super) fn read(self) -> Result<Change, StoreError> {
        let Self { collection, id, version, order, values, written_at } = self;
        let values = serde_json::from_str(values.get())?;
        Ok(Change { collection, id, version, order, values, written_at })
    }
}
