//! Which entries go in one push.

use std::collections::HashSet;

use crate::batch_size::BatchSize;
use crate::entry::{EntryId, Priority};
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::view::{Candidate, View};

/// The entries that may go now, and when the next ones may.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub entries: Vec<EntryId>,
    pub bytes: u64,
    pub next_due: Option<Timestamp>,
}

/// Picks at most `limit`: lanes in their order, each from its head on without a gap, an
/// atomic group whole or not at all, a suspect alone.
pub(crate) fn pick(
    view: &View,
    limit: BatchSize,
    low_goes: bool,
    now: Timestamp,
    policy: &Policy,
) -> Batch {
    let longest_ms = policy.longest_wait_ms();
    // A lane that is set aside may be no candidate, and is waited for all the same.
    let next_due = view.next_due.into_iter().chain(view.suspects.next_at(now, longest_ms)).min();
    let mut picking = Picking {
        view,
        limit,
        low_goes,
        now,
        longest_ms,
        chosen: Vec::new(),
        bytes: 0,
        stopped: HashSet::new(),
        next_due,
    };
    for at in 0..view.candidates.len() {
        if picking.take(at) == Next::Stop {
            break;
        }
    }
    let entries = picking.chosen.iter().map(|at| view.candidates[*at].id).collect();
    Batch { entries, bytes: picking.bytes, next_due: picking.next_due }
}

/// Whether to look at further candidates.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    Stop,
}

struct Picking<'a> {
    view: &'a View,
    limit: BatchSize,
    low_goes: bool,
    now: Timestamp,
    longest_ms: u64,
    chosen: Vec<usize>,
    bytes: u64,
    /// Lanes of which nothing more may go: something before it stays.
    stopped: HashSet<&'a str>,
    next_due: Option<Timestamp>,
}

impl<'a> Picking<'a> {
    fn take(&mut self, at: usize) -> Next {
        let view = self.view;
        let candidate = &view.candidates[at];
        if self.stopped.contains(candidate.lane.as_str()) {
            return Next::GoOn;
        }
        let Some(group) = candidate.group else { return self.take_unit(&[at]) };
        if self.chosen.contains(&at) {
            return Next::GoOn;
        }
        let of_group = |index: &usize| view.candidates[*index].group == Some(group);
        let unit: Vec<usize> = (0..view.candidates.len()).filter(of_group).collect();
        if unit.iter().all(|member| self.is_next(*member, &unit)) {
            return self.take_unit(&unit);
        }
        // Something of another lane has to go before one of its members.
        self.stopped.insert(&candidate.lane);
        Next::GoOn
    }

    /// Whether all that is before it in its lane goes with it, or before it.
    fn is_next(&self, member: usize, unit: &[usize]) -> bool {
        let lane = &self.view.candidates[member].lane;
        let before = (0..member).filter(|at| self.view.candidates[*at].lane == *lane);
        !self.stopped.contains(lane.as_str())
            && before.into_iter().all(|at| self.chosen.contains(&at) || unit.contains(&at))
    }

    /// Takes what can only go together.
    fn take_unit(&mut self, unit: &[usize]) -> Next {
        let view = self.view;
        let members = || unit.iter().map(|at| &view.candidates[*at]);
        let waits = members().any(|candidate| self.waits(candidate));
        let is_suspect = !view.suspects.is_empty()
            && members().any(|it| view.suspects.find(it.id, &it.lane).is_some());
        // A suspect would spoil the batch: it waits until it can go alone.
        if waits || (is_suspect && !self.chosen.is_empty()) {
            self.stopped.extend(members().map(|candidate| candidate.lane.as_str()));
            return Next::GoOn;
        }
        let bytes = members().map(|candidate| u64::from(candidate.bytes)).sum::<u64>();
        let is_full = self.chosen.len() + unit.len() > self.limit.entries as usize
            || self.bytes + bytes > self.limit.bytes.into();
        if is_full && !self.chosen.is_empty() {
            return Next::Stop;
        }
        self.chosen.extend(unit);
        self.bytes += bytes;
        if is_suspect { Next::Stop } else { Next::GoOn }
    }

    /// Whether an entry has to wait; notes until when.
    fn waits(&mut self, candidate: &Candidate) -> bool {
        if candidate.priority == Priority::Low && !self.low_goes {
            return true;
        }
        let set_aside = if self.view.suspects.is_empty() {
            None
        } else {
            self.view.suspects.find(candidate.id, &candidate.lane)
        };
        let is_ahead = |at: &Timestamp| at.is_ahead(self.now, self.longest_ms);
        let delays = candidate.not_before.into_iter().chain(set_aside);
        let Some(at) = delays.filter(is_ahead).max() else { return false };
        self.next_due = Some(self.next_due.map_or(at, |due| due.min(at)));
        true
    }
}
