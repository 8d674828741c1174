//! Poison: entries whose requests fail as a whole, again and again, while others pass.
//!
//! A batch that fails is halved until one entry fails alone. Its lane is then set aside
//! for a while, so that others go. Whether the entry is to blame or the backend shows
//! in what the others do meanwhile: only when they pass does the next lone failure burn
//! the entry's attempt. When nothing passes it is the backend, and nobody burns.

use std::collections::BTreeMap;

use crate::delay::{Jitter, retry_delay};
use crate::entry::EntryId;
use crate::outcome::BackendFailure;
use crate::policy::Policy;
use crate::time::Timestamp;

/// Lanes that are set aside at the most. With so many it is the backend.
const MAX_SUSPECTS: usize = 16;
/// Pushes of others that have to pass, with no request lost between, before an entry is
/// blamed for a request that got no answer: a bad network loses some requests of anyone.
const PASSES_WITHOUT_LOSS: u32 = 3;

const BAD_REQUEST: u16 = 400;
const PAYLOAD_TOO_LARGE: u16 = 413;
const UNPROCESSABLE: u16 = 422;
const TOO_MANY_REQUESTS: u16 = 429;

/// The lanes whose first entry has failed alone. Kept in memory: a restart asks afresh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suspects {
    by_lane: BTreeMap<String, Suspect>,
    /// Lone failures so far.
    turns: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Suspect {
    entry: EntryId,
    failures: u32,
    until: Timestamp,
    /// Which lone failure of all was its last.
    turn: u64,
    /// What passed since its last lone failure.
    passed: Passed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Passed {
    /// A push of others had its turn, whatever came of it.
    turn: bool,
    /// Any request.
    any: bool,
    /// Pushes of others.
    pushes: u32,
    /// Pushes of others since a request was last lost.
    pushes_without_loss: u32,
}

/// What a lone failure means for the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing yet: it waits, and its lane with it, while others go.
    SetAside,
    /// Others pass: its attempt is burnt.
    Burn,
}

impl Suspects {
    /// A push of `entry` alone failed as a whole; `None` when that says nothing about it.
    #[must_use]
    pub fn after_lone_failure(
        mut self,
        (entry, lane): (EntryId, &str),
        failure: &BackendFailure,
        now: Timestamp,
        jitter: Jitter,
        policy: &Policy,
    ) -> (Self, Option<Verdict>) {
        if !may_be_the_entry(failure) {
            return (self, None);
        }
        let known = self.by_lane.get(lane).filter(|suspect| suspect.entry == entry);
        if known.is_none() && self.by_lane.len() >= MAX_SUSPECTS {
            return (self, None);
        }
        let failures = known.map_or(0, |suspect| suspect.failures).saturating_add(1);
        let is_proven = known.is_some_and(|suspect| suspect.passed.proves(failure));
        let until = now.plus_ms(retry_delay(failures, None, jitter, policy));
        self.turns += 1;
        let turn = self.turns;
        let suspect = Suspect { entry, failures, until, turn, passed: Passed::default() };
        self.by_lane.insert(lane.to_owned(), suspect);
        (self, Some(if is_proven { Verdict::Burn } else { Verdict::SetAside }))
    }

    /// A push of these lanes was answered: whoever was suspected in them no longer is, and
    /// for the others it is a sign.
    #[must_use]
    pub fn after_push(mut self, mut is_of: impl FnMut(&str) -> bool) -> Self {
        self.by_lane.retain(|lane, _| !is_of(lane));
        for suspect in self.by_lane.values_mut() {
            suspect.passed.turn = true;
            suspect.passed.any = true;
            suspect.passed.pushes = suspect.passed.pushes.saturating_add(1);
            suspect.passed.pushes_without_loss =
                suspect.passed.pushes_without_loss.saturating_add(1);
        }
        self
    }

