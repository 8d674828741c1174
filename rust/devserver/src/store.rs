//! The server's SQLite file: one writer, whose transactions carry both an effect and
//! its ledger row, and readers that each see one commit.

mod apply;
mod cursor;
mod database;
mod feed;
mod groups;
mod history;
mod page;
mod records;
mod retention;
mod rules;
mod tally;
mod tokens;

pub(crate) use database::Database;
pub(crate) use feed::PullRequest;
pub(crate) use history::OlderRequest;
pub(crate) use rules::is_user;
pub use tally::EffectRow;
pub(crate) use tally::Tally;

use thiserror::Error;

/// A sequence number as SQLite has it: never negative.
type Sequence = i64;

/// Why the store could not answer.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    /// The cursor is of another database, or older than the tombstones that are kept.
    #[error("the cursor is expired")]
    CursorExpired,
    /// SQLite refused.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored record is not the JSON it was when it was written.
    #[error("a stored record is not JSON")]
    Corrupt(#[from] serde_json::Error),
}

/// A sequence number as the contract has it.
fn on_the_wire(sequence: Sequence) -> u64 {
    u64::try_from(sequence).unwrap_or(0)
}

/// Milliseconds since the Unix epoch, now: the only clock the server has.
pub(crate) fn now_ms() -> i64 {
    let since_epoch =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
