//! Two records that are one: what was created here turns out to be a record that the
//! server has under another id. The row takes that id, its writes follow, and the old id
//! still finds it.

use mailboat_core::{EntryId, Operation, Timestamp, is_same_thing};
use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use crate::conflict_log::{Loser, Loss};
use crate::conflicts::{Arrival, Remote, is_free};
use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::mutation::Mutation;
use crate::queued::QueuedEntry;
use crate::record::{Base, Head, Peek, Record, write_row};
use crate::tables::Table;
use crate::transaction::Transaction;
use crate::values::{Values, filter_to_sql};

/// Old ids that still find their record; the oldest are forgotten first.
const MAX_ALIASES: i64 = 10_000;

/// The word in the conflict log.
const NATURAL_KEY: &str = "naturalKey";

/// The id that a record has now, if it had this one once.
pub(crate) fn id_now(
    connection: &Connection,
    collection: &str,
    old_id: &str,
) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT new_id FROM mailboat_aliases WHERE old_id = ? AND collection = ?",
    )?;
    Ok(statement.query_row((old_id, collection), |row| row.get(0)).optional()?)
}

/// A record that was created here and that the server does not know yet.
pub(crate) struct Twin {
    id: String,
    create: QueuedEntry,
}

impl Transaction<'_> {
    /// The same write under the id that its record has now; `None` when that is no other.
    pub(crate) fn under_id_now(&self, mutation: &Mutation) -> Result<Option<Mutation>, StoreError> {
        let (_, table) = self.table(&mutation.collection)?;
        let is_create = mutation.operation == Operation::Create;
        if is_create && table.twin.is_none() {
            return Ok(None);
        }
        let found = id_now(self.connection, &mutation.collection, &mutation.record_id)?;
        let Some(record_id) = found else { return Ok(None) };
        if is_create {
            return Err(StoreError::Exists { collection: mutation.collection.clone() });
        }
        if Peek::find(self.connection, table, &mutation.record_id)?.is_some() {
            return Ok(None);
        }
        Ok(Some(Mutation { record_id, ..mutation.clone() }))
    }

    /// The id that the record of a settled entry has by now: an entry before it in the same
    /// group may have brought another.
    pub(crate) fn settled_id(&self, table: &Table, id: &str) -> Result<String, StoreError> {
        if table.twin.is_none() || Peek::find(self.connection, table, id)?.is_some() {
            return Ok(id.to_owned());
        }
        let found = id_now(self.connection, &table.collection.name, id)?;
        Ok(found.unwrap_or_else(|| id.to_owned()))
    }

    /// The record created here that is the same thing as one of the server's, by the
    /// natural key of the collection: only one whose create no server has seen.
    pub(crate) fn twin(&self, table: &Table, values: &Values) -> Result<Option<Twin>, StoreError> {
        let Some(sql) = &table.twin else { return Ok(None) };
        let Some(parameters) = key_of(table, values) else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(sql)?;
        let ids = statement
            .query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()?;
        for id in ids {
            let waiting = self.waiting(&table.collection.name, &id)?;
            let is_unseen = waiting.iter().all(is_free);
            let Some(create) = waiting.into_iter().next() else { continue };
            let is_created = create.operation == Operation::Create && is_unseen;
            if is_created && is_same_thing(&table.collection.natural_key, &create.values, values) {
                return Ok(Some(Twin { id, create }));
            }
        }
        Ok(None)
    }

    /// A record of the server's is one that was created here: its create has become
    /// needless.
    pub(crate) fn unite(
        &mut self,
        number: usize,
        table: &Table,
        twin: &Twin,
        id: &str,
        remote: Remote,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Twin { id: old_id, create } = twin;
        self.drop_entry(create, now, "duplicate")?;
        self.log_duplicate(table, id, (create.id, &create.values), remote.version, now)?;
        self.give_id(number, table, old_id, id, &create.values, remote, now)
    }

    /// The server knows what was created here under an id of its own.
    pub(crate) fn take_servers_id(
        &mut self,
        number: usize,
        table: &Table,
        created: (EntryId, &str, &Values),
        id: &str,
        remote: Remote,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (entry, old_id, values) = created;
        self.log_duplicate(table, id, (entry, values), remote.version, now)?;
        self.give_id(number, table, old_id, id, values, remote, now)
    }

    fn log_duplicate(
        &self,
        table: &Table,
        record_id: &str,
        (entry, values): (EntryId, &Values),
        version: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let collection = &table.collection.name;
        let (rule, lost, write) = (NATURAL_KEY, Loser::Local, Some((entry, Operation::Create)));
        let loss = Loss { collection, record_id, rule, lost, write, version, values };
        self.log_loss(&loss, now)
    }

    /// Gives a record, and all that waits for it, the id that the server knows it by.
    #[allow(clippy::too_many_arguments, reason = "two ids and two versions of one record")]
    fn give_id(
        &mut self,
        number: usize,
        table: &Table,
        old_id: &str,
        id: &str,
        created: &Values,
        remote: Remote,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some(peek) = Peek::find(self.connection, table, old_id)? {
            self.touch(number, table, &peek.lane);
            self.delete_row(table, old_id)?;
        }
        self.take_dispute(&table.collection.name, old_id)?;
        self.keep_alias(&table.collection.name, old_id, id)?;
        self.move_writes(table, old_id, id)?;
        let found = Record::find(self.connection, table, id)?;
        let is_news = found.as_ref().is_none_or(|found| remote.version > found.head.version);
        if let (None, Base::Values(values)) = (&found, &remote.base) {
            let head = Head {
                version: remote.version,
                position: remote.position,
                revision: self.revision(),
                delivery: Delivery::Sent,
                deleted: false,
            };
            write_row(self.connection, table, &table.insert, id, values, None, head)?;
        }
        let made_on = Some(Base::Values(created.clone()));
        let remote = match found {
            Some(found) if !is_news => Remote {
                base: found.base,
                version: found.head.version,
                position: found.head.position,
                written_at: None,
            },
            _ => remote,
        };
        self.meet(number, table, id, Arrival { remote, made_on, is_news }, now)?;
        self.keep_order(&table.collection.name, id)
    }

    fn keep_alias(&self, collection: &str, old_id: &str, id: &str) -> Result<(), StoreError> {
        // Who knows the oldest id finds the newest in one step.
        self.connection
            .prepare_cached(
                "UPDATE mailboat_aliases SET new_id = ?3 WHERE new_id = ?2 AND collection = ?1",
            )?
            .execute((collection, old_id, id))?;
        self.connection
            .prepare_cached(
                "INSERT INTO mailboat_aliases (collection, old_id, new_id) VALUES (?, ?, ?)
                 ON CONFLICT (old_id, collection) DO UPDATE SET new_id = excluded.new_id",
            )?
            .execute((collection, old_id, id))?;
        self.connection
            .prepare_cached(
                "DELETE FROM mailboat_aliases
                 WHERE sequence <= (SELECT max(sequence) FROM mailboat_aliases) - ?",
            )?
            .execute([MAX_ALIASES])?;
        Ok(())
    }

    /// Entries follow their record. Where records are lanes of their own, the lane does too:
    /// there they keep the order of writing with those of the record that it is now. What
    /// waits in the lane of a group stays, for a group is not torn.
    fn move_writes(&mut self, table: &Table, old_id: &str, id: &str) -> Result<(), StoreError> {
        let collection = &table.collection.name;
        let moved = self.waiting(collection, old_id)?;
        let lane = if table.collection.lane_column.is_none() { id } else { old_id };
        self.connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET record_id = ?3,
                 lane = CASE WHEN lane = ?2 AND group_id IS NULL THEN ?4 ELSE lane END
                 WHERE record_id = ?2 AND collection = ?1",
            )?
            .execute((collection, old_id, id, lane))?;
        for entry in &moved {
            self.follow_lane(entry)?;
        }
        if !moved.is_empty() && lane != old_id {
            self.refresh_lane(old_id)?;
            self.refresh_lane(id)?;
        }
        Ok(())
    }
}

/// The parameters of [`Table::twin`]; `None` when a part of the key is missing.
fn key_of(table: &Table, values: &Values) -> Option<Vec<rusqlite::types::Value>> {
    let mut parameters = Vec::new();
    for part in &table.collection.natural_key {
        let column = table.collection.column(&part.column)?;
        let value = values.get(&part.column).filter(|value| !value.is_null())?;
        if part.tolerance > 0.0 {
            let number = value.as_f64()?;
            parameters.push((number - part.tolerance).into());
            parameters.push((number + part.tolerance).into());
        } else {
            parameters.push(filter_to_sql(column, value).filter(|_| *value != Value::Null)?);
        }
    }
    Some(parameters)
}