    /// A push in which no suspect was came to nothing: the others have had their turn.
    #[must_use]
    pub fn after_turn_of_others(mut self) -> Self {
        for suspect in self.by_lane.values_mut() {
            suspect.passed.turn = true;
        }
        self
    }

    /// A pull was answered.
    #[must_use]
    pub fn after_pull(mut self) -> Self {
        for suspect in self.by_lane.values_mut() {
            suspect.passed.any = true;
        }
        self
    }

    /// A request other than a suspect's own got no answer.
    #[must_use]
    pub fn after_loss(mut self) -> Self {
        for suspect in self.by_lane.values_mut() {
            suspect.passed.pushes_without_loss = 0;
        }
        self
    }

    /// The network is another one, or the user asks: no lane waits any longer. What is
    /// known of each stays.
    #[must_use]
    pub fn without_delays(mut self, now: Timestamp) -> Self {
        for suspect in self.by_lane.values_mut() {
            suspect.until = now;
        }
        self
    }

    /// Whether this entry has failed alone; if so, when it may go again, which may be past.
    #[must_use]
    pub fn find(&self, entry: EntryId, lane: &str) -> Option<Timestamp> {
        let suspect = self.by_lane.get(lane).filter(|suspect| suspect.entry == entry)?;
        Some(suspect.until)
    }

    /// The suspects behind which all other lanes go: those whose delay is ahead, which come
    /// last, and those that have failed since another lane had its turn. However short its
    /// delays are, none goes twice while others wait, and of two that wait the one that has
    /// waited longer goes first.
    #[must_use]
    pub fn behind_others(&self, now: Timestamp, longest_ms: u64) -> Vec<EntryId> {
        let waits = |suspect: &Suspect| suspect.until.is_ahead(now, longest_ms);
        let mut behind: Vec<&Suspect> =
            self.by_lane.values().filter(|it| waits(it) || !it.passed.turn).collect();
        behind.sort_by_key(|suspect| (waits(suspect), suspect.turn));
        behind.into_iter().map(|suspect| suspect.entry).collect()
    }

    /// When the next lane that is set aside may go.
    #[must_use]
    pub fn next_at(&self, now: Timestamp, longest_ms: u64) -> Option<Timestamp> {
        let until = self.by_lane.values().map(|suspect| suspect.until);
        until.filter(|at| at.is_ahead(now, longest_ms)).min()
    }

    /// The entries that have failed alone.
    pub fn entries(&self) -> impl Iterator<Item = EntryId> {
        self.by_lane.values().map(|suspect| suspect.entry)
    }

    /// Those whose entries still wait: a person may have taken some out.
    #[must_use]
    pub fn of_waiting(mut self, mut is_waiting: impl FnMut(EntryId) -> bool) -> Self {
        self.by_lane.retain(|_, suspect| is_waiting(suspect.entry));
        self
    }

    /// The entry that was suspected in this lane is gone from it.
    #[must_use]
    pub fn without(mut self, lane: &str) -> Self {
        self.by_lane.remove(lane);
        self
    }

    /// Whether nobody is suspected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_lane.is_empty()
    }
}

impl Passed {
    /// Whether what passed shows that this failure is the entry's own.
    fn proves(self, failure: &BackendFailure) -> bool {
        match failure {
            // Said of the request, by a backend that is well.
            BackendFailure::Refused { status: BAD_REQUEST | PAYLOAD_TOO_LARGE | UNPROCESSABLE } => {
                self.any
            }
            BackendFailure::Refused { .. } | BackendFailure::Unavailable { .. } => self.pushes > 0,
            _ => self.pushes_without_loss >= PASSES_WITHOUT_LOSS,
        }
    }
}

