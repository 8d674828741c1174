//! How good the network is, judged by our own requests: latency, loss, throughput, and
//! how often it comes and goes.
//!
//! Averages are exponentially weighted moving ones in whole numbers, so that a replay
//! gives the same digits everywhere.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::time::Timestamp;

/// Weight of the newest sample in each average, in percent.
const NEWEST_PERCENT: u64 = 20;
/// Samples before an average says anything.
const LEAST_SAMPLES: u32 = 3;
/// Averages that no request has renewed for so long say nothing any more, in milliseconds.
const STALE_MS: u64 = 10 * 60_000;
/// Answers of fewer bytes measure latency, not throughput.
const LEAST_THROUGHPUT_BYTES: u64 = 16 * 1024;
/// From this average latency on the network is fair at best, in milliseconds.
const FAIR_LATENCY_MS: u64 = 600;
/// From this average latency on it is poor, in milliseconds.
const POOR_LATENCY_MS: u64 = 2_500;
/// From this share of requests without an answer on it is fair at best, in thousandths.
const FAIR_LOSS_PERMILLE: u64 = 50;
/// From this share on it is poor, in thousandths.
const POOR_LOSS_PERMILLE: u64 = 250;
/// Below this throughput it is fair at best, in bytes a second.
const FAIR_BYTES_PER_S: u64 = 64 * 1024;
/// Below this throughput it is poor, in bytes a second.
const POOR_BYTES_PER_S: u64 = 8 * 1024;
/// Comings and goings within [`FLAPPING_WINDOW_MS`] that make a network flapping.
const FLAPPING_EDGES: usize = 4;
/// The window in which they are counted, in milliseconds.
const FLAPPING_WINDOW_MS: u64 = 60_000;

/// How good the network is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Quality {
    /// Too few requests lately to say.
    #[default]
    Unknown,
    /// Quick and without loss.
    Good,
    /// Slow, or some requests get no answer.
    Fair,
    /// Very slow, or many requests get no answer: batches and pages are smaller.
    Poor,
}

/// Whether the network stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Stability {
    /// It does.
    #[default]
    Stable,
    /// It comes and goes: batches and pages are smaller.
    Flapping,
}

/// One request, as the network showed itself in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Whether any answer came, whatever it said.
    pub answered: bool,
    /// Milliseconds from the request to the end of its answer.
    pub elapsed_ms: u64,
    /// Bytes that went and came.
    pub bytes: u64,
}

/// What our own requests, and the platform's word, have shown so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    samples: u32,
    latency_ms: u64,
    loss_permille: u64,
    bytes_per_s: Option<u64>,
    sampled_at: Option<Timestamp>,
    /// The newest comings and goings, oldest first.
    edges: [Option<Timestamp>; FLAPPING_EDGES],
    reached: Option<bool>,
}

impl Observed {
    /// Takes a request into account.
    #[must_use]
    pub fn with_sample(mut self, sample: Sample, now: Timestamp) -> Self {
        if self.is_stale(now) {
            self = self.forgotten();
        }
        let first = self.samples == 0;
        let loss_permille = if sample.answered { 0 } else { 1_000 };
        self.loss_permille = average(self.loss_permille, loss_permille, first);
        if sample.answered {
            let first = self.latency_ms == 0;
            self.latency_ms = average(self.latency_ms, sample.elapsed_ms.max(1), first);
            if sample.bytes >= LEAST_THROUGHPUT_BYTES {
                let bytes_per_s = sample.bytes.saturating_mul(1_000) / sample.elapsed_ms.max(1);
                let before = self.bytes_per_s;
                self.bytes_per_s =
                    Some(average(before.unwrap_or(0), bytes_per_s, before.is_none()));
            }
        }
        self.samples = self.samples.saturating_add(1);
        self.sampled_at = Some(now);
        // Outcomes see a network come and go that the platform takes for standing.
        let flipped = self.reached.is_some_and(|before| before != sample.answered);
        self.reached = Some(sample.answered);
        if flipped { self.with_edge(now) } else { self }
    }

    /// The network came, went, or became another one.
    #[must_use]
    pub fn with_edge(mut self, now: Timestamp) -> Self {
        self.edges.rotate_left(1);
        self.edges[FLAPPING_EDGES - 1] = Some(now);
        self
    }

    /// Another network: what the old one was like says nothing of it.
    #[must_use]
    pub fn forgotten(self) -> Self {
        Self { edges: self.edges, ..Self::default() }
    }

    /// How good the network is.
    #[must_use]
    pub fn quality(&self, now: Timestamp) -> Quality {
        if self.samples < LEAST_SAMPLES || self.is_stale(now) {
            return Quality::Unknown;
        }
        let slower_than = |limit: u64| self.bytes_per_s.is_some_and(|rate| rate < limit);
        if self.latency_ms >= POOR_LATENCY_MS
            || self.loss_permille >= POOR_LOSS_PERMILLE
            || slower_than(POOR_BYTES_PER_S)
        {
            Quality::Poor
        } else if self.latency_ms >= FAIR_LATENCY_MS
            || self.loss_permille >= FAIR_LOSS_PERMILLE
            || slower_than(FAIR_BYTES_PER_S)
        {
            Quality::Fair
        } else {
            Quality::Good
        }
    }

