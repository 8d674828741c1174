//! The dev servers that tests start in this process. They do not keep Node alive, and
//! stop when the environment that started them ends.

use std::collections::HashMap;
use std::mem;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use mailboat_devserver::{DevServer, DevServerError, Options};
use mailboat_engine::Outcome;
use mailboat_engine::waist::WaistError;
use serde::{Deserialize, Serialize};

use crate::bell::Ticket;

/// The dev servers of one environment. Starting and stopping one takes a while, so
/// each is done on a thread of its own.
#[derive(Clone, Default)]
pub(crate) struct DevServers {
    running: Arc<Mutex<Running>>,
}

#[derive(Default)]
struct Running {
    last_id: u32,
    servers: HashMap<u32, DevServer>,
    ended: bool,
}

/// What `startDevServer` takes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StartOptions {
    dir: PathBuf,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    forget_ledger: bool,
}

/// What it answers.
#[derive(Serialize)]
struct Started {
    id: u32,
    url: String,
    port: u16,
}

impl DevServers {
    /// Starts a server; the ticket gets its id and address when it listens.
    pub fn start(&self, options: Result<String, WaistError>, ticket: Ticket) {
        let servers = self.clone();
        on_a_thread(ticket, move || {
            let options: StartOptions = serde_json::from_str(&options?)?;
            let StartOptions { dir, port, forget_ledger } = options;
            let server = DevServer::start(Options { dir, port, forget_ledger }).map_err(failed)?;
            servers.add(server)
        });
    }

    /// Stops a server; the ticket is settled when its port is free.
    pub fn stop(&self, id: Result<u32, WaistError>, ticket: Ticket) {
        let servers = self.clone();
        on_a_thread(ticket, move || {
            let server = servers.running().servers.remove(&id?);
            let Some(server) = server else {
                return Err(WaistError::invalid("No dev server of this number is running."));
            };
            server.stop();
            Ok(None)
        });
    }

    /// The environment ends.
    pub fn stop_all(&self) {
        let mut running = self.running();
        running.ended = true;
        let servers = mem::take(&mut running.servers);
        drop(running);
        drop(servers);
    }

    fn add(&self, server: DevServer) -> Outcome {
        let mut running = self.running();
        if running.ended {
            return Err(WaistError::closed());
        }
        running.last_id += 1;
        let id = running.last_id;
        let started = Started { id, url: server.url(), port: server.addr().port() };
        running.servers.insert(id, server);
        Ok(Some(serde_json::to_string(&started)?))
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        // Each change is a single insert or remove, so a panic leaves it whole.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn on_a_thread(ticket: Ticket, work: impl FnOnce() -> Outcome + Send + 'static) {
    // A panic drops the ticket unused, and the promise is rejected with INTERNAL.
    let run = move || {
        let outcome = work();
        ticket.settle(outcome);
    };
    let spawned = thread::Builder::new().name("mailboat-devserver-turn".into()).spawn(run);
    spawned.expect("the system gives a test one more thread");
}

fn failed(error: DevServerError) -> WaistError {
    WaistError::invalid(format!("{error}. Choose another folder or port."))
}
