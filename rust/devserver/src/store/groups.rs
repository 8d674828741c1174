//! Groups: records that name the users who see them and what is in their lane.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Sequence, StoreError};

/// Whether a lane is a group's, and whether this user may write into it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LaneAccess {
    /// No group has this id: what is written is its author's own.
    Private,
    /// The user is a member of the group.
    Member,
    /// The lane is that of a group of others, or of a deleted one.
    Foreign,
}

/// What `user` may do in `lane`.
pub(super) fn lane_access(
    connection: &Connection,
    lane: &str,
    user: &str,
) -> Result<LaneAccess, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM members WHERE group_id = ?1 AND user = ?2) FROM groups WHERE id = ?1",
    )?;
    let member: Option<bool> =
        statement.query_row(params![lane, user], |row| row.get(0)).optional()?;
    Ok(match member {
        None => LaneAccess::Private,
        Some(true) => LaneAccess::Member,
        Some(false) => LaneAccess::Foreign,
    })
}

/// Whether a group of any collection has, or had, this id.
pub(super) fn exists(connection: &Connection, id: &str) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM groups WHERE id = ?1)")?;
    Ok(statement.query_row([id], |row| row.get(0))?)
}

/// The members of a group.
pub(super) fn members(connection: &Connection, id: &str) -> Result<Vec<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT user FROM members WHERE group_id = ?1")?;
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes a group, and makes its own what members wrote into its lane before it was there.
pub(super) fn create(
    connection: &Connection,
    collection: &str,
    id: &str,
    users: &[&str],
) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO groups (id, collection) VALUES (?1, ?2)")?
        .execute(params![id, collection])?;
    add(connection, id, users)?;
    connection
        .prepare_cached(
            "UPDATE records SET audience = ?1, history = 1
             WHERE lane = ?1 AND audience IS NULL
               AND author IN (SELECT user FROM members WHERE group_id = ?1)",
        )?
        .execute([id])?;
    Ok(())
}

/// Makes `users` the members. Who leaves gets a tombstone of the group at `version`.
pub(super) fn replace_members(
    connection: &Connection,
    (collection, id): (&str, &str),
    users: &[&str],
    version: Sequence,
    now_ms: i64,
) -> Result<(), StoreError> {
    for user in members(connection, id)? {
        if !users.contains(&user.as_str()) {
            bury(connection, (collection, id), &user, version, now_ms)?;
        }
    }
    connection.prepare_cached("DELETE FROM members WHERE group_id = ?1")?.execute([id])?;
    add(connection, id, users)?;
    // Who comes back sees the group again, so its tombstone must not reach them any more.
    for user in users {
        connection
            .prepare_cached(
                "DELETE FROM tombstones WHERE user = ?1 AND collection = ?2 AND record_id = ?3",
            )?
            .execute(params![user, collection, id])?;
    }
    Ok(())
}

/// Takes the members of a deleted group; the group's id stays taken.
pub(super) fn dissolve(connection: &Connection, id: &str) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM members WHERE group_id = ?1")?.execute([id])?;
    Ok(())
}

/// Leaves a tombstone for one user.
pub(super) fn bury(
    connection: &Connection,
    (collection, id): (&str, &str),
    user: &str,
    version: Sequence,
    now_ms: i64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO tombstones (user, version, collection, record_id, buried_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![user, version, collection, id, now_ms])?;
    Ok(())
}

fn add(connection: &Connection, id: &str, users: &[&str]) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached("INSERT OR IGNORE INTO members (group_id, user) VALUES (?1, ?2)")?;
    for user in users {
        statement.execute(params![id, user])?;
    }
    Ok(())
}
