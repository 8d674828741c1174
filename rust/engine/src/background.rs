//! Syncing without JavaScript: while a phone lets the app run for a moment in the background.
//!
//! The platforms' glue calls [`sync_once`] through `rust/bridge`. An engine that is open in
//! this process does the work, and its JavaScript notices nothing. Else the file is opened as
//! its own config says, and closed again. Should JavaScript open it meanwhile, it takes the
//! engine over as it would from another runtime (docs/adr/0015).

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, thread};

use mailboat_store::background_config;

use crate::actor::{MAX_BUDGET_MS, MIN_BUDGET_MS};
use crate::engine::{Engine, FIRST_GENERATION, json};
use crate::guard::guard;
use crate::platform::database_folder;
use crate::registry::{Registry, canonical};
use crate::session::Session;
use crate::waist::{BackendConfig, Config, ErrorCode, SyncEnd, SyncReport, WaistError};

/// This part of a budget, one in so many, is for stopping: the request on its way is cut,
/// and the file is closed.
const STOPPING_SHARE: u32 = 5;
/// It is no less than this, and no more than that, in milliseconds.
const MIN_STOPPING_MS: u64 = 400;
const MAX_STOPPING_MS: u64 = 1_500;
/// The caller gets its answer so many milliseconds before the budget is over, even when the
/// disk keeps a file from closing; it then closes behind that.
const RETURN_MARGIN_MS: u64 = 60;

/// One sync without JavaScript at a time; who comes later waits for its turn.
static TURN: Turn = Turn { state: Mutex::new(State::IDLE), changed: Condvar::new() };

struct Turn {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    is_taken: bool,
    /// How often somebody has called [`stop_sync`].
    stops: u64,
    /// The way to who has the turn.
    taken_by: Option<Sender<News>>,
}

/// Whose turn it is. Gives it back when dropped.
struct Taken;

/// What whoever has the turn waits for.
enum News {
    /// An engine has ended its sync, the one of this number.
    Ended(u64, Result<String, WaistError>),
    /// The platform takes the time back.
    Stop,
}

/// What was achieved, by file: what the caller is told, even should the disk hold up whoever
/// does the work.
type Reports = Arc<Mutex<BTreeMap<PathBuf, SyncReport>>>;

/// One call of [`sync_once`], on a thread of its own.
struct Run {
    ends_at: Instant,
    /// Calls of [`stop_sync`] when it began.
    stops_before: u64,
    syncs: Cell<u64>,
    sender: Sender<News>,
    news: Receiver<News>,
    reports: Reports,
    _taken: Taken,
}

/// Pushes and pulls what may go now in the file at `path`, or in each file of the folder for
/// databases that was opened with `background`. Returns before the budget is over; what was
/// achieved is in the file. Blocks.
///
/// Of several files the report has the sums, and the end that asks for most attention.
#[must_use]
pub fn sync_once(path: Option<&str>, budget_ms: u32) -> SyncReport {
    let budget_ms = budget_ms.min(MAX_BUDGET_MS);
    if budget_ms < MIN_BUDGET_MS {
        // There would be time for nothing but opening and closing.
        return nothing(SyncEnd::Budget);
    }
    let returns_at = Instant::now() + ms(u64::from(budget_ms) - RETURN_MARGIN_MS);
    let run = match Run::begin(returns_at) {
        Ok(run) => run,
        Err(ended) => return nothing(ended),
    };
    let reports = Arc::clone(&run.reports);
    let (done, ended) = channel();
    let path = path.map(str::to_owned);
    let work = move || {
        let worked = guard(|| {
            run.files(path.as_deref());
            Ok(())
        });
        let _ = done.send(worked);
    };
    let spawned = thread::Builder::new().name("mailboat-background".into()).spawn(work);
    if spawned.is_err() {
        return nothing(SyncEnd::Failed);
    }
    let left = returns_at.saturating_duration_since(Instant::now());
    match ended.recv_timeout(left) {
        Ok(Ok(())) => sum(&reports, SyncEnd::NotEnabled),
        Ok(Err(_)) => SyncReport { ended: SyncEnd::Failed, ..sum(&reports, SyncEnd::Failed) },
        Err(_) => {
            tracing::warn!("the disk holds up a sync without JavaScript");
            let done = sum(&reports, SyncEnd::Budget);
            SyncReport { ended: more_urgent(done.ended, SyncEnd::Budget), ..done }
        }
    }
}

/// Makes a running or waiting [`sync_once`] return soon, as stopped.
pub fn stop_sync() {
    let mut state = TURN.state();
    state.stops += 1;
    if let Some(running) = &state.taken_by {
        // It may just have ended.
        let _ = running.send(News::Stop);
    }
    drop(state);
    TURN.changed.notify_all();
}

/// What a file keeps of the config that it is opened with: all but what is of one run.
pub(crate) fn kept_config(config: &Config) -> String {
    json(&Config { path: String::new(), network: Default::default(), ..config.clone() })
}

