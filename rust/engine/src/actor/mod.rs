//! The actor: the only writer, and the only place where anything is decided.
//!
//! [`Actor::turn`] takes everything that waits, commits the commands in one group,
//! tells the watches, gives the answers, and then asks the core what to send. It
//! reads no clock and opens no socket: time and chance are arguments, requests go
//! out as [`Effect`]s and come back as [`Input`]s. So the simulator can call it.

mod chance;
mod hints;
mod merges;
mod older;
mod pull;
mod push;
mod questions;
mod status;
mod sync;
mod token;
mod watches;
mod writes;

use std::sync::Arc;

use mailboat_backends::rest::wire::{OlderPage, PullPage, PushEntry};
use mailboat_backends::rest::{Settled, refusal};
use mailboat_core::{
    BackendFailure, BackendState, EntryId, Environment, LowWaiting, Network, Plan, Policy,
    PullTrigger, Timestamp, View, after_failure, after_network, plan,
};
use mailboat_store::{Changes, Durability, StoreError, WatchedWindow, Writer};

pub(crate) use chance::Chance;
use hints::Hints;
use merges::Merges;
use older::{Older, OlderCall};
use pull::Pull;
use push::Push;
use questions::Questions;
use sync::SyncCalls;
use token::Token;
use watches::Watches;
use writes::Write;

use crate::call::Call;
use crate::engine::Shared;
use crate::session::Session;
use crate::waist::{Answer, Command, ErrorCode, Event, Query, WaistError};

/// Something for the actor to work on.
pub(crate) enum Input {
    /// A call of `execute`.
    Command { command: Box<Command>, call: Call },
    /// A window that JavaScript has read and wants to hear of.
    Watch { id: u32, generation: u32, watched: WatchedWindow },
    /// A watch that JavaScript has released.
    Unwatch { id: u32 },
    /// Another JavaScript runtime has the engine now.
    Takeover(Arc<Session>),
    /// The JavaScript runtime is gone.
    Detach { generation: u32 },
    /// A batch was answered.
    Pushed(Result<Vec<Settled>, BackendFailure>),
    /// A page was answered.
    Pulled(Result<PullPage, BackendFailure>),
    /// A page of history was answered.
    OlderPulled(Result<OlderPage, BackendFailure>),
    /// The live connection stands.
    HintsOpened,
    /// The backend says that there is something.
    Hint,
    /// The live connection is gone.
    HintsClosed,
}

/// Something for the shell to do.
pub(crate) enum Effect {
    /// Send a batch; answer with [`Input::Pushed`].
    Push { entries: Vec<PushEntry>, token: Option<String> },
    /// Fetch a page; answer with [`Input::Pulled`].
    Pull { cursor: Option<String>, limit: u32, token: Option<String> },
    /// Fetch a page of history; answer with [`Input::OlderPulled`].
    Older {
        collection: String,
        lane: String,
        before: Option<u64>,
        limit: u32,
        token: Option<String>,
    },
    /// Open the live connection.
    OpenHints { token: Option<String> },
    /// Close the live connection.
    CloseHints,
}

/// What came of a turn.
#[derive(Default)]
pub(crate) struct Turn {
    pub effects: Vec<Effect>,
    /// When to take a turn even if nothing happens.
    pub wake_at: Option<Timestamp>,
    /// The engine is to close, and these calls wait for it.
    pub close: Vec<Call>,
}

/// How mutations reach the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// There is no backend: mutations stay in the outbox.
    None,
    /// The engine speaks HTTP itself.
    Rest,
    /// JavaScript is asked.
    JavaScript,
}

/// The state of one engine, owned by one thread.
pub(crate) struct Actor {
    writer: Writer,
    session: Arc<Session>,
    shared: Arc<Shared>,
    policy: Policy,
    durability: Durability,
    route: Route,
    chance: Chance,
    environment: Environment,
    backend: BackendState,
    last_error: Option<WaistError>,
    next_attempt_at: Option<Timestamp>,
    token: Token,
    questions: Questions,
    push: Push,
    pull: Pull,
    older: Older,
    hints: Hints,
    merges: Merges,
    sync: SyncCalls,
    watches: Watches,
    turn: Turn,
    changes: Vec<Changes>,
    answers: Vec<(Call, Result<String, WaistError>)>,
}

/// What an actor is made of.
pub(crate) struct Parts {
    pub writer: Writer,
    pub session: Arc<Session>,
    pub shared: Arc<Shared>,
    pub policy: Policy,
    pub durability: Durability,
    pub route: Route,
    pub chance: Chance,
}

