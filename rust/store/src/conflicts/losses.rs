//! What goes to the conflict log when versions meet.
//!
//! A rule may throw away what somebody wrote, here or elsewhere. None of it vanishes
//! unseen: it is noted in the transaction that throws it away.

use mailboat_core::{
    Columns, ConflictRule, EntryId, Meeting, Operation, Side, Timestamp, overwritten,
};

use super::weigh::{Weighed, side};
use crate::conflict_log::{Loser, Loss};
use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::record::Base;
use crate::tables::Table;
use crate::transaction::Transaction;
use crate::values::Values;

impl Transaction<'_> {
    /// Notes what of the server's a local write has replaced on the server, where the
    /// server does not check versions.
    pub(super) fn log_replaced(
        &self,
        table: &Table,
        entry: &QueuedEntry,
        (made_on, before, expected): (&Base, &Base, &Base),
        after: &Base,
        version: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rule = table.collection.conflict;
        if rule.checks_version() {
            return Ok(());
        }
        let (base, remote) = (side(table, made_on)?, side(table, before)?);
        let (local, after) = (side(table, expected)?, side(table, after)?);
        let written = entry.values.keys().cloned().collect();
        let meeting = Meeting {
            rule,
            on_remote_delete: table.collection.on_remote_delete,
            base: &base,
            remote: &remote,
            remote_written_at: None,
            local: &local,
            written: &written,
            local_written_at: None,
        };
        let mut values = overwritten(&meeting, rule == ConflictRule::ClientWins);
        // What was written there after it is not lost by it.
        if let (Side::Columns(local), Side::Columns(after)) = (&local, &after) {
            values.retain(|name, _| local.get(name) == after.get(name));
        }
        if values.is_empty() {
            return Ok(());
        }
        let loss = Loss {
            collection: &table.collection.name,
            record_id: &self.settled_id(table, &entry.record_id)?,
            rule: rule.word(),
            lost: Loser::Server,
            write: None,
            version,
            values: &values,
        };
        self.log_loss(&loss, now)
    }

    /// Notes what of the server's a decision does not keep.
    pub(super) fn log_server(
        &self,
        weighed: &Weighed<'_>,
        values: &Columns,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if values.is_empty() {
            return Ok(());
        }
        self.log_loss(&loss(weighed, Loser::Server, None, values), now)
    }

    /// Notes what of a local write's a decision does not keep.
    pub(super) fn log_local(
        &self,
        weighed: &Weighed<'_>,
        held: &QueuedEntry,
        values: &Values,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let write = Some((held.id, held.operation));
        self.log_loss(&loss(weighed, Loser::Local, write, values), now)
    }
}

fn loss<'l>(
    weighed: &Weighed<'l>,
    lost: Loser,
    write: Option<(EntryId, Operation)>,
    values: &'l Columns,
) -> Loss<'l> {
    let collection = &weighed.table.collection.name;
    let (record_id, rule, version) = (weighed.id, weighed.rule, weighed.version);
    Loss { collection, record_id, rule, lost, write, version, values }
}
