//! What becomes of the local writes once it is decided: they stand, in another shape or
//! the same, or they leave the outbox.
//!
//! The outbox holds what was asked for, entry by entry, while a decision is about the
//! record; here the one is carried over to the other.

use mailboat_core::{Columns, Operation, Side, Timestamp, same_value};
use serde_json::Value;

use super::weigh::{Weighed, normal};
use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::record::merge;
use crate::transaction::Transaction;
use crate::values::Values;

impl Transaction<'_> {
    /// JavaScript made a record of both.
    pub(super) fn take_answer(
        &mut self,
        weighed: &Weighed<'_>,
        values: &Values,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Side::Columns(remote) = &weighed.remote else { return Ok(()) };
        let mut whole = remote.clone();
        if let Side::Columns(local) = &weighed.local {
            let written = local.iter().filter(|(name, _)| weighed.written.contains(*name));
            whole.extend(written.map(|(name, value)| (name.clone(), value.clone())));
        }
        merge(&mut whole, values);
        let whole = normal(weighed.table, &whole)?;
        let replaced = |columns: &Columns| -> Columns {
            let differs = |(name, value): &(&String, &Value)| {
                !same_value(whole.get(*name).unwrap_or(&Value::Null), value)
            };
            columns
                .iter()
                .filter(differs)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let changed = remote.iter().filter(|(name, value)| match &weighed.base {
            Side::Columns(base) => !same_value(base.get(*name).unwrap_or(&Value::Null), value),
            Side::Absent | Side::Deleted => true,
        });
        let changed: Columns = changed.map(|(name, value)| (name.clone(), value.clone())).collect();
        self.log_server(weighed, &replaced(&changed), now)?;
        for held in &weighed.held {
            let values = replaced(&held.values);
            if !values.is_empty() {
                self.log_local(weighed, held, &values, now)?;
            }
        }
        self.stand(weighed, Some(&whole), now)
    }

    /// The local writes stand: a create of what the server has becomes an update, and
    /// where the record stands as a `whole`, its last write carries what differs from it.
    pub(super) fn stand(
        &mut self,
        weighed: &Weighed<'_>,
        whole: Option<&Columns>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Side::Columns(remote) = &weighed.remote else { return Ok(()) };
        let at = |columns: &Columns, name: &str| columns.get(name).cloned().unwrap_or(Value::Null);
        let mut writes: Vec<(Operation, Values)> =
            weighed.held.iter().map(|held| (held.operation, held.values.clone())).collect();
        for (operation, values) in &mut writes {
            if *operation == Operation::Create {
                *operation = Operation::Update;
                values.retain(|name, value| !same_value(value, &at(remote, name)));
            } else if *operation == Operation::Delete && whole.is_some() {
                *operation = Operation::Update;
            }
        }
        if let Some(whole) = whole {
            let mut shown = remote.clone();
            writes.iter().for_each(|(_, values)| merge(&mut shown, values));
            let missing =
                whole.iter().filter(|(name, value)| !same_value(&at(&shown, name), value));
            let missing: Columns =
                missing.map(|(name, value)| (name.clone(), value.clone())).collect();
            if let Some((_, last)) = writes.last_mut() {
                merge(last, &missing);
            }
        }
        for (held, (operation, values)) in weighed.held.iter().zip(writes) {
            if operation == Operation::Update && values.is_empty() {
                self.drop_entry(held, now, "merged")?;
            } else if (operation, &values) != (held.operation, &held.values) {
                self.rewrite(held, operation, &values)?;
            }
        }
        Ok(())
    }

    /// A local write lost: it leaves the outbox, and what it said goes to the conflict log.
    pub(super) fn withdraw(
        &mut self,
        weighed: &Weighed<'_>,
        held: &QueuedEntry,
        is_loss: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if is_loss {
            self.log_local(weighed, held, &held.values, now)?;
        }
        self.drop_entry(held, now, "superseded")
    }

    /// Takes an entry out of the outbox that is not to be sent any more, for what the
    /// server has stands in its place: what waited for it may go.
    pub(crate) fn drop_entry(
        &mut self,
        entry: &QueuedEntry,
        now: Timestamp,
        kind: &str,
    ) -> Result<(), StoreError> {
        self.take_out(entry, now, kind)?;
        self.release_dependents(entry)?;
        self.unblock_dependents(entry)?;
        self.refresh_lane(&entry.lane)
    }
}