impl State {
    const IDLE: Self = Self { is_taken: false, stops: 0, taken_by: None };
}

impl Turn {
    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole in itself, so a panic leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut state = TURN.state();
        (state.is_taken, state.taken_by) = (false, None);
        drop(state);
        TURN.changed.notify_all();
    }
}

impl Run {
    /// Waits for its turn, for as long as there would be time to do something with it.
    fn begin(ends_at: Instant) -> Result<Self, SyncEnd> {
        let (sender, news) = channel();
        let mut state = TURN.state();
        let stops_before = state.stops;
        while state.is_taken {
            let left = ends_at.saturating_duration_since(Instant::now());
            let useful = left.saturating_sub(ms(MIN_STOPPING_MS));
            if useful.is_zero() {
                return Err(SyncEnd::Budget);
            }
            let waited = TURN.changed.wait_timeout(state, useful);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if state.stops != stops_before {
                return Err(SyncEnd::Stopped);
            }
        }
        (state.is_taken, state.taken_by) = (true, Some(sender.clone()));
        let (syncs, reports) = (Cell::default(), Reports::default());
        Ok(Self { ends_at, stops_before, syncs, sender, news, reports, _taken: Taken })
    }

    fn files(&self, path: Option<&str>) {
        match path {
            Some(path) => match canonical(path) {
                Ok(path) => self.file(&path, self.ends_at),
                Err(_) => self.did_nothing(Path::new(path), SyncEnd::Failed),
            },
            None => self.folder(),
        }
    }

    /// Each file of the folder gets its share of the time; one that was not done in it goes
    /// once more with what the others have left.
    fn folder(&self) {
        let mut waiting = databases();
        while let Some(path) = waiting.pop_front() {
            let left = self.ends_at.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(waiting.len() + 1).unwrap_or(u32::MAX);
            let share = share.max(ms(MIN_BUDGET_MS.into())).min(left);
            self.file(&path, Instant::now() + share);
            let left = self.ends_at.saturating_duration_since(Instant::now());
            let goes_on = self.ended(&path) == Some(SyncEnd::Budget);
            // What is kept for stopping is no time to go on.
            if goes_on && left >= ms(MAX_STOPPING_MS + u64::from(MIN_BUDGET_MS)) {
                waiting.push_back(path);
            }
        }
    }

    fn file(&self, path: &Path, ends_at: Instant) {
        let budget = ends_at.saturating_duration_since(Instant::now());
        let stopping = budget / STOPPING_SHARE;
        let stopping = stopping.clamp(ms(MIN_STOPPING_MS), ms(MAX_STOPPING_MS));
        let Some(works_until) = ends_at.checked_sub(stopping).filter(|_| stopping < budget) else {
            self.did_nothing(path, SyncEnd::Budget);
            return;
        };
        if TURN.state().stops != self.stops_before {
            self.did_nothing(path, SyncEnd::Stopped);
            return;
        }
        match find_or_open(path) {
            Ok((engine, is_ours)) => {
                let report = self.sync(&engine, works_until, ends_at);
                self.report(path, report);
                if is_ours {
                    close(&engine, ends_at);
                }
            }
            Err(ended) => self.did_nothing(path, ended),
        }
    }

    /// Has an engine work until then, and waits for what it has achieved.
    fn sync(&self, engine: &Engine, until: Instant, at_the_latest: Instant) -> SyncReport {
        let number = self.syncs.get() + 1;
        self.syncs.set(number);
        let caller = Session::of_caller(engine.id);
        let ended = self.sender.clone();
        let budget = until.saturating_duration_since(Instant::now());
        let budget_ms = u32::try_from(budget.as_millis()).unwrap_or(MAX_BUDGET_MS);
        let completion = move |answer| {
            let _ = ended.send(News::Ended(number, answer));
        };
        engine.sync_until(budget_ms, &caller, Box::new(completion));
        let mut wait_until = until;
        loop {
            let left = wait_until.saturating_duration_since(Instant::now());
            match self.news.recv_timeout(left) {
                Ok(News::Ended(of, answer)) if of == number => return report_of(engine, answer),
                Ok(News::Ended(..)) => {}
                Ok(News::Stop) => engine.end_sync(&caller, SyncEnd::Stopped),
                Err(_) if wait_until < at_the_latest => {
                    // The engine goes by the device's clock, which may have been set back.
                    engine.end_sync(&caller, SyncEnd::Budget);
                    wait_until = at_the_latest;
                }
                // Held up by the disk, or by a migration: nobody waits for that.
                Err(_) => return nothing(SyncEnd::Budget),
            }
        }
    }

    /// Adds to what the caller is told.
    fn report(&self, path: &Path, report: SyncReport) {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let before = reports.get(path).copied().unwrap_or(nothing(report.ended));
        let sent = before.sent.saturating_add(report.sent);
        let received = before.received.saturating_add(report.received);
        reports.insert(path.to_owned(), SyncReport { sent, received, ..report });
    }

