//! Fetching what others wrote: one page at a time, under an opaque cursor. The next page
//! is asked for while the one before is stored.

use std::collections::VecDeque;

use mailboat_backends::rest::wire::{Change, PullPage, Tombstone};
use mailboat_core::{BackendFailure, PullTrigger, PullView, Stored, Timestamp};
use mailboat_store::{Durability, RemoteChange, RemoteDeletion, StoreError};

use super::arrived::Arrived;
use super::{Actor, Effect, Route, Sent};
use crate::waist::Ask;

/// Pages that may have come and not be stored yet: one that is being applied, and the next.
const MAX_ARRIVED_PAGES: usize = 2;

/// What is known of pulling.
pub(crate) struct Pull {
    view: PullView,
    /// The cursor that the page on its way was asked with.
    cursor: Option<String>,
    /// The revision of the file when it was asked for.
    asked_at: i64,
    /// The page on its way goes on from one that could not be stored.
    is_void: bool,
    sent: Sent,
    /// What has come, as far as it is not applied yet; oldest first.
    arrived: VecDeque<Arrived>,
}

impl Pull {
    /// Opening asks for the first pull.
    pub fn new(last_ended_at: Option<Timestamp>) -> Self {
        let trigger = Some(PullTrigger::Open);
        let view = PullView { trigger, last_ended_at, ..PullView::default() };
        Self {
            view,
            cursor: None,
            asked_at: 0,
            is_void: false,
            sent: Sent::default(),
            arrived: VecDeque::new(),
        }
    }

    pub fn view(&self) -> PullView {
        PullView { is_full: self.arrived.len() >= MAX_ARRIVED_PAGES, ..self.view }
    }

    /// Asks for a pull; one that is asked for already is enough.
    pub fn ask(&mut self, trigger: PullTrigger) {
        // What a person asked for outranks everything: core lets it pass a busy outbox. And
        // a hint may wait, but not the rest of a pull.
        let outranks = match self.view.trigger {
            None => true,
            Some(PullTrigger::Hint) if trigger == PullTrigger::More => true,
            Some(PullTrigger::Hint) if trigger == PullTrigger::Budget => true,
            Some(_) => trigger == PullTrigger::Request,
        };
        if outranks {
            self.view.trigger = Some(trigger);
        }
    }

    /// The live connection was lost: what was missed is fetched, not before `back_at`.
    pub fn ask_after_loss(&mut self, back_at: Timestamp) {
        self.view.hint_not_before = Some(back_at);
        self.ask(PullTrigger::Hint);
    }

    /// Whether a page is on its way, or not wholly applied.
    pub fn is_busy(&self) -> bool {
        self.view.in_flight || self.has_arrived()
    }

    /// A page has ended that is not the last.
    pub fn goes_on(&self) -> bool {
        self.view.trigger == Some(PullTrigger::More)
    }

    /// Nothing on its way, nothing asked for.
    pub fn is_quiet(&self) -> bool {
        !self.is_busy() && self.view.trigger.is_none()
    }

    /// Whether rows of a page wait to be applied.
    pub fn has_arrived(&self) -> bool {
        !self.arrived.is_empty()
    }

    /// The page that is applied now.
    pub fn take_arrived(&mut self) -> Option<Arrived> {
        self.arrived.pop_front()
    }

    /// Some of it waits for the next turn.
    pub fn keep_arrived(&mut self, page: Arrived) {
        self.arrived.push_front(page);
    }

    /// All of the last page is applied.
    pub fn end(&mut self, now: Timestamp) {
        self.view.last_ended_at = Some(now);
    }

    /// What has come is fetched again, from the cursor that is stored.
    pub fn give_up_pages(&mut self) {
        self.arrived.clear();
        self.is_void = self.view.in_flight;
        self.ask(PullTrigger::More);
    }

    /// The answer has come. Whether it counts: not if what it goes on from was given up.
    fn landed(&mut self) -> bool {
        self.view.in_flight = false;
        !std::mem::take(&mut self.is_void)
    }

    fn take_in(&mut self, page: PullPage) {
        if page.more {
            self.ask(PullTrigger::More);
        }
        self.arrived.push_back(Arrived::new(page, self.cursor.is_none(), self.asked_at));
    }

    /// The cursor of the page on its way.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

impl Actor {
    pub(super) fn start_pull(&mut self, limit: u32, now: Timestamp) {
        match self.next_cursor() {
            Ok(cursor) => self.pull.cursor = cursor,
            Err(error) => {
                self.storage_failed(Stored::Page, &error, now);
                return;
            }
        }
        self.pull.asked_at = self.writer.revision();
        self.pull.view.in_flight = true;
        self.pull.view.trigger = None;
        self.pull.view.hint_not_before = None;
        self.pull.sent = self.sent;
        self.sync.pull_started();
        let cursor = self.pull.cursor.clone();
        match self.route {
            Route::Rest => {
                let token = self.token.value();
                self.turn.effects.push(Effect::Pull { cursor, limit, token });
            }
            Route::JavaScript => {
                self.ask(Ask::Pull { cursor, limit }, now);
            }
            Route::None => {}
        }
    }

    /// Where the next page goes on: from what has come, stored or not.
    fn next_cursor(&mut self) -> Result<Option<String>, StoreError> {
        if let Some(page) = self.pull.arrived.back() {
            return Ok(Some(page.cursor().to_owned()));
        }
        self.writer.cursor()
    }

    /// A page came, or did not. Its rows are applied from the end of this turn on.
    pub(super) fn pulled(&mut self, result: Result<PullPage, BackendFailure>, now: Timestamp) {
        if self.rests() {
            self.pull.landed();
            self.pull.ask(PullTrigger::More);
            return;
        }
        let counts = self.pull.landed();
        match result {
            Ok(page) => {
                if counts {
                    self.pull.take_in(page);
                }
                self.suspects = std::mem::take(&mut self.suspects).after_pull();
                self.backend_succeeded(self.pull.sent, now);
            }
            Err(BackendFailure::CursorExpired) if !counts => {}
            // Without a cursor there is nothing to give up: asked again at once, it would say
            // the same.
            Err(BackendFailure::CursorExpired) if self.pull.cursor.is_some() => {
                // With the page that has come its cursor would be stored after all.
                self.pull.give_up_pages();
                if let Err(error) = self.start_over() {
                    self.storage_failed(Stored::Page, &error, now);
                    self.sync.fail(&error.into(), &mut self.answers);
                }
            }
            Err(failure) => {
                // What asked for this pull is still unanswered.
                self.pull.ask(PullTrigger::More);
                self.request_failed(&failure, self.pull.sent, now);
            }
        }
    }

    /// The server cannot go on from our cursor.
    fn start_over(&mut self) -> Result<(), StoreError> {
        tracing::info!("the server asks to pull from the start");
        self.writer.transaction(Durability::Normal, |transaction| transaction.start_over())?;
        Ok(())
    }
}

pub(super) fn from_wire(change: Change) -> RemoteChange {
    let Change { collection, id, version, order, values, written_at } = change;
    RemoteChange { collection, id, version, order, values, written_at }
}

pub(super) fn deletion(tombstone: Tombstone) -> RemoteDeletion {
    let Tombstone { collection, id, version } = tombstone;
    RemoteDeletion { collection, id, version }
}
