//! When a write was made, so that writes of different devices can be compared: a hybrid
//! logical clock (Kulkarni et al., "Logical Physical Clocks", OPODIS 2014).
//!
//! A stamp follows the device's clock where that is right, and never lies before a stamp
//! that the device has made or seen. So a write that answers another is later than it,
//! however wrong the clocks are.

use std::fmt;

use crate::time::Timestamp;

/// Names the database that made a stamp, so that no two stamps are equal.
pub type NodeId = u64;

/// How far ahead of the device's own clock a received stamp may lie and still move it, in
/// milliseconds. A device whose clock is years ahead must not take all others along.
pub const MAX_CLOCK_DRIFT_MS: u64 = 5 * 60_000;

/// Length of a stamp as text: 12 + 4 + 16 hexadecimal digits with a dash between them.
const STAMP_BYTES: usize = 34;
/// Milliseconds that 48 bits hold: until the year 10889.
const LAST_WALL_MS: u64 = (1 << 48) - 1;

/// When a write was made. Later stamps are greater, and so are their texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    wall_ms: u64,
    counter: u16,
    node: NodeId,
}

impl Stamp {
    /// Reads a stamp; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |from: usize, to: usize| {
            let part = text.get(from..to)?;
            let is_lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            part.bytes().all(is_lower_hex).then_some(part)
        };
        let bytes = text.as_bytes();
        if bytes.len() != STAMP_BYTES || bytes[12] != b'-' || bytes[17] != b'-' {
            return None;
        }
        Some(Self {
            wall_ms: u64::from_str_radix(digits(0, 12)?, 16).ok()?,
            counter: u16::from_str_radix(digits(13, 17)?, 16).ok()?,
            node: u64::from_str_radix(digits(18, 34)?, 16).ok()?,
        })
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wall_ms, counter, node } = self;
        write!(formatter, "{wall_ms:012x}-{counter:04x}-{node:016x}")
    }
}

/// The latest stamp that a database has made or seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HybridClock {
    wall_ms: u64,
    counter: u16,
}

impl HybridClock {
    /// A clock that goes on after `latest`.
    #[must_use]
    pub fn after(latest: Stamp) -> Self {
        Self { wall_ms: latest.wall_ms, counter: latest.counter }
    }

    /// The stamp of a write made now: later than every stamp made or received before.
    #[must_use]
    pub fn tick(&mut self, node: NodeId, now: Timestamp) -> Stamp {
        let now_ms = wall_of(now);
        *self =
            if now_ms > self.wall_ms { Self { wall_ms: now_ms, counter: 0 } } else { self.next() };
        Stamp { wall_ms: self.wall_ms, counter: self.counter, node }
    }

    /// Takes in a stamp from elsewhere. Answers whether it was taken: one further ahead
    /// than [`MAX_CLOCK_DRIFT_MS`] moves nothing.
    pub fn receive(&mut self, stamp: Stamp, now: Timestamp) -> bool {
        if stamp.wall_ms > wall_of(now).saturating_add(MAX_CLOCK_DRIFT_MS) {
            return false;
        }
        let (wall_ms, counter) = (stamp.wall_ms, stamp.counter);
        if (wall_ms, counter) > (self.wall_ms, self.counter) {
            *self = Self { wall_ms, counter };
        }
        true
    }

    /// The clock as the stamp that [`after`](Self::after) reads.
    #[must_use]
    pub fn latest(&self, node: NodeId) -> Stamp {
        Stamp { wall_ms: self.wall_ms, counter: self.counter, node }
    }

    fn next(self) -> Self {
        match self.counter.checked_add(1) {
            Some(counter) => Self { counter, ..self },
            None => Self { wall_ms: (self.wall_ms + 1).min(LAST_WALL_MS), counter: 0 },
        }
    }
}

fn wall_of(now: Timestamp) -> u64 {
    u64::try_from(now.0).unwrap_or(0).min(LAST_WALL_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    #[test]
    fn a_stamp_is_read_back_from_its_text_and_nothing_else_is() {
        let stamp = HybridClock::default().tick(0xBEEF, NOW);
        let text = stamp.to_string();
        assert_eq!((text.len(), Stamp::parse(&text)), (STAMP_BYTES, Some(stamp)));
        for other in ["", "soon", &text[1..], &text.to_uppercase(), &format!("{text}0")] {
            assert_eq!(Stamp::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_clock_that_steps_back_makes_later_stamps_all_the_same() {
        let mut clock = HybridClock::default();
        let before = clock.tick(1, NOW);
        let after = clock.tick(1, Timestamp(NOW.0 - 3 * 3_600_000));
        assert!(after > before);
    }

    #[test]
    fn an_answer_is_later_than_what_it_answers() {
        let mut ahead = HybridClock::default();
        let question = ahead.tick(9, NOW.plus_ms(60_000));
        let mut behind = HybridClock::default();
        assert!(behind.receive(question, NOW));
        assert!(behind.tick(1, NOW) > question);
    }

    #[test]
    fn a_clock_that_is_years_ahead_takes_nobody_along() {
        let mut wrong = HybridClock::default();
        let far = wrong.tick(9, NOW.plus_ms(MAX_CLOCK_DRIFT_MS + 1));
        let mut clock = HybridClock::default();
        assert!(!clock.receive(far, NOW));
        assert!(clock.tick(1, NOW) < far);
    }

    #[test]
    fn a_full_counter_moves_the_millisecond() {
        let mut clock = HybridClock { wall_ms: 7, counter: u16::MAX };
        assert!(
            clock.tick(1, Timestamp(7)) > HybridClock { wall_ms: 7, counter: u16::MAX }.latest(1)
        );
    }

    proptest! {
        #[test]
        fn stamps_of_one_clock_only_rise_and_their_texts_sort_as_they_do(
            steps in proptest::collection::vec((any::<bool>(), any::<i64>(), any::<u64>()), 1..40),
        ) {
            let mut clock = HybridClock::default();
            let mut last: Option<Stamp> = None;
            for (receives, now, wall_ms) in steps {
                let now = Timestamp(now % (1 << 40));
                if receives {
                    let stamp = Stamp { wall_ms: wall_ms % (1 << 40), counter: 3, node: 2 };
                    clock.receive(stamp, now);
                    continue;
                }
                let stamp = clock.tick(1, now);
                if let Some(last) = last {
                    prop_assert!(stamp > last);
                    prop_assert!(stamp.to_string() > last.to_string());
                }
                last = Some(stamp);
            }
        }
    }
}
