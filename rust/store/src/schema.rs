//! What an app may store: collections and their columns, as the app declares them.
//!
//! Messaging is such a schema too ([`Schema::messaging`]); it has no mechanism of
//! its own. Everything here is checked once, when the database opens.

use std::collections::HashSet;

use mailboat_core::{
    ConflictRule, KeyColumn, LanePolicy, OnRemoteDelete, Operation, Priority, SendMode, WriteMode,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::StoreError;
use crate::values::MAX_SAFE_INTEGER;

/// Most collections in one schema.
pub const MAX_COLLECTIONS: usize = 64;
/// Most columns in one collection, besides its id.
pub const MAX_COLUMNS: usize = 64;
/// Longest name of a collection or column, in bytes.
pub const MAX_NAME_BYTES: usize = 48;
/// Longest text or JSON value where the column states no limit, in bytes.
pub const DEFAULT_MAX_BYTES: u32 = 64 * 1024;
/// Longest text or JSON value a column may ask for, in bytes.
pub const LARGEST_MAX_BYTES: u32 = 1024 * 1024;

/// Largest tolerance of a natural key's column.
const MAX_TOLERANCE: f64 = MAX_SAFE_INTEGER as f64;

/// The collections of an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct Schema {
    /// At least one, each with a name of its own.
    pub collections: Vec<Collection>,
}

/// A typed table whose rows travel between the device and the backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct Collection {
    /// Lower-case letters first, then letters, digits and `_`.
    pub name: String,
    /// The columns besides `id`, which every record has.
    pub columns: Vec<Column>,
    /// Lists of columns by which windows on this collection filter.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub indexes: Vec<Vec<String>>,
    /// The text column whose value names the lane of a record's entries, such as
    /// `conversationId`. Without one, each record is a lane of its own.
    #[serde(default)]
    #[ts(optional)]
    pub lane_column: Option<String>,
    /// What a lane does after a dead letter of this collection.
    #[serde(default = "hold")]
    #[ts(as = "Option<_>", optional)]
    pub lane_policy: LanePolicy,
    /// What the app may do to its records; the rest is `UNSUPPORTED`.
    #[serde(default = "every_operation")]
    #[ts(as = "Option<_>", optional)]
    pub operations: Vec<Operation>,
    /// How urgent its entries are, where a write does not say.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub priority: Priority,
    /// When its entries are sent, where a write does not say.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub send: SendMode,
    /// When the promise of a write resolves, where a write does not say.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub write: WriteMode,
    /// Whether a write folds into an earlier one of its record that no attempt has
    /// left with. `false` sends every write by itself. Edits of a record with a natural
    /// key keep apart from its create.
    #[serde(default = "yes")]
    #[ts(as = "Option<_>", optional)]
    pub coalesce: bool,
    /// What happens when the server has changed a record that has unsettled writes;
    /// `merge` when not said.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub conflict: ConflictRule,
    /// What happens when the server has deleted one; `keepLocal` when not said.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub on_remote_delete: OnRemoteDelete,
    /// Whether the app can be used before the first pull has brought its records;
    /// `background` when not said.
    #[serde(default, skip_serializing_if = "InitialSync::is_background")]
    #[ts(as = "Option<_>", optional)]
    pub initial_sync: InitialSync,
    /// The columns by which a record of the server's is known to be one that was created
    /// here as well, under another id. None when left out: only the id counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub natural_key: Vec<KeyColumn>,
}

/// Whether an app can be used before the first pull of a collection has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum InitialSync {
    /// Yes: its records come while the app is used.
    #[default]
    Background,
    /// No: the app shows how far it has come, and waits.
    Required,
}

impl InitialSync {
    fn is_background(&self) -> bool {
        *self == Self::Background
    }
}