impl Actor {
    /// Starts from what the file holds; the first pull is asked for.
    pub fn new(parts: Parts) -> Result<Self, StoreError> {
        let Parts { writer, session, shared, policy, durability, route, chance } = parts;
        let pull = Pull::new(writer.reads().last_synced_at()?);
        let mut actor = Self {
            writer,
            session,
            shared,
            policy,
            durability,
            route,
            chance,
            environment: Environment { network: Network::Unknown, app_state: Default::default() },
            backend: BackendState::default(),
            last_error: None,
            next_attempt_at: None,
            token: Token::Unknown,
            questions: Questions::default(),
            push: Push::default(),
            pull,
            older: Older::default(),
            hints: Hints::default(),
            merges: Merges::default(),
            sync: SyncCalls::default(),
            watches: Watches::default(),
            turn: Turn::default(),
            changes: Vec::new(),
            answers: Vec::new(),
        };
        actor.publish_status();
        Ok(actor)
    }

    /// Works on everything that waits: commits, tells and answers; then plans what to send.
    pub fn turn(&mut self, inputs: Vec<Input>, now: Timestamp) -> Turn {
        self.expire_questions(now);
        let mut writes: Vec<(Write, Call)> = Vec::new();
        for input in inputs {
            match input {
                Input::Command { command, call } => {
                    match Write::of(*command, &mut self.chance, now) {
                        Ok(write) => writes.push((write, call)),
                        Err(other) => {
                            self.commit_writes(std::mem::take(&mut writes), now);
                            self.command(other, call, now);
                        }
                    }
                }
                other => {
                    self.commit_writes(std::mem::take(&mut writes), now);
                    self.input(other, now);
                }
            }
        }
        self.commit_writes(writes, now);
        // Answered first: a write that is stored does not wait until it is sent.
        self.report();
        let wake_at = self.drive(now);
        self.report();
        Turn { wake_at, ..std::mem::take(&mut self.turn) }
    }

    /// Tells JavaScript what changed: patches, status, answers, in this order.
    fn report(&mut self) {
        let _together = self.session.hold();
        self.tell_watches();
        self.publish_status();
        for (call, answer) in self.answers.drain(..) {
            call.answer(answer);
        }
    }

    /// Uses a moment when nothing else is to do.
    pub fn idle(&mut self) {
        if let Err(error) = self.writer.checkpoint_when_idle() {
            tracing::warn!(%error, "the write-ahead log could not be copied");
        }
    }

