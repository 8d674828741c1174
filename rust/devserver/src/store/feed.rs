//! The answer to a pull: first a snapshot in pages, then the changes since it began.
//!
//! A page of a snapshot takes the records whose version is not above the sequence at
//! which the snapshot began; whatever changes while it is read has a higher version
//! and comes with the changes. So nothing is held open between two pages.

use std::collections::HashMap;

use mailboat_backends::rest::wire::Tombstone;
use rusqlite::{Connection, named_params};

use super::cursor::Cursor;
use super::database::last_sequence;
use super::page::StoredPage;
use super::records::{COLUMNS, MAX_PAGE_BYTES, Record, VISIBLE};
use super::retention::tombstone_floor;
use super::{Sequence, StoreError, on_the_wire};

/// A pull of one user.
pub(crate) struct PullRequest<'a> {
    /// Who asks.
    pub(crate) user: &'a str,
    /// The text the last page gave.
    pub(crate) cursor: Option<&'a str>,
    /// Most changes and tombstones in the page.
    pub(crate) limit: usize,
    /// Newest records of each lane in a snapshot.
    pub(crate) recent: u32,
}

impl super::Database {
    /// The page after the request's cursor.
    pub(crate) fn pull(&self, request: &PullRequest<'_>) -> Result<StoredPage, StoreError> {
        self.read(|connection| {
            let latest = last_sequence(connection)?;
            let cursor = match request.cursor {
                None => Cursor::Snapshot { began_at: latest, after: 0, recent: request.recent },
                Some(text) => {
                    Cursor::decode(text, self.epoch()).ok_or(StoreError::CursorExpired)?
                }
            };
            let known = cursor.knows_up_to();
            // Ahead of the database: its file was replaced by an older copy.
            if known < tombstone_floor(connection)? || known > latest {
                return Err(StoreError::CursorExpired);
            }
            let feed = Feed { connection, user: request.user, limit: request.limit, latest };
            let (page, next) = match cursor {
                Cursor::Snapshot { began_at, after, recent } => {
                    feed.snapshot(began_at, after, recent)?
                }
                Cursor::Changes { after } => feed.changes(after)?,
            };
            Ok(StoredPage { cursor: next.encode(self.epoch()), ..page })
        })
    }
}

/// One page in the making, of one read transaction.
struct Feed<'a> {
    connection: &'a Connection,
    user: &'a str,
    limit: usize,
    latest: Sequence,
}

/// The first records of a query, and whether there are more.
struct Taken {
    records: Vec<Record>,
    more: bool,
}

