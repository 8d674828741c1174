//! What an entry says to the server of the record that it was made on, besides its own
//! columns. Settled with the first attempt, and the same on every one after it.

use mailboat_core::{ConflictRule, Operation};

use crate::conflicts::is_free;
use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::record::{Base, Peek, Record, merge};
use crate::tables::Table;
use crate::transaction::Transaction;
use crate::values::Values;

impl Transaction<'_> {
    /// Whether an entry must not go in one batch with what is in it: where the server
    /// checks versions, the version is the one that the write before it makes; and a write
    /// behind a create may get another id. An atomic group waits as a whole, and not for
    /// itself: the server applies all of it or none.
    pub(crate) fn waits_for_answer(
        &self,
        entry: &QueuedEntry,
        batch: &[QueuedEntry],
    ) -> Result<bool, StoreError> {
        if batch.is_empty() {
            return Ok(false);
        }
        let waits = |member: &QueuedEntry| {
            let Ok((_, table)) = self.table(&member.collection) else { return false };
            let asks = table.collection.conflict.checks_version() || table.twin.is_some();
            let is_other =
                |before: &&QueuedEntry| before.group.is_none() || before.group != entry.group;
            asks && batch.iter().filter(is_other).any(|before| is_of_same_record(before, member))
        };
        if entry.group.is_none() {
            return Ok(waits(entry));
        }
        Ok(self.unit(entry)?.iter().any(waits))
    }

    /// Adds what the server is to know, as the rule of the collection wants it.
    pub(crate) fn say_what_it_was_made_on(
        &mut self,
        entry: &mut QueuedEntry,
        batch: &[QueuedEntry],
    ) -> Result<(), StoreError> {
        let Ok((_, table)) = self.table(&entry.collection) else { return Ok(()) };
        let rule = table.collection.conflict;
        match (rule, entry.operation) {
            (_, Operation::Create) => Ok(()),
            (ConflictRule::ClientWins, Operation::Update) => self.make_whole(table, entry),
            // In a group it is the version that the write before it makes.
            (rule, _) if rule.checks_version() => {
                if batch.iter().any(|before| is_of_same_record(before, entry)) {
                    return Ok(());
                }
                self.fix_version(table, entry)
            }
            _ => Ok(()),
        }
    }

    fn fix_version(&self, table: &Table, entry: &mut QueuedEntry) -> Result<(), StoreError> {
        if entry.base_version.is_some() {
            return Ok(());
        }
        let peek = Peek::find(self.connection, table, &entry.record_id)?;
        // A record that no server has yet has no version to check.
        entry.base_version = peek.map(|peek| peek.version).filter(|version| *version > 0);
        self.connection
            .prepare_cached("UPDATE mailboat_outbox SET base_version = ? WHERE sequence = ?")?
            .execute((entry.base_version, entry.sequence))?;
        Ok(())
    }

    /// The local record wins as a whole, so the whole of it is sent, as this write left it.
    fn make_whole(&mut self, table: &Table, entry: &mut QueuedEntry) -> Result<(), StoreError> {
        let record = Record::find(self.connection, table, &entry.record_id)?;
        let (Some(record), true) = (record, is_free(entry)) else { return Ok(()) };
        let mut whole = match record.base {
            Base::Values(values) => values,
            Base::None | Base::Deleted => Values::new(),
        };
        let waiting = self.waiting(&entry.collection, &entry.record_id)?;
        let before = || waiting.iter().take_while(|waiting| waiting.sequence <= entry.sequence);
        for waiting in before().filter(|waiting| !waiting.is_dead()) {
            merge(&mut whole, &waiting.values);
        }
        let covers_dead = before().any(QueuedEntry::is_dead);
        whole.retain(|name, _| table.collection.column(name).is_some());
        self.rewrite(entry, entry.operation, &whole)?;
        // What a dead letter showed under this write is covered by the whole of it now.
        if covers_dead {
            self.reshow(entry)?;
        }
        if let Some(widened) = self.queued(entry.id)? {
            *entry = widened;
        }
        Ok(())
    }
}

fn is_of_same_record(left: &QueuedEntry, right: &QueuedEntry) -> bool {
    left.record_id == right.record_id && left.collection == right.collection
}
