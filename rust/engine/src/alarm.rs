//! When the actor is to look again though nothing came.

use mailboat_core::Timestamp;

/// A time to wake at, and the time at which it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alarm {
    at: Option<Timestamp>,
    set_at: Timestamp,
}

impl Alarm {
    /// Set at `now`.
    pub fn new(at: Option<Timestamp>, now: Timestamp) -> Self {
        Self { at, set_at: now }
    }

    /// When it rings, while the clock runs on; `None` for never.
    pub fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// Whether to take a turn. A clock that has stepped back behind the setting of the
    /// alarm would put it out of sight by as much: then the core is asked anew.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| at <= now || now < self.set_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn an_alarm_rings_at_its_time_and_not_before() {
        let alarm = Alarm::new(Some(NOW.plus_ms(4_000)), NOW);
        assert!(!alarm.is_due(NOW.plus_ms(3_999)));
        assert!(alarm.is_due(NOW.plus_ms(4_000)));
    }

    #[test]
    fn a_clock_that_stepped_back_rings_it_at_once() {
        let alarm = Alarm::new(Some(NOW.plus_ms(4_000)), NOW);
        assert!(alarm.is_due(Timestamp(NOW.0 - 1)));
        assert!(!Alarm::new(None, NOW).is_due(Timestamp(NOW.0 - 1)));
    }
}
