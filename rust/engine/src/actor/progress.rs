//! How far a long push or pull has come.

use super::Actor;
use crate::waist::{Event, Progress, ProgressKind};

/// Fewer entries or changes than this are done before anybody could read a number.
const LEAST_TO_TELL: u32 = 100;

/// What is under way.
#[derive(Default)]
pub(crate) struct Progressing {
    pushed: u32,
    pulled: u32,
    told: Option<Progress>,
}

impl Progressing {
    /// As the status shows it.
    pub fn current(&self) -> Option<Progress> {
        self.told
    }

    /// Entries of a batch left the outbox.
    pub fn pushed(&mut self, entries: u32) {
        self.pushed = self.pushed.saturating_add(entries);
    }

    /// A page came; `more` says whether another one follows.
    pub fn pulled(&mut self, changes: u32, more: bool) {
        self.pulled = if more { self.pulled.saturating_add(changes) } else { 0 };
    }
}

impl Actor {
    /// Tells how far it has come, when that is worth telling and has changed. `idle`: no
    /// batch is on its way and none can go.
    pub(super) fn look_at_progress(&mut self, idle: bool) {
        // A backend that fails in between only interrupts it.
        if idle && self.backend.failures == 0 {
            self.progress.pushed = 0;
        }
        let Progressing { pushed, pulled, told } = self.progress;
        let total = pushed.saturating_add(self.writer.counts().pending);
        let now = if pushed > 0 && total >= LEAST_TO_TELL {
            Some(Progress { kind: ProgressKind::Push, done: pushed, total: Some(total) })
        } else if pulled >= LEAST_TO_TELL {
            Some(Progress { kind: ProgressKind::Pull, done: pulled, total: None })
        } else {
            None
        };
        if now == told {
            return;
        }
        self.progress.told = now;
        if let Some(progress) = now {
            self.tell(Event::Progress(progress));
        }
    }
}
