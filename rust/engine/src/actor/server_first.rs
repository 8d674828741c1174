//! Writes whose promise waits for the server's answer. They are on the disk and in the
//! outbox like any other; only who wrote them wants to know more.

use std::collections::BTreeMap;

use mailboat_core::{EntryId, Timestamp, Transition};

use super::Actor;
use crate::call::Call;
use crate::engine::json;
use crate::waist::{ErrorCode, WaistError, Written};

/// Promises that may wait for the server; beyond it they resolve as local-first ones do.
const MAX_WAITING_CALLS: usize = 1_000;

/// The promises that wait, by their entry.
#[derive(Default)]
pub(crate) struct ServerFirst {
    waiting: BTreeMap<EntryId, Waiting>,
}

struct Waiting {
    written: Written,
    call: Call,
    deadline: Timestamp,
}

type Answers = Vec<(Call, Result<String, WaistError>)>;

impl ServerFirst {
    /// When the first promise falls back.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.waiting.values().map(|waiting| waiting.deadline).min()
    }

    /// The server has answered.
    pub fn settle(&mut self, entry: EntryId, transition: &Transition, answers: &mut Answers) {
        let answer = match transition {
            Transition::Acked { .. } => Ok(true),
            Transition::DeadLetter { reason, .. } => Err(WaistError::new(
                ErrorCode::Rejected,
                format!("The backend refused the write: {}", reason.message),
            )),
            Transition::Retry { .. } => Ok(false),
            // Its rule decides; if it stands, it goes again at once.
            Transition::Conflict { .. } | Transition::Unchanged => return,
        };
        if let Some(waiting) = self.waiting.remove(&entry) {
            answers.push(waiting.answer(answer));
        }
    }

    /// The backend cannot be reached: everything that waits stays in the outbox.
    pub fn fall_back(&mut self, answers: &mut Answers) {
        let waiting = std::mem::take(&mut self.waiting);
        answers.extend(waiting.into_values().map(|waiting| waiting.answer(Ok(false))));
    }

    /// One whose deadline is further off than any can be comes from before a clock's step back.
    fn expire(&mut self, longest_ms: u64, now: Timestamp, answers: &mut Answers) {
        let is_over = |deadline: Timestamp| !deadline.is_ahead(now, longest_ms);
        let expired: Vec<EntryId> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| is_over(waiting.deadline))
            .map(|(entry, _)| *entry)
            .collect();
        for entry in expired {
            answers.extend(self.waiting.remove(&entry).map(|waiting| waiting.answer(Ok(false))));
        }
    }
}

impl Waiting {
    fn answer(self, acked: Result<bool, WaistError>) -> (Call, Result<String, WaistError>) {
        let Self { written, call, .. } = self;
        (call, acked.map(|acked| json(&Written { acked, ..written })))
    }
}

impl Actor {
    /// Keeps a promise until the server has answered.
    pub(super) fn await_server(&mut self, written: Written, call: Call, now: Timestamp) {
        let deadline = now.plus_ms(self.policy.server_first_timeout_ms);
        let waiting = Waiting { written, call, deadline };
        let full = self.server_first.waiting.len() >= MAX_WAITING_CALLS;
        let Some(entry) = waiting.written.entry.filter(|_| !full && self.may_be_answered()) else {
            self.answers.push(waiting.answer(Ok(false)));
            return;
        };
        // An edit that folded into a write takes over its promise's place; both are the same entry.
        if let Some(earlier) = self.server_first.waiting.insert(entry, waiting) {
            self.answers.push(earlier.answer(Ok(false)));
        }
    }

    pub(super) fn expire_server_first(&mut self, now: Timestamp) {
        let longest_ms = self.policy.server_first_timeout_ms;
        self.server_first.expire(longest_ms, now, &mut self.answers);
    }
}
