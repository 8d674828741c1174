//! The thread that owns the actor: opens the writer, waits for inputs and timers,
//! hands requests to the network, and closes the file in the right order.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mailboat_core::Timestamp;
use mailboat_store::{Opening, StoreError, Writer, WriterOpening};

use crate::actor::{Actor, Chance, Input, Parts};
use crate::alarm::Alarm;
use crate::call::Call;
use crate::engine::Shared;
use crate::guard::panicked;
use crate::network::Network;
use crate::platform::Following;
use crate::session::Session;
use crate::waist::{Config, Event, WaistError};

/// Inputs that one turn takes: the size of a group commit.
const MAX_TURN_INPUTS: usize = 1_000;
/// The actor looks at the clock at least this often, in milliseconds: a clock that
/// steps, or a device that slept, must not leave a timer far in the future.
const MAX_SLEEP_MS: u64 = 30_000;
/// The actor counts as idle after this many milliseconds without an input.
const IDLE_AFTER_MS: u64 = 200;

/// Milliseconds since the Unix epoch, now. The only clock that decisions see.
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// The thread that owns the actor.
pub(crate) struct ActorThread {
    pub inputs: Receiver<Input>,
    pub shared: Arc<Shared>,
    pub session: Arc<Session>,
    pub config: Config,
    /// The engine hears what the platform says for as long as this thread has it.
    pub platform: Following,
    pub network: Option<Network>,
}

impl ActorThread {
    /// Makes the file readable on the JavaScript thread: the first frame has its rows.
    pub fn read(&self, opening: Opening) -> Result<WriterOpening, WaistError> {
        let (reader, writer) = opening.read()?;
        self.shared.set_reader(Some(reader));
        self.shared.ready.store(true, Ordering::Release);
        Ok(writer)
    }

    /// Runs on a thread of its own. However that ends, the engine is closed afterwards:
    /// else whoever waits for it would wait for ever.
    pub fn spawn(self, run: impl FnOnce(Self) + Send + 'static) {
        let (shared, session) = (Arc::clone(&self.shared), Arc::clone(&self.session));
        let run = move || {
            if catch_unwind(AssertUnwindSafe(|| run(self))).is_err() {
                shared.set_reader(None);
                shared.close(panicked());
                session.push(Event::Closed { error: panicked() });
            }
        };
        let spawned = thread::Builder::new().name("mailboat-writer".into()).spawn(run);
        spawned.expect("the system gives an app one more thread");
    }

    /// Migrates the file first, then goes on as usual.
    pub fn migrate(self, opening: Opening) {
        match self.read(opening) {
            Ok(writer) => {
                self.session.push(Event::Opened);
                self.write(writer);
            }
            Err(error) => self.refuse(error.clone(), Event::OpenFailed { error }),
        }
    }

    /// Opens the writer, and runs the actor on it.
    pub fn write(self, writer: WriterOpening) {
        match writer.write().and_then(|writer| self.actor(writer)) {
            Ok(actor) => self.run(actor),
            Err(error) => {
                let error = WaistError::from(error);
                self.shared.set_reader(None);
                self.refuse(error.clone(), Event::Closed { error });
            }
        }
    }

    fn actor(&self, writer: Writer) -> Result<Actor, StoreError> {
        let (session, shared) = (Arc::clone(&self.session), Arc::clone(&self.shared));
        let parts = Parts::new(
            &self.config,
            self.platform.words,
            writer,
            session,
            shared,
            Chance::from_os(),
        );
        Actor::new(parts, now())
    }

    /// The file cannot be used: tells the runtime, one that came meanwhile, and every
    /// command that waits.
    fn refuse(self, error: WaistError, event: Event) {
        self.shared.close(error.clone());
        self.session.push(event);
        for input in self.inputs.try_iter() {
            match input {
                Input::Command { call, .. } | Input::SyncUntil { call, .. } => {
                    call.answer(Err(error.clone()));
                }
                Input::Takeover(session) => {
                    session.push(Event::OpenFailed { error: error.clone() })
                }
                _ => {}
            }
        }
    }

    /// Runs the actor until it is closed. A panic closes this engine and no other.
    fn run(mut self, mut actor: Actor) {
        let ended = catch_unwind(AssertUnwindSafe(|| self.turn_until_closed(&mut actor)));
        // The reader goes first: the last connection to close tidies the log away.
        self.shared.set_reader(None);
        drop(actor);
        let (error, calls) = match ended {
            Ok(calls) => (self.shared.failure().unwrap_or_else(WaistError::closed), calls),
            Err(_) => (panicked(), Vec::new()),
        };
        self.shared.close(error.clone());
        // Who asked for it hears by the answer; a runtime that took over meanwhile hears by
        // the event.
        if !calls.iter().any(|call| call.is_of(&self.session)) {
            self.session.push(Event::Closed { error: error.clone() });
        }
        self.finish(error, calls);
    }

    fn turn_until_closed(&mut self, actor: &mut Actor) -> Vec<Call> {
        let mut alarm = Alarm::new(Some(now()), now());
        let mut idle_since_turn = false;
        loop {
            let Some(inputs) = self.wait(alarm, idle_since_turn) else { return Vec::new() };
            if self.shared.abandoned.load(Ordering::Acquire) {
                forget(inputs);
                return Vec::new();
            }
            if inputs.is_empty() && !alarm.is_due(now()) {
                actor.idle();
                idle_since_turn = true;
                continue;
            }
            idle_since_turn = false;
            self.follow_takeover(&inputs);
            let now = now();
            let turn = actor.turn(inputs, now);
            alarm = Alarm::new(turn.wake_at, now);
            if let Some(network) = &mut self.network {
                turn.effects.into_iter().for_each(|effect| network.carry_out(effect));
            }
            if !turn.close.is_empty() {
                return turn.close;
            }
        }
    }

    /// Waits for inputs or the time to wake, and takes all that wait. `None`: nobody can send any more.
    fn wait(&self, alarm: Alarm, idle: bool) -> Option<Vec<Input>> {
        let until_wake_ms = alarm.at().map_or(MAX_SLEEP_MS, |at| at.since_ms(now()));
        let longest_ms = if idle { MAX_SLEEP_MS } else { IDLE_AFTER_MS };
        let mut inputs = Vec::new();
        match self.inputs.recv_timeout(Duration::from_millis(until_wake_ms.min(longest_ms))) {
            Ok(input) => inputs.push(input),
            Err(RecvTimeoutError::Timeout) => return Some(inputs),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        inputs.extend(self.inputs.try_iter().take(MAX_TURN_INPUTS - 1));
        Some(inputs)
    }

    fn follow_takeover(&mut self, inputs: &[Input]) {
        for input in inputs {
            if let Input::Takeover(session) = input {
                self.session = Arc::clone(session);
            }
        }
    }

    /// Tells who waits for the end that the file is released.
    fn finish(self, error: WaistError, calls: Vec<Call>) {
        for call in calls {
            call.answer(Ok("null".into()));
        }
        if self.shared.abandoned.load(Ordering::Acquire) {
            forget(self.inputs.try_iter());
            return;
        }
        // A runtime that came too late. Commands that did answer CLOSED as they are dropped.
        for input in self.inputs.try_iter() {
            if let Input::Takeover(session) = input {
                session.push(Event::Closed { error: error.clone() });
            }
        }
    }
}

fn forget(inputs: impl IntoIterator<Item = Input>) {
    for input in inputs {
        if let Input::Command { call, .. } = input {
            call.forget();
        }
    }
}
