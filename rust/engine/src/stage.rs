//! An engine whose turns the host takes itself: no thread, no clock, no socket.
//!
//! The simulator's way in. It is the same actor on the same store with the same
//! codecs as behind [`Runtime`](crate::Runtime); but the host says what time it is,
//! seeds the dice, carries requests however it likes, and sees a turn's requests
//! before any of them leaves.

use std::collections::BTreeMap;
use std::mem;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use mailboat_backends::rest::{HttpAnswer, HttpRequest, RestCodec};
use mailboat_core::{BackendFailure, Sample, Timestamp};
use mailboat_store::{Opening, READ_BUDGET_STEPS, Reader, Snapshot, Window};

use crate::actor::{Actor, Chance, Effect, Input, Parts};
use crate::alarm::Alarm;
use crate::call::Call;
use crate::engine::{Shared, answer_query, checked, first_network};
use crate::exchange::{Authorized, Expected, Job, hint_event, hints_started};
use crate::platform::Words;
use crate::session::Session;
use crate::waist::{Command, Config, Event, Query, WaistError, Watched};

/// The number of the only engine on a stage.
const ENGINE: u32 = 1;
/// The generation of its only runtime.
const GENERATION: u32 = 1;

/// One open file. Dropping it is as good as killing the app between two turns: what
/// was committed stays, what waits is never answered.
pub struct Stage {
    // Closed in this order: the last connection to close tidies the log away.
    reader: Reader,
    actor: Actor,
    session: Arc<Session>,
    shared: Arc<Shared>,
    codec: Option<RestCodec>,
    inputs: Vec<Input>,
    answers: Arc<Mutex<Vec<Answered>>>,
    expected: BTreeMap<u64, Expected>,
    next_ticket: u64,
    next_watch: u32,
    alarm: Alarm,
}

/// What came of a command.
pub type Answered = (u64, Result<String, WaistError>);

/// What came of a turn.
pub struct Turned {
    /// What to do on the network, in order.
    pub requests: Vec<Request>,
    /// What JavaScript would be told, in order.
    pub events: Vec<Event>,
    /// Commands that are answered, by the number they were given with.
    pub answers: Vec<Answered>,
    /// Whether a command asks the engine to close: it is to be dropped now.
    pub closing: bool,
}

/// Something to do on the network.
pub enum Request {
    /// Make it, and pass what comes to [`Stage::answer`].
    Ask {
        /// Names it in the answer.
        ticket: u64,
        /// The request.
        request: HttpRequest,
        /// The header `Authorization`.
        authorization: Option<String>,
    },
    /// Open the live connection; what comes of it goes to [`Stage::hints_answer`],
    /// [`Stage::hint`] and [`Stage::hints_end`]. An open one is dropped without a word.
    Listen {
        /// The request.
        request: HttpRequest,
        /// The header `Authorization`.
        authorization: Option<String>,
    },
    /// Drop the live connection without a word.
    HangUp,
}

impl Stage {
    /// Opens the file that `config` names, as if at `now`; migrates it where it must.
    /// Every random draw comes from `seed`.
    ///
    /// # Errors
    /// As [`Runtime::open`](crate::Runtime::open).
    pub fn open(config: &Config, seed: u64, now: Timestamp) -> Result<Self, WaistError> {
        Self::open_on(None, config, seed, now)
    }

