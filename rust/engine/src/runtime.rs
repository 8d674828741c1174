//! One JavaScript runtime's side of the waist. Hosts are thin around this.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::call::Completion;
use crate::engine::{Engine, FIRST_GENERATION};
use crate::guard::{guard, panicked};
use crate::registry::{Registry, canonical};
use crate::session::Session;
use crate::waist::{Command, Config, Event, Opened, Query, WaistError};
use mailboat_store::Window;

/// Called from any thread with an engine's number: "drain it". At most one such call
/// is undelivered for an engine.
pub type Wake = Arc<dyn Fn(u32) + Send + Sync>;

/// Called from any thread around wakes and completions that follow each other at once:
/// with `true` before and `false` after. A host that pays for every hop onto the
/// JavaScript thread makes one for all of them. Several engines may hold at a time.
pub type Hold = Arc<dyn Fn(bool) + Send + Sync>;

/// One JavaScript runtime. Dropping it frees its watches and drops the answers it
/// waits for; its engines go on, for the next runtime to take over.
pub struct Runtime {
    wake: Wake,
    hold: Hold,
    attached: Mutex<HashMap<u32, Attached>>,
}

/// An engine this runtime has opened.
#[derive(Clone)]
struct Attached {
    engine: Arc<Engine>,
    session: Arc<Session>,
}

impl Runtime {
    /// A runtime that is woken by `wake`.
    #[must_use]
    pub fn new(wake: Wake) -> Self {
        Self::with_hold(wake, Arc::new(|_| {}))
    }

    /// A runtime that is also told what follows each other at once.
    #[must_use]
    pub fn with_hold(wake: Wake, hold: Hold) -> Self {
        Self { wake, hold, attached: Mutex::default() }
    }

    /// Takes a `Config`, answers an `Opened`, both as JSON.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`, `LOCKED`, `CORRUPT`, `NEWER_VERSION`, `DISK_FULL`.
    pub fn open(&self, config: &str) -> Result<String, WaistError> {
        let mut config: Config = serde_json::from_str(config)?;
        let path = canonical(&config.path)?;
        let mut registry = Registry::lock();
        if let Some(engine) = registry.find(&path) {
            // However it is spelt, it is the same file.
            config.path.clone_from(&engine.config.path);
            let network = std::mem::replace(&mut config.network, engine.config.network);
            if engine.config == config {
                let before = engine.generation();
                let opened = self.attach(&engine);
                if let (true, Some(network)) = (engine.generation() != before, network) {
                    // Until the app's source has spoken, this is the app's word on it.
                    engine.tell(Command::SetNetwork { network });
                }
                return Ok(opened);
            }
            // Another schema or backend: what waits is committed, then the file opens anew.
            engine.close();
            engine.wait_until_closed();
            registry.remove(&engine);
        }
        let id = Registry::next_id();
        let session =
            Session::new(id, FIRST_GENERATION, Arc::clone(&self.wake), Arc::clone(&self.hold));
        let engine = Engine::open(id, path, config, Arc::clone(&session))?;
        registry.insert(&engine);
        let answer = opened(&engine, FIRST_GENERATION);
        self.attached().insert(id, Attached { engine, session });
        Ok(answer)
    }

    /// A synchronous read: takes a `Query`, answers what it says.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT`, `CLOSED`, `SUSPENDED`, `TOO_EXPENSIVE`, `CORRUPT`.
    pub fn query(&self, engine: u32, request: &str) -> Result<String, WaistError> {
        let Attached { engine, session } = self.find(engine)?;
        let query: Query = serde_json::from_str(request)?;
        engine.query(&query, &session)
    }