    /// A file that was not worked on; what an earlier time has found to be left still is.
    fn did_nothing(&self, path: &Path, ended: SyncEnd) {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        reports.entry(path.to_owned()).or_insert(nothing(ended)).ended = ended;
    }

    fn ended(&self, path: &Path) -> Option<SyncEnd> {
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        Some(reports.get(path)?.ended)
    }
}

/// The engine that has this file open; else the file is opened, if that was ever wished for.
/// Answers whether it was.
fn find_or_open(path: &Path) -> Result<(Arc<Engine>, bool), SyncEnd> {
    let mut registry = Registry::lock();
    if let Some(engine) = registry.find(path) {
        let is_enabled = engine.config.background.is_some();
        return if is_enabled { Ok((engine, false)) } else { Err(SyncEnd::NotEnabled) };
    }
    let failed = |error: WaistError| {
        tracing::warn!(code = ?error.code, "a file cannot be synced without JavaScript");
        SyncEnd::Failed
    };
    let kept = background_config(path).map_err(|error| failed(error.into()))?;
    // One that another version wrote, and this one cannot read, is as good as none.
    let config = kept.and_then(|kept| serde_json::from_str::<Config>(&kept).ok());
    let config = config.filter(|it| matches!(it.backend, Some(BackendConfig::Rest { .. })));
    let (Some(config), Some(name)) = (config, path.to_str()) else {
        return Err(SyncEnd::NotEnabled);
    };
    let id = Registry::next_id();
    let config = Config { path: name.to_owned(), ..config };
    let session = Session::native(id, FIRST_GENERATION);
    let engine = Engine::open(id, path.to_owned(), config, session).map_err(failed)?;
    registry.insert(&engine);
    Ok((engine, true))
}

/// Closes an engine that was opened here, unless a JavaScript runtime has it by now.
fn close(engine: &Arc<Engine>, at_the_latest: Instant) {
    {
        // A runtime that looks for the engine finds it before this, or closing.
        let _registry = Registry::lock();
        if !engine.is_alone() {
            return;
        }
        engine.close();
    }
    let left = at_the_latest.saturating_duration_since(Instant::now());
    if engine.is_closed_within(left) {
        Registry::lock().remove(engine);
    }
}

/// The files of the folder for databases, by name. Only Mailboat's have a lock beside them;
/// none is opened to find that out, since closing it again would end SQLite's own locks.
fn databases() -> VecDeque<PathBuf> {
    let Some(folder) = database_folder().and_then(|folder| folder.canonicalize().ok()) else {
        return VecDeque::new();
    };
    let Ok(entries) = fs::read_dir(&folder) else { return VecDeque::new() };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let is_database = |name: &&String| names.binary_search(&format!("{name}-lock")).is_ok();
    names.iter().filter(is_database).map(|name| folder.join(name)).collect()
}

fn report_of(engine: &Engine, answer: Result<String, WaistError>) -> SyncReport {
    let report = answer.and_then(|answer| Ok(serde_json::from_str(&answer)?));
    report.unwrap_or_else(|error| {
        nothing(match error.code {
            // It has closed by itself: the file could not be used.
            ErrorCode::Closed if engine.has_failed() => SyncEnd::Failed,
            // Somebody else has closed it.
            ErrorCode::Closed => SyncEnd::Stopped,
            ErrorCode::Unsupported => SyncEnd::NotEnabled,
            _ => SyncEnd::Failed,
        })
    })
}

/// One report of all files; `otherwise` when there is none.
fn sum(reports: &Reports, otherwise: SyncEnd) -> SyncReport {
    let reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
    let add = |sum: SyncReport, report: SyncReport| SyncReport {
        sent: sum.sent.saturating_add(report.sent),
        received: sum.received.saturating_add(report.received),
        left: sum.left.saturating_add(report.left),
        ended: more_urgent(sum.ended, report.ended),
    };
    reports.values().copied().reduce(add).unwrap_or(nothing(otherwise))
}

/// The one that asks for more attention.
fn more_urgent(one: SyncEnd, other: SyncEnd) -> SyncEnd {
    std::cmp::max_by_key(one, other, |ended| attention(*ended))
}

/// How much attention an end asks for. A file that nobody wants to be synced asks for none.
fn attention(ended: SyncEnd) -> u8 {
    match ended {
        SyncEnd::NotEnabled => 0,
        SyncEnd::Done => 1,
        SyncEnd::Waiting => 2,
        SyncEnd::Budget => 3,
        SyncEnd::Stopped => 4,
        SyncEnd::Unauthorized => 5,
        SyncEnd::Failed => 6,
    }
}

fn nothing(ended: SyncEnd) -> SyncReport {
    SyncReport { sent: 0, received: 0, left: 0, ended }
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
