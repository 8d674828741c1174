//! What to do now, and when to look again.
//!
//! The shell calls [`plan`] after every turn with what it knows, starts what the
//! plan names, and sleeps until [`Plan::wake_at`]. The invariant that no entry is ever
//! forgotten lives here: whatever is pending, something is in flight or armed.

use std::collections::HashSet;

use crate::entry::{EntryId, Priority};
use crate::environment::{AppState, Environment};
use crate::policy::Policy;
use crate::settle::BackendState;
use crate::time::Timestamp;
use uuid::Uuid;

/// While batches are going out, a hint is answered at most this often, in
/// milliseconds: most hints are echoes of our own writes.
pub const BUSY_PULL_SPACING_MS: u64 = 2_000;

/// What the shell knows at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Entries that could go, most urgent lane first, each lane's in order and
    /// unbroken from its head. Held lanes are left out.
    pub candidates: Vec<Candidate>,
    /// When the next lane that is left out for its delay becomes due.
    pub next_due: Option<Timestamp>,
    /// The lanes in which only entries of low priority wait.
    pub low: LowWaiting,
    /// Whether a batch is on its way.
    pub push_in_flight: bool,
    /// What is known of pulling.
    pub pull: PullView,
    /// How the backend has been answering.
    pub backend: BackendState,
}

/// An entry that could go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The entry.
    pub id: EntryId,
    /// Its lane.
    pub lane: String,
    /// Size of its values, in bytes.
    pub bytes: u32,
    /// Not before this time.
    pub not_before: Option<Timestamp>,
    /// The highest priority that waits in its lane, or for an entry of its lane.
    pub priority: Priority,
    /// The atomic group it belongs to: the group goes in one batch, or waits.
    pub group: Option<GroupId>,
}

/// Names an atomic group: entries that the server applies all or none.
pub type GroupId = Uuid;

/// Entries of low priority that nothing more urgent waits behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LowWaiting {
    /// How many there are.
    pub entries: u32,
    /// Size of their values, in bytes.
    pub bytes: u64,
    /// When the oldest was written; `None` when there is none.
    pub oldest: Option<Timestamp>,
}

/// What is known of pulling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PullView {
    /// Whether a page is on its way.
    pub in_flight: bool,
    /// What asked for a pull since the last one began.
    pub trigger: Option<PullTrigger>,
    /// When the last pull ended well.
    pub last_ended_at: Option<Timestamp>,
}

/// What asked for a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullTrigger {
    /// The engine opened.
    Open,
    /// A batch was settled.
    AfterPush,
    /// The platform sees a network again.
    NetworkEdge,
    /// The app came to the front.
    Foreground,
    /// The backend says there is something.
    Hint,
    /// The app asked.
    Request,
    /// The page before said there is more.
    More,
    /// Nothing else asked for long enough.
    Interval,
}

/// What to do now, and when to look again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The batch to send, in order; empty for none.
    pub push: Vec<EntryId>,
    /// Why to fetch a page; `None` for not now.
    pub pull: Option<PullTrigger>,
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
    let blocked_until = view.backend.not_before.filter(|at| is_later(*at, now, policy));
    let (batch, batch_due) = batch(view, now, policy);
    let busy = view.push_in_flight || !batch.is_empty();
    let (trigger, pull_due) = pull(&view.pull, busy, environment, now, policy);
    if let Some(until) = blocked_until {
        let wants_push = !batch.is_empty() || batch_due.is_some();
        let wants_pull = trigger.is_some() || pull_due.is_some();
        return Plan {
            push_at: wants_push.then_some(until),
            pull_at: wants_pull.then_some(until),
            ..Plan::default()
        };
    }
    Plan { push: batch, pull: trigger, push_at: batch_due, pull_at: pull_due }
}

