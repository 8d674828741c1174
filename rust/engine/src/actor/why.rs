//! Answers why an entry has not gone yet.

use mailboat_core::{EntryId, Situation, Timestamp, low_wait, paused_until, why};

use super::{Actor, Route, Token};
use crate::engine::json;
use crate::waist::WaistError;

impl Actor {
    pub(super) fn why(&self, entry: EntryId, now: Timestamp) -> Result<String, WaistError> {
        let (place, lane) = self.writer.reads().place(entry)?;
        let asked = self.sync.is_asked();
        let low = low_wait(&self.writer.low()?, self.environment, asked, now, &self.policy);
        let pause = paused_until(self.backend, self.storage, now, &self.policy);
        let situation = Situation {
            has_backend: self.route != Route::None,
            in_flight: self.push.carries(entry),
            push_in_flight: self.push.is_in_flight(),
            token_asked: self.token == Token::Asked,
            set_aside_until: self.suspects.find(entry, &lane),
            low,
            pause: pause.map(|pause| (pause.cause, pause.until)),
        };
        Ok(json(&why(&place, situation, now)))
    }
}
