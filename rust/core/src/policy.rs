//! The numbers of sending and pulling. Data, so that an app can change them and a
//! test can see what each does.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::environment::NetworkNeed;

/// Delays and limits; what a config leaves out keeps its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[ts(export_to = "waist.ts", optional_fields)]
pub struct Policy {
    /// Retries of one entry after its first attempt; then it is a dead letter.
    #[ts(as = "Option<_>")]
    pub max_retries: u32,
    /// Ceiling of the first retry's delay, in milliseconds.
    #[ts(as = "Option<f64>")]
    pub base_ms: u64,
    /// Each further ceiling is this many times the one before.
    #[ts(as = "Option<_>")]
    pub factor: u32,
    /// Largest ceiling, in milliseconds.
    #[ts(as = "Option<f64>")]
    pub max_delay_ms: u64,
    /// Longest `Retry-After` that is believed, in milliseconds.
    #[ts(as = "Option<f64>")]
    pub max_retry_after_ms: u64,
    /// Most entries in one push.
    #[ts(as = "Option<_>")]
    pub batch_entries: u32,
    /// Most bytes of values in one push; a larger entry goes alone.
    #[ts(as = "Option<_>")]
    pub batch_bytes: u32,
    /// Most changes in one pull.
    #[ts(as = "Option<_>")]
    pub pull_limit: u32,
    /// Most changes in one pull on a metered or a weak network.
    #[ts(as = "Option<_>")]
    pub metered_pull_limit: u32,
    /// Milliseconds between pulls in the foreground when nothing else asks for one.
    #[ts(as = "Option<f64>")]
    pub pull_interval_ms: u64,
    /// Milliseconds between probes while the platform says there is no network.
    #[ts(as = "Option<f64>")]
    pub offline_probe_ms: u64,
    /// Milliseconds until a request counts as lost.
    #[ts(as = "Option<f64>")]
    pub request_timeout_ms: u64,
    /// Milliseconds that JavaScript has to answer a question.
    #[ts(as = "Option<f64>")]
    pub question_timeout_ms: u64,
    /// Milliseconds that a write which is `batched` waits for company at the most.
    #[ts(as = "Option<f64>")]
    pub batch_window_ms: u64,
    /// Writes that are `scheduled` go at each full multiple of so many milliseconds.
    #[ts(as = "Option<f64>")]
    pub schedule_ms: u64,
    /// Milliseconds until a write that is `serverFirst` resolves without the server's answer.
    #[ts(as = "Option<f64>")]
    pub server_first_timeout_ms: u64,
    /// What network an entry of low priority waits for.
    #[ts(as = "Option<_>")]
    pub low_network: NetworkNeed,
    /// Milliseconds after which it goes on any network.
    #[ts(as = "Option<f64>")]
    pub low_max_age_ms: u64,
    /// Bytes of entries of low priority, as they travel, from which on they go on any network.
    #[ts(as = "Option<f64>")]
    pub low_max_bytes: u64,
    /// What network a large pull waits for: the first one, and those by interval.
    #[ts(as = "Option<_>")]
    pub bulk_network: NetworkNeed,
    /// Failures of whole requests in a row that open the circuit breaker.
    #[ts(as = "Option<_>")]
    pub breaker_failures: u32,
    /// Milliseconds that it is open the first time, at the most.
    #[ts(as = "Option<f64>")]
    pub breaker_open_ms: u64,
    /// Milliseconds that it is open at the most, however often its probe fails.
    #[ts(as = "Option<f64>")]
    pub breaker_max_open_ms: u64,
    /// Retries of whole requests that the answered ones pay for, in percent.
    #[ts(as = "Option<_>")]
    pub retry_budget_percent: u32,
    /// Milliseconds between retries that nothing pays for.
    #[ts(as = "Option<f64>")]
    pub retry_floor_ms: u64,
    /// The first request after the network came back is spread over so many milliseconds.
    #[ts(as = "Option<f64>")]
    pub edge_spread_ms: u64,
    /// The first request after the backend was lost otherwise is spread over so many.
    #[ts(as = "Option<f64>")]
    pub reconnect_spread_ms: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_retries: 5,
            base_ms: 1_000,
            factor: 2,
            max_delay_ms: 60_000,
            max_retry_after_ms: 3_600_000,
            batch_entries: 100,
            batch_bytes: 256 * 1024,
            pull_limit: 500,
            metered_pull_limit: 100,
            pull_interval_ms: 15 * 60_000,
            offline_probe_ms: 60_000,
            request_timeout_ms: 30_000,
            question_timeout_ms: 30_000,
            batch_window_ms: 5_000,
            schedule_ms: 15 * 60_000,
            server_first_timeout_ms: 10_000,
            low_network: NetworkNeed::Unmetered,
            low_max_age_ms: 24 * 3_600_000,
            low_max_bytes: 1_000_000,
            bulk_network: NetworkNeed::Any,
            breaker_failures: 5,
            breaker_open_ms: 30_000,
            breaker_max_open_ms: 300_000,
            retry_budget_percent: 10,
            retry_floor_ms: 5_000,
            edge_spread_ms: 1_000,
            reconnect_spread_ms: 5_000,
        }
    }
}