/// The entries that may go now, and when the next ones may.
fn batch(view: &View, now: Timestamp, policy: &Policy) -> (Vec<EntryId>, Option<Timestamp>) {
    if view.push_in_flight {
        // The answer wakes the shell; a timer would only find the batch still out.
        return (Vec::new(), None);
    }
    let mut batch = Vec::new();
    let mut bytes = 0_u64;
    let mut next_due = view.next_due;
    let mut stopped_lanes = HashSet::new();
    for candidate in &view.candidates {
        if stopped_lanes.contains(candidate.lane.as_str()) {
            continue;
        }
        if let Some(at) = candidate.not_before.filter(|at| is_later(*at, now, policy)) {
            stopped_lanes.insert(candidate.lane.as_str());
            next_due = Some(next_due.map_or(at, |due| due.min(at)));
            continue;
        }
        bytes += u64::from(candidate.bytes);
        let full =
            batch.len() >= policy.batch_entries as usize || bytes > policy.batch_bytes.into();
        if full && !batch.is_empty() {
            break;
        }
        batch.push(candidate.id);
    }
    (batch, next_due)
}

/// Why to pull now, or when to.
fn pull(
    view: &PullView,
    busy: bool,
    environment: Environment,
    now: Timestamp,
    policy: &Policy,
) -> (Option<PullTrigger>, Option<Timestamp>) {
    if view.in_flight {
        return (None, None);
    }
    if view.trigger == Some(PullTrigger::Hint) && busy {
        let next = view.last_ended_at.map(|last| last.plus_ms(BUSY_PULL_SPACING_MS));
        if let Some(later) = next.filter(|at| is_later(*at, now, policy)) {
            return (None, Some(later));
        }
    }
    if view.trigger.is_some() {
        return (view.trigger, None);
    }
    let Some(last) = view.last_ended_at.filter(|_| environment.app_state == AppState::Foreground)
    else {
        return (None, None);
    };
    let due = last.plus_ms(policy.pull_interval_ms);
    // A clock that stepped back would put the next pull out of sight.
    if due <= now || last > now {
        return (Some(PullTrigger::Interval), None);
    }
    (None, Some(due))
}

