//! `sync()`: push and pull now, and tell the caller when both are done.

use mailboat_core::{BackendFailure, PullTrigger, Timestamp};

use super::{Actor, Route, Sent};
use crate::call::Call;
use crate::waist::{ErrorCode, WaistError};

/// Calls of `sync` that may wait.
const MAX_WAITING_CALLS: usize = 256;

/// How far the pull of a waiting call has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Asked,
    Started,
    Ended,
}

/// The calls that wait.
#[derive(Default)]
pub(crate) struct SyncCalls {
    waiting: Vec<(Stage, Call)>,
}

type Answers = Vec<(Call, Result<String, WaistError>)>;

impl SyncCalls {
    /// Whether anybody waits.
    pub fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// A pull that starts now sees everything that was asked before.
    pub fn pull_started(&mut self) {
        for (stage, _) in &mut self.waiting {
            *stage = (*stage).max_with(Stage::Started);
        }
    }

    /// The last page has come.
    pub fn pull_ended(&mut self) {
        for (stage, _) in &mut self.waiting {
            if *stage == Stage::Started {
                *stage = Stage::Ended;
            }
        }
    }

    /// Answers the calls whose pull has ended, once nothing is left to send or fetch.
    pub fn finish_if(&mut self, quiet: bool, answers: &mut Answers) {
        if !quiet {
            return;
        }
        let (ended, waiting) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|(stage, _)| *stage == Stage::Ended);
        self.waiting = waiting;
        let ended: Vec<(Stage, Call)> = ended;
        answers.extend(ended.into_iter().map(|(_, call)| (call, Ok("null".into()))));
    }

    /// Tells every caller what stands in the way.
    pub fn fail(&mut self, error: &WaistError, answers: &mut Answers) {
        answers.extend(self.waiting.drain(..).map(|(_, call)| (call, Err(error.clone()))));
    }
}

impl Stage {
    fn max_with(self, other: Self) -> Self {
        if self == Self::Asked { other } else { self }
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
        let tries_again = *failure == BackendFailure::Unauthorized && !self.backend.unauthorized;
        self.backend_failed(failure, now);
        if !tries_again {
            self.sync.fail(&WaistError::of_backend(failure), &mut self.answers);
        }
    }

    pub(super) fn sync_now(&mut self, call: Call, now: Timestamp) {
        let error = if self.route == Route::None {
            WaistError::new(ErrorCode::Unsupported, "There is no backend to sync with.")
        } else if self.sync.waiting.len() >= MAX_WAITING_CALLS {
            WaistError::new(
                ErrorCode::Quota,
                format!("{MAX_WAITING_CALLS} calls of sync() wait already."),
            )
        } else {
            // A person who asks knows more than the backoff does.
            self.backend = self.backend.asked();
            self.suspects = std::mem::take(&mut self.suspects).without_delays(now);
            self.pull.ask(PullTrigger::Request);
            self.sync.waiting.push((Stage::Asked, call));
            return;
        };
        self.answers.push((call, Err(error)));
    }
}