/// One typed column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct Column {
    /// Lower-case letters first, then letters, digits and `_`.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether a record may leave it out; it is `null` then.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub optional: bool,
    /// Longest text or JSON value, in bytes of UTF-8; 65 536 when not said.
    #[serde(default = "default_max_bytes")]
    #[ts(as = "Option<_>", optional)]
    pub max_bytes: u32,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum ColumnType {
    /// A string.
    Text,
    /// A whole number from -(2^53 - 1) to 2^53 - 1.
    Integer,
    /// Any finite number.
    Real,
    /// `true` or `false`.
    Boolean,
    /// Any JSON value, stored as text.
    Json,
}

fn hold() -> LanePolicy {
    LanePolicy::Hold
}

fn every_operation() -> Vec<Operation> {
    vec![Operation::Create, Operation::Update, Operation::Delete]
}

fn yes() -> bool {
    true
}

fn default_max_bytes() -> u32 {
    DEFAULT_MAX_BYTES
}

impl Schema {
    /// Conversations and their messages.
    #[must_use]
    pub fn messaging() -> Self {
        let conversations = Collection::new(
            "conversations",
            vec![
                Column::new("title", ColumnType::Text),
                Column::new("memberIds", ColumnType::Json),
            ],
        );
        let messages = Collection {
            indexes: vec![vec!["conversationId".into()]],
            lane_column: Some("conversationId".into()),
            lane_policy: LanePolicy::Skip,
            conflict: ConflictRule::ServerWins,
            ..Collection::new(
                "messages",
                vec![
                    Column::new("conversationId", ColumnType::Text),
                    Column::new("senderId", ColumnType::Text),
                    Column::new("body", ColumnType::Text),
                    Column::new("sentAt", ColumnType::Integer),
                ],
            )
        };
        Self { collections: vec![conversations, messages] }
    }

    /// Finds a collection by its name.
    #[must_use]
    pub fn collection(&self, name: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.name == name)
    }

    /// Refuses names, indexes and limits that SQLite or the waist could not carry.
    ///
    /// # Errors
    /// [`StoreError::InvalidSchema`] with a sentence that names the culprit.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.collections.is_empty() || self.collections.len() > MAX_COLLECTIONS {
            return invalid(format!("a schema has 1 to {MAX_COLLECTIONS} collections"));
        }
        let mut names = HashSet::new();
        for collection in &self.collections {
            if !names.insert(collection.name.to_ascii_lowercase()) {
                return invalid(format!("collection {} is declared twice", collection.name));
            }
            collection.check()?;
        }
        Ok(())
    }
}

impl Collection {
    /// A collection whose records are lanes of their own, with the defaults of all else.
    #[must_use]
    pub fn new(name: &str, columns: Vec<Column>) -> Self {
        Self {
            name: name.into(),
            columns,
            indexes: Vec::new(),
            lane_column: None,
            lane_policy: LanePolicy::Hold,
            operations: every_operation(),
            priority: Priority::Normal,
            send: SendMode::Immediate,
            write: WriteMode::LocalFirst,
            coalesce: true,
            conflict: ConflictRule::default(),
            on_remote_delete: OnRemoteDelete::default(),
            initial_sync: InitialSync::Background,
            natural_key: vec![],
        }
    }

    /// Finds a column by its name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Refuses what the app may not do to its records.
    pub(crate) fn allow(&self, operation: Operation) -> Result<(), StoreError> {
        if self.operations.contains(&operation) {
            return Ok(());
        }
        let verb = match operation {
            Operation::Create => "created",
            Operation::Update => "updated",
            Operation::Delete => "deleted",
        };
        let sentence = format!("Records of {} cannot be {verb}: see its operations.", self.name);
        Err(StoreError::Unsupported(sentence))
    }

