//! History on demand: records of a lane older than those on this device.

use std::collections::VecDeque;

use mailboat_backends::rest::wire::OlderPage;
use mailboat_core::{BackendFailure, Timestamp};
use mailboat_store::{Durability, HistoryPage, MAX_WINDOW_ROWS, RemoteChange};

use super::pull::from_wire;
use super::{Actor, Effect, Route, Sent};
use crate::call::Call;
use crate::engine::json;
use crate::waist::{Ask, ErrorCode, LoadedOlder, WaistError};

/// Requests for history that may wait.
const MAX_WAITING_CALLS: usize = 64;

/// A request for a page of history.
pub(crate) struct OlderCall {
    pub collection: String,
    pub lane: String,
    pub limit: u32,
    pub call: Call,
}

/// The page on its way, and those that wait for it.
#[derive(Default)]
pub(crate) struct Older {
    waiting: VecDeque<OlderCall>,
    in_flight: Option<OlderCall>,
    before: Option<u64>,
    sent: Sent,
}

impl Older {
    pub fn waits(&self) -> bool {
        !self.waiting.is_empty() && self.in_flight.is_none()
    }

    pub fn is_in_flight(&self) -> bool {
        self.in_flight.is_some()
    }

    /// The order before which the page on its way ends.
    pub fn before(&self) -> Option<u64> {
        self.before
    }

    /// Gives up on all that wait.
    pub fn fail(&mut self, error: &WaistError) {
        for waiting in self.waiting.drain(..) {
            waiting.call.answer(Err(error.clone()));
        }
    }
}

impl Actor {
    pub(super) fn load_older(&mut self, older: OlderCall) {
        let error = if self.route == Route::None {
            WaistError::new(
                ErrorCode::Unsupported,
                "There is no backend to load older records from.",
            )
        } else if older.limit == 0 || older.limit > MAX_WINDOW_ROWS {
            WaistError::invalid(format!(
                "limit is {}; it must be 1 to {MAX_WINDOW_ROWS}.",
                older.limit
            ))
        } else if self.older.waiting.len() >= MAX_WAITING_CALLS {
            WaistError::new(
                ErrorCode::Quota,
                format!("{MAX_WAITING_CALLS} requests for older records wait already."),
            )
        } else {
            self.older.waiting.push_back(older);
            return;
        };
        self.answers.push((older.call, Err(error)));
    }

    pub(super) fn start_older(&mut self, now: Timestamp) {
        if !self.older.waits() {
            return;
        }
        let Some(older) = self.older.waiting.pop_front() else { return };
        match self.writer.history_bound(&older.collection, &older.lane) {
            Ok(before) => self.older.before = before,
            Err(error) => {
                self.answers.push((older.call, Err(error.into())));
                return;
            }
        }
        let (collection, lane) = (older.collection.clone(), older.lane.clone());
        let (before, limit) = (self.older.before, older.limit);
        self.older.in_flight = Some(older);
        self.older.sent = self.sent;
        match self.route {
            Route::Rest => {
                let token = self.token.value();
                self.turn.effects.push(Effect::Older { collection, lane, before, limit, token });
            }
            Route::JavaScript => {
                self.ask(Ask::Older { collection, lane, before, limit }, now);
            }
            Route::None => {}
        }
    }

    pub(super) fn older_pulled(
        &mut self,
        result: Result<OlderPage, BackendFailure>,
        now: Timestamp,
    ) {
        let Some(older) = self.older.in_flight.take() else { return };
        let answer = match result {
            Ok(page) => match self.store_older(&older, page, now) {
                // All of it was here already: the person asked for what is before it.
                Ok(LoadedOlder { loaded: 0, more: true }) => {
                    self.older.waiting.push_front(older);
                    return;
                }
                stored => stored.map(|loaded| json(&loaded)),
            },
            Err(failure) if self.is_old_news(&failure, self.older.sent) => {
                self.older.waiting.push_front(older);
                return;
            }
            Err(failure) => {
                // A person asked; they are told, and may ask again. Only a refused token
                // says something about the backend that the next request must know.
                if failure == BackendFailure::Unauthorized {
                    self.backend_failed(&failure, now);
                }
                Err(WaistError::of_backend(&failure))
            }
        };
        self.answers.push((older.call, answer));
    }

    fn store_older(
        &mut self,
        older: &OlderCall,
        page: OlderPage,
        now: Timestamp,
    ) -> Result<LoadedOlder, WaistError> {
        let OlderPage { changes, more } = page;
        let changes: Vec<RemoteChange> = changes.into_iter().map(from_wire).collect();
        let page = HistoryPage {
            collection: &older.collection,
            lane: &older.lane,
            before: self.older.before,
            changes: &changes,
            more,
        };
        let (loaded, changes) = self
            .writer
            .transaction(Durability::Normal, |transaction| transaction.apply_history(&page, now))?;
        self.changes.push(changes);
        self.merges.look();
        Ok(LoadedOlder { loaded, more })
    }
}
