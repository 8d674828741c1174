//! When to pull, and how much.

use crate::environment::{AppState, Environment, NetworkNeed, Power};
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::view::{PullTrigger, PullView, View};

/// While batches are going out, a hint is answered at most this often, in
/// milliseconds: most hints are echoes of our own writes.
pub const BUSY_PULL_SPACING_MS: u64 = 2_000;
/// With an empty battery the interval between pulls is this many times as long.
const LOW_POWER_INTERVALS: u64 = 4;

/// Why to pull now, or when to.
pub(crate) fn pull(
    view: &View,
    busy: bool,
    environment: Environment,
    now: Timestamp,
    policy: &Policy,
) -> (Option<PullTrigger>, Option<Timestamp>) {
    let pull = &view.pull;
    if pull.in_flight || pull.is_full {
        return (None, None);
    }
    if let Some(trigger) = pull.trigger {
        return if let Some(later) = hint_waits(pull, busy, now, policy) {
            (None, Some(later))
        } else if is_initial(pull) && !bulk_goes(view, environment, policy) {
            // A network edge, or the user, wakes it: no time does.
            (None, None)
        } else {
            (Some(trigger), None)
        };
    }
    by_interval(view, environment, now, policy)
}

/// Most changes to ask for.
pub(crate) fn limit(view: &View, environment: Environment, policy: &Policy) -> u32 {
    if environment.network.is_metered() || view.is_weak {
        policy.pull_limit.min(policy.metered_pull_limit)
    } else {
        policy.pull_limit
    }
}

/// Until when a hint waits, if it does.
fn hint_waits(pull: &PullView, busy: bool, now: Timestamp, policy: &Policy) -> Option<Timestamp> {
    if pull.trigger != Some(PullTrigger::Hint) {
        return None;
    }
    let spaced = pull.last_ended_at.filter(|_| busy);
    let spaced = spaced.map(|last| last.plus_ms(BUSY_PULL_SPACING_MS));
    let longest_ms = policy.longest_delay_ms().max(BUSY_PULL_SPACING_MS);
    let is_ahead = |at: &Timestamp| at.is_ahead(now, longest_ms);
    spaced.into_iter().chain(pull.hint_not_before).filter(is_ahead).max()
}

fn by_interval(
    view: &View,
    environment: Environment,
    now: Timestamp,
    policy: &Policy,
) -> (Option<PullTrigger>, Option<Timestamp>) {
    let in_front = environment.app_state == AppState::Foreground;
    let Some(last) = view.pull.last_ended_at.filter(|_| in_front) else { return (None, None) };
    let mut interval_ms = policy.pull_interval_ms;
    if environment.power == Power::Low {
        interval_ms = interval_ms.saturating_mul(LOW_POWER_INTERVALS);
    }
    if !bulk_goes(view, environment, policy) {
        interval_ms = interval_ms.max(policy.low_max_age_ms);
    }
    let due = last.plus_ms(interval_ms);
    // A clock that stepped back would put the next pull out of sight.
    if due <= now || last > now {
        return (Some(PullTrigger::Interval), None);
    }
    (None, Some(due))
}

/// Whether a pull that may be large goes.
fn bulk_goes(view: &View, environment: Environment, policy: &Policy) -> bool {
    // Where any network will do, the backoff alone decides, as it does for what is small.
    policy.bulk_network == NetworkNeed::Any
        || view.asked
        || view.pull.trigger == Some(PullTrigger::Request)
        || environment.network.satisfies(policy.bulk_network)
}

/// Whether everything is still to be fetched.
fn is_initial(pull: &PullView) -> bool {
    pull.last_ended_at.is_none()
}
