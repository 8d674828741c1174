//! Answers why an entry has not gone yet.

use mailboat_core::{EntryId, Situation, Timestamp, low_wait, why};

use super::{Actor, Route, Token};
use crate::engine::json;
use crate::waist::WaistError;

impl Actor {
    pub(super) fn why(&self, entry: EntryId, now: Timestamp) -> Result<String, WaistError> {
        let (place, lane) = self.writer.reads().place(entry)?;
        let asked = self.sync.is_asked();
        let low = low_wait(&self.writer.low()?, self.environment, asked, now, &self.policy);
        let pauses = [
            self.backend.paused_until(now, &self.policy),
            self.storage.paused_until(now, &self.policy),
        ];
        let pauses = pauses.map(|pause| pause.map(|it| (it.cause, it.until)));
        let situation = Situation {
            has_backend: self.route != Route::None,
            in_flight: self.push.carries(entry),
            push_in_flight: self.push.is_in_flight(),
            token_asked: self.token == Token::Asked,
            set_aside_until: self.suspects.find(entry, &lane),
            low,
            pause: pauses.into_iter().flatten().max_by_key(|(_, until)| *until),
        };
        Ok(json(&why(&place, situation, now)))
    }
}
