//! `sync()` and `syncWithin()`: push and pull now, and tell the caller what came of it.

use std::sync::Arc;

use mailboat_core::{BackendFailure, Plan, PullTrigger, Timestamp};

use super::{Actor, Route, Sent, Token};
use crate::call::Call;
use crate::engine::json;
use crate::session::Session;
use crate::waist::{ErrorCode, SyncEnd, SyncReport, WaistError};

/// Calls that may wait.
const MAX_WAITING_CALLS: usize = 256;
/// Milliseconds that a budget may have.
pub(crate) const MIN_BUDGET_MS: u32 = 1_000;
/// The longest that any platform gives an app in the background, in milliseconds.
pub(crate) const MAX_BUDGET_MS: u32 = 600_000;
/// The answer is given so many milliseconds before the budget is over.
const ANSWER_MARGIN_MS: u32 = 100;

/// How far the pull of a waiting call has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Asked,
    Started,
    Ended,
}

/// A call that waits.
struct SyncCall {
    stage: Stage,
    /// Of `syncWithin`.
    within: Option<Within>,
    call: Call,
}

/// A budget, and what had been done when it began.
#[derive(Clone, Copy)]
struct Within {
    deadline: Timestamp,
    /// From its beginning to its deadline.
    budget_ms: u64,
    before: Done,
}

/// What was done since the engine opened.
#[derive(Clone, Copy, Default)]
struct Done {
    sent: u32,
    received: u32,
}

/// The calls that wait.
#[derive(Default)]
pub(crate) struct SyncCalls {
    waiting: Vec<SyncCall>,
    done: Done,
}

/// What is left to wait for within a budget.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outlook {
    /// A request or its answer is under way, or about to be.
    Busy,
    /// Nothing is, until this time; `None` when no time changes that.
    Rests { until: Option<Timestamp>, pull_waits: bool },
}

type Answers = Vec<(Call, Result<String, WaistError>)>;

impl SyncCalls {
    /// Whether a person waits for everything to go: a call of `sync`.
    pub fn is_asked(&self) -> bool {
        self.waiting.iter().any(|call| call.within.is_none())
    }

    /// Whether a call of `syncWithin` waits: what only gathers goes along with it.
    pub fn has_budget(&self) -> bool {
        self.waiting.iter().any(|call| call.within.is_some())
    }

    /// When the first budget is spent.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.waiting.iter().filter_map(|call| Some(call.within?.deadline)).min()
    }

    /// A pull that starts now sees everything that was asked before.
    pub fn pull_started(&mut self) {
        for call in &mut self.waiting {
            call.stage = call.stage.max_with(Stage::Started);
        }
    }

    /// The last page has come.
    pub fn pull_ended(&mut self) {
        for call in &mut self.waiting {
            if call.stage == Stage::Started {
                call.stage = Stage::Ended;
            }
        }
    }

    /// The server has acknowledged entries.
    pub fn sent(&mut self, entries: usize) {
        self.done.sent = self.done.sent.saturating_add(u32::try_from(entries).unwrap_or(u32::MAX));
    }

    /// Changes of a page are stored.
    pub fn received(&mut self, changes: usize) {
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        self.done.received = self.done.received.saturating_add(changes);
    }

    /// Answers the calls of `sync` whose pull has ended, once nothing is left to send or fetch.
    pub fn finish_if(&mut self, quiet: bool, answers: &mut Answers) {
        if !quiet {
            return;
        }
        let ends = |call: &mut SyncCall| call.within.is_none() && call.stage == Stage::Ended;
        let ended = self.waiting.extract_if(.., ends);
        answers.extend(ended.map(|ended| (ended.call, Ok("null".into()))));
    }

    /// Tells every caller of `sync` what stands in the way. A budget goes on: there may be
    /// time for another attempt in it.
    pub fn fail(&mut self, error: &WaistError, answers: &mut Answers) {
        let failed = self.waiting.extract_if(.., |call| call.within.is_none());
        answers.extend(failed.map(|failed| (failed.call, Err(error.clone()))));
    }

    /// Answers the calls of `syncWithin` for which `ended` knows an end.
    fn end(
        &mut self,
        left: u32,
        mut ended: impl FnMut(&SyncCall, Within) -> Option<SyncEnd>,
        answers: &mut Answers,
    ) {
        let Done { sent, received } = self.done;
        self.waiting = std::mem::take(&mut self.waiting)
            .into_iter()
            .filter_map(|call| {
                let Some(within) = call.within else { return Some(call) };
                let Some(ended) = ended(&call, within) else { return Some(call) };
                let sent = sent.saturating_sub(within.before.sent);
                let received = received.saturating_sub(within.before.received);
                let report = SyncReport { sent, received, left, ended };
                answers.push((call.call, Ok(json(&report))));
                None
            })
            .collect();
    }
}

impl Stage {
    fn max_with(self, other: Self) -> Self {
        if self == Self::Asked { other } else { self }
    }
}

impl Within {
    /// Whether it is spent. One that ends further off than it began comes from before a
    /// clock's step back.
    fn is_spent(&self, now: Timestamp) -> bool {
        !self.deadline.is_ahead(now, self.budget_ms)
    }
}

