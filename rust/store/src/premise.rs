//! What an entry says to the server of the record that it was made on, besides its own
//! columns. Settled with the first attempt, and the same on every one after it.

use mailboat_core::{ConflictRule, Operation};

use crate::error::StoreError;
use crate::queued::QueuedEntry;
use crate::record::{Base, Peek, Record, merge, to_json};
use crate::tables::Table;
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// Whether an entry must not go in one batch with what is in it: where the server
    /// checks versions, the version is the one that the write before it makes; and a write
    /// behind a create may get another id.
    pub(crate) fn waits_for_answer(&self, entry: &QueuedEntry, batch: &[QueuedEntry]) -> bool {
        let Ok((_, table)) = self.table(&entry.collection) else { return false };
        let asks = table.collection.conflict.checks_version() || table.twin.is_some();
        asks && batch.iter().any(|before| {
            before.record_id == entry.record_id && before.collection == entry.collection
        })
    }

    /// Adds what the server is to know, as the rule of the collection wants it.
    pub(crate) fn say_what_it_was_made_on(
        &self,
        entry: &mut QueuedEntry,
    ) -> Result<(), StoreError> {
        let Ok((_, table)) = self.table(&entry.collection) else { return Ok(()) };
        let rule = table.collection.conflict;
        if rule == ConflictRule::LastWriteWins {
            entry.written_at = self
                .connection
                .prepare_cached("SELECT written_at FROM mailboat_outbox WHERE sequence = ?")?
                .query_row([entry.sequence], |row| row.get(0))?;
        }
        match (rule, entry.operation) {
            (_, Operation::Create) => Ok(()),
            (ConflictRule::ClientWins, Operation::Update) => self.make_whole(table, entry),
            (rule, _) if rule.checks_version() => self.fix_version(table, entry),
            _ => Ok(()),
        }
    }

    fn fix_version(&self, table: &Table, entry: &mut QueuedEntry) -> Result<(), StoreError> {
        let peek = Peek::find(self.connection, table, &entry.record_id)?;
        // A record that no server has yet has no version to check.
        let version = peek.map(|peek| peek.version).filter(|version| *version > 0);
        entry.base_version = self
            .connection
            .prepare_cached(
                "UPDATE mailboat_outbox SET base_version = coalesce(base_version, ?)
                 WHERE sequence = ? RETURNING base_version",
            )?
            .query_row((version, entry.sequence), |row| row.get(0))?;
        Ok(())
    }

    /// The local record wins as a whole, so the whole of it is sent, as this write left it.
    fn make_whole(&self, table: &Table, entry: &mut QueuedEntry) -> Result<(), StoreError> {
        let Some(record) = Record::find(self.connection, table, &entry.record_id)? else {
            return Ok(());
        };
        let mut whole = match record.base {
            Base::Values(values) => values,
            Base::None | Base::Deleted => Default::default(),
        };
        let waiting = self.waiting(&entry.collection, &entry.record_id)?;
        let mine = waiting.iter().find(|waiting| waiting.sequence == entry.sequence);
        if !mine.is_some_and(|mine| mine.is_free()) {
            return Ok(());
        }
        let before = waiting.iter().take_while(|waiting| waiting.sequence <= entry.sequence);
        before
            .filter(|waiting| !waiting.is_dead())
            .for_each(|waiting| merge(&mut whole, &waiting.values));
        whole.retain(|name, _| table.collection.column(name).is_some());
        self.connection
            .prepare_cached("UPDATE mailboat_outbox SET mutation = ? WHERE sequence = ?")?
            .execute((to_json(&whole), entry.sequence))?;
        entry.values = whole;
        Ok(())
    }
}
