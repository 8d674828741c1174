//! What the server forgets, and how it remembers that it did.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{Sequence, StoreError};

const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;
/// How long an entry's effect is remembered, in days: for so long a second attempt is
/// answered `duplicate`.
pub(crate) const LEDGER_DAYS: i64 = 30;
/// How long a deletion is told to those who have not pulled since, in days.
pub(crate) const TOMBSTONE_DAYS: i64 = 30;

const FLOOR_KEY: &str = "tombstone_floor";

/// Forgets what is older than its retention.
pub(super) fn prune(connection: &mut Connection, now_ms: i64) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "DELETE FROM ledger WHERE applied_at_ms < ?1",
        [now_ms - LEDGER_DAYS * MS_PER_DAY],
    )?;
    let oldest_kept = now_ms - TOMBSTONE_DAYS * MS_PER_DAY;
    let newest_forgotten: Option<Sequence> = transaction.query_row(
        "SELECT MAX(version) FROM tombstones WHERE buried_at_ms < ?1",
        [oldest_kept],
        |row| row.get(0),
    )?;
    if let Some(floor) = newest_forgotten {
        // All up to the floor, so that no cursor above it has missed one.
        transaction.execute("DELETE FROM tombstones WHERE version <= ?1", [floor])?;
        transaction.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            params![FLOOR_KEY, floor.to_string()],
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// Cursors that know less than this have missed deletions that are forgotten.
pub(super) fn tombstone_floor(connection: &Connection) -> Result<Sequence, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    let floor: Option<String> = statement.query_row([FLOOR_KEY], |row| row.get(0)).optional()?;
    Ok(floor.and_then(|text| text.parse().ok()).unwrap_or(0))
}