    /// Takes a `Window`, answers a `Watched`: its rows now, and a watch on them.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub fn watch(&self, engine: u32, request: &str) -> Result<String, WaistError> {
        let Attached { engine, session } = self.find(engine)?;
        let window: Window = serde_json::from_str(request)?;
        engine.watch(&window, &session)
    }

    /// Releases a watch. One that is not there is no error.
    pub fn unwatch(&self, engine: u32, watch: u32) {
        if let Ok(Attached { engine, .. }) = self.find(engine) {
            engine.unwatch(watch);
        }
    }

    /// Hands over a `Command`. `completion` gets its answer, on any thread, once it is
    /// durable; it is dropped unanswered when this runtime is gone by then.
    pub fn execute(&self, engine: u32, command: &str, completion: Completion) {
        let attached = self.find(engine);
        let parsed =
            attached.and_then(|attached| Ok((attached, serde_json::from_str::<Command>(command)?)));
        match parsed {
            Ok((Attached { engine, session }, command)) => {
                engine.execute(command, &session, completion)
            }
            Err(error) => completion(Err(error)),
        }
    }

    /// Answers a `Drained`: everything that happened since the last drain.
    ///
    /// # Errors
    /// `CLOSED` when this runtime has not opened such an engine.
    pub fn drain(&self, engine: u32) -> Result<String, WaistError> {
        let attached = self.attached();
        let session = &attached.get(&engine).ok_or_else(WaistError::closed)?.session;
        Ok(serde_json::to_string(&session.drain())?)
    }

    /// Runs an entry from JavaScript that concerns one engine. A panic becomes `INTERNAL`
    /// and closes that engine, and no other: what it holds in memory cannot be trusted.
    ///
    /// # Errors
    /// What the entry answers, or `INTERNAL`.
    pub fn guard<T>(
        &self,
        engine: u32,
        entry: impl FnOnce(&Self) -> Result<T, WaistError>,
    ) -> Result<T, WaistError> {
        let mut ended = false;
        let answer = guard(|| {
            let answer = entry(self);
            ended = true;
            answer
        });
        if !ended {
            let attached = self.attached().get(&engine).cloned();
            if let Some(Attached { engine, session }) = attached {
                engine.fail(panicked(), &session);
            }
        }
        answer
    }

    /// Stops an engine as a killed process would, and waits until its file is released.
    /// For tests: uncommitted work is gone, waiting commands are never answered.
    pub fn abandon(&self, engine: u32) {
        if let Some(Attached { engine, session }) = self.attached().remove(&engine) {
            session.end();
            engine.abandon();
            Registry::lock().remove(&engine);
        }
    }

    /// The JavaScript runtime ends. Waits for nobody; calls after it say `CLOSED`.
    pub fn end(&self) {
        for (_, Attached { engine, session }) in self.attached().drain() {
            session.end();
            engine.detach(session.generation);
        }
    }

    /// The same engine for the same runtime; for another runtime the next generation.
    fn attach(&self, engine: &Arc<Engine>) -> String {
        let mut attached = self.attached();
        let ours = attached.get(&engine.id).filter(|ours| ours.session.is_alive());
        if let Some(ours) = ours.filter(|ours| ours.session.generation == engine.generation()) {
            return opened(engine, ours.session.generation);
        }
        let (wake, hold) = (Arc::clone(&self.wake), Arc::clone(&self.hold));
        let session =
            engine.take_over(|generation| Session::new(engine.id, generation, wake, hold));
        if let Err(error) = engine.check_open() {
            // It closed while it was handed over, and may not have seen this session.
            session.push(Event::Closed { error });
        }
        let generation = session.generation;
        attached.insert(engine.id, Attached { engine: Arc::clone(engine), session });
        opened(engine, generation)
    }

    fn find(&self, engine: u32) -> Result<Attached, WaistError> {
        let attached = self.attached().get(&engine).cloned().ok_or_else(WaistError::closed)?;
        if attached.session.generation != attached.engine.generation() {
            return Err(WaistError::closed());
        }
        attached.engine.check_open()?;
        Ok(attached)
    }

    fn attached(&self) -> MutexGuard<'_, HashMap<u32, Attached>> {
        self.attached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.end();
    }
}

fn opened(engine: &Engine, generation: u32) -> String {
    let opened = Opened { engine: engine.id, generation, state: engine.state() };
    serde_json::to_string(&opened).expect("plain numbers become JSON")
}
