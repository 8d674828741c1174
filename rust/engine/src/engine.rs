//! One open file as the JavaScript thread sees it: its reader, the way to its actor,
//! and what both share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use mailboat_backends::rest::RestCodec;
use mailboat_store::{
    Opening, READ_BUDGET_STEPS, Reader, Reads, StoreError, WatchedWindow, Window,
};

use crate::actor::Input;
use crate::actor_thread::ActorThread;
use crate::call::{Call, Completion};
use crate::network::Network;
use crate::platform::{self, Words};
use crate::session::Session;
use crate::waist::{
    BackendConfig, Command, Config, Counters, ErrorCode, Event, InitialSyncState,
    InitialSyncStatus, OpenState, Query, SyncEnd, SyncStatus, WaistError, Watched,
};

/// Commands that may wait for their answer at once.
const MAX_COMMANDS_IN_FLIGHT: u32 = 65_536;

/// The generation of who opened the file.
pub(crate) const FIRST_GENERATION: u32 = 1;

/// An open file.
pub(crate) struct Engine {
    /// Names the engine for JavaScript.
    pub id: u32,
    /// The file, canonical.
    pub path: PathBuf,
    /// What it was opened with.
    pub config: Config,
    is_native: bool,
    inbox: Sender<Input>,
    shared: Arc<Shared>,
    next_watch: AtomicU32,
    generation: AtomicU32,
}

/// What the actor's thread and the JavaScript thread both see.
pub(crate) struct Shared {
    reader: RwLock<Option<Reader>>,
    pub ready: AtomicBool,
    /// What is taken for the network until the actor has said something.
    first_network: mailboat_core::Network,
    status: Mutex<Option<SyncStatus>>,
    watches: AtomicU32,
    questions: AtomicU32,
    pub abandoned: AtomicBool,
    /// Somebody has asked for it.
    is_closing: AtomicBool,
    /// Why the engine closes, when it does not do so because it was asked to.
    failed: OnceLock<WaistError>,
    /// Why the engine is closed, once it is.
    closed: Mutex<Option<WaistError>>,
    closing: Condvar,
}

impl Engine {
    /// Opens the file and starts the actor. A file that needs a migration is opened
    /// on the actor's thread, and the event `opened` follows.
    pub fn open(
        id: u32,
        path: PathBuf,
        config: Config,
        session: Arc<Session>,
    ) -> Result<Arc<Self>, WaistError> {
        let codec = checked(&config)?;
        let opening = Opening::begin(&path, &config.schema)?;
        let (inbox, inputs) = channel();
        let platform = platform::follow(id, &inbox);
        let shared = Arc::new(Shared::new(first_network(&config, platform.words)));
        let is_native = session.is_native();
        let thread = ActorThread {
            inputs,
            shared: Arc::clone(&shared),
            session,
            config: config.clone(),
            platform,
            network: codec.map(|codec| Network::new(codec, config.policy, inbox.clone())),
        };
        let engine = Arc::new(Self {
            id,
            path,
            config,
            is_native,
            inbox,
            shared,
            next_watch: AtomicU32::new(1),
            generation: AtomicU32::new(FIRST_GENERATION),
        });
        if opening.is_quick() {
            let writer = thread.read(opening)?;
            thread.spawn(move |thread| thread.write(writer));
        } else {
            thread.spawn(move |thread| thread.migrate(opening));
        }
        Ok(engine)
    }

    /// Whether the file has been migrated; it stays `Ready` while the engine closes.
    pub fn state(&self) -> OpenState {
        let ready = self.shared.ready.load(Ordering::Acquire);
        if ready { OpenState::Ready } else { OpenState::Opening }
    }