    fn check(&self) -> Result<(), StoreError> {
        check_name(&self.name)?;
        if self.operations.is_empty() {
            return invalid(format!("{} allows no operation", self.name));
        }
        if self.columns.len() > MAX_COLUMNS {
            return invalid(format!("{} has more than {MAX_COLUMNS} columns", self.name));
        }
        let mut names = HashSet::new();
        for column in &self.columns {
            check_name(&column.name)?;
            // SQLite takes names without regard to case.
            if matches!(column.name.to_ascii_lowercase().as_str(), "id" | "delivery") {
                return invalid(format!(
                    "{}.{} is a name that every record has",
                    self.name, column.name
                ));
            }
            if !names.insert(column.name.to_ascii_lowercase()) {
                return invalid(format!("{}.{} is declared twice", self.name, column.name));
            }
            if column.max_bytes == 0 || column.max_bytes > LARGEST_MAX_BYTES {
                return invalid(format!(
                    "{}.{}: maxBytes is 1 to {LARGEST_MAX_BYTES}",
                    self.name, column.name
                ));
            }
        }
        self.check_references()?;
        self.check_natural_key()
    }

    fn check_natural_key(&self) -> Result<(), StoreError> {
        let mut names = HashSet::new();
        for KeyColumn { column, tolerance } in &self.natural_key {
            let flaw = match self.column(column).map(|column| column.kind) {
                None => "is no column of it",
                Some(_) if !names.insert(column.as_str()) => "is named twice",
                Some(ColumnType::Json) => "holds JSON, which has no natural order to find it by",
                Some(_) if !(0.0..=MAX_TOLERANCE).contains(tolerance) => {
                    "has a tolerance that is not 0 to 2^53 - 1"
                }
                Some(ColumnType::Text | ColumnType::Boolean) if *tolerance > 0.0 => {
                    "has a tolerance, and is no number"
                }
                Some(_) => continue,
            };
            return invalid(format!("naturalKey of {}: {column} {flaw}", self.name));
        }
        Ok(())
    }

    fn check_references(&self) -> Result<(), StoreError> {
        for name in self.indexes.iter().flatten() {
            if self.column(name).is_none() {
                return invalid(format!(
                    "an index of {} names {name}, which is no column of it",
                    self.name
                ));
            }
        }
        for index in &self.indexes {
            if index.is_empty() {
                return invalid(format!("an index of {} names no column", self.name));
            }
            let mut names = HashSet::new();
            if let Some(name) = index.iter().find(|name| !names.insert(name.as_str())) {
                return invalid(format!("an index of {} names {name} twice", self.name));
            }
        }
        let Some(lane) = &self.lane_column else { return Ok(()) };
        match self.column(lane) {
            Some(Column { kind: ColumnType::Text, optional: false, .. }) => Ok(()),
            _ => invalid(format!(
                "laneColumn of {} must be a text column that is not optional",
                self.name
            )),
        }
    }
}

impl Column {
    /// A column that every record fills, with the default limit.
    #[must_use]
    pub fn new(name: &str, kind: ColumnType) -> Self {
        Self { name: name.into(), kind, optional: false, max_bytes: DEFAULT_MAX_BYTES }
    }
}

/// Refuses what cannot be the name of a collection or column.
pub(crate) fn check_name(name: &str) -> Result<(), StoreError> {
    let mut letters = name.bytes();
    let starts_well = letters.next().is_some_and(|first| first.is_ascii_lowercase());
    let goes_on_well = letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_');
    if !starts_well || !goes_on_well || name.len() > MAX_NAME_BYTES || is_reserved(name) {
        return invalid(format!(
            "`{}` is not a name: a lower-case letter, then at most {MAX_NAME_BYTES} letters, digits or _, not beginning with sqlite or mailboat",
            name.chars().take(MAX_NAME_BYTES).collect::<String>()
        ));
    }
    Ok(())
}

/// Names that SQLite, or Mailboat's own tables, begin with.
fn is_reserved(name: &str) -> bool {
    ["sqlite", "mailboat"].iter().any(|prefix| name.to_ascii_lowercase().starts_with(prefix))
}

fn invalid<T>(sentence: String) -> Result<T, StoreError> {
    Err(StoreError::InvalidSchema(format!("{sentence}.")))
}
