//! The actor: the only writer, and the only place where anything is decided.
//!
//! [`Actor::turn`] takes everything that waits, commits the commands in one group,
//! tells the watches, gives the answers, and then asks the core what to send. It
//! reads no clock and opens no socket: time and chance are arguments, requests go
//! out as [`Effect`]s and come back as [`Input`]s. So the simulator can call it.

mod alarms;
mod arrived;
mod background;
mod chance;
mod drive;
mod gathering;
mod hints;
mod initial;
mod merges;
mod older;
mod progress;
mod pull;
mod push;
mod questions;
mod server_first;
mod status;
mod sync;
mod token;
mod watches;
mod weather;
mod why;
mod writes;

use std::sync::Arc;

use mailboat_backends::rest::wire::{OlderPage, PullPage, PushEntry};
use mailboat_backends::rest::{Settled, refusal};
use mailboat_core::{
    BackendFailure, BackendState, BatchSize, Environment, Observed, Policy, PullTrigger, Sample,
    StorageState, Suspects, Timestamp,
};
use mailboat_store::{
    Changes, Durability, InitialSyncing, Schema, StoreError, WatchedWindow, Writer,
};

use alarms::Alarms;
use background::Background;
pub(crate) use chance::Chance;
use hints::Hints;
use merges::Merges;
use older::{Older, OlderCall};
use progress::Progressing;
use pull::Pull;
use push::Push;
use questions::Questions;
use server_first::ServerFirst;
use sync::SyncCalls;
pub(crate) use sync::{MAX_BUDGET_MS, MIN_BUDGET_MS};
use token::Token;
use watches::Watches;
use writes::{Intake, Write};

use crate::call::Call;
use crate::engine::Shared;
use crate::platform::{Word, Words};
use crate::session::Session;
use crate::waist::{
    self, Answer, BackendConfig, Command, Config, ErrorCode, Event, Query, SyncEnd, WaistError,
};

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
    /// The platform around the app says something of the device.
    Platform(Word),
    /// Sync for this long, for a caller without JavaScript.
    SyncUntil { budget_ms: u32, call: Call },
    /// A caller's time is over.
    EndSync { session: Arc<Session>, ended: SyncEnd },
    /// A batch was answered.
    Pushed(Result<Vec<Settled>, BackendFailure>),
    /// A page was answered.
    Pulled(Result<PullPage, BackendFailure>),
    /// A page of history was answered.
    OlderPulled(Result<OlderPage, BackendFailure>),
    /// One of the three above, and how the network showed itself in it.
    Measured(Sample, Box<Input>),
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
    schema: Schema,
    policy: Policy,
    durability: Durability,
    route: Route,
    chance: Chance,
    /// As the app says it, or else the platform.
    environment: Environment,
    app: Words,
    platform: Words,
    backend: BackendState,
    storage: StorageState,
    observed: Observed,
    batch: BatchSize,
    suspects: Suspects,
    alarms: Alarms,
    progress: Progressing,
    initial: InitialSyncing,
    last_error: Option<WaistError>,
    next_attempt_at: Option<Timestamp>,
    token: Token,
    /// What a request that leaves now is sent under.
    sent: Sent,
    questions: Questions,
    push: Push,
    pull: Pull,
    older: Older,
    hints: Hints,
    merges: Merges,
    sync: SyncCalls,
    background: Option<Background>,
    server_first: ServerFirst,
    watches: Watches,
    turn: Turn,
    changes: Vec<Changes>,
    answers: Vec<(Call, Result<String, WaistError>)>,
}

/// Under which circumstances a request left: an answer that comes later may say nothing
/// of those that there are then.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Grows with each token, and with each refusal of one.
    token: u32,
    /// Grows with each change of the network.
    network: u32,
}

/// What an actor is made of.
pub(crate) struct Parts {
    pub writer: Writer,
    pub session: Arc<Session>,
    pub shared: Arc<Shared>,
    pub schema: Schema,
    pub policy: Policy,
    pub durability: Durability,
    pub route: Route,
    pub app: Words,
    pub platform: Words,
    pub background: Option<Background>,
    pub chance: Chance,
}

