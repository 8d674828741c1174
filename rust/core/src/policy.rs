//! The numbers of sending and pulling. Data, so that an app can change them and a
//! test can see what each does.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
            pull_interval_ms: 15 * 60_000,
            offline_probe_ms: 60_000,
            request_timeout_ms: 30_000,
            question_timeout_ms: 30_000,
            batch_window_ms: 5_000,
            schedule_ms: 15 * 60_000,
            server_first_timeout_ms: 10_000,
        }
    }
}

impl Policy {
    /// Why these numbers cannot work, as a sentence; `None` when they can.
    #[must_use]
    pub fn flaw(&self) -> Option<String> {
        let ranges: [(&str, u64, u64, u64); 14] = [
            ("batchWindowMs", self.batch_window_ms, 1, 3_600_000),
            ("scheduleMs", self.schedule_ms, 60_000, 86_400_000),
            ("serverFirstTimeoutMs", self.server_first_timeout_ms, 100, 600_000),
            ("maxRetries", self.max_retries.into(), 0, 100),
            ("baseMs", self.base_ms, 1, 3_600_000),
            ("factor", self.factor.into(), 1, 10),
            ("maxDelayMs", self.max_delay_ms, 1, 86_400_000),
            ("maxRetryAfterMs", self.max_retry_after_ms, 1, 86_400_000),
            ("batchEntries", self.batch_entries.into(), 1, 100),
            ("batchBytes", self.batch_bytes.into(), 1_024, 1024 * 1024),
            ("pullLimit", self.pull_limit.into(), 1, 500),
            ("pullIntervalMs", self.pull_interval_ms, 1_000, 86_400_000),
            ("offlineProbeMs", self.offline_probe_ms, 1_000, 86_400_000),
            (
                "requestTimeoutMs",
                self.request_timeout_ms.min(self.question_timeout_ms),
                100,
                600_000,
            ),
        ];
        ranges.into_iter().find(|(_, value, least, most)| !(least..=most).contains(&value)).map(
            |(name, value, least, most)| {
                format!("policy.{name} is {value}; it must be {least} to {most}")
            },
        )
    }
}
