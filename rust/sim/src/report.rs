//! Many runs in numbers.

use std::collections::BTreeMap;
use std::fmt;

use crate::fault::{Fault, Fired};
use crate::finding::{Damage, Invariant};
use crate::scenario::Profile;
use crate::world::Outcome;

const MS_PER_DAY: u64 = 24 * 3_600_000;
/// How much of what is sent from Wi-Fi at home must be answered at the first attempt.
const WIFI_SUCCESS: f64 = 0.95;
/// Of fewer entries the share is chance.
const WIFI_ENTRIES: u64 = 2_000;

/// Sums over runs.
#[derive(Default)]
pub struct Report {
    runs: u64,
    devices: u64,
    device_ms: u64,
    messages: u64,
    fired: Fired,
    attempts: BTreeMap<Profile, (u64, u64)>,
    findings: BTreeMap<Invariant, u64>,
}

impl Report {
    /// Adds a run.
    pub fn add(&mut self, outcome: &Outcome) {
        self.runs += 1;
        self.devices += outcome.devices;
        self.device_ms += outcome.device_ms;
        self.messages += outcome.messages;
        self.fired += &outcome.fired;
        for (profile, (sent, at_once)) in &outcome.attempts {
            let sums = self.attempts.entry(*profile).or_default();
            sums.0 += sent;
            sums.1 += at_once;
        }
        for finding in &outcome.findings {
            *self.findings.entry(finding.invariant).or_default() += 1;
        }
    }

    /// Runs so far.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Whether every rule held.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let sent = self.attempts.get(&Profile::Wifi).map_or(0, |(sent, _)| *sent);
        let is_enough =
            sent < WIFI_ENTRIES || self.success(Profile::Wifi).is_none_or(|it| it >= WIFI_SUCCESS);
        self.findings.is_empty() && is_enough
    }

    fn success(&self, profile: Profile) -> Option<f64> {
        let (sent, at_once) = self.attempts.get(&profile)?;
        (*sent > 0).then(|| *at_once as f64 / *sent as f64)
    }

    fn damage(&self, damage: Damage) -> u64 {
        let of_it = self.findings.iter().filter(|(invariant, _)| invariant.damage() == damage);
        of_it.map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "faults that fired\n{}", self.fired)?;
        writeln!(formatter, "first-attempt success")?;
        for profile in Profile::ALL {
            let (sent, _) = self.attempts.get(&profile).copied().unwrap_or_default();
            let success = self.success(profile).unwrap_or(1.0) * 100.0;
            writeln!(formatter, "  {:<20} {success:>8.1} % of {sent}", profile.word())?;
        }
        for (invariant, count) in &self.findings {
            writeln!(formatter, "BROKEN {count} times: {}", invariant.words())?;
        }
        write!(
            formatter,
            "runs={} devices={} device_days={} messages={} kills={} power_cuts={} lost={} duplicated={} out_of_order={} stuck={} diverged={}",
            self.runs,
            self.devices,
            self.device_ms / MS_PER_DAY,
            self.messages,
            self.fired.times(Fault::Kill) + self.fired.times(Fault::KillAtWrite),
            self.fired.times(Fault::PowerCut),
            self.damage(Damage::Lost),
            self.damage(Damage::Duplicated),
            self.damage(Damage::OutOfOrder),
            self.damage(Damage::Stuck),
            self.damage(Damage::Diverged),
        )
    }
}