impl Feed<'_> {
    fn snapshot(
        &self,
        began_at: Sequence,
        after: Sequence,
        recent: u32,
    ) -> Result<(StoredPage, Cursor), StoreError> {
        let old = self.old_history(began_at, recent)?;
        let is_old = |record: &Record| {
            let key = (record.lane.clone(), record.collection.clone());
            record.history
                && old.get(&key).is_some_and(|newest_old| record.placed_at <= *newest_old)
        };
        let taken = self.take_records(after, began_at, |record| !is_old(record))?;
        let (next, more) = match taken.records.last() {
            Some(last) if taken.more => {
                (Cursor::Snapshot { began_at, after: last.version, recent }, true)
            }
            _ => (Cursor::Changes { after: began_at }, self.anything_after(began_at)?),
        };
        Ok((StoredPage { snapshot: true, ..page(taken.records, Vec::new(), more)? }, next))
    }

    fn changes(&self, after: Sequence) -> Result<(StoredPage, Cursor), StoreError> {
        let taken = self.take_records(after, self.latest, |_| true)?;
        let buried = self.tombstones(after)?;
        // Two sorted lists become one page: what lies behind its end waits for the next.
        let mut end = self.latest;
        if taken.more {
            end = end.min(taken.records.last().map_or(after, |last| last.version));
        }
        if buried.len() > self.limit {
            end = end.min(sequence_of(&buried[self.limit - 1]));
        }
        let mut versions: Vec<Sequence> =
            taken.records.iter().map(|record| record.version).collect();
        versions.extend(buried.iter().map(sequence_of));
        versions.retain(|version| *version <= end);
        versions.sort_unstable();
        if versions.len() > self.limit {
            end = versions[self.limit - 1];
        }
        let records = taken.records.into_iter().filter(|record| record.version <= end).collect();
        let tombstones =
            buried.into_iter().filter(|tombstone| sequence_of(tombstone) <= end).collect();
        let more = end < self.latest && self.anything_after(end)?;
        Ok((
            page(records, tombstones, more)?,
            Cursor::Changes { after: if more { end } else { self.latest } },
        ))
    }

    /// Visible records with versions behind `after` up to `until`, as many as a page holds.
    fn take_records(
        &self,
        after: Sequence,
        until: Sequence,
        wanted: impl Fn(&Record) -> bool,
    ) -> Result<Taken, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM records r
             WHERE r.version > :after AND r.version <= :until AND r.deleted = 0 AND {VISIBLE}
             ORDER BY r.version"
        ))?;
        let mut rows = statement
            .query(named_params! { ":after": after, ":until": until, ":user": self.user })?;
        let mut records = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let record = Record::from_row(row)?;
            if !wanted(&record) {
                continue;
            }
            if records.len() == self.limit || bytes > MAX_PAGE_BYTES {
                return Ok(Taken { records, more: true });
            }
            bytes += record.body.len();
            records.push(record);
        }
        Ok(Taken { records, more: false })
    }

    /// The user's tombstones behind `after`: at most one more than a page holds.
    fn tombstones(&self, after: Sequence) -> Result<Vec<Tombstone>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT collection, record_id, version FROM tombstones
             WHERE user = :user AND version > :after ORDER BY version LIMIT :limit + 1",
        )?;
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX - 1);
        let rows = statement.query_map(
            named_params! { ":user": self.user, ":after": after, ":limit": limit },
            |row| {
                Ok(Tombstone {
                    collection: row.get(0)?,
                    id: row.get(1)?,
                    version: on_the_wire(row.get(2)?),
                })
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn anything_after(&self, after: Sequence) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM tombstones WHERE user = :user AND version > :after)
                 OR EXISTS (SELECT 1 FROM records r WHERE r.version > :after AND r.deleted = 0 AND {VISIBLE})"
        ))?;
        Ok(statement
            .query_row(named_params! { ":user": self.user, ":after": after }, |row| row.get(0))?)
    }

    /// By lane and collection: the newest record that is *not* among the `recent` newest
    /// of those that were there when the snapshot began.
    fn old_history(
        &self,
        began_at: Sequence,
        recent: u32,
    ) -> Result<HashMap<(String, String), Sequence>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "WITH RECURSIVE kinds (lane, collection) AS (
                 SELECT group_id, (SELECT MIN(collection) FROM records WHERE lane = group_id)
                 FROM members WHERE user = :user
                 UNION ALL
                 SELECT lane, (SELECT MIN(r.collection) FROM records r
                               WHERE r.lane = kinds.lane AND r.collection > kinds.collection)
                 FROM kinds WHERE collection IS NOT NULL
             )
             SELECT lane, collection, newest_old FROM (
                 SELECT lane, collection, (
                     SELECT r.placed_at FROM records r
                     WHERE r.lane = kinds.lane AND r.collection = kinds.collection
                       AND r.history = 1 AND r.deleted = 0 AND r.placed_at <= :began_at
                     ORDER BY r.placed_at DESC LIMIT 1 OFFSET :recent
                 ) AS newest_old
                 FROM kinds WHERE collection IS NOT NULL
             ) WHERE newest_old IS NOT NULL",
        )?;
        let rows = statement.query_map(
            named_params! { ":user": self.user, ":began_at": began_at, ":recent": recent },
            |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn page(
    records: Vec<Record>,
    tombstones: Vec<Tombstone>,
    more: bool,
) -> Result<StoredPage, StoreError> {
    let changes = records.into_iter().map(Record::into_change).collect::<Result<_, _>>()?;
    Ok(StoredPage { changes, tombstones, cursor: String::new(), more, snapshot: false })
}

fn sequence_of(tombstone: &Tombstone) -> Sequence {
    Sequence::try_from(tombstone.version).unwrap_or(Sequence::MAX)
}
