//! A long time without the backend, worth telling the user.

use crate::time::Timestamp;

/// So long without an answer while something is pending counts as long offline, in
/// milliseconds: a day.
pub const LONG_OFFLINE_MS: u64 = 24 * 3_600_000;

/// How long nothing has come through. One spell is told once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LongOffline {
    /// Since when something waits without an answer.
    since: Option<Timestamp>,
    told: bool,
}

/// What a look at it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spell {
    /// Since when, if it is to be told now.
    pub tell: Option<Timestamp>,
    /// When to look again.
    pub look_at: Option<Timestamp>,
}

impl LongOffline {
    /// A file was opened in which something has waited since `oldest`.
    #[must_use]
    pub fn opened(oldest: Option<Timestamp>, last_answer: Option<Timestamp>) -> Self {
        Self { since: oldest.map(|at| last_answer.map_or(at, |last| last.max(at))), told: false }
    }

    /// The backend answered.
    #[must_use]
    pub fn after_answer(self, now: Timestamp) -> Self {
        Self { since: self.since.map(|_| now), told: false }
    }

    /// Looks whether the spell is long by now.
    #[must_use]
    pub fn look(self, pending: bool, now: Timestamp) -> (Self, Spell) {
        if !pending {
            return (Self::default(), Spell::default());
        }
        // A spell that begins ahead was noted before the clock stepped back.
        let since = self.since.unwrap_or(now).min(now);
        let kept = Self { since: Some(since), ..self };
        if self.told {
            return (kept, Spell::default());
        }
        let long_at = since.plus_ms(LONG_OFFLINE_MS);
        if long_at <= now {
            return (Self { told: true, ..kept }, Spell { tell: Some(since), look_at: None });
        }
        (kept, Spell { tell: None, look_at: Some(long_at) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    #[test]
    fn a_day_without_an_answer_is_told_once_a_spell() {
        let (offline, spell) = LongOffline::default().look(true, NOW);
        let day_later = NOW.plus_ms(LONG_OFFLINE_MS);
        assert_eq!(spell, Spell { tell: None, look_at: Some(day_later) });
        let (offline, spell) = offline.look(true, day_later);
        assert_eq!(spell, Spell { tell: Some(NOW), look_at: None });
        let (offline, spell) = offline.look(true, day_later.plus_ms(LONG_OFFLINE_MS));
        assert_eq!(spell, Spell::default());
        let (_, spell) = offline.after_answer(day_later).look(true, day_later);
        assert_eq!(spell.look_at, Some(day_later.plus_ms(LONG_OFFLINE_MS)), "a new spell");
    }

    #[test]
    fn nothing_pending_is_nothing_to_tell() {
        let (offline, _) = LongOffline::default().look(true, NOW);
        let (offline, _) = offline.look(false, NOW);
        let later = NOW.plus_ms(2 * LONG_OFFLINE_MS);
        assert_eq!(offline.look(true, later).1.tell, None, "it began to wait just now");
    }

    #[test]
    fn a_spell_goes_on_where_the_last_run_of_the_app_left_it() {
        let two_days_later = NOW.plus_ms(2 * LONG_OFFLINE_MS);
        let opened = LongOffline::opened(Some(NOW), None);
        assert_eq!(opened.look(true, two_days_later).1.tell, Some(NOW));
        let opened = LongOffline::opened(Some(NOW), Some(two_days_later));
        assert_eq!(opened.look(true, two_days_later).1.tell, None);
        assert_eq!(LongOffline::opened(None, Some(NOW)), LongOffline::default());
    }

    #[test]
    fn a_clock_that_stepped_back_hours_begins_the_spell_anew() {
        let (offline, _) = LongOffline::default().look(true, NOW);
        let earlier = Timestamp(NOW.0 - 5 * 3_600_000);
        let (_, spell) = offline.look(true, earlier);
        assert_eq!(spell.look_at, Some(earlier.plus_ms(LONG_OFFLINE_MS)));
    }
}