    /// The same on a virtual file system that SQLite knows by this name.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_on(
        vfs: Option<&'static str>,
        config: &Config,
        seed: u64,
        now: Timestamp,
    ) -> Result<Self, WaistError> {
        let codec = checked(config)?;
        let opening = Opening::begin_on(vfs, Path::new(&config.path), &config.schema)?;
        let (reader, opening) = opening.read()?;
        let writer = opening.write()?;
        let session = Session::new(ENGINE, GENERATION, Arc::new(|_| {}), Arc::new(|_| {}));
        // The host speaks for the platform, by commands.
        let words = Words::default();
        let shared = Arc::new(Shared::new(first_network(config, words)));
        let (told, kept) = (Arc::clone(&session), Arc::clone(&shared));
        let parts = Parts::new(config, words, writer, told, kept, Chance::from_seed(seed));
        let actor = Actor::new(parts, now)?;
        Ok(Self {
            reader,
            actor,
            session,
            shared,
            codec,
            inputs: Vec::new(),
            answers: Arc::default(),
            expected: BTreeMap::new(),
            next_ticket: 1,
            next_watch: 1,
            alarm: Alarm::new(Some(now), now),
        })
    }

    /// Has a command wait for the next turn. Its answer carries `number`.
    pub fn execute(&mut self, number: u64, command: Command) {
        let answers = Arc::clone(&self.answers);
        let completion = move |answer| {
            answers.lock().unwrap_or_else(PoisonError::into_inner).push((number, answer));
        };
        let call = Call::new(Arc::clone(&self.session), Box::new(completion));
        self.inputs.push(Input::Command { command: Box::new(command), call });
    }

    /// A synchronous read.
    ///
    /// # Errors
    /// As [`Runtime::query`](crate::Runtime::query).
    pub fn query(&self, query: &Query) -> Result<String, WaistError> {
        let answer = |reads: mailboat_store::Reads<'_>| {
            answer_query(&reads, query, &self.shared, &self.session)
        };
        Ok(self.reader.read(READ_BUDGET_STEPS, answer)?)
    }

    /// A synchronous read of a window.
    ///
    /// # Errors
    /// As [`Runtime::query`](crate::Runtime::query).
    pub fn snapshot(&self, window: &Window) -> Result<Snapshot, WaistError> {
        Ok(self.reader.read(READ_BUDGET_STEPS, |reads| reads.snapshot(window))?)
    }

    /// Reads a window and watches it from the next turn on.
    ///
    /// # Errors
    /// As [`Runtime::watch`](crate::Runtime::watch).
    pub fn watch(&mut self, window: &Window) -> Result<Watched, WaistError> {
        let (watched, snapshot) =
            self.reader.read(READ_BUDGET_STEPS, |reads| reads.watch(window))?;
        let id = self.next_watch;
        self.next_watch += 1;
        self.inputs.push(Input::Watch { id, generation: GENERATION, watched });
        Ok(Watched { watch: id, snapshot })
    }

    /// Releases a watch with the next turn.
    pub fn unwatch(&mut self, watch: u32) {
        self.inputs.push(Input::Unwatch { id: watch });
    }

    /// What came of the request `ticket`, and how the network showed itself in it. One
    /// that is not known is ignored.
    pub fn answer(
        &mut self,
        ticket: u64,
        answer: Result<HttpAnswer<'_>, BackendFailure>,
        sample: Sample,
    ) {
        if let Some(expected) = self.expected.remove(&ticket) {
            self.inputs.push(Input::Measured(sample, Box::new(expected.read(answer))));
        }
    }

    /// The head of the answer to a live connection's request; `None` when there is none.
    /// Answers whether events may follow.
    pub fn hints_answer(&mut self, head: Option<HttpAnswer<'_>>) -> bool {
        let started = head.and_then(hints_started);
        let follows = started.is_some();
        self.inputs.push(started.unwrap_or(Input::HintsClosed));
        follows
    }

    /// An event of the live connection.
    pub fn hint(&mut self, name: &str) {
        self.inputs.extend(hint_event(name));
    }

    /// The live connection is gone.
    pub fn hints_end(&mut self) {
        self.inputs.push(Input::HintsClosed);
    }

    /// Whether to take a turn at `now`: something waits, or it is time.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        !self.inputs.is_empty() || self.alarm.is_due(now)
    }

    /// When a turn is due though nothing comes; `None` for never.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.alarm.at()
    }

    /// Requests that wait for their answer.
    #[must_use]
    pub fn requests_in_flight(&self) -> usize {
        self.expected.len()
    }

    /// Works on all that waits, as if at `now`.
    pub fn turn(&mut self, now: Timestamp) -> Turned {
        let turn = self.actor.turn(mem::take(&mut self.inputs), now);
        self.alarm = Alarm::new(turn.wake_at, now);
        let requests = turn.effects.into_iter().filter_map(|effect| self.request(effect)).collect();
        let closing = !turn.close.is_empty();
        turn.close.into_iter().for_each(Call::forget);
        let answers = mem::take(&mut *self.answers.lock().unwrap_or_else(PoisonError::into_inner));
        Turned { requests, events: self.session.drain().events, answers, closing }
    }

    /// Uses a moment when nothing else is to do.
    pub fn idle(&mut self) {
        self.actor.idle();
    }

    fn request(&mut self, effect: Effect) -> Option<Request> {
        Some(match Job::of(effect, self.codec.as_ref()?) {
            Job::Ask { request, expected } => {
                let ticket = self.next_ticket;
                self.next_ticket += 1;
                self.expected.insert(ticket, expected);
                let authorization = request.authorization();
                let Authorized { request, .. } = request;
                Request::Ask { ticket, request, authorization }
            }
            Job::Listen { request } => {
                let authorization = request.authorization();
                let Authorized { request, .. } = request;
                Request::Listen { request, authorization }
            }
            Job::HangUp => Request::HangUp,
        })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Whoever still waits is not told: nobody is left to hear it.
        self.session.end();
    }
}
