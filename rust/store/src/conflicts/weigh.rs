//! Both sides of a meeting, looked up and brought into one form.
//!
//! What the core compares is columns, each as the table would hold it. The entries hold
//! patches, and the base is what a server once sent: here the two become comparable.

use std::collections::BTreeSet;

use mailboat_core::{Columns, OnRemoteDelete, Operation, Side, Stamp};
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde_json::Value;

use super::is_free;
use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::record::{Base, merge};
use crate::tables::Table;
use crate::values::{Values, from_sql, to_sql_leniently};

/// The word in the conflict log for what a deletion of the server's took along.
const REMOTE_DELETE: &str = "remoteDelete";

/// A base and what came over it.
pub(super) struct Met<'m> {
    pub(super) made_on: &'m Base,
    pub(super) remote: &'m Base,
    pub(super) version: i64,
    pub(super) written_at: Option<Stamp>,
    /// Later writes saw the server's version, and are in no conflict with it.
    pub(super) until: i64,
}

/// A meeting with everything that was looked up for it.
pub(super) struct Weighed<'m> {
    pub(super) table: &'m Table,
    pub(super) id: &'m str,
    /// The server's.
    pub(super) version: i64,
    pub(super) rule: &'static str,
    pub(super) base: Side,
    pub(super) remote: Side,
    pub(super) local: Side,
    pub(super) written: BTreeSet<String>,
    pub(super) held: Vec<&'m QueuedEntry>,
}

/// Looks up what the core needs to decide; `None` when no write is in conflict.
pub(super) fn weigh<'m>(
    table: &'m Table,
    id: &'m str,
    met: &Met<'_>,
    waiting: &'m [QueuedEntry],
) -> Result<Option<Weighed<'m>>, StoreError> {
    let (base, remote) = (side(table, met.made_on)?, side(table, met.remote)?);
    let is_deleted = remote == Side::Deleted;
    // Where a deletion is accepted, dead letters of the record go with it.
    let takes_all = is_deleted && table.collection.on_remote_delete == OnRemoteDelete::Accept;
    let held: Vec<&QueuedEntry> = waiting
        .iter()
        .filter(|waiting| takes_all || (is_free(waiting) && waiting.sequence <= met.until))
        .collect();
    let Some(first) = held.first() else { return Ok(None) };
    let mut shown = match (&base, &remote) {
        (Side::Columns(base), _) => base.clone(),
        // Writes that have outlived their record say nothing of the columns they leave out.
        (_, Side::Columns(remote)) if first.operation != Operation::Create => remote.clone(),
        _ => Columns::new(),
    };
    let (mut is_gone, mut written) = (false, BTreeSet::new());
    for write in &held {
        match write.operation {
            Operation::Create => {
                shown.clone_from(&write.values);
                written.extend(table.collection.columns.iter().map(|column| column.name.clone()));
            }
            Operation::Update => {
                merge(&mut shown, &write.values);
                written.extend(write.values.keys().cloned());
            }
            Operation::Delete => is_gone = true,
        }
    }
    let local = if is_gone { Side::Deleted } else { Side::Columns(normal(table, &shown)?) };
    let rule = if is_deleted { REMOTE_DELETE } else { table.collection.conflict.word() };
    let version = met.version;
    Ok(Some(Weighed { table, id, version, rule, base, remote, local, written, held }))
}

pub(super) fn side(table: &Table, base: &Base) -> Result<Side, StoreError> {
    Ok(match base {
        Base::None => Side::Absent,
        Base::Deleted => Side::Deleted,
        Base::Values(values) => Side::Columns(normal(table, values)?),
    })
}

/// Every column of the collection as the table would hold it, and no others.
pub(super) fn normal(table: &Table, values: &Values) -> Result<Columns, StoreError> {
    let mut columns = Columns::new();
    for column in &table.collection.columns {
        let value = match to_sql_leniently(&table.collection, column, values) {
            ToSqlOutput::Borrowed(value) => from_sql(column.kind, value)?,
            ToSqlOutput::Owned(value) => from_sql(column.kind, ValueRef::from(&value))?,
            _ => Value::Null,
        };
        columns.insert(column.name.clone(), value);
    }
    Ok(columns)
}
