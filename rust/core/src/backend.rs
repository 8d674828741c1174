//! How the backend as a whole has been answering, and when it may be asked again.
//!
//! Failures of whole requests end up here and burn no entry's attempt.

use crate::breaker::open_ms;
use crate::budget::RetryBudget;
use crate::delay::{Jitter, retry_delay};
use crate::environment::Network;
use crate::outcome::BackendFailure;
use crate::policy::Policy;
use crate::time::Timestamp;

/// How the backend has been answering. Kept in memory: a restart asks afresh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackendState {
    /// Whole requests that failed in a row.
    pub failures: u32,
    /// No request before its end.
    pub pause: Option<Pause>,
    /// No request before the time that the server itself named (`Retry-After`), whatever
    /// else becomes known of the network, the token or other requests.
    pub floor: Option<Timestamp>,
    /// The token was refused and none has been accepted since.
    pub unauthorized: bool,
    /// Whether the last request got an answer of the contract; `None` before the first.
    pub reached: Option<bool>,
    /// Retries of whole requests that may still go.
    pub budget: RetryBudget,
}

/// A time in which the backend gets no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When it ends.
    pub until: Timestamp,
    /// Why it is.
    pub cause: PauseCause,
}

/// Why the backend gets no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PauseCause {
    /// The last request failed.
    Backoff,
    /// Several in a row did: the circuit breaker is open.
    Breaker,
    /// Too many retries lately.
    Budget,
    /// The server named a time (`Retry-After`).
    Server,
    /// The network is back, and not every device comes at the same moment.
    Spread,
    /// The platform sees no network.
    Offline,
    /// A fresh token was refused as well, or there was none.
    Token,
    /// The disk could not take what came, or what was to leave.
    Storage,
}

impl BackendState {
    /// The pause that holds at `now`. One that ends further off than any delay of the
    /// policy comes from a clock that stepped back, and does not hold.
    #[must_use]
    pub fn paused_until(&self, now: Timestamp, policy: &Policy) -> Option<Pause> {
        let floor = self.floor.map(|until| Pause { until, cause: PauseCause::Server });
        let held = [self.pause, floor].into_iter().flatten().filter(|it| it.holds(now, policy));
        held.reduce(Pause::or_later)
    }

    /// The backend answered as the contract says: what failed before is forgotten. What
    /// the server asked for in another answer stands.
    #[must_use]
    pub fn after_answer(self, policy: &Policy) -> Self {
        Self {
            failures: 0,
            pause: None,
            floor: self.floor,
            unauthorized: false,
            reached: Some(true),
            budget: self.budget.after_answer(policy),
        }
    }

    /// The same for a request that left before the network changed. Its answer says nothing
    /// of the network that there is now, so what follows from that stands.
    #[must_use]
    pub fn after_old_answer(self, policy: &Policy) -> Self {
        let is_of_network =
            |pause: &Pause| matches!(pause.cause, PauseCause::Offline | PauseCause::Spread);
        Self { pause: self.pause.filter(is_of_network), ..self.after_answer(policy) }
    }

    /// The user asks now: no delay of ours stands in the way.
    #[must_use]
    pub fn asked(self) -> Self {
        Self { pause: None, floor: None, ..self }
    }

    /// The floor after a failure. One from before a clock stepped back does not hold.
    fn raised_floor(
        &self,
        failure: &BackendFailure,
        now: Timestamp,
        policy: &Policy,
    ) -> Option<Timestamp> {
        let before = self.floor.filter(|at| at.is_ahead(now, policy.longest_delay_ms()));
        let named = match failure {
            BackendFailure::Unavailable { retry_after_ms: Some(asked_ms), .. } => {
                Some(now.plus_ms((*asked_ms).min(policy.max_retry_after_ms)))
            }
            _ => None,
        };
        // The other request in flight may have been told to wait longer.
        before.max(named)
    }
}

