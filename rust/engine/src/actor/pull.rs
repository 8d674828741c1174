//! Fetching what others wrote: one page at a time, under an opaque cursor.

use mailboat_backends::rest::wire::{Change, PullPage, Tombstone};
use mailboat_core::{BackendFailure, PullTrigger, PullView, Timestamp};
use mailboat_store::{Durability, RemoteChange, RemoteDeletion, StoreError};

use super::{Actor, Effect, Route};
use crate::waist::Ask;

/// What is known of pulling.
pub(crate) struct Pull {
    view: PullView,
    cursor: Option<String>,
    /// The number of the token that the page on its way was asked with.
    sent_under: u32,
}

impl Pull {
    /// Opening asks for the first pull.
    pub fn new(last_ended_at: Option<Timestamp>) -> Self {
        let trigger = Some(PullTrigger::Open);
        let view = PullView { trigger, last_ended_at, ..PullView::default() };
        Self { view, cursor: None, sent_under: 0 }
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

    /// Nothing on its way, nothing asked for.
    pub fn is_quiet(&self) -> bool {
        !self.view.in_flight && self.view.trigger.is_none()
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
            Route::JavaScript => self.ask(Ask::Pull { cursor, limit }, now),
            Route::None => {}
        }
    }

    pub(super) fn pulled(&mut self, result: Result<PullPage, BackendFailure>, now: Timestamp) {
        self.pull.view.in_flight = false;
        let stored = match result {
            Ok(page) => self.store_page(page, now).map(|()| {
                self.suspects = std::mem::take(&mut self.suspects).after_pull();
                self.backend_succeeded(now);
            }),
            Err(BackendFailure::CursorExpired) => self.start_over(),
            Err(failure) => {
                // What asked for this pull is still unanswered.
                self.pull.ask(PullTrigger::More);
                self.request_failed(&failure, self.pull.sent_under, now);
                return;
            }
        };
        if let Err(error) = stored {
            self.pull.ask(PullTrigger::More);
            self.storage_failed(&error, now);
            self.sync.fail(&error.into(), &mut self.answers);
        }
    }

    fn store_page(&mut self, page: PullPage, now: Timestamp) -> Result<(), StoreError> {
        let PullPage { changes, tombstones, cursor, more } = page;
        let count = u32::try_from(changes.len() + tombstones.len()).unwrap_or(u32::MAX);
        let changes: Vec<RemoteChange> = changes.into_iter().map(from_wire).collect();
        let deletions: Vec<RemoteDeletion> = tombstones.into_iter().map(deletion).collect();
        let ((), changes) = self.writer.transaction(Durability::Normal, |transaction| {
            transaction.apply_changes(&changes)?;
            transaction.apply_deletions(&deletions)?;
            transaction.set_cursor(Some(&cursor))?;
            if more { Ok(()) } else { transaction.set_last_synced_at(now) }
        })?;
        self.changes.push(changes);
        self.progress.pulled(count, more);
        if more {
            self.pull.ask(PullTrigger::More);
        } else {
            self.pull.view.last_ended_at = Some(now);
            self.sync.pull_ended();
        }
        Ok(())
    }

    /// The server cannot go on from our cursor. Rows keep their versions, so fetching
    /// everything again changes only what is newer.
    fn start_over(&mut self) -> Result<(), StoreError> {
        tracing::info!("the server asks to pull from the start");
        self.writer.transaction(Durability::Normal, |transaction| {
            // What comes next may begin long after what is here.
            transaction.forget_history()?;
            transaction.set_cursor(None)
        })?;
        self.pull.ask(PullTrigger::More);
        Ok(())
    }
}

pub(super) fn from_wire(change: Change) -> RemoteChange {
    let Change { collection, id, version, order, values } = change;
    RemoteChange { collection, id, version, order, values }
}

fn deletion(tombstone: Tombstone) -> RemoteDeletion {
    let Tombstone { collection, id, version } = tombstone;
    RemoteDeletion { collection, id, version }
}
