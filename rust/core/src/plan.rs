//! What to do now, and when to look again.
//!
//! The shell calls [`plan`] after every turn with what it knows, starts what the
//! plan names, and sleeps until [`Plan::wake_at`]. The invariant that no entry is ever
//! forgotten lives here: whatever is pending, something is in flight or armed.

use crate::backend::{BackendState, Pause};
use crate::batch::{self, Batch};
use crate::batch_size::BatchSize;
use crate::breaker::{Breaker, breaker};
use crate::entry::EntryId;
use crate::environment::Environment;
use crate::low::{LowWait, low_wait};
use crate::policy::Policy;
use crate::pulling;
use crate::storage::StorageState;
use crate::time::Timestamp;
use crate::view::{PullTrigger, View};

/// What to do now, and when to look again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The batch to send, in order; empty for none.
    pub push: Vec<EntryId>,
    /// Bytes of its values.
    pub push_bytes: u64,
    /// Why to fetch a page; `None` for not now.
    pub pull: Option<PullTrigger>,
    /// Most changes that the page may have.
    pub pull_limit: u32,
    /// When something that is pending may go; `None` when nothing waits for a time.
    pub push_at: Option<Timestamp>,
    /// When the next pull is due.
    pub pull_at: Option<Timestamp>,
}

impl Plan {
    /// Look again at this time, if nothing happens before.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        self.push_at.into_iter().chain(self.pull_at).min()
    }
}

/// Decides what to do at `now`. One batch and one page are in flight at most.
#[must_use]
pub fn plan(view: &View, environment: Environment, now: Timestamp, policy: &Policy) -> Plan {
    let breaker = breaker(&view.backend, now, policy);
    let (batch, push_at) = push(view, breaker, environment, now, policy);
    let Batch { entries: push, bytes: push_bytes, .. } = batch;
    let busy = view.push_in_flight || !push.is_empty();
    let (pull, pull_at) = pulling::pull(view, busy, environment, now, policy);
    let pull_limit = pulling::limit(view, environment, policy);
    let plan = Plan { push, push_bytes, pull, pull_limit, push_at, pull_at };
    match paused_until(view.backend, view.storage, now, policy) {
        Some(pause) => plan.put_off(pause.until),
        None if breaker == Breaker::HalfOpen => plan.cut_to_probe(view),
        None => plan,
    }
}

impl Plan {
    /// The same, not before `until`.
    fn put_off(self, until: Timestamp) -> Self {
        let later = |now: bool, at: Option<Timestamp>| {
            if now { Some(until) } else { at.map(|at| at.max(until)) }
        };
        Self {
            push_at: later(!self.push.is_empty(), self.push_at),
            pull_at: later(self.pull.is_some(), self.pull_at),
            push: Vec::new(),
            pull: None,
            ..self
        }
    }

    /// The same, cut down to one request; its answer decides about the others.
    fn cut_to_probe(self, view: &View) -> Self {
        if view.push_in_flight || view.pull.in_flight {
            return Self { pull_limit: self.pull_limit, ..Self::default() };
        }
        if self.push.is_empty() { self } else { Self { pull: None, pull_at: None, ..self } }
    }
}

/// The entries that may go now, and when the next ones may.
fn push(
    view: &View,
    breaker: Breaker,
    environment: Environment,
    now: Timestamp,
    policy: &Policy,
) -> (Batch, Option<Timestamp>) {
    if view.push_in_flight {
        // The answer wakes the shell; a timer would only find the batch still out.
        return (Batch::default(), None);
    }
    let mut limit = view.batch.within(view.is_weak, policy);
    if breaker == Breaker::HalfOpen {
        limit = BatchSize { entries: 1, ..limit };
    }
    let low = low_wait(&view.low, environment, view.asked, now, policy);
    let batch = batch::pick(view, limit, low == LowWait::Goes, now, policy);
    let low_at = match low {
        LowWait::Until(at) => Some(at),
        LowWait::Goes => None,
    };
    let next_at = batch.next_due.into_iter().chain(low_at).min();
    (batch, next_at)
}

