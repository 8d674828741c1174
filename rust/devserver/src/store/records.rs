//! Rows of the table `records`.

use mailboat_backends::rest::wire::Values;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;

use super::page::StoredChange;
use super::{Sequence, StoreError, on_the_wire};

/// What a page's records may weigh together, in bytes of JSON; at least one goes. With
/// the largest record on top a page stays well below what a client reads.
pub(super) const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// What a query selects to read a [`Record`].
pub(super) const COLUMNS: &str = "r.collection, r.id, r.version, r.placed_at, r.author, r.lane, r.audience, r.history, r.deleted, r.body";

/// The condition under which the user `:user` sees a record `r`.
pub(super) const VISIBLE: &str = "CASE WHEN r.audience IS NULL THEN r.author = :user \
     ELSE EXISTS (SELECT 1 FROM members m WHERE m.group_id = r.audience AND m.user = :user) END";

/// A record as it is stored; its values stay text until somebody asks.
pub(super) struct Record {
    pub(super) collection: String,
    pub(super) id: String,
    pub(super) version: Sequence,
    pub(super) placed_at: Sequence,
    pub(super) author: String,
    pub(super) lane: String,
    /// The group whose members see it; `None`: its author alone.
    pub(super) audience: Option<String>,
    /// Whether it lives in a group's lane, where old ones are paged backwards.
    pub(super) history: bool,
    pub(super) deleted: bool,
    pub(super) body: String,
}

impl Record {
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            collection: row.get(0)?,
            id: row.get(1)?,
            version: row.get(2)?,
            placed_at: row.get(3)?,
            author: row.get(4)?,
            lane: row.get(5)?,
            audience: row.get(6)?,
            history: row.get(7)?,
            deleted: row.get(8)?,
            body: row.get(9)?,
        })
    }

    pub(super) fn find(
        connection: &Connection,
        collection: &str,
        id: &str,
    ) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM records r WHERE collection = ?1 AND id = ?2"
        ))?;
        Ok(statement.query_row(params![collection, id], Self::from_row).optional()?)
    }

    /// Writes the record as it is, in place of any of the same id.
    pub(super) fn store(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut statement = connection.prepare_cached(
            "INSERT INTO records (collection, id, version, placed_at, author, lane, audience, history, deleted, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (collection, id) DO UPDATE SET
                 version = excluded.version, deleted = excluded.deleted, body = excluded.body",
        )?;
        statement.execute(params![
            self.collection,
            self.id,
            self.version,
            self.placed_at,
            self.author,
            self.lane,
            self.audience,
            self.history,
            self.deleted,
            self.body,
        ])?;
        Ok(())
    }

    /// Whether the record is a group itself.
    pub(super) fn is_group(&self) -> bool {
        self.audience.is_some() && !self.history
    }

    pub(super) fn values(&self) -> Result<Values, StoreError> {
        Ok(serde_json::from_str(&self.body)?)
    }

    pub(super) fn into_change(self) -> Result<StoredChange, StoreError> {
        Ok(StoredChange {
            values: RawValue::from_string(self.body)?,
            collection: self.collection,
            id: self.id,
            version: on_the_wire(self.version),
            order: on_the_wire(self.placed_at),
        })
    }
}
