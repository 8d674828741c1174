//! The narrow waist for Node (napi-rs): Jest, the demo, the command line.
//!
//! Thin around [`mailboat_engine::Runtime`]: one of them for each N-API environment,
//! which is the main thread's or a worker thread's. Rust's threads hold numbers only.
//! What they have to say (a wake, the answer of a request) goes into a [`Mailbox`],
//! and one threadsafe function rings for all of it; promises and listeners never
//! leave the JavaScript thread.
//!
//! [`Mailbox`]: mailboat_engine::Mailbox

// Cargo checks a library as a test too, even one that has no tests, and there napi
// registers no exports.
#![cfg_attr(test, allow(dead_code))]

mod argument;
mod bell;
mod dev_servers;
mod environment;
mod exports;
mod failure;
mod listeners;
mod log;
mod promises;

use napi::Env;
use napi::bindgen_prelude::{Object, retain_current_module_for_unload_safety};
use napi_derive::napi;

use crate::environment::Environment;

/// Runs once in each environment that loads the add-on.
#[napi(module_exports)]
pub fn load(_exports: Object, env: Env) -> napi::Result<()> {
    log::start();
    // The engines' threads outlive the worker that loaded this; their code must too.
    retain_current_module_for_unload_safety();
    Environment::install(&env).map_err(failure::to_js)
}