/// A whole request failed for a reason other than the token.
#[must_use]
pub fn after_failure(
    state: BackendState,
    failure: &BackendFailure,
    network: Network,
    now: Timestamp,
    jitter: Jitter,
    policy: &Policy,
) -> BackendState {
    let failures = state.failures.saturating_add(1);
    let (budget, paid_at) = state.budget.reserve(now, policy);
    let is_open = failures >= policy.breaker_failures && !state.unauthorized;
    let mut pause = if is_open {
        Pause { until: now.plus_ms(open_ms(failures, jitter, policy)), cause: PauseCause::Breaker }
    } else {
        let delay_ms = retry_delay(failures, None, jitter, policy);
        Pause { until: now.plus_ms(delay_ms), cause: PauseCause::Backoff }
    };
    pause = pause.or_later(Pause { until: paid_at, cause: PauseCause::Budget });
    if network.is_none() {
        pause = pause.or_later(Pause::offline(now, policy));
    }
    BackendState {
        failures,
        pause: Some(pause),
        floor: state.raised_floor(failure, now, policy),
        unauthorized: state.unauthorized,
        reached: Some(failure.is_answer()),
        budget,
    }
}

impl Pause {
    /// Without a network only a rare probe goes.
    fn offline(now: Timestamp, policy: &Policy) -> Self {
        Self { until: now.plus_ms(policy.offline_probe_ms), cause: PauseCause::Offline }
    }

    /// One that ends further off than any delay does comes from before a clock's step back.
    fn holds(&self, now: Timestamp, policy: &Policy) -> bool {
        self.until.is_ahead(now, policy.longest_delay_ms())
    }

    fn or_later(self, other: Self) -> Self {
        if other.until > self.until { other } else { self }
    }
}

/// The token was refused, or JavaScript had none. The first time a fresh token is
/// asked for at once; if that is refused too, the backend waits like any other failure.
#[must_use]
pub fn after_unauthorized(
    state: BackendState,
    now: Timestamp,
    jitter: Jitter,
    policy: &Policy,
) -> BackendState {
    let refused = BackendState { unauthorized: true, reached: Some(true), ..state };
    if !state.unauthorized {
        return BackendState { pause: None, ..refused };
    }
    let failures = state.failures.saturating_add(1);
    let until = now.plus_ms(retry_delay(failures, None, jitter, policy));
    BackendState { failures, pause: Some(Pause { until, cause: PauseCause::Token }), ..refused }
}

/// The platform changed its word on the network.
#[must_use]
pub fn after_network(
    state: BackendState,
    before: Network,
    network: Network,
    now: Timestamp,
    jitter: Jitter,
    policy: &Policy,
) -> BackendState {
    if network.is_none() {
        let probe = Pause::offline(now, policy);
        let held = state.pause.filter(|pause| pause.holds(now, policy));
        let pause = held.map_or(probe, |held| held.or_later(probe));
        return BackendState { pause: Some(pause), ..state };
    }
    if !is_another(before, network) {
        return state;
    }
    // A new network is a new chance: the old one's failures say nothing of it.
    let pause = (!before.is_usable()).then(|| Pause {
        until: now.plus_ms(jitter.within_ms(policy.edge_spread_ms)),
        cause: PauseCause::Spread,
    });
    BackendState { failures: 0, pause, ..state }
}