/// Whether to wait for `at`. A time further off than any delay the policy can
/// give comes from a clock that stepped back, and is not waited for.
fn is_later(at: Timestamp, now: Timestamp, policy: &Policy) -> bool {
    let longest_ms =
        policy.max_delay_ms.max(policy.max_retry_after_ms).max(policy.offline_probe_ms);
    at > now && at.since_ms(now) <= longest_ms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::environment::Network;

    const NOW: Timestamp = Timestamp(1_000_000);
    const ONLINE: Environment =
        Environment { network: Network::Online, app_state: AppState::Foreground };

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

    fn ids(plan: &Plan) -> Vec<u128> {
        plan.push.iter().map(|id| id.as_u128()).collect()
    }

    #[test]
    fn a_batch_keeps_the_order_of_its_lanes() {
        let candidates = vec![candidate(1, "a"), candidate(2, "a"), candidate(3, "b")];
        let view = View { candidates, ..View::default() };
        assert_eq!(ids(&plan(&view, ONLINE, NOW, &Policy::default())), [1, 2, 3]);
    }

    #[test]
    fn an_entry_that_waits_stops_its_own_lane_only() {
        let mut waiting = candidate(1, "a");
        waiting.not_before = Some(NOW.plus_ms(700));
        let view = View {
            candidates: vec![waiting, candidate(2, "a"), candidate(3, "b")],
            ..View::default()
        };
        let plan = plan(&view, ONLINE, NOW, &Policy::default());
        assert_eq!(ids(&plan), [3]);
        assert_eq!(plan.wake_at(), Some(NOW.plus_ms(700)));
    }

    #[test]
    fn one_batch_is_in_flight_at_most() {
        let candidates = vec![candidate(1, "a")];
        let view = View { candidates, push_in_flight: true, ..View::default() };
        assert_eq!(plan(&view, ONLINE, NOW, &Policy::default()), Plan::default());
    }

    #[test]
    fn a_batch_stops_at_its_entries_and_at_its_bytes() {
        let policy = Policy { batch_entries: 2, batch_bytes: 1_024, ..Policy::default() };
        let view =
            View { candidates: (1..=5).map(|n| candidate(n, "a")).collect(), ..View::default() };
        assert_eq!(ids(&plan(&view, ONLINE, NOW, &policy)), [1, 2]);

        let mut large = candidate(1, "a");
        large.bytes = 5_000;
        let view = View { candidates: vec![large, candidate(2, "b")], ..View::default() };
        assert_eq!(ids(&plan(&view, ONLINE, NOW, &policy)), [1], "a large entry goes alone");
    }

    #[test]
    fn a_backend_that_backs_off_gets_nothing_until_then() {
        let backend =
            BackendState { not_before: Some(NOW.plus_ms(300)), ..BackendState::default() };
        let view = View { candidates: vec![candidate(1, "a")], backend, ..View::default() };
        let plan = plan(&view, ONLINE, NOW, &Policy::default());
        assert_eq!(plan, Plan { push_at: Some(NOW.plus_ms(300)), ..Plan::default() });
    }

    #[test]
    fn a_trigger_pulls_now_and_the_interval_pulls_later() {
        let policy = Policy::default();
        let pull = PullView { trigger: Some(PullTrigger::Hint), ..PullView::default() };
        let view = View { pull, ..View::default() };
        assert_eq!(plan(&view, ONLINE, NOW, &policy).pull, Some(PullTrigger::Hint));

        let pull = PullView { last_ended_at: Some(NOW), ..PullView::default() };
        let view = View { pull, ..View::default() };
        let later = plan(&view, ONLINE, NOW, &policy);
        assert_eq!(
            (later.pull, later.wake_at()),
            (None, Some(NOW.plus_ms(policy.pull_interval_ms)))
        );
        let background = Environment { app_state: AppState::Background, ..ONLINE };
        assert_eq!(plan(&view, background, NOW, &policy), Plan::default());
    }

    #[test]
    fn a_hint_waits_while_batches_go_out() {
        let policy = Policy::default();
        let hinted = |last_ended_at| PullView {
            trigger: Some(PullTrigger::Hint),
            last_ended_at,
            ..PullView::default()
        };
        let busy = |pull| View { pull, push_in_flight: true, ..View::default() };
        let held = plan(&busy(hinted(Some(NOW))), ONLINE, NOW, &policy);
        assert_eq!((held.pull, held.wake_at()), (None, Some(NOW.plus_ms(BUSY_PULL_SPACING_MS))));
        let later = NOW.plus_ms(BUSY_PULL_SPACING_MS);
        assert_eq!(
            plan(&busy(hinted(Some(NOW))), ONLINE, later, &policy).pull,
            Some(PullTrigger::Hint)
        );
        assert_eq!(plan(&busy(hinted(None)), ONLINE, NOW, &policy).pull, Some(PullTrigger::Hint));
    }

    #[test]
    fn a_clock_that_stepped_back_holds_nothing_up() {
        let mut waiting = candidate(1, "a");
        waiting.not_before = Some(NOW.plus_ms(48 * 3_600_000));
        let view = View { candidates: vec![waiting], ..View::default() };
        assert_eq!(ids(&plan(&view, ONLINE, NOW, &Policy::default())), [1]);
    }

    proptest! {
        #[test]
        fn whatever_is_pending_is_sent_or_armed(
            delays in proptest::collection::vec(proptest::option::of(0_u64..100_000), 1..20),
            backend_delay in proptest::option::of(0_u64..100_000),
            next_due in proptest::option::of(1_u64..100_000),
        ) {
            let candidates = delays.iter().zip(1..).map(|(delay, number)| Candidate {
                not_before: delay.map(|delay_ms| NOW.plus_ms(delay_ms)),
                ..candidate(number, &format!("lane{number}"))
            }).collect();
            let backend = BackendState {
                not_before: backend_delay.map(|delay_ms| NOW.plus_ms(delay_ms)),
                ..BackendState::default()
            };
            let next_due = next_due.map(|delay_ms| NOW.plus_ms(delay_ms));
            let view = View { candidates, next_due, backend, ..View::default() };
            let plan = plan(&view, ONLINE, NOW, &Policy::default());
            prop_assert!(!plan.push.is_empty() || plan.wake_at().is_some_and(|at| at > NOW));
        }
    }
}
