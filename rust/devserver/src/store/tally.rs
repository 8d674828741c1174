//! What the server holds, in numbers: for tests and demos to recount.

use std::collections::BTreeMap;

use mailboat_backends::rest::wire::Change;
use rusqlite::{Connection, named_params};
use serde::Serialize;

use super::database::last_sequence;
use super::records::{COLUMNS, Record, VISIBLE};
use super::{StoreError, on_the_wire};

/// Counts of what the file holds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tally {
    /// The sequence number of the last effect.
    pub(crate) sequence: u64,
    /// Records that are not deleted, by collection.
    pub(crate) records: BTreeMap<String, u64>,
    /// Records that were deleted.
    pub(crate) deleted: u64,
    /// Effects applied.
    pub(crate) effects: u64,
    /// Effects beyond the first of their entry; anything but 0 is a failure.
    pub(crate) repeated_effects: u64,
    /// Entries the ledger remembers.
    pub(crate) ledger: u64,
}

/// A page of the effects.
#[derive(Serialize)]
pub(crate) struct EffectsPage {
    /// In the order they were committed.
    pub(crate) effects: Vec<EffectRow>,
    /// Whether there are more.
    pub(crate) more: bool,
}

/// One applied effect.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EffectRow {
    /// Its number, which is the version it gave its record.
    pub sequence: u64,
    /// The entry.
    pub entry_id: String,
    /// `create`, `update` or `delete`.
    pub operation: String,
    /// Name of the collection.
    pub collection: String,
    /// Id of the record.
    pub record_id: String,
    /// Who pushed it.
    pub user: String,
    /// The entry's lane.
    pub lane: String,
}

impl super::Database {
    /// Counts what the file holds.
    pub(crate) fn tally(&self) -> Result<Tally, StoreError> {
        self.read(|connection| {
            Ok(Tally {
                sequence: on_the_wire(last_sequence(connection)?),
                records: records_by_collection(connection)?,
                deleted: count(connection, "SELECT COUNT(*) FROM records WHERE deleted = 1")?,
                effects: count(connection, "SELECT COUNT(*) FROM effects")?,
                repeated_effects: count(
                    connection,
                    "SELECT COUNT(*) - COUNT(DISTINCT entry_id) FROM effects",
                )?,
                ledger: count(connection, "SELECT COUNT(*) FROM ledger")?,
            })
        })
    }

    /// Every record that `user` sees, as it is now, by version.
    pub(crate) fn visible(&self, user: &str) -> Result<Vec<Change>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM records r WHERE r.deleted = 0 AND {VISIBLE} ORDER BY r.version"
            ))?;
            let rows = statement.query_map(named_params! { ":user": user }, Record::from_row)?;
            rows.map(|record| record?.into_change()?.read()).collect()
        })
    }

    /// Effects behind sequence `after`.
    pub(crate) fn effects(&self, after: u64, limit: usize) -> Result<EffectsPage, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT sequence, entry_id, operation, collection, record_id, user, lane
                 FROM effects WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
            )?;
            let after = i64::try_from(after).unwrap_or(i64::MAX);
            let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
            let rows = statement.query_map([after, one_more], |row| {
                Ok(EffectRow {
                    sequence: on_the_wire(row.get(0)?),
                    entry_id: row.get(1)?,
                    operation: row.get(2)?,
                    collection: row.get(3)?,
                    record_id: row.get(4)?,
                    user: row.get(5)?,
                    lane: row.get(6)?,
                })
            })?;
            let mut effects: Vec<EffectRow> = rows.collect::<Result<_, _>>()?;
            let more = effects.len() > limit;
            effects.truncate(limit);
            Ok(EffectsPage { effects, more })
        })
    }
}

fn records_by_collection(connection: &Connection) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT collection, COUNT(*) FROM records WHERE deleted = 0 GROUP BY collection",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, on_the_wire(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn count(connection: &Connection, sql: &str) -> Result<u64, StoreError> {
    Ok(on_the_wire(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
}