/// Whether the platform's new word means another way to the backend.
#[must_use]
pub fn is_another(before: Network, network: Network) -> bool {
    before.kind != network.kind || (!before.is_usable() && network.is_usable())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::NetworkKind;

    const NOW: Timestamp = Timestamp(1_000_000_000);
    const WIFI: Network = Network::of(NetworkKind::Wifi);
    const CELLULAR: Network = Network::of(NetworkKind::Cellular);
    const NONE: Network = Network::of(NetworkKind::None);

    fn failed(state: BackendState, failure: &BackendFailure, draw: f64) -> BackendState {
        after_failure(state, failure, WIFI, NOW, Jitter::new(draw), &Policy::default())
    }

    fn pause(state: &BackendState) -> Option<(u64, PauseCause)> {
        let pause = state.paused_until(NOW, &Policy::default());
        pause.map(|pause| (pause.until.since_ms(NOW), pause.cause))
    }

    fn moved(state: BackendState, before: Network, network: Network) -> BackendState {
        after_network(state, before, network, NOW, Jitter::new(0.5), &Policy::default())
    }

    #[test]
    fn failures_of_the_backend_back_off_and_an_answer_forgets_them() {
        let mut state = BackendState::default();
        for delay_ms in [500, 1_000, 2_000, 4_000] {
            state = failed(state, &BackendFailure::Transport, 0.5);
            assert_eq!(pause(&state), Some((delay_ms, PauseCause::Backoff)));
        }
        assert_eq!((state.failures, state.reached), (4, Some(false)));
        let state = state.after_answer(&Policy::default());
        assert_eq!((state.pause, state.failures, state.reached), (None, 0, Some(true)));
    }

    #[test]
    fn retry_after_of_the_whole_answer_is_a_floor_with_a_limit() {
        let told = |ms| BackendFailure::Unavailable { status: 503, retry_after_ms: Some(ms) };
        let state = failed(BackendState::default(), &told(20_000), 0.9);
        assert_eq!(pause(&state), Some((20_000, PauseCause::Server)));
        let state = failed(BackendState::default(), &told(u64::MAX), 0.9);
        assert_eq!(pause(&state), Some((3_600_000, PauseCause::Server)));
    }

    #[test]
    fn what_the_server_asked_for_outlasts_answers_failures_and_networks() {
        let told = BackendFailure::Unavailable { status: 429, retry_after_ms: Some(60_000) };
        let state = failed(BackendState::default(), &told, 0.5);
        let asked = Some((60_000, PauseCause::Server));
        assert_eq!(pause(&state.after_answer(&Policy::default())), asked);
        assert_eq!(pause(&failed(state, &BackendFailure::Transport, 0.5)), asked);
        assert_eq!(pause(&moved(state, NONE, WIFI)), asked);
        assert_eq!(pause(&moved(moved(state, WIFI, NONE), NONE, WIFI)), asked);
        let (jitter, policy) = (Jitter::new(0.5), Policy::default());
        let refused = after_unauthorized(state, NOW, jitter, &policy);
        assert_eq!(pause(&refused), asked);
        assert_eq!(pause(&after_unauthorized(refused, NOW, jitter, &policy)), asked);
        let open = (0..20).fold(state, |state, _| failed(state, &BackendFailure::Transport, 0.5));
        assert_eq!(pause(&moved(open, WIFI, CELLULAR)), asked, "not even the breaker hides it");
        assert_eq!(pause(&state.asked()), None, "but the user is asked by nobody to wait");
    }

    #[test]
    fn without_budget_a_retry_waits_for_the_floor() {
        let policy = Policy { breaker_failures: 1_000, ..Policy::default() };
        let fail = |state: BackendState| {
            let (failure, draw) = (BackendFailure::Transport, Jitter::new(0.0));
            after_failure(state, &failure, WIFI, NOW, draw, &policy)
        };
        let state = (0..10).fold(BackendState::default(), |state, _| fail(state));
        assert_eq!(pause(&state), None, "full jitter may draw no delay at all");
        assert_eq!(pause(&fail(state)), Some((policy.retry_floor_ms, PauseCause::Budget)));
    }

    #[test]
    fn the_first_401_asks_for_a_token_at_once_and_the_second_waits() {
        let policy = Policy::default();
        let once = after_unauthorized(BackendState::default(), NOW, Jitter::new(0.5), &policy);
        assert_eq!((once.unauthorized, once.pause, once.failures), (true, None, 0));
        let twice = after_unauthorized(once, NOW, Jitter::new(0.5), &policy);
        assert_eq!((pause(&twice), twice.failures), (Some((500, PauseCause::Token)), 1));
    }

    #[test]
    fn without_a_network_only_a_rare_probe_is_due() {
        let policy = Policy::default();
        let state = moved(BackendState::default(), WIFI, NONE);
        let probe = Some((policy.offline_probe_ms, PauseCause::Offline));
        assert_eq!(pause(&state), probe);
        let (failure, draw) = (BackendFailure::Transport, Jitter::new(0.0));
        assert_eq!(pause(&after_failure(state, &failure, NONE, NOW, draw, &policy)), probe);
        assert_eq!(pause(&moved(state, NONE, WIFI)), Some((500, PauseCause::Spread)));
    }

    #[test]
    fn an_answer_from_before_the_network_changed_says_nothing_of_it() {
        let policy = Policy::default();
        let offline = moved(BackendState::default(), WIFI, NONE);
        let probe = Some((policy.offline_probe_ms, PauseCause::Offline));
        assert_eq!(pause(&offline.after_old_answer(&policy)), probe);
        assert_eq!(pause(&offline.after_answer(&policy)), None, "a probe got through");
        let back = moved(offline, NONE, WIFI).after_old_answer(&policy);
        assert_eq!(pause(&back), Some((500, PauseCause::Spread)));
        let failed = failed(BackendState::default(), &BackendFailure::Transport, 0.5);
        assert_eq!(pause(&failed.after_old_answer(&policy)), None);
    }

    #[test]
    fn the_first_request_after_a_network_edge_is_spread_over_a_second() {
        let spread = |draw: f64| {
            let (state, policy) = (BackendState::default(), Policy::default());
            let state = after_network(state, NONE, WIFI, NOW, Jitter::new(draw), &policy);
            pause(&state).map_or(0, |(for_ms, _)| for_ms)
        };
        assert_eq!([0.0, 0.25, 0.999].map(spread), [0, 250, 999]);
        let portal = Network { validated: Some(false), ..WIFI };
        let state = moved(BackendState::default(), portal, WIFI);
        assert_eq!(pause(&state), Some((500, PauseCause::Spread)), "a portal that let us in");
    }

    #[test]
    fn a_change_of_network_that_was_no_loss_delays_nothing() {
        let state = failed(BackendState::default(), &BackendFailure::Transport, 0.9);
        assert_eq!(moved(state, WIFI, CELLULAR).pause, None, "and clears the old backoff");
        assert_eq!(moved(state, Network::default(), WIFI).pause, None);
        let metered = Network { metered: Some(true), ..WIFI };
        assert_eq!(moved(state, WIFI, metered), state, "the way to the backend is the same");
    }

    #[test]
    fn no_pause_outlives_a_clock_that_steps_hours() {
        let policy = Policy::default();
        let told = BackendFailure::Unavailable { status: 503, retry_after_ms: Some(3_600_000) };
        for state in [
            failed(BackendState::default(), &told, 0.5),
            moved(BackendState::default(), WIFI, NONE),
            moved(BackendState::default(), NONE, WIFI),
        ] {
            assert!(state.paused_until(NOW, &policy).is_some());
            for step_ms in [-2 * 3_600_000, 2 * 3_600_000] {
                let stepped = Timestamp(NOW.0 + step_ms);
                assert_eq!(state.paused_until(stepped, &policy), None);
            }
        }
    }

    #[test]
    fn what_the_server_asked_for_before_the_clock_stepped_back_undoes_no_later_pause() {
        let floor =
            |s: u64| BackendFailure::Unavailable { status: 429, retry_after_ms: Some(s * 1_000) };
        let before = failed(BackendState::default(), &floor(600), 0.5);
        let now = Timestamp(NOW.0 - 4 * 3_600_000);
        let (draw, policy) = (Jitter::new(0.5), Policy::default());
        assert_eq!(before.paused_until(now, &policy), None);
        let after = after_failure(before, &floor(90), WIFI, now, draw, &policy);
        let pause = after.paused_until(now, &policy).expect("it holds");
        assert_eq!((pause.until, pause.cause), (now.plus_ms(90_000), PauseCause::Server));
        let offline = after_network(before, WIFI, NONE, now, draw, &policy);
        let pause = offline.paused_until(now, &policy).expect("it holds");
        assert_eq!(pause.cause, PauseCause::Offline);
    }
}