    /// Whether calls still work; the reason when they do not.
    pub fn check_open(&self) -> Result<(), WaistError> {
        if let Some(error) = self.shared.failure() {
            return Err(error);
        }
        self.shared.closed().as_ref().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Whether it closed for another reason than that somebody asked for it.
    pub fn has_failed(&self) -> bool {
        self.check_open().is_err_and(|error| error.code != ErrorCode::Closed)
    }

    /// Whether it is closed or on its way there: then the next runtime opens the file anew.
    pub fn ends(&self) -> bool {
        self.shared.is_closing.load(Ordering::Acquire) || self.check_open().is_err()
    }

    /// The generation of the runtime that has the engine.
    pub fn generation(&self) -> u32 {
        self.generation.load(Ordering::Acquire)
    }

    /// Hands the engine to another runtime, as a new generation.
    pub fn take_over(&self, session: impl FnOnce(u32) -> Arc<Session>) -> Arc<Session> {
        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
        let session = session(generation);
        self.send(Input::Takeover(Arc::clone(&session)));
        session
    }

    /// The runtime is gone.
    pub fn detach(&self, generation: u32) {
        self.send(Input::Detach { generation });
    }

    /// A synchronous read.
    pub fn query(&self, query: &Query, session: &Session) -> Result<String, WaistError> {
        match query {
            // Needs no file, so that it works while the file is being migrated.
            Query::Status => Ok(json(&self.status())),
            Query::Counters => Ok(json(&self.shared.counters(session))),
            query => self.read(|reads| answer_query(&reads, query, &self.shared, session)),
        }
    }

    /// How syncing goes; before the actor has said anything, what the config and the file
    /// say of it.
    fn status(&self) -> SyncStatus {
        let kept = self.shared.status();
        let first = || {
            self.read(|reads| first_status(&reads, &self.config, self.shared.first_network)).ok()
        };
        kept.or_else(first).unwrap_or_else(|| SyncStatus::unknown(self.shared.first_network))
    }

    /// Reads a window and watches it.
    pub fn watch(&self, window: &Window, session: &Session) -> Result<String, WaistError> {
        let (watched, snapshot): (WatchedWindow, _) = self.read(|reads| reads.watch(window))?;
        let id = self.next_watch.fetch_add(1, Ordering::Relaxed);
        // The actor reads the window once more when this reaches it, so a commit
        // between our read and its look is not missed.
        self.send(Input::Watch { id, generation: session.generation, watched });
        Ok(json(&Watched { watch: id, snapshot }))
    }

    /// Releases a watch.
    pub fn unwatch(&self, id: u32) {
        self.send(Input::Unwatch { id });
    }

    /// Hands a command to the actor.
    pub fn execute(&self, command: Command, session: &Arc<Session>, completion: Completion) {
        if session.commands_in_flight() >= MAX_COMMANDS_IN_FLIGHT {
            let sentence = format!(
                "{MAX_COMMANDS_IN_FLIGHT} commands wait already. Await some of them first."
            );
            completion(Err(WaistError::new(ErrorCode::Quota, sentence)));
            return;
        }
        if matches!(command, Command::Close) {
            self.shared.is_closing.store(true, Ordering::Release);
        }
        let call = Call::new(Arc::clone(session), completion);
        // When the actor is gone, the input is dropped and the call answers CLOSED.
        self.send(Input::Command { command: Box::new(command), call });
    }

    /// Has the engine commit what waits and close.
    pub fn close(&self) {
        self.tell(Command::Close);
    }

    /// A command whose answer nobody waits for.
    pub fn tell(&self, command: Command) {
        let nobody = Session::of_caller(self.id);
        self.execute(command, &nobody, Box::new(|_| {}));
    }

    /// Whether it was opened without JavaScript, and no runtime has come to it yet.
    pub fn is_alone(&self) -> bool {
        self.is_native && self.generation() == FIRST_GENERATION
    }

    /// Has the engine sync for at most this long, without JavaScript.
    pub fn sync_until(&self, budget_ms: u32, caller: &Arc<Session>, completion: Completion) {
        let call = Call::new(Arc::clone(caller), completion);
        self.send(Input::SyncUntil { budget_ms, call });
    }

    /// A caller's time is over: it is answered with what was achieved.
    pub fn end_sync(&self, caller: &Arc<Session>, ended: SyncEnd) {
        self.send(Input::EndSync { session: Arc::clone(caller), ended });
    }

    /// Closes the engine for a reason that its calls answer from now on, and tells the
    /// runtime. What waits is committed all the same.
    pub fn fail(&self, error: WaistError, session: &Session) {
        if self.shared.failed.set(error.clone()).is_ok() {
            session.push(Event::Closed { error });
            self.close();
        }
    }

    /// Waits until the file is released.
    pub fn wait_until_closed(&self) {
        self.shared.wait_until_closed();
    }

    /// The same, at the longest for this time; answers whether it is.
    pub fn is_closed_within(&self, time: Duration) -> bool {
        let closed = self.shared.closed();
        let wait = self.shared.closing.wait_timeout_while(closed, time, |closed| closed.is_none());
        wait.unwrap_or_else(PoisonError::into_inner).0.is_some()
    }

    /// Stops as a killed process would: what is not committed is gone, what waits is
    /// never answered. Waits until the file is released.
    pub fn abandon(&self) {
        self.shared.abandoned.store(true, Ordering::Release);
        self.send(Input::Detach { generation: self.generation() });
        self.shared.wait_until_closed();
    }

    fn read<T>(
        &self,
        read: impl FnOnce(Reads<'_>) -> Result<T, StoreError>,
    ) -> Result<T, WaistError> {
        self.check_open()?;
        let reader = self.shared.reader.read().unwrap_or_else(PoisonError::into_inner);
        let reader = reader.as_ref().ok_or_else(|| match self.state() {
            OpenState::Ready => WaistError::closed(),
            OpenState::Opening => WaistError::new(
                ErrorCode::Suspended,
                "The file is still being migrated. Wait for the event `opened`.",
            ),
        })?;
        Ok(reader.read(READ_BUDGET_STEPS, read)?)
    }

    fn send(&self, input: Input) {
        // The actor is gone only when the engine is closed, and then nothing is expected of it.
        let _ = self.inbox.send(input);
    }
}

impl Shared {
    /// Of a file that is being opened.
    pub fn new(first_network: mailboat_core::Network) -> Self {
        Self {
            reader: RwLock::new(None),
            ready: AtomicBool::new(false),
            first_network,
            status: Mutex::new(None),
            watches: AtomicU32::new(0),
            questions: AtomicU32::new(0),
            abandoned: AtomicBool::new(false),
            is_closing: AtomicBool::new(false),
            failed: OnceLock::new(),
            closed: Mutex::new(None),
            closing: Condvar::new(),
        }
    }

    /// Keeps the status; answers whether it is another than before.
    pub fn replace_status(&self, status: &SyncStatus) -> bool {
        let mut kept = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref() == Some(status) {
            return false;
        }
        *kept = Some(status.clone());
        true
    }

    /// Forgets the status, so that a new runtime is told.
    pub fn forget_status(&self) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub fn set_watches(&self, watches: u32) {
        self.watches.store(watches, Ordering::Release);
    }

    pub fn set_questions(&self, questions: u32) {
        self.questions.store(questions, Ordering::Release);
    }

    fn status(&self) -> Option<SyncStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn counters(&self, session: &Session) -> Counters {
        Counters {
            watches: self.watches.load(Ordering::Acquire),
            commands_in_flight: session.commands_in_flight(),
            questions: self.questions.load(Ordering::Acquire),
        }
    }

    /// Why the engine closes, when it does not do so because it was asked to.
    pub fn failure(&self) -> Option<WaistError> {
        self.failed.get().cloned()
    }

    /// The file is released. The first reason stays. Comes before whatever tells of it: who
    /// hears may call at once, and is to be told the same.
    pub fn close(&self, error: WaistError) {
        self.closed().get_or_insert(error);
        self.closing.notify_all();
    }

    fn closed(&self) -> MutexGuard<'_, Option<WaistError>> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until_closed(&self) {
        let mut closed = self.closed();
        while closed.is_none() {
            closed = self.closing.wait(closed).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub fn set_reader(&self, reader: Option<Reader>) {
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader;
    }
}

/// Answers a read; the asynchronous form of it comes here as well.
pub(crate) fn answer_query(
    reads: &Reads<'_>,
    query: &Query,
    shared: &Shared,
    session: &Session,
) -> Result<String, StoreError> {
    Ok(match query {
        Query::Window { window } => json(&reads.snapshot(window)?),
        Query::Record { collection, id } => json(&reads.record(collection, id)?),
        Query::Outbox { after, limit } => json(&reads.outbox(after.unwrap_or(0), *limit)?),
        Query::Conflicts { before, limit } => json(&reads.conflicts(*before, *limit)?),
        Query::Status => {
            json(&shared.status().unwrap_or_else(|| SyncStatus::unknown(shared.first_network)))
        }
        Query::Counters => json(&shared.counters(session)),
    })
}

/// What is taken for the network at first: the app's source or the platform, else nobody, has
/// said something.
pub(crate) fn first_network(config: &Config, platform: Words) -> mailboat_core::Network {
    config.network.or(platform.network).unwrap_or_default()
}

fn first_status(
    reads: &Reads<'_>,
    config: &Config,
    network: mailboat_core::Network,
) -> Result<SyncStatus, StoreError> {
    let counts = reads.counts()?;
    let initial = reads.initial_sync()?;
    let initial_sync = InitialSyncStatus::new(&initial, InitialSyncState::Waiting);
    Ok(SyncStatus {
        pending: counts.pending,
        failed: counts.failed,
        bytes: counts.bytes,
        last_synced_at: reads.last_synced_at()?.map(|at| at.0),
        initial_sync: initial_sync.filter(|_| config.backend.is_some()),
        ..SyncStatus::unknown(network)
    })
}

/// The JSON text of an answer.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("answers have string keys and finite numbers")
}

/// The codec of a REST backend, if the config names one. Refuses a config that cannot work.
pub(crate) fn checked(config: &Config) -> Result<Option<RestCodec>, WaistError> {
    let codec = rest_codec(config)?;
    match config.policy.flaw() {
        Some(flaw) => Err(WaistError::invalid(format!("{flaw}."))),
        None => Ok(codec),
    }
}

/// The codec of a REST backend, if the config names one that may be used.
fn rest_codec(config: &Config) -> Result<Option<RestCodec>, WaistError> {
    let Some(BackendConfig::Rest { base_url, allow_insecure }) = &config.backend else {
        return Ok(None);
    };
    let codec = RestCodec::new(base_url)
        .map_err(|error| WaistError::invalid(format!("baseUrl: {error}.")))?;
    if !allow_insecure && !is_secure(base_url) {
        return Err(WaistError::invalid(
            "baseUrl must begin with https://, unless it is this device's own. For development, set allowInsecure.",
        ));
    }
    Ok(Some(codec))
}

fn is_secure(base_url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(base_url) else { return false };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.scheme() == "https" || loopback
}