impl SyncCall {
    /// Why it ends now; `None` when it goes on.
    fn ended(&self, within: Within, outlook: Outlook, now: Timestamp) -> Option<SyncEnd> {
        let ended = match outlook {
            Outlook::Busy => None,
            // There is time enough to wait for it.
            Outlook::Rests { until: Some(until), .. } if until < within.deadline => None,
            Outlook::Rests { until: Some(_), .. } => Some(SyncEnd::Waiting),
            Outlook::Rests { pull_waits: true, .. } => Some(SyncEnd::Waiting),
            Outlook::Rests { .. } if self.stage == Stage::Ended => Some(SyncEnd::Done),
            Outlook::Rests { .. } => Some(SyncEnd::Waiting),
        };
        ended.or_else(|| within.is_spent(now).then_some(SyncEnd::Budget))
    }
}

impl Actor {
    /// A push or a pull came to nothing, and with it every call of `sync`; but the first
    /// refusal of a token only makes the engine ask for a fresh one and try again.
    ///
    /// Push and pull are in flight together, so an old token is refused twice. The second
    /// time says nothing.
    pub(super) fn request_failed(&mut self, failure: &BackendFailure, sent: Sent, now: Timestamp) {
        if self.is_old_news(failure, sent) {
            return;
        }
        let is_refusal = *failure == BackendFailure::Unauthorized;
        let tries_again = is_refusal && !self.backend.unauthorized;
        self.backend_failed(failure, now);
        if tries_again {
            return;
        }
        self.sync.fail(&WaistError::of_backend(failure), &mut self.answers);
        if is_refusal {
            self.end_budgets(SyncEnd::Unauthorized);
        }
    }

    pub(super) fn sync_now(&mut self, call: Call, now: Timestamp) {
        if let Err(error) = self.may_sync() {
            self.answers.push((call, Err(error)));
            return;
        }
        // A person who asks knows more than the backoff does.
        self.backend = self.backend.asked();
        self.storage = self.storage.asked();
        self.suspects = std::mem::take(&mut self.suspects).without_delays(now);
        self.pull.ask(PullTrigger::Request);
        self.sync.waiting.push(SyncCall { stage: Stage::Asked, within: None, call });
    }

    pub(super) fn sync_within(&mut self, budget_ms: u32, call: Call, now: Timestamp) {
        if !(MIN_BUDGET_MS..=MAX_BUDGET_MS).contains(&budget_ms) {
            let error = WaistError::invalid(format!(
                "budgetMs is {budget_ms}; it must be {MIN_BUDGET_MS} to {MAX_BUDGET_MS}."
            ));
            self.answers.push((call, Err(error)));
            return;
        }
        self.sync_until(budget_ms - ANSWER_MARGIN_MS, call, now);
    }

    /// Pushes and pulls until nothing may go, at the longest for this time. Nobody may be
    /// looking: all that the policy holds back stays held back.
    pub(super) fn sync_until(&mut self, budget_ms: u32, call: Call, now: Timestamp) {
        if let Err(error) = self.may_sync() {
            self.answers.push((call, Err(error)));
            return;
        }
        let budget_ms = u64::from(budget_ms);
        let (deadline, before) = (now.plus_ms(budget_ms), self.sync.done);
        let within = Some(Within { deadline, budget_ms, before });
        self.pull.ask(PullTrigger::Budget);
        self.sync.waiting.push(SyncCall { stage: Stage::Asked, within, call });
        if self.route == Route::JavaScript && self.is_alone() {
            self.end_budgets(SyncEnd::NotEnabled);
        }
    }

    fn may_sync(&self) -> Result<(), WaistError> {
        if self.route == Route::None {
            let sentence = "There is no backend to sync with.";
            Err(WaistError::new(ErrorCode::Unsupported, sentence))
        } else if self.sync.waiting.len() >= MAX_WAITING_CALLS {
            let sentence = format!("{MAX_WAITING_CALLS} calls of sync() wait already.");
            Err(WaistError::new(ErrorCode::Quota, sentence))
        } else {
            Ok(())
        }
    }

    /// Ends the budgets that have served their purpose or are spent, before another request
    /// leaves.
    pub(super) fn look_at_budgets(&mut self, plan: &Plan, now: Timestamp) {
        if !self.sync.has_budget() {
            return;
        }
        let outlook = self.outlook(plan);
        let left = self.writer.counts().pending;
        let ended = |call: &SyncCall, within| call.ended(within, outlook, now);
        self.sync.end(left, ended, &mut self.answers);
    }

    fn outlook(&self, plan: &Plan) -> Outlook {
        let goes_on = !plan.push.is_empty() || plan.pull.is_some() || self.token == Token::Asked;
        if goes_on || self.push.is_in_flight() || self.pull.is_busy() {
            return Outlook::Busy;
        }
        let pull_waits = self.pull.view().trigger.is_some();
        // The next pull by interval is nothing to wait for.
        let pull_at = plan.pull_at.filter(|_| pull_waits);
        Outlook::Rests { until: plan.push_at.into_iter().chain(pull_at).min(), pull_waits }
    }

    /// Ends every budget.
    pub(super) fn end_budgets(&mut self, ended: SyncEnd) {
        let left = self.writer.counts().pending;
        self.sync.end(left, |_, _| Some(ended), &mut self.answers);
    }

    /// Ends the budgets of one caller.
    pub(super) fn end_budgets_of(&mut self, session: &Arc<Session>, ended: SyncEnd) {
        let left = self.writer.counts().pending;
        let is_of = |call: &SyncCall, _| call.call.is_of(session).then_some(ended);
        self.sync.end(left, is_of, &mut self.answers);
    }
}
