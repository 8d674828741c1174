//! The writer's transaction: savepoints for commands, and a note of what changed.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::error::StoreError;
use crate::tables::Table;
use crate::tally::Tally;

/// What a committed transaction changed.
#[derive(Debug, Default)]
pub struct Changes {
    /// Lanes with changed rows, by number of the collection.
    pub(crate) touched: HashMap<usize, HashSet<String>>,
    /// By how much the outbox grew.
    pub(crate) tally: Tally,
}

impl Changes {
    /// Whether no row changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty()
    }
}

/// An open transaction on the writer's connection.
///
/// Each method is done whole or not at all: when it answers a refusal
/// ([`StoreError::is_refusal`]), nothing has happened and the others' work stands. After any other error the transaction is lost (a full disk
/// makes SQLite roll back all of it): it refuses everything, and its owner runs the
/// commands again one by one. [`savepoint`](Self::savepoint) is for commands of several
/// steps; it costs some microseconds (docs/adr/0009).
pub struct Transaction<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) tables: &'a [Table],
    pub(crate) changes: Changes,
    pub(crate) lost: Option<StoreError>,
    pub(crate) next_revision: &'a mut i64,
    pub(crate) next_sequence: &'a mut i64,
}

impl<'a> Transaction<'a> {
    /// Runs one command so that its failure leaves the others' work standing.
    ///
    /// # Errors
    /// The command's own, or the one that lost the transaction.
    pub fn savepoint<T>(
        &mut self,
        command: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.standing()?;
        let tally = self.changes.tally;
        let result = self.enter().and_then(|()| command(self)).and_then(|answer| {
            self.run("RELEASE command")?;
            Ok(answer)
        });
        if let Err(error) = &result {
            self.changes.tally = tally;
            self.leave(error);
        }
        result
    }

    fn enter(&mut self) -> Result<(), StoreError> {
        self.run("SAVEPOINT command")
    }

    fn leave(&mut self, error: &StoreError) {
        let undone = !self.connection.is_autocommit()
            && self.run("ROLLBACK TO command").and_then(|()| self.run("RELEASE command")).is_ok();
        self.lost = (!undone).then(|| error.clone());
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    /// Runs one step so that it is done whole or not at all: a refusal comes before
    /// anything is changed, and any other error dooms the transaction.
    pub(crate) fn step<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.standing()?;
        let result = step(self);
        if let Err(error) = &result
            && !error.is_refusal()
        {
            self.lost = Some(error.clone());
        }
        result
    }

    /// Refuses to go on once the transaction is lost: a statement would then be a
    /// transaction of its own, and stay.
    fn standing(&self) -> Result<(), StoreError> {
        self.lost.clone().map_or(Ok(()), Err)
    }

    /// Finds a collection's table and its number.
    pub(crate) fn table(&self, collection: &str) -> Result<(usize, &'a Table), StoreError> {
        find_table(self.tables, collection)
    }

    /// A revision that no row has had since the file was opened.
    pub(crate) fn revision(&mut self) -> i64 {
        *self.next_revision += 1;
        *self.next_revision
    }

    /// The place of the next entry in the outbox.
    pub(crate) fn next_sequence(&mut self) -> i64 {
        *self.next_sequence += 1;
        *self.next_sequence
    }

    /// The place that the next entry will get.
    pub(crate) fn coming_sequence(&self) -> i64 {
        *self.next_sequence + 1
    }

    /// Notes that a row of this lane changed. Where records are lanes of their own, no
    /// window is on a lane, and the collection is all there is to note.
    pub(crate) fn touch(&mut self, number: usize, table: &Table, lane: &str) {
        let lanes = self.changes.touched.entry(number).or_default();
        if table.collection.lane_column.is_some() && !lanes.contains(lane) {
            lanes.insert(lane.to_owned());
        }
    }
}

/// Finds a collection's table and its number.
pub(crate) fn find_table<'a>(
    tables: &'a [Table],
    collection: &str,
) -> Result<(usize, &'a Table), StoreError> {
    tables.iter().enumerate().find(|(_, table)| table.collection.name == collection).ok_or_else(
        || {
            let known: Vec<&str> =
                tables.iter().map(|table| table.collection.name.as_str()).collect();
            StoreError::InvalidArgument(format!(
                "The schema has no such collection. It has: {}.",
                known.join(", ")
            ))
        },
    )
}
