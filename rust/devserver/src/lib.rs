//! Reference server of the REST contract on SQLite, with fault switches for tests.
//!
//! The contract is `docs/rest-contract.md`; this server keeps it durably, on loopback
//! only, for the project's own tests and demo, and for an app author's Jest.
//!
//! ```no_run
//! use mailboat_devserver::{DevServer, Options};
//!
//! # fn main() -> Result<(), mailboat_devserver::DevServerError> {
//! let server = DevServer::start(Options::new("/tmp/somewhere"))?;
//! let token = server.issue_token("ann")?;
//! println!("{} answers to {}", server.url(), token.len());
//! server.stop();
//! # Ok(())
//! # }
//! ```
//!
//! # Beside the contract
//! - `POST /dev/token` `{"user": "ann"}` answers `{"token": ...}`.
//! - `POST /dev/faults` takes a list of [`Fault`]s, `DELETE /dev/faults` ends them all.
//! - `GET /dev/state` counts what the server holds and what it was asked.
//! - `GET /dev/effects?after=&limit=` lists what was applied, in commit order.

mod app;
mod cut;
mod failure;
mod faults;
mod gate;
mod hints;
mod in_process;
mod routes;
mod server;
mod store;

pub use faults::{EntryFault, EntryVerdict, Fault, FaultKind, On};
pub use in_process::{InProcess, Listener, Reply};
pub use server::{DevServer, DevServerError, Options};

pub use store::EffectRow;

/// The name of the server's SQLite file inside its folder.
pub const DATABASE_FILE: &str = "devserver.sqlite";
