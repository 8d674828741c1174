//! The first pull of collections that an app cannot be used without.

use super::{Actor, Route};
use crate::waist::{InitialSyncState, InitialSyncStatus};

impl Actor {
    /// How it goes; `None` when nothing that is required is missing, or nothing can come.
    pub(super) fn initial_sync(&self) -> Option<InitialSyncStatus> {
        if self.route == Route::None {
            return None;
        }
        let goes_on = self.pull.goes_on() && self.last_error.is_none();
        let state = if self.pull.is_busy() || goes_on {
            InitialSyncState::Running
        } else if self.last_error.is_some() {
            InitialSyncState::Failed
        } else {
            InitialSyncState::Waiting
        };
        InitialSyncStatus::new(&self.initial, state)
    }
}
