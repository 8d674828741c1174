//! The narrow waist: everything that crosses between JavaScript and Rust.
//!
//! A handful of calls whose bodies are JSON, and one signal ("drain me"). These
//! types are the one source of truth: `ts-rs` writes their TypeScript to
//! `js/src/generated/waist.ts`, and a test fails when that file is stale.

mod command;
mod config;
mod error;
mod event;
mod number;
mod query;

pub use command::{
    Answer, BatchMode, BatchResult, BatchWrite, Command, LoadedOlder, Merged, SyncEnd, SyncReport,
    WriteOptions, Written, WrittenBatch,
};
pub use config::{BackendConfig, BackgroundConfig, Config, Durability, OpenState, Opened};
pub use error::{ErrorCode, WaistError};
pub use event::{
    Ask, CriticalKind, Drained, Event, InitialSyncState, InitialSyncStatus, NetworkStatus, Phase,
    Progress, ProgressKind, SyncStatus,
};
pub use number::whole_number;
pub use query::{Counters, Query, Watched};