impl Parts {
    /// As `config` says, on a platform that has said this.
    pub fn new(
        config: &Config,
        platform: Words,
        writer: Writer,
        session: Arc<Session>,
        shared: Arc<Shared>,
        chance: Chance,
    ) -> Self {
        let durability = match config.durability {
            waist::Durability::Full => Durability::Full,
            waist::Durability::Normal => Durability::Normal,
        };
        let route = match config.backend {
            None => Route::None,
            Some(BackendConfig::Rest { .. }) => Route::Rest,
            Some(BackendConfig::JavaScript) => Route::JavaScript,
        };
        let (schema, policy) = (config.schema.clone(), config.policy);
        let app = Words { network: config.network, ..Words::default() };
        let background = Background::of(config);
        Self {
            writer,
            session,
            shared,
            schema,
            policy,
            durability,
            route,
            app,
            platform,
            background,
            chance,
        }
    }
}

impl Actor {
    /// Starts from what the file holds; the first pull is asked for.
    pub fn new(parts: Parts, now: Timestamp) -> Result<Self, StoreError> {
        let Parts { mut writer, session, shared, schema, policy, durability, .. } = parts;
        let Parts { route, app, platform, background, chance, .. } = parts;
        let background = Background::keep(background, &mut writer)?;
        let last_synced_at = writer.reads().last_synced_at()?;
        let alarms = Alarms::opened(writer.reads().oldest_waiting()?, last_synced_at);
        let initial = writer.reads().initial_sync()?;
        let pull = Pull::new(last_synced_at);
        let mut actor = Self {
            writer,
            session,
            shared,
            schema,
            policy,
            durability,
            route,
            chance,
            environment: app.or(platform).environment(),
            app,
            platform,
            backend: BackendState::default(),
            storage: StorageState::default(),
            observed: Observed::default(),
            batch: BatchSize::default(),
            suspects: Suspects::default(),
            alarms,
            progress: Progressing::default(),
            initial,
            last_error: None,
            next_attempt_at: None,
            token: Token::Unknown,
            sent: Sent::default(),
            questions: Questions::default(),
            push: Push::default(),
            pull,
            older: Older::default(),
            hints: Hints::default(),
            merges: Merges::default(),
            sync: SyncCalls::default(),
            background,
            server_first: ServerFirst::default(),
            watches: Watches::default(),
            turn: Turn::default(),
            changes: Vec::new(),
            answers: Vec::new(),
        };
        actor.publish_status(now);
        Ok(actor)
    }

    /// Works on everything that waits: commits, tells and answers; then plans what to send.
    pub fn turn(&mut self, inputs: Vec<Input>, now: Timestamp) -> Turn {
        self.expire_questions(now);
        self.expire_server_first(now);
        let mut writes: Vec<(Write, Call)> = Vec::new();
        for input in inputs {
            match input {
                Input::Command { command, call } => match self.intake(now).take(*command) {
                    Ok(write) => writes.push((write, call)),
                    Err(other) => {
                        self.commit_writes(std::mem::take(&mut writes), now);
                        self.command(other, call, now);
                    }
                },
                other => {
                    self.commit_writes(std::mem::take(&mut writes), now);
                    self.input(other, now);
                }
            }
        }
        self.commit_writes(writes, now);
        if !self.rests() {
            self.apply_arrived(now);
        }
        // Answered first: a write that is stored does not wait until it is sent.
        self.report(now);
        let wake_at = self.drive(now);
        self.report(now);
        // The rest of a page waits for nothing but what the app wants first.
        let goes_on = self.pull.has_arrived() && !self.rests();
        let wake_at = if goes_on { Some(now) } else { wake_at };
        Turn { wake_at, ..std::mem::take(&mut self.turn) }
    }