    fn input(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::Command { .. } => unreachable!("commands are sorted out by turn()"),
            Input::Watch { id, generation, watched } => self.add_watch(id, generation, watched),
            Input::Unwatch { id } => self.remove_watch(id),
            Input::Takeover(session) => self.take_over(session, now),
            Input::Detach { generation } if generation == self.session.generation => {
                self.detach(now)
            }
            Input::Detach { .. } => {}
            Input::Pushed(result) => self.pushed(result, now),
            Input::Pulled(result) => self.pulled(result, now),
            Input::OlderPulled(result) => self.older_pulled(result, now),
            Input::HintsOpened => self.hints.opened(),
            Input::Hint => self.pull.ask(PullTrigger::Hint),
            Input::HintsClosed => self.hints_closed(now),
        }
    }

    fn command(&mut self, command: Command, call: Call, now: Timestamp) {
        match command {
            Command::Sync => self.sync_now(call),
            Command::LoadOlder { collection, lane, limit } => {
                self.load_older(OlderCall { collection, lane, limit, call });
            }
            Command::Query { query } => {
                let answer = self.query(&query);
                self.answers.push((call, answer));
            }
            Command::SetNetwork { network } => {
                self.set_network(network, now);
                self.answer_null(call);
            }
            Command::SetAppState { state } => {
                self.set_app_state(state);
                self.answer_null(call);
            }
            Command::Answer { question, answer } => {
                self.answer_question(question, answer, now);
                self.answer_null(call);
            }
            Command::Close => self.turn.close.push(call),
            Command::Create { .. }
            | Command::Update { .. }
            | Command::Delete { .. }
            | Command::Retry { .. }
            | Command::Discard { .. } => unreachable!("writes are sorted out by turn()"),
        }
    }

    fn answer_null(&mut self, call: Call) {
        self.answers.push((call, Ok("null".into())));
    }

    fn query(&self, query: &Query) -> Result<String, WaistError> {
        Ok(crate::engine::answer_query(&self.writer.reads(), query, &self.shared, &self.session)?)
    }

    /// Asks the core what to do, does it, and answers when to look again.
    fn drive(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.route == Route::None || !self.turn.close.is_empty() {
            return None;
        }
        if let Err(error) = self.ask_about_conflicts(now) {
            return self.storage_failed(&error, now);
        }
        let view = match self.view(now) {
            Ok(view) => view,
            Err(error) => return self.storage_failed(&error, now),
        };
        let mut plan = plan(&view, self.environment, now, &self.policy);
        let idle = plan.push.is_empty() && !self.push.is_in_flight();
        let wants_backend = !plan.push.is_empty() || plan.pull.is_some() || self.older.waits();
        if wants_backend && self.has_token(now) {
            self.carry_out(std::mem::take(&mut plan.push), plan.pull, now);
        }
        self.sync.finish_if(idle && self.pull.is_quiet(), &mut self.answers);
        let hints_at = self.drive_hints(now);
        self.next_attempt_at = self.next_attempt(&plan);
        [plan.wake_at(), self.questions.next_deadline(), hints_at].into_iter().flatten().min()
    }

    /// When something will be tried by itself that a person may be waiting for. The
    /// next pull by interval is nothing to wait for, unless the backend is failing.
    fn next_attempt(&self, plan: &Plan) -> Option<Timestamp> {
        if self.push.is_in_flight() {
            return None;
        }
        plan.push_at.or(plan.pull_at.filter(|_| self.backend.failures > 0))
    }

    fn view(&mut self, now: Timestamp) -> Result<View, StoreError> {
        let push_in_flight = self.push.is_in_flight();
        let due = if push_in_flight {
            mailboat_store::Due::default()
        } else {
            self.writer.due(now, self.policy.batch_entries)?
        };
        if due.candidates.is_empty() && self.push.take_drained() && !push_in_flight {
            self.pull.ask(PullTrigger::AfterPush);
        }
        Ok(View {
            candidates: due.candidates,
            next_due: due.next_due,
            low: LowWaiting::default(),
            push_in_flight,
            pull: self.pull.view(),
            backend: self.backend,
        })
    }

    fn carry_out(&mut self, batch: Vec<EntryId>, trigger: Option<PullTrigger>, now: Timestamp) {
        if !batch.is_empty() {
            self.start_push(&batch, now);
        }
        if trigger.is_some() {
            self.start_pull(now);
        }
        self.start_older(now);
    }

    /// A whole request came to nothing.
    fn backend_failed(&mut self, failure: &BackendFailure, now: Timestamp) {
        tracing::info!(?failure, "a request came to nothing");
        self.last_error = Some(WaistError::of_backend(failure));
        if *failure == BackendFailure::Unauthorized {
            self.token_refused(now);
        } else {
            self.back_off(failure, now);
        }
    }

    fn back_off(&mut self, failure: &BackendFailure, now: Timestamp) {
        let jitter = self.chance.jitter();
        let network = self.environment.network;
        self.backend = after_failure(self.backend, failure, network, now, jitter, &self.policy);
    }

    /// The backend answered as the contract says.
    fn backend_succeeded(&mut self) {
        self.backend = BackendState::answered();
        self.last_error = None;
    }

    /// The disk failed under the scheduler. What was to be stored is fetched or sent
    /// again, after the backoff of a failed request: a hot loop would not help the disk.
    fn storage_failed(&mut self, error: &StoreError, now: Timestamp) -> Option<Timestamp> {
        tracing::error!(%error, "the store failed under the scheduler");
        self.back_off(&BackendFailure::Transport, now);
        self.last_error = Some(error.clone().into());
        self.next_attempt_at = self.backend.not_before;
        self.backend.not_before
    }

    fn set_network(&mut self, network: Network, now: Timestamp) {
        let before = std::mem::replace(&mut self.environment.network, network);
        if before == network {
            return;
        }
        self.backend = after_network(self.backend, network, now, &self.policy);
        self.hints.network_changed();
        if network == Network::Online {
            self.pull.ask(PullTrigger::NetworkEdge);
        }
    }

    fn set_app_state(&mut self, state: mailboat_core::AppState) {
        let before = std::mem::replace(&mut self.environment.app_state, state);
        if before != state && state == mailboat_core::AppState::Foreground {
            self.pull.ask(PullTrigger::Foreground);
        }
    }

    fn take_over(&mut self, session: Arc<Session>, now: Timestamp) {
        // The first runtime may live on, in another worker thread: it is told.
        let sentence = "Another JavaScript runtime has opened this file. Use it there.";
        self.tell(Event::Closed { error: WaistError::new(ErrorCode::Closed, sentence) });
        self.detach(now);
        self.session = session;
        // It may have come while the file was being migrated.
        self.tell(Event::Opened);
        self.shared.forget_status();
    }

    /// The runtime is gone: nobody answers its questions, nobody sees its watches.
    fn detach(&mut self, now: Timestamp) {
        self.session.end();
        self.clear_watches();
        self.fail_questions(now);
    }

    fn tell(&self, event: Event) {
        self.session.push(event);
    }
}

/// What an answer to a question of another kind means: the backend did not answer.
fn mismatched(answer: &Answer) -> BackendFailure {
    match answer {
        Answer::Failed { status: Some(410), .. } => BackendFailure::CursorExpired,
        Answer::Failed { status: Some(status), retry_after_ms } => {
            refusal(*status, *retry_after_ms)
        }
        Answer::Failed { status: None, .. } => BackendFailure::Transport,
        _ => BackendFailure::Unreadable,
    }
}