/// The pause that holds at `now`, whichever of the two asks for the longer one.
#[must_use]
pub fn paused_until(
    backend: BackendState,
    storage: StorageState,
    now: Timestamp,
    policy: &Policy,
) -> Option<Pause> {
    let pauses = [backend.paused_until(now, policy), storage.paused_until(now, policy)];
    pauses.into_iter().flatten().max_by_key(|pause| pause.until)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::backend::{BackendState, Pause, PauseCause};
    use crate::delay::Jitter;
    use crate::entry::Priority;
    use crate::environment::{AppState, Network, NetworkKind, Power};
    use crate::outcome::BackendFailure;
    use crate::pulling::BUSY_PULL_SPACING_MS;
    use crate::storage::{StorageState, Stored};
    use crate::suspects::Suspects;
    use crate::view::{Candidate, LowWaiting, PullView};

    const NOW: Timestamp = Timestamp(1_000_000_000);
    const ONLINE: Environment = Environment {
        network: Network::of(NetworkKind::Wifi),
        app_state: AppState::Foreground,
        power: Power::Battery,
    };
    const CELLULAR: Environment =
        Environment { network: Network::of(NetworkKind::Cellular), ..ONLINE };

    fn candidate(number: u128, lane: &str) -> Candidate {
        Candidate {
            id: Uuid::from_u128(number),
            lane: lane.into(),
            bytes: 100,
            not_before: None,
            priority: Priority::Normal,
            group: None,
        }
    }

    fn of_group(number: u128, lane: &str) -> Candidate {
        Candidate { group: Some(Uuid::from_u128(77)), ..candidate(number, lane) }
    }

    fn offering(candidates: Vec<Candidate>) -> View {
        View { candidates, ..View::default() }
    }

    fn planned(view: &View) -> Plan {
        plan(view, ONLINE, NOW, &Policy::default())
    }

    fn ids(plan: &Plan) -> Vec<u128> {
        plan.push.iter().map(|id| id.as_u128()).collect()
    }

    fn paused(delay_ms: u64) -> BackendState {
        let pause = Pause { until: NOW.plus_ms(delay_ms), cause: PauseCause::Backoff };
        BackendState { pause: Some(pause), ..BackendState::default() }
    }

    #[test]
    fn a_batch_keeps_the_order_of_its_lanes() {
        let view = offering(vec![candidate(1, "a"), candidate(2, "a"), candidate(3, "b")]);
        assert_eq!(ids(&planned(&view)), [1, 2, 3]);
    }

    #[test]
    fn an_entry_that_waits_stops_its_own_lane_only() {
        let mut waiting = candidate(1, "a");
        waiting.not_before = Some(NOW.plus_ms(700));
        let view = offering(vec![waiting, candidate(2, "a"), candidate(3, "b")]);
        let plan = planned(&view);
        assert_eq!(ids(&plan), [3]);
        assert_eq!(plan.wake_at(), Some(NOW.plus_ms(700)));
    }

    #[test]
    fn one_batch_is_in_flight_at_most() {
        let view = View { push_in_flight: true, ..offering(vec![candidate(1, "a")]) };
        let plan = planned(&view);
        assert_eq!((plan.push.is_empty(), plan.wake_at()), (true, None));
    }

    #[test]
    fn a_batch_stops_at_its_entries_and_at_its_bytes() {
        let policy = Policy { batch_entries: 2, batch_bytes: 1_024, ..Policy::default() };
        let view = offering((1..=5).map(|n| candidate(n, "a")).collect());
        assert_eq!(ids(&plan(&view, ONLINE, NOW, &policy)), [1, 2]);

        let mut large = candidate(1, "a");
        large.bytes = 5_000;
        let view = offering(vec![large, candidate(2, "b")]);
        assert_eq!(ids(&plan(&view, ONLINE, NOW, &policy)), [1], "a large entry goes alone");
    }

    #[test]
    fn an_atomic_group_goes_whole_or_waits() {
        let view = offering(vec![candidate(1, "a"), of_group(2, "a"), of_group(3, "b")]);
        assert_eq!(ids(&planned(&view)), [1, 2, 3]);
        let batch = BatchSize { entries: 2, ..BatchSize::default() };
        let small = View { batch, ..view.clone() };
        assert_eq!(ids(&planned(&small)), [1], "it does not fit any more");
        let small =
            View { batch, ..offering(vec![of_group(2, "a"), of_group(3, "b"), of_group(4, "c")]) };
        assert_eq!(ids(&planned(&small)), [2, 3, 4], "a group that never fits goes alone");

        let mut waiting = view;
        waiting.candidates[2].not_before = Some(NOW.plus_ms(900));
        let plan = planned(&waiting);
        assert_eq!((ids(&plan), plan.push_at), (vec![1], Some(NOW.plus_ms(900))));
    }

    #[test]
    fn a_group_waits_for_what_is_before_its_members_in_their_lanes() {
        let mut before = candidate(2, "b");
        before.not_before = Some(NOW.plus_ms(900));
        let view = offering(vec![of_group(1, "a"), before, of_group(3, "b"), candidate(4, "c")]);
        assert_eq!(ids(&planned(&view)), [4]);
    }

    #[test]
    fn a_backend_that_backs_off_gets_nothing_until_then() {
        let view = View { backend: paused(300), ..offering(vec![candidate(1, "a")]) };
        let plan = planned(&view);
        assert!(plan.push.is_empty() && plan.pull.is_none());
        assert_eq!(plan.push_at, Some(NOW.plus_ms(300)));
    }

    #[test]
    fn while_the_disk_has_to_wait_nothing_is_sent_or_fetched_whatever_the_backend_does() {
        let policy = Policy::default();
        let storage = StorageState::default();
        let storage = storage.after_failure(Stored::Page, NOW, Jitter::new(0.5), &policy);
        let pull = PullView { trigger: Some(PullTrigger::More), ..PullView::default() };
        for (backend, at_ms) in
            [(BackendState::default(), 5_000), (paused(300), 5_000), (paused(9_000), 9_000)]
        {
            let view = View { storage, backend, pull, ..offering(vec![candidate(1, "a")]) };
            let plan = planned(&view);
            assert!(plan.push.is_empty() && plan.pull.is_none());
            let at = Some(NOW.plus_ms(at_ms));
            assert_eq!((plan.push_at, plan.pull_at), (at, at));
        }
    }

    #[test]
    fn a_half_open_breaker_lets_one_request_of_one_entry_go() {
        let pull = PullView { trigger: Some(PullTrigger::Open), ..PullView::default() };
        let backend = BackendState { failures: 5, ..BackendState::default() };
        let candidates = vec![candidate(1, "a"), candidate(2, "a"), candidate(3, "b")];
        let view = View { backend, pull, ..offering(candidates) };
        let plan = planned(&view);
        assert_eq!((ids(&plan), plan.pull), (vec![1], None));
        let out = View { push_in_flight: true, ..view.clone() };
        assert_eq!(planned(&out).pull, None, "nothing beside the probe");
        let pulling = PullView { in_flight: true, ..pull };
        let out = View { pull: pulling, ..view.clone() };
        assert!(planned(&out).push.is_empty());
        let idle = View { candidates: Vec::new(), ..view };
        assert_eq!(planned(&idle).pull, Some(PullTrigger::Open), "or a page, when nothing waits");
    }

    #[test]
    fn a_lane_whose_first_entry_failed_alone_lets_the_others_go_first() {
        let broken = BackendFailure::Unavailable { status: 500, retry_after_ms: None };
        let (entry, draw) = (Uuid::from_u128(1), Jitter::new(0.5));
        let (suspects, _) = Suspects::default().after_lone_failure(
            (entry, "a"),
            &broken,
            NOW,
            draw,
            &Policy::default(),
        );
        let candidates = vec![candidate(1, "a"), candidate(2, "a"), candidate(3, "b")];
        let view = View { suspects, ..offering(candidates) };
        let plan = planned(&view);
        assert_eq!((ids(&plan), plan.push_at), (vec![3], Some(NOW.plus_ms(500))));
        let later = super::plan(&view, ONLINE, NOW.plus_ms(500), &Policy::default());
        assert_eq!(ids(&later), [1], "its next attempt is alone again");
        let alone = View { candidates: Vec::new(), ..view };
        assert_eq!(planned(&alone).push_at, Some(NOW.plus_ms(500)), "seen or not, it is armed");
    }

    #[test]
    fn low_priority_waits_on_cellular_and_is_armed() {
        let low = Candidate { priority: Priority::Low, ..candidate(1, "a") };
        let oldest = Timestamp(NOW.0 - 1_000);
        let low_waiting = LowWaiting { entries: 1, bytes: 100, oldest: Some(oldest) };
        let view = View { low: low_waiting, ..offering(vec![low, candidate(2, "b")]) };
        let policy = Policy::default();
        assert_eq!(ids(&plan(&view, ONLINE, NOW, &policy)), [1, 2]);
        let waits = plan(&view, CELLULAR, NOW, &policy);
        assert_eq!(ids(&waits), [2]);
        assert_eq!(waits.push_at, Some(oldest.plus_ms(policy.low_max_age_ms)));
        let asked = View { asked: true, ..view };
        assert_eq!(ids(&plan(&asked, CELLULAR, NOW, &policy)), [1, 2]);
    }

    #[test]
    fn a_trigger_pulls_now_and_the_interval_pulls_later() {
        let policy = Policy::default();
        let pull = PullView { trigger: Some(PullTrigger::Hint), ..PullView::default() };
        let view = View { pull, ..View::default() };
        assert_eq!(planned(&view).pull, Some(PullTrigger::Hint));

        let pull = PullView { last_ended_at: Some(NOW), ..PullView::default() };
        let view = View { pull, ..View::default() };
        let later = planned(&view);
        let due = NOW.plus_ms(policy.pull_interval_ms);
        assert_eq!((later.pull, later.wake_at()), (None, Some(due)));
        let background = Environment { app_state: AppState::Background, ..ONLINE };
        assert_eq!(plan(&view, background, NOW, &policy).wake_at(), None);
        let saving = Environment { power: Power::Low, ..ONLINE };
        let due = NOW.plus_ms(4 * policy.pull_interval_ms);
        assert_eq!(plan(&view, saving, NOW, &policy).wake_at(), Some(due));
    }

    #[test]
    fn a_hint_waits_while_batches_go_out_and_after_a_lost_connection() {
        let hinted = |last_ended_at, hint_not_before| PullView {
            trigger: Some(PullTrigger::Hint),
            last_ended_at,
            hint_not_before,
            ..PullView::default()
        };
        let busy = |pull| View { pull, push_in_flight: true, ..View::default() };
        let later = NOW.plus_ms(BUSY_PULL_SPACING_MS);
        let held = planned(&busy(hinted(Some(NOW), None)));
        assert_eq!((held.pull, held.wake_at()), (None, Some(later)));
        let policy = Policy::default();
        let pulls = |pull, at| plan(&busy(pull), ONLINE, at, &policy).pull.is_some();
        assert!(pulls(hinted(Some(NOW), None), later));
        assert!(pulls(hinted(None, None), NOW));
        let spread = hinted(None, Some(NOW.plus_ms(4_000)));
        assert!(!pulls(spread, NOW) && pulls(spread, NOW.plus_ms(4_000)));
        for step_ms in [-10_800_000, 10_800_000] {
            assert!(
                pulls(spread, Timestamp(NOW.0 + step_ms)),
                "a clock that stepped holds nothing"
            );
        }
        let asked = PullView { trigger: Some(PullTrigger::Request), ..spread };
        assert!(pulls(asked, NOW), "the user does not wait");
    }

    #[test]
    fn a_metered_or_weak_network_is_asked_for_fewer_rows() {
        let limit =
            |view: &View, environment| plan(view, environment, NOW, &Policy::default()).pull_limit;
        assert_eq!(limit(&View::default(), ONLINE), 500);
        assert_eq!(limit(&View::default(), CELLULAR), 100);
        assert_eq!(limit(&View { is_weak: true, ..View::default() }, ONLINE), 100);
    }

    #[test]
    fn field_data_fetches_what_is_large_on_unmetered_networks_only() {
        let policy = Policy::field_data();
        let opened = PullView { trigger: Some(PullTrigger::Open), ..PullView::default() };
        let first = View { pull: opened, ..View::default() };
        assert_eq!(plan(&first, CELLULAR, NOW, &policy).pull, None);
        assert!(plan(&first, ONLINE, NOW, &policy).pull.is_some());
        assert!(plan(&View { asked: true, ..first }, CELLULAR, NOW, &policy).pull.is_some());
        let synced = PullView { last_ended_at: Some(NOW), ..PullView::default() };
        let view = View {
            pull: PullView { trigger: Some(PullTrigger::Hint), ..synced },
            ..View::default()
        };
        assert!(plan(&view, CELLULAR, NOW, &policy).pull.is_some(), "what is new is small");
        let view = View { pull: synced, ..View::default() };
        assert_eq!(
            plan(&view, CELLULAR, NOW, &policy).pull_at,
            Some(NOW.plus_ms(policy.low_max_age_ms))
        );
    }

    #[test]
    fn a_clock_that_stepped_back_holds_nothing_up() {
        let mut waiting = candidate(1, "a");
        waiting.not_before = Some(NOW.plus_ms(48 * 3_600_000));
        assert_eq!(ids(&planned(&offering(vec![waiting]))), [1]);
        let view = View { backend: paused(48 * 3_600_000), ..offering(vec![candidate(1, "a")]) };
        assert_eq!(ids(&planned(&view)), [1]);
    }
}