    /// Whether the network stays.
    #[must_use]
    pub fn stability(&self, now: Timestamp) -> Stability {
        // An edge that lies ahead was noted before the clock stepped back: it does not count.
        let is_recent = |at: &Timestamp| *at <= now && now.since_ms(*at) <= FLAPPING_WINDOW_MS;
        let recent = self.edges.iter().flatten().filter(|at| is_recent(at)).count();
        if recent == FLAPPING_EDGES { Stability::Flapping } else { Stability::Stable }
    }

    /// Whether less should be asked of the network at a time.
    #[must_use]
    pub fn is_weak(&self, now: Timestamp) -> bool {
        self.quality(now) == Quality::Poor || self.stability(now) == Stability::Flapping
    }

    fn is_stale(&self, now: Timestamp) -> bool {
        // A clock that stepped either way makes the age unknown, hence old.
        self.sampled_at.is_some_and(|at| at > now || now.since_ms(at) > STALE_MS)
    }
}

fn average(before: u64, newest: u64, first: bool) -> u64 {
    if first {
        return newest;
    }
    let weighted =
        before.saturating_mul(100 - NEWEST_PERCENT) + newest.saturating_mul(NEWEST_PERCENT);
    weighted / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn after(samples: impl IntoIterator<Item = Sample>) -> Observed {
        let add = |observed: Observed, sample| observed.with_sample(sample, NOW);
        samples.into_iter().fold(Observed::default(), add)
    }

    fn answered(elapsed_ms: u64) -> Sample {
        Sample { answered: true, elapsed_ms, bytes: 500 }
    }

    const LOST: Sample = Sample { answered: false, elapsed_ms: 10_000, bytes: 0 };

    #[test]
    fn a_few_requests_say_how_good_the_network_is() {
        assert_eq!(after([answered(50); 2]).quality(NOW), Quality::Unknown);
        assert_eq!(after([answered(50); 3]).quality(NOW), Quality::Good);
        assert_eq!(after([answered(900); 3]).quality(NOW), Quality::Fair);
        assert_eq!(after([answered(4_000); 3]).quality(NOW), Quality::Poor);
    }

    #[test]
    fn lost_requests_make_it_worse_and_answers_better_again() {
        let mut samples = vec![answered(50); 10];
        samples.push(LOST);
        assert_eq!(after(samples.clone()).quality(NOW), Quality::Fair);
        samples.extend([LOST; 2]);
        assert_eq!(after(samples.clone()).quality(NOW), Quality::Poor);
        samples.extend([answered(50); 12]);
        assert_eq!(after(samples).quality(NOW), Quality::Good);
    }

    #[test]
    fn a_large_answer_measures_throughput() {
        let page = |elapsed_ms| Sample { answered: true, elapsed_ms, bytes: 100_000 };
        assert_eq!(after([page(500); 3]).quality(NOW), Quality::Good);
        // 41 KB a second, then 5.
        assert_eq!(after([page(2_400); 3]).quality(NOW), Quality::Fair);
        assert_eq!(after([page(20_000); 3]).quality(NOW), Quality::Poor);
    }

    #[test]
    fn what_is_long_ago_says_nothing_and_a_clock_that_steps_makes_it_so() {
        let observed = after([answered(50); 5]);
        assert_eq!(observed.quality(NOW.plus_ms(STALE_MS)), Quality::Good);
        assert_eq!(observed.quality(NOW.plus_ms(STALE_MS + 1)), Quality::Unknown);
        assert_eq!(observed.quality(NOW.plus_ms(5 * 3_600_000)), Quality::Unknown);
        let hours_back = Timestamp(NOW.0 - 5 * 3_600_000);
        assert_eq!(observed.quality(hours_back), Quality::Unknown);
        let renewed = observed.with_sample(answered(50), hours_back);
        assert_eq!(renewed.quality(hours_back), Quality::Unknown, "it begins anew");
    }

    #[test]
    fn four_edges_in_a_minute_are_flapping() {
        let edge = |observed: Observed, at_ms| observed.with_edge(NOW.plus_ms(at_ms));
        let observed = [0, 10_000, 20_000, 30_000].into_iter().fold(Observed::default(), edge);
        assert_eq!(observed.stability(NOW.plus_ms(30_000)), Stability::Flapping);
        assert_eq!(observed.stability(NOW.plus_ms(61_000)), Stability::Stable);
        assert_eq!(observed.stability(NOW), Stability::Stable, "the clock stepped back");
        let calm = [0, 10_000, 20_000].into_iter().fold(Observed::default(), edge);
        assert_eq!(calm.stability(NOW.plus_ms(20_000)), Stability::Stable);
    }

    #[test]
    fn answers_that_come_and_fail_by_turns_are_flapping_too() {
        assert!(after([answered(50), LOST, answered(50), LOST, answered(50)]).is_weak(NOW));
        assert_eq!(after([LOST; 5]).stability(NOW), Stability::Stable);
    }

    #[test]
    fn another_network_begins_anew() {
        let observed = after([answered(50); 5]).forgotten();
        assert_eq!(observed.quality(NOW), Quality::Unknown);
    }
}
