//! The codec of the REST contract (`docs/rest-contract.md`).
//!
//! [`RestCodec`] builds requests; [`read_push`], [`read_pull`], [`read_older`] and
//! [`read_hints_start`] read answers. A backend written in JavaScript answers the
//! same shapes without HTTP around them and goes through the same checks:
//! [`check_push`], [`check_pull`], [`check_older`].

mod answer;
mod check;
mod request;
mod retry_after;
pub mod wire;

pub use answer::{
    HttpAnswer, is_hint, read_hints_start, read_older, read_pull, read_push, refusal,
};
pub use check::{Settled, check_older, check_pull, check_push};
pub use request::{CodecError, HttpRequest, Method, OlderQuery, PullQuery, RestCodec};

/// Most entries in one push.
pub const MAX_BATCH_ENTRIES: usize = 100;
/// Largest body of a push with more than one entry, in bytes.
pub const MAX_BATCH_BYTES: usize = 256 * 1024;
/// Largest body of a push with one entry, in bytes: what no batch can carry goes alone.
pub const MAX_LONE_ENTRY_BYTES: usize = 2 * 1024 * 1024;
/// Most changes and tombstones in one page, and how many a pull asks for.
pub const MAX_PAGE_CHANGES: u32 = 500;
/// Newest records of each lane that the first pull asks for.
pub const DEFAULT_RECENT: u32 = 50;
/// Largest answer that is read, in bytes; a longer one is not of the contract.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// Versions and orders stay below this, so that JavaScript adds to them without loss.
pub const MAX_SEQUENCE: u64 = 1 << 52;
/// Longest cursor, in bytes: it is stored with every page and sent with every pull.
pub const MAX_CURSOR_BYTES: usize = 4 * 1024;
/// The name of the event that means "pull now".
pub const HINT_EVENT: &str = "hint";
/// The code of a 410 that sends a client back to the beginning.
pub const CURSOR_EXPIRED: &str = "cursor_expired";