    fn intake(&mut self, now: Timestamp) -> Intake<'_> {
        let Self { schema, policy, chance, .. } = self;
        Intake { schema, policy, chance, now }
    }

    /// Whether a request could go now, as far as anybody knows.
    fn may_be_answered(&self) -> bool {
        self.route != Route::None
            && !self.environment.network.is_none()
            && self.backend.failures == 0
            && self.storage.failures == 0
    }

    /// Tells JavaScript what changed: patches, status, answers, in this order.
    fn report(&mut self, now: Timestamp) {
        let _together = self.session.hold();
        self.tell_watches();
        self.raise_failed_writes();
        self.publish_status(now);
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
            Input::Platform(word) => self.platform_says(word, now),
            Input::SyncUntil { budget_ms, call } => self.sync_until(budget_ms, call, now),
            Input::EndSync { session, ended } => self.end_budgets_of(&session, ended),
            Input::Pushed(result) => self.pushed(result, now),
            Input::Pulled(result) => self.pulled(result, now),
            Input::OlderPulled(result) => self.older_pulled(result, now),
            Input::Measured(sample, input) => {
                self.observed = self.observed.with_sample(sample, now);
                self.input(*input, now);
            }
            Input::HintsOpened => self.hints.opened(),
            Input::Hint => self.pull.ask(PullTrigger::Hint),
            Input::HintsClosed => self.hints_closed(now),
        }
    }

    fn command(&mut self, command: Command, call: Call, now: Timestamp) {
        match command {
            Command::Sync => self.sync_now(call, now),
            Command::SyncWithin { budget_ms } => self.sync_within(budget_ms, call, now),
            Command::Why { entry } => {
                let answer = self.why(entry, now);
                self.answers.push((call, answer));
            }
            Command::LoadOlder { collection, lane, limit } => {
                self.load_older(OlderCall { collection, lane, limit, call });
            }
            Command::Query { query } => {
                let answer = self.query(&query);
                self.answers.push((call, answer));
            }
            Command::SetNetwork { network } => {
                self.app_says(Word::Network(network), now);
                self.answer_null(call);
            }
            Command::SetAppState { state } => {
                self.app_says(Word::AppState(state), now);
                self.answer_null(call);
            }
            Command::SetPower { power } => {
                self.app_says(Word::Power(power), now);
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
            | Command::Batch { .. }
            | Command::Retry { .. }
            | Command::RetryAll
            | Command::Discard { .. }
            | Command::Cancel { .. }
            | Command::Edit { .. } => unreachable!("writes are sorted out by turn()"),
        }
    }

    fn answer_null(&mut self, call: Call) {
        self.answers.push((call, Ok("null".into())));
    }

    fn query(&self, query: &Query) -> Result<String, WaistError> {
        Ok(crate::engine::answer_query(&self.writer.reads(), query, &self.shared, &self.session)?)
    }

    fn take_over(&mut self, session: Arc<Session>, now: Timestamp) {
        // The first runtime may live on, in another worker thread: it is told.
        let sentence = "Another JavaScript runtime has opened this file. Use it there.";
        self.tell(Event::Closed { error: WaistError::new(ErrorCode::Closed, sentence) });
        self.detach(now);
        let before = std::mem::replace(&mut self.session, session);
        self.end_being_alone(&before);
        // It may have come while the file was being migrated.
        self.tell(Event::Opened);
        self.shared.forget_status();
    }

    /// The runtime is gone: nobody answers its questions, nobody sees its watches.
    fn detach(&mut self, now: Timestamp) {
        self.session.end();
        self.clear_watches();
        self.fail_questions(now);
        self.app_is_gone(now);
    }

    fn tell(&self, event: Event) {
        self.session.push(event);
    }
}

/// What an answer to a question of another kind means: the backend did not answer.
fn mismatched(answer: &Answer) -> BackendFailure {
    match answer {
        Answer::Failed { status: Some(status), retry_after_ms } => {
            refusal(*status, *retry_after_ms)
        }
        Answer::Failed { status: None, .. } => BackendFailure::Transport,
        _ => BackendFailure::Unreadable,
    }
}
