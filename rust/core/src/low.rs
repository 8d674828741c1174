//! Low priority: what waits for a good network, and what ends the wait.

use crate::entry::Priority;
use crate::environment::{Environment, Power};
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::view::LowWaiting;

/// What a batch of 100 message-like entries keeps of its bytes when it is compressed, in
/// percent, measured.
pub const COMPRESSED_PERCENT: u64 = 43;

/// Which lanes of the outbox are to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Urgency {
    /// Lanes of at least this priority.
    pub least: Priority,
    /// Also those that only gather, because the app asked for everything.
    pub eager: bool,
}

/// Whether entries of low priority go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LowWait {
    /// They do.
    Goes,
    /// They wait for a good network, at the latest until the oldest is old enough.
    Until(Timestamp),
}

/// Which lanes to look at; `asked` while a call of `sync()` waits.
#[must_use]
pub fn urgency(
    low: &LowWaiting,
    environment: Environment,
    asked: bool,
    now: Timestamp,
    policy: &Policy,
) -> Urgency {
    let goes = low_wait(low, environment, asked, now, policy) == LowWait::Goes;
    Urgency { least: if goes { Priority::Low } else { Priority::Normal }, eager: asked }
}

/// Whether entries of low priority go at `now`.
#[must_use]
pub fn low_wait(
    low: &LowWaiting,
    environment: Environment,
    asked: bool,
    now: Timestamp,
    policy: &Policy,
) -> LowWait {
    let is_good =
        environment.network.satisfies(policy.low_network) && environment.power != Power::Low;
    let compressed_bytes = low.bytes.saturating_mul(COMPRESSED_PERCENT) / 100;
    let Some(oldest) = low.oldest.filter(|_| !asked && !is_good) else { return LowWait::Goes };
    if compressed_bytes >= policy.low_max_bytes {
        return LowWait::Goes;
    }
    let until = oldest.plus_ms(policy.low_max_age_ms);
    // Twice the age: a clock that stepped back a few hours sends nothing early. After one
    // that stepped back for longer nobody knows how old the entry is, and it goes.
    if until.is_ahead(now, policy.low_max_age_ms.saturating_mul(2)) {
        LowWait::Until(until)
    } else {
        LowWait::Goes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{Network, NetworkKind};

    const NOW: Timestamp = Timestamp(1_000_000_000_000);
    const HOUR_MS: u64 = 3_600_000;

    fn on(kind: NetworkKind) -> Environment {
        Environment { network: Network::of(kind), ..Environment::default() }
    }

    fn waiting(bytes: u64, age_ms: u64) -> LowWaiting {
        let written = Timestamp(NOW.0 - i64::try_from(age_ms).expect("a few days"));
        LowWaiting { entries: 1, bytes, oldest: Some(written) }
    }

    fn goes(low: LowWaiting, environment: Environment, asked: bool) -> bool {
        let wait = low_wait(&low, environment, asked, NOW, &Policy::default());
        let urgency = urgency(&low, environment, asked, NOW, &Policy::default());
        assert_eq!(wait == LowWait::Goes, urgency.least == Priority::Low);
        assert_eq!(urgency.eager, asked);
        wait == LowWait::Goes
    }

    #[test]
    fn low_waits_for_an_unmetered_network() {
        let low = waiting(1_000, HOUR_MS);
        assert!(goes(low, on(NetworkKind::Wifi), false));
        assert!(goes(low, on(NetworkKind::Unknown), false));
        assert!(!goes(low, on(NetworkKind::Cellular), false));
        assert!(!goes(low, on(NetworkKind::None), false));
    }

    #[test]
    fn an_empty_battery_is_as_good_as_a_bad_network() {
        let low = Environment { power: Power::Low, ..on(NetworkKind::Wifi) };
        assert!(!goes(waiting(1_000, HOUR_MS), low, false));
    }

    #[test]
    fn age_volume_and_the_user_end_the_wait() {
        let cellular = on(NetworkKind::Cellular);
        assert!(!goes(waiting(1_000, 24 * HOUR_MS - 1), cellular, false));
        assert!(goes(waiting(1_000, 24 * HOUR_MS), cellular, false));
        // 1 MB after compression.
        assert!(!goes(waiting(2_325_000, HOUR_MS), cellular, false));
        assert!(goes(waiting(2_326_000, HOUR_MS), cellular, false));
        assert!(goes(waiting(1_000, HOUR_MS), cellular, true));
    }

    #[test]
    fn a_clock_that_stepped_back_hours_sends_nothing_early_and_one_of_days_holds_nothing() {
        let written_ahead =
            |ahead_ms| LowWaiting { oldest: Some(NOW.plus_ms(ahead_ms)), ..waiting(1_000, 0) };
        let cellular = on(NetworkKind::Cellular);
        assert!(!goes(written_ahead(5 * HOUR_MS), cellular, false));
        assert!(goes(written_ahead(25 * HOUR_MS), cellular, false));
    }
}