/// A day, in milliseconds: the longest delay that a policy may ask for.
const DAY_MS: u64 = 86_400_000;

impl Policy {
    /// For apps that collect data in the field: three retries, Wi-Fi first.
    ///
    /// The rest of the preset belongs to collections: conflicts are settled as
    /// `clientWins`, and `operations` are create and update.
    #[must_use]
    pub fn field_data() -> Self {
        Self { max_retries: 3, bulk_network: NetworkNeed::Unmetered, ..Self::default() }
    }

    /// Why these numbers cannot work, as a sentence; `None` when they can.
    #[must_use]
    pub fn flaw(&self) -> Option<String> {
        let out_of_range =
            |(_, value, least, most): &(&str, u64, u64, u64)| !(*least..=*most).contains(value);
        let mut ranges = self.send_ranges().into_iter().chain(self.calm_ranges());
        if let Some((name, value, least, most)) = ranges.find(out_of_range) {
            return Some(format!("policy.{name} is {value}; it must be {least} to {most}"));
        }
        if self.breaker_max_open_ms < self.breaker_open_ms {
            return Some("policy.breakerMaxOpenMs is less than policy.breakerOpenMs".into());
        }
        None
    }

    fn send_ranges(&self) -> [(&'static str, u64, u64, u64); 15] {
        [
            ("batchWindowMs", self.batch_window_ms, 1, 3_600_000),
            ("scheduleMs", self.schedule_ms, 60_000, DAY_MS),
            ("serverFirstTimeoutMs", self.server_first_timeout_ms, 100, 600_000),
            ("maxRetries", self.max_retries.into(), 0, 100),
            ("baseMs", self.base_ms, 1, 3_600_000),
            ("factor", self.factor.into(), 1, 10),
            ("maxDelayMs", self.max_delay_ms, 1, DAY_MS),
            ("maxRetryAfterMs", self.max_retry_after_ms, 1, DAY_MS),
            ("batchEntries", self.batch_entries.into(), 1, 100),
            ("batchBytes", self.batch_bytes.into(), 1_024, 1024 * 1024),
            ("pullLimit", self.pull_limit.into(), 1, 500),
            ("meteredPullLimit", self.metered_pull_limit.into(), 1, 500),
            ("pullIntervalMs", self.pull_interval_ms, 1_000, DAY_MS),
            ("requestTimeoutMs", self.request_timeout_ms, 100, 600_000),
            ("questionTimeoutMs", self.question_timeout_ms, 100, 600_000),
        ]
    }

    fn calm_ranges(&self) -> [(&'static str, u64, u64, u64); 10] {
        [
            ("offlineProbeMs", self.offline_probe_ms, 1_000, DAY_MS),
            ("lowMaxAgeMs", self.low_max_age_ms, 0, 30 * DAY_MS),
            ("lowMaxBytes", self.low_max_bytes, 0, 1 << 40),
            ("breakerFailures", self.breaker_failures.into(), 1, 1_000),
            ("breakerOpenMs", self.breaker_open_ms, 1, DAY_MS),
            ("breakerMaxOpenMs", self.breaker_max_open_ms, 1, DAY_MS),
            ("retryBudgetPercent", self.retry_budget_percent.into(), 0, 100),
            ("retryFloorMs", self.retry_floor_ms, 1, DAY_MS),
            ("edgeSpreadMs", self.edge_spread_ms, 0, 3_600_000),
            ("reconnectSpreadMs", self.reconnect_spread_ms, 0, 3_600_000),
        ]
    }

    /// The longest that an entry waits for a time on it, or its lane for one, in milliseconds.
    pub fn longest_wait_ms(&self) -> u64 {
        self.longest_delay_ms().max(self.batch_window_ms).max(self.schedule_ms)
    }

    /// The longest that anything but an entry of low priority is put off, in milliseconds.
    pub fn longest_delay_ms(&self) -> u64 {
        [
            self.max_delay_ms,
            self.max_retry_after_ms,
            self.offline_probe_ms,
            self.breaker_max_open_ms,
            self.retry_floor_ms,
            self.edge_spread_ms,
            self.reconnect_spread_ms,
        ]
        .into_iter()
        .max()
        .unwrap_or(DAY_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_policies_that_we_ship_can_work() {
        assert_eq!(Policy::default().flaw(), None);
        assert_eq!(Policy::field_data().flaw(), None);
    }

    #[test]
    fn a_number_out_of_range_is_named() {
        let policy = Policy { breaker_failures: 0, ..Policy::default() };
        let sentence = policy.flaw().expect("no failure cannot open anything");
        assert!(sentence.contains("policy.breakerFailures is 0"), "{sentence}");
        let policy = Policy { breaker_open_ms: 400_000, ..Policy::default() };
        let sentence = policy.flaw().expect("it cannot be open longer than the longest");
        assert!(sentence.contains("breakerMaxOpenMs"), "{sentence}");
        let policy = Policy { request_timeout_ms: 99, ..Policy::default() };
        assert!(policy.flaw().is_some());
        let policy = Policy { question_timeout_ms: 600_001, ..Policy::default() };
        assert!(policy.flaw().is_some());
    }
}
