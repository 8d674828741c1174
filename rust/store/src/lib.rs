//! SQLite: schema, migrations, outbox, collections and windows.
//!
//! The API is plain synchronous Rust. sqlx opens, configures and migrates the file;
//! then two connections are held for good and driven by rusqlite on the caller's
//! thread: the [`Writer`]'s, which the engine's actor owns, and the [`Reader`]'s,
//! which serves the JavaScript thread. `docs/adr/0003` says why.
//!
//! A local write is one [`Transaction::write`]: the row and its outbox entry
//! together. Sending is [`Writer::due`], [`Transaction::mark_attempted`] and
//! [`Transaction::settle`]; what comes back is [`Transaction::apply_changes`].

mod aliases;
mod answered;
mod background;
mod codes;
mod conflict_log;
mod conflicts;
mod delivery;
mod dependencies;
mod due;
mod enqueue;
mod error;
mod group;
mod held;
mod history;
mod initial_sync;
mod lanes;
mod lock;
mod mutation;
mod open;
mod outbox;
mod patch;
mod premise;
mod pull;
mod queued;
mod reader;
mod record;
mod refill;
mod resync;
mod revise;
mod schema;
mod settle;
mod stamps;
mod tables;
mod tail;
mod tally;
mod tombstones;
mod transaction;
mod transitions;
mod values;
mod why;
mod window;
mod writer;

pub use answered::Answered;
pub use background::background_config;
pub use conflict_log::{Conflict, ConflictPage, Loser, MAX_CONFLICTS};
pub use conflicts::{ConflictAnswer, ConflictQuestion};
pub use delivery::Delivery;
pub use due::Due;
pub use error::StoreError;
pub use group::{MAX_GROUP_BYTES, MAX_GROUP_ENTRIES};
pub use history::HistoryPage;
pub use initial_sync::InitialSyncing;
pub use mutation::{Enqueued, Mutation, Sending};
pub use open::{Opening, SCHEMA_VERSION, WriterOpening};
pub use outbox::{MAX_OUTBOX_PAGE_ENTRIES, OutboxEntry, OutboxPage};
pub use patch::PatchOp;
pub use pull::{RemoteChange, RemoteDeletion};
pub use queued::QueuedEntry;
pub use reader::{READ_BUDGET_STEPS, Reader, Reads};
pub use resync::{MAX_SWEPT_ROWS, Swept};
pub use revise::MAX_RETRIED_ENTRIES;
pub use schema::{Collection, Column, ColumnType, InitialSync, Schema};
pub use tombstones::TOMBSTONES_KEPT_MS;
pub use transaction::{Changes, Transaction};
pub use values::{MAX_ID_BYTES, MAX_SAFE_INTEGER, Values};
pub use window::{MAX_WINDOW_ROWS, OrderBy, Snapshot, Take, WatchedWindow, Window};
pub use writer::{Counts, Durability, Writer};
