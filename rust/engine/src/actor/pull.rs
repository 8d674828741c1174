//! Fetching what others wrote: one page at a time, under an opaque cursor.

use mailboat_backends::rest::wire::{Change, PullPage, Tombstone};
use mailboat_core::{BackendFailure, PullTrigger, PullView, Timestamp};
use mailboat_store::{Durability, RemoteChange, RemoteDeletion, StoreError};

use super::arrived::Arrived;
use super::{Actor, Effect, Route};
use crate::waist::Ask;

/// What is known of pulling.
pub(crate) struct Pull {
    view: PullView,
    cursor: Option<String>,
    /// The number of the token that the page on its way was asked with.
    sent_under: u32,
    /// The page that has come; it counts as on its way until all of it is applied.
    arrived: Option<Arrived>,
}

impl Pull {
    /// Opening asks for the first pull.
    pub fn new(last_ended_at: Option<Timestamp>) -> Self {
        let trigger = Some(PullTrigger::Open);
        let view = PullView { trigger, last_ended_at, ..PullView::default() };
        Self { view, cursor: None, sent_under: 0, arrived: None }
    }

    pub fn view(&self) -> PullView {
        self.view
    }

    /// Asks for a pull; one that is asked for already is enough.
    pub fn ask(&mut self, trigger: PullTrigger) {
        // What a person asked for outranks everything: core lets it pass a busy outbox.
        if self.view.trigger.is_none() || trigger == PullTrigger::Request {
            self.view.trigger = Some(trigger);
        }
    }

    /// The live connection was lost: what was missed is fetched, not before `back_at`.
    pub fn ask_after_loss(&mut self, back_at: Timestamp) {
        self.view.hint_not_before = Some(back_at);
        self.ask(PullTrigger::Hint);
    }

    pub fn is_in_flight(&self) -> bool {
        self.view.in_flight
    }

    /// A page has ended that is not the last.
    pub fn goes_on(&self) -> bool {
        self.view.trigger == Some(PullTrigger::More)
    }

    /// Nothing on its way, nothing asked for.
    pub fn is_quiet(&self) -> bool {
        !self.view.in_flight && self.view.trigger.is_none()
    }

    /// Whether rows of a page wait to be applied.
    pub fn has_arrived(&self) -> bool {
        self.arrived.is_some()
    }

    pub fn take_arrived(&mut self) -> Option<Arrived> {
        self.arrived.take()
    }

    pub fn keep_arrived(&mut self, page: Arrived) {
        self.arrived = Some(page);
    }

    /// All of a page is applied; the next one is asked for.
    pub fn end_page(&mut self, trigger: PullTrigger) {
        self.view.in_flight = false;
        self.ask(trigger);
    }

    /// All of the last page is applied.
    pub fn end(&mut self, now: Timestamp) {
        self.view.in_flight = false;
        self.view.last_ended_at = Some(now);
    }

    /// The disk refused a page: what is left of it is fetched again.
    pub fn give_up_page(&mut self) {
        self.arrived = None;
        self.end_page(PullTrigger::More);
    }

    /// The cursor of the page on its way.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

impl Actor {
    pub(super) fn start_pull(&mut self, limit: u32, now: Timestamp) {
        match self.writer.cursor() {
            Ok(cursor) => self.pull.cursor = cursor,
            Err(error) => {
                self.storage_failed(&error, now);
                return;
            }
        }
        self.pull.view.in_flight = true;
        self.pull.view.trigger = None;
        self.pull.view.hint_not_before = None;
        self.pull.sent_under = self.token_number;
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

    /// A page came, or did not. Its rows are applied from the end of this turn on.
    pub(super) fn pulled(&mut self, result: Result<PullPage, BackendFailure>, now: Timestamp) {
        match result {
            Ok(page) => {
                self.pull.keep_arrived(page.into());
                self.suspects = std::mem::take(&mut self.suspects).after_pull();
                self.backend_succeeded(now);
            }
            Err(BackendFailure::CursorExpired) => {
                if let Err(error) = self.start_over() {
                    self.storage_failed(&error, now);
                    self.sync.fail(&error.into(), &mut self.answers);
                }
                self.pull.end_page(PullTrigger::More);
            }
            Err(failure) => {
                // What asked for this pull is still unanswered.
                self.pull.end_page(PullTrigger::More);
                self.request_failed(&failure, self.pull.sent_under, now);
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
