//! What the app is told because a person should know: long offline, and what will not
//! get better by itself. Each once a spell.

use mailboat_core::{BackendFailure, LongOffline, Timestamp};

use super::Actor;
use crate::waist::{CriticalKind, ErrorCode, Event, WaistError};

/// What has been told and has not ended.
#[derive(Default)]
pub(crate) struct Alarms {
    offline: LongOffline,
    told: Vec<CriticalKind>,
}

impl Alarms {
    /// A file was opened: something may have waited in it since a run long ago.
    pub fn opened(oldest: Option<Timestamp>, last_synced_at: Option<Timestamp>) -> Self {
        Self { offline: LongOffline::opened(oldest, last_synced_at), told: Vec::new() }
    }
}

impl Actor {
    /// Looks how long nothing has come through; answers when to look again.
    pub(super) fn look_for_alarms(&mut self, now: Timestamp) -> Option<Timestamp> {
        let pending = self.writer.counts().pending;
        let (offline, spell) = self.alarms.offline.look(pending > 0, now);
        self.alarms.offline = offline;
        if let Some(since) = spell.tell {
            self.tell(Event::LongOffline { since: since.0, pending });
        }
        spell.look_at
    }

    /// The backend answered as the contract says. Whether what it answered can be stored is
    /// another matter.
    pub(super) fn calm_alarms(&mut self, now: Timestamp) {
        self.alarms.offline = self.alarms.offline.after_answer(now);
        self.alarms.told.retain(|kind| *kind != CriticalKind::BackendRefuses);
    }

    /// The scheduler has had something stored, and nothing of what failed is left.
    pub(super) fn calm_storage_alarms(&mut self) {
        self.alarms.told.retain(|kind| *kind == CriticalKind::BackendRefuses);
    }

    /// The backend refuses one request after the other: waiting does not help.
    pub(super) fn raise_refusal(&mut self, failure: &BackendFailure) {
        let refuses = matches!(failure, BackendFailure::Refused { .. });
        if refuses && self.backend.failures >= self.policy.breaker_failures {
            self.raise(CriticalKind::BackendRefuses, WaistError::of_backend(failure));
        }
    }

    /// A write or a read of the file failed in a way that the app should show.
    pub(super) fn raise_storage(&mut self, error: &WaistError) {
        let kind = match error.code {
            ErrorCode::DiskFull => CriticalKind::DiskFull,
            ErrorCode::Corrupt => CriticalKind::Corrupt,
            _ => return,
        };
        self.raise(kind, error.clone());
    }

    /// Writes whose callers are about to hear that the file failed them.
    pub(super) fn raise_failed_writes(&mut self) {
        let failed = self.answers.iter().find_map(|(_, answer)| {
            let error = answer.as_ref().err()?;
            matches!(error.code, ErrorCode::DiskFull | ErrorCode::Corrupt).then(|| error.clone())
        });
        if let Some(error) = failed {
            self.raise_storage(&error);
        }
    }

    fn raise(&mut self, kind: CriticalKind, error: WaistError) {
        if !self.alarms.told.contains(&kind) {
            self.alarms.told.push(kind);
            self.tell(Event::Critical { kind, error });
        }
    }
}
