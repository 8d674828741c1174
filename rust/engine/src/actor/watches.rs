//! Watches: told after each commit that touched their window.

use std::collections::BTreeMap;

use mailboat_store::WatchedWindow;

use super::Actor;
use crate::session::Queued;
use crate::waist::Event;

/// Windows that JavaScript watches, by the number of the watch.
#[derive(Default)]
pub(crate) struct Watches {
    windows: BTreeMap<u32, WatchedWindow>,
    /// Watches that came since the last look: their snapshot may be older than the last commit.
    fresh: Vec<u32>,
}

impl Actor {
    pub(super) fn add_watch(&mut self, id: u32, generation: u32, watched: WatchedWindow) {
        if generation != self.session.generation {
            return;
        }
        self.watches.windows.insert(id, watched);
        self.watches.fresh.push(id);
    }

    pub(super) fn remove_watch(&mut self, id: u32) {
        self.watches.windows.remove(&id);
        self.publish_watches();
    }

    pub(super) fn clear_watches(&mut self) {
        self.watches.windows.clear();
        self.watches.fresh.clear();
        self.publish_watches();
    }

    /// Tells every touched watch what changed.
    pub(super) fn tell_watches(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        let fresh = std::mem::take(&mut self.watches.fresh);
        if changes.is_empty() && fresh.is_empty() {
            return;
        }
        let mut reset = Vec::new();
        for (id, watched) in &mut self.watches.windows {
            let touched = changes.iter().any(|changes| watched.is_touched_by(changes));
            if !touched && !fresh.contains(id) {
                continue;
            }
            match self.writer.catch_up(watched) {
                Ok(None) => {}
                Ok(Some((ops, more))) => {
                    if self.session.push_patch(*id, ops, more) == Queued::Reset {
                        reset.push(*id);
                    }
                }
                Err(error) => {
                    // JavaScript watches again, and sees the error itself if it lasts.
                    tracing::warn!(%error, "a watched window could not be read");
                    self.session.push(Event::Reset { watch: *id });
                    reset.push(*id);
                }
            }
        }
        for id in reset {
            self.watches.windows.remove(&id);
        }
        self.publish_watches();
    }

    fn publish_watches(&self) {
        let count = u32::try_from(self.watches.windows.len()).unwrap_or(u32::MAX);
        self.shared.set_watches(count);
    }
}
