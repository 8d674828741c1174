//! The first pull of a collection: whether it has ended, and how far it has come. The
//! cursor is stored with each page, so a pull that is interrupted goes on where it was.

use rusqlite::Connection;

use crate::error::StoreError;
use crate::pull::{set_state, state};
use crate::schema::InitialSync;
use crate::tables::Table;
use crate::transaction::Transaction;

/// Names in `mailboat_state` begin so, and end in the collection: its first pull has ended.
const SYNCED: &str = "synced";
/// Name in `mailboat_state` of how many records the first pull has brought so far.
const RECORDS: &str = "initial_records";

/// What is still to come before an app can be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InitialSyncing {
    /// Required collections whose first pull has not ended.
    pub missing: Vec<String>,
    /// Records that it has brought so far, of all collections.
    pub records: u32,
}

impl InitialSyncing {
    /// The same after more records have come.
    #[must_use]
    pub fn after(&self, records: usize) -> Self {
        let more = u32::try_from(records).unwrap_or(u32::MAX);
        Self { missing: self.missing.clone(), records: self.records.saturating_add(more) }
    }
}

/// What is still to come.
pub(crate) fn look(
    connection: &Connection,
    tables: &[Table],
) -> Result<InitialSyncing, StoreError> {
    let mut missing = Vec::new();
    for Table { collection, .. } in tables {
        let is_required = collection.initial_sync == InitialSync::Required;
        if is_required && state(connection, &synced(&collection.name))?.is_none() {
            missing.push(collection.name.clone());
        }
    }
    let records = state(connection, RECORDS)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(InitialSyncing { missing, records })
}

/// A collection is new: whatever was known of one with its name.
pub(crate) fn forget(connection: &Connection, collection: &str) -> Result<(), StoreError> {
    set_state(connection, &synced(collection), None)
}

impl Transaction<'_> {
    /// Remembers how many records the first pull has brought so far.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_initial_records(&mut self, records: u32) -> Result<(), StoreError> {
        self.step(|transaction| {
            set_state(transaction.connection, RECORDS, Some(&records.to_string()))
        })
    }

    /// A pull has ended: every collection is as the server had it.
    pub(crate) fn end_initial_sync(&self) -> Result<(), StoreError> {
        for table in self.tables {
            let name = synced(&table.collection.name);
            if state(self.connection, &name)?.is_none() {
                set_state(self.connection, &name, Some("1"))?;
            }
        }
        set_state(self.connection, RECORDS, None)
    }
}

/// `/` cannot be part of a collection's name.
fn synced(collection: &str) -> String {
    format!("{SYNCED}/{collection}")
}