/// Whether a failure may have to do with what was sent.
fn may_be_the_entry(failure: &BackendFailure) -> bool {
    match failure {
        BackendFailure::Unauthorized | BackendFailure::CursorExpired => false,
        // The server counts requests, or names the time when it is back.
        BackendFailure::Unavailable { status, retry_after_ms } => {
            *status != TOO_MANY_REQUESTS && retry_after_ms.is_none()
        }
        BackendFailure::Transport
        | BackendFailure::Timeout
        | BackendFailure::Unreadable
        | BackendFailure::Refused { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);
    const POISON: EntryId = Uuid::from_u128(1);
    const BROKEN: BackendFailure =
        BackendFailure::Unavailable { status: 500, retry_after_ms: None };
    const REFUSED: BackendFailure = BackendFailure::Refused { status: 422 };

    fn fail(suspects: Suspects, failure: &BackendFailure) -> (Suspects, Option<Verdict>) {
        let (draw, policy) = (Jitter::new(0.5), Policy::default());
        suspects.after_lone_failure((POISON, "a"), failure, NOW, draw, &policy)
    }

    fn other_push(suspects: Suspects) -> Suspects {
        suspects.after_push(|lane| lane == "b")
    }

    #[test]
    fn when_nothing_passes_it_is_the_backend_and_nobody_burns() {
        for failure in [BROKEN, REFUSED, BackendFailure::Transport, BackendFailure::Timeout] {
            let mut suspects = Suspects::default();
            for _ in 0..20 {
                let verdict;
                (suspects, verdict) = fail(suspects, &failure);
                assert_eq!(verdict, Some(Verdict::SetAside), "{failure:?}");
            }
        }
    }

    #[test]
    fn the_first_lone_failure_proves_nothing_whatever_passed_before() {
        let suspects = other_push(Suspects::default());
        assert_eq!(fail(suspects, &BROKEN).1, Some(Verdict::SetAside));
    }

    #[test]
    fn it_burns_once_for_each_time_that_another_push_passed() {
        let (suspects, _) = fail(Suspects::default(), &BROKEN);
        let (suspects, verdict) = fail(other_push(suspects), &BROKEN);
        assert_eq!(verdict, Some(Verdict::Burn));
        let (suspects, verdict) = fail(suspects, &BROKEN);
        assert_eq!(verdict, Some(Verdict::SetAside), "since then nothing passed");
        assert_eq!(fail(other_push(suspects), &BROKEN).1, Some(Verdict::Burn));
    }

    #[test]
    fn for_a_request_that_is_refused_as_such_a_pull_that_passes_is_proof_enough() {
        let (suspects, _) = fail(Suspects::default(), &REFUSED);
        assert_eq!(fail(suspects.after_pull(), &REFUSED).1, Some(Verdict::Burn));
        let (suspects, _) = fail(Suspects::default(), &BROKEN);
        assert_eq!(fail(suspects.after_pull(), &BROKEN).1, Some(Verdict::SetAside));
    }

    #[test]
    fn a_lost_request_is_blamed_on_the_entry_only_when_no_other_is_lost() {
        let lost = BackendFailure::Transport;
        let (suspects, _) = fail(Suspects::default(), &lost);
        let two = other_push(other_push(suspects.clone()));
        assert_eq!(fail(two.clone(), &lost).1, Some(Verdict::SetAside));
        assert_eq!(fail(other_push(two.clone()), &lost).1, Some(Verdict::Burn));
        assert_eq!(fail(other_push(two.after_loss()), &lost).1, Some(Verdict::SetAside));
    }

    #[test]
    fn a_rate_limit_a_named_time_and_a_refused_token_say_nothing_of_the_entry() {
        for failure in [
            BackendFailure::Unavailable { status: 429, retry_after_ms: None },
            BackendFailure::Unavailable { status: 503, retry_after_ms: Some(1_000) },
            BackendFailure::Unauthorized,
        ] {
            let (suspects, verdict) = fail(Suspects::default(), &failure);
            assert!(verdict.is_none() && suspects.is_empty());
        }
    }

    #[test]
    fn an_entry_that_passes_is_no_suspect_any_more_and_another_one_never_was() {
        let (suspects, _) = fail(Suspects::default(), &BROKEN);
        assert_eq!(suspects.find(POISON, "a"), Some(NOW.plus_ms(500)));
        assert_eq!(suspects.find(Uuid::from_u128(2), "a"), None);
        assert_eq!(suspects.clone().without_delays(NOW).find(POISON, "a"), Some(NOW));
        assert!(suspects.after_push(|lane| lane == "a").is_empty());
    }

    #[test]
    fn its_delay_grows_with_each_lone_failure() {
        let mut suspects = Suspects::default();
        for delay_ms in [500, 1_000, 2_000, 4_000] {
            (suspects, _) = fail(suspects, &BROKEN);
            assert_eq!(suspects.find(POISON, "a"), Some(NOW.plus_ms(delay_ms)));
        }
    }

    fn fail_in(suspects: Suspects, number: u128, draw: f64) -> Suspects {
        let (lane, draw) = (format!("lane{number}"), Jitter::new(draw));
        let (entry, policy) = (Uuid::from_u128(number), Policy::default());
        suspects.after_lone_failure((entry, &lane), &BROKEN, NOW, draw, &policy).0
    }

    fn behind(suspects: &Suspects, now: Timestamp) -> Vec<u128> {
        suspects.behind_others(now, 60_000).iter().map(|entry| entry.as_u128()).collect()
    }

    #[test]
    fn a_suspect_lets_others_go_before_it_until_they_had_their_turn() {
        // Without any delay.
        let suspects = fail_in(Suspects::default(), 1, 0.0);
        assert_eq!(behind(&suspects, NOW), [1]);
        assert!(behind(&other_push(suspects.clone()), NOW).is_empty());
        assert!(behind(&suspects.clone().after_turn_of_others(), NOW).is_empty());
        let suspects = fail_in(suspects.after_turn_of_others(), 2, 0.0);
        assert_eq!(behind(&suspects, NOW), [2]);
        let suspects = fail_in(suspects, 1, 0.0);
        assert_eq!(behind(&suspects, NOW), [2, 1], "who has waited longer goes first");
        let suspects = fail_in(suspects, 2, 0.0);
        assert_eq!(behind(&suspects, NOW), [1, 2]);
    }

    #[test]
    fn one_whose_delay_is_ahead_comes_last_whoever_had_a_turn_and_is_armed() {
        let suspects = fail_in(fail_in(Suspects::default(), 1, 0.5), 2, 0.0);
        assert_eq!(behind(&suspects, NOW), [2, 1]);
        let passed = other_push(suspects.clone());
        assert_eq!((behind(&passed, NOW), behind(&passed, NOW.plus_ms(500))), (vec![1], vec![]));
        assert_eq!(suspects.next_at(NOW, 60_000), Some(NOW.plus_ms(500)));
        assert_eq!(suspects.next_at(NOW.plus_ms(500), 60_000), None);
        let earlier = Timestamp(NOW.0 - 3_600_000);
        assert_eq!(suspects.next_at(earlier, 60_000), None, "a clock that stepped back");
        assert!(behind(&passed, earlier).is_empty());
    }

    #[test]
    fn what_a_person_took_out_of_the_outbox_is_suspected_no_more() {
        let suspects = fail_in(fail_in(Suspects::default(), 1, 0.5), 2, 0.5);
        let left = suspects.of_waiting(|entry| entry.as_u128() == 2);
        assert_eq!(behind(&left, NOW), [2]);
    }

    #[test]
    fn there_are_sixteen_suspects_at_the_most() {
        let (draw, policy) = (Jitter::new(0.5), Policy::default());
        let mut suspects = Suspects::default();
        for number in 0..20 {
            let (entry, lane) = (Uuid::from_u128(number), format!("lane{number}"));
            let verdict;
            (suspects, verdict) =
                suspects.after_lone_failure((entry, &lane), &BROKEN, NOW, draw, &policy);
            assert_eq!(verdict.is_some(), number < 16);
        }
    }
}
