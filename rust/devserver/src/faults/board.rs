//! The faults that wait, and how often each has happened.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use mailboat_backends::rest::wire::{PushEntry, PushOutcome};
use mailboat_core::Reason;
use serde::Serialize;

use super::{EntryFault, EntryVerdict, Fault, FaultKind, On};

/// The faults of one server.
#[derive(Default)]
pub(crate) struct FaultBoard {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    faults: Vec<Posted>,
    fired: BTreeMap<&'static str, u64>,
}

/// A fault and its count.
struct Posted {
    fault: Fault,
    fired: u32,
}

/// What is to happen to one request.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Firing {
    /// Wait for so long first.
    pub(crate) delay: Duration,
    /// Then this, in place of the usual answer.
    pub(crate) ending: Option<Ending>,
}

/// How a request ends that a fault has hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    DropBeforeCommit,
    DropAfterCommit,
    Status {
        status: StatusCode,
        retry_after_s: Option<u32>,
    },
    /// The tokens of this user end, or all.
    Unauthorized {
        user: Option<String>,
    },
    Garbage,
    Truncate,
}

/// A fault as `GET /dev/state` shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaultReport {
    fault: Fault,
    fired: u32,
    pub(crate) waiting: bool,
}

impl FaultBoard {
    pub(crate) fn add(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.extend(faults.into_iter().map(|fault| Posted { fault, fired: 0 }));
    }

    pub(crate) fn clear(&self) {
        self.state().faults.clear();
    }

    /// The faults posted since the last clear.
    pub(crate) fn report(&self) -> Vec<FaultReport> {
        let report = |posted: &Posted| FaultReport {
            fault: posted.fault.clone(),
            fired: posted.fired,
            waiting: posted.is_waiting(),
        };
        self.state().faults.iter().map(report).collect()
    }

    /// How often each kind has happened since the start, cleared ones included.
    pub(crate) fn fired(&self) -> BTreeMap<&'static str, u64> {
        self.state().fired.clone()
    }

    /// What happens to a request: every delay that waits for it, then the first other fault.
    pub(crate) fn fire(&self, endpoint: On, user: Option<&str>) -> Firing {
        let mut state = self.state();
        let State { faults, fired } = &mut *state;
        let mut firing = Firing::default();
        for posted in faults.iter_mut().filter(|posted| posted.waits_for(endpoint, user)) {
            if let FaultKind::Delay { ms } = posted.fault.kind {
                if posted.happens(fired) {
                    firing.delay += Duration::from_millis(ms);
                }
            } else if firing.ending.is_none() {
                let ending = posted.fault.ending();
                firing.ending = ending.filter(|_| posted.happens(fired));
            }
        }
        firing
    }

    /// What a fault answers in the place of an entry; the first that waits for it.
    pub(crate) fn fire_entry(&self, user: &str, entry: &PushEntry) -> Option<PushOutcome> {
        let mut state = self.state();
        let State { faults, fired } = &mut *state;
        for posted in faults.iter_mut().filter(|posted| posted.waits_for(On::Push, Some(user))) {
            let FaultKind::Entry(fault) = posted.fault.kind.clone() else { continue };
            if fault.hits(entry) && posted.happens(fired) {
                return Some(verdict(&fault, entry));
            }
        }
        None
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Counting cannot stop half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Posted {
    fn is_waiting(&self) -> bool {
        self.fault.times.is_none_or(|times| self.fired < times)
    }

    fn waits_for(&self, endpoint: On, user: Option<&str>) -> bool {
        let fault = &self.fault;
        self.is_waiting()
            && (fault.on == endpoint || fault.on == On::Any)
            && fault.user.as_deref().is_none_or(|its_user| user == Some(its_user))
    }

    /// Draws, and counts when it happens.
    fn happens(&mut self, fired: &mut BTreeMap<&'static str, u64>) -> bool {
        let happens =
            self.fault.probability.is_none_or(|probability| rand::random::<f64>() < probability);
        if happens {
            self.fired = self.fired.saturating_add(1);
            *fired.entry(self.fault.kind.as_str()).or_default() += 1;
        }
        happens
    }
}

impl Fault {
    fn ending(&self) -> Option<Ending> {
        Some(match &self.kind {
            FaultKind::DropBeforeCommit => Ending::DropBeforeCommit,
            FaultKind::DropAfterCommit => Ending::DropAfterCommit,
            FaultKind::Status { status, retry_after_s } => Ending::Status {
                status: StatusCode::from_u16(*status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
                retry_after_s: *retry_after_s,
            },
            FaultKind::UnauthorizedUntilRefreshed => {
                Ending::Unauthorized { user: self.user.clone() }
            }
            FaultKind::Garbage => Ending::Garbage,
            FaultKind::Truncate => Ending::Truncate,
            FaultKind::Delay { .. } | FaultKind::Entry(_) => return None,
        })
    }
}

fn verdict(fault: &EntryFault, entry: &PushEntry) -> PushOutcome {
    let id = entry.id;
    match fault.outcome {
        EntryVerdict::Retry => PushOutcome::Retry { id, after_ms: fault.after_ms },
        EntryVerdict::Blocked => PushOutcome::Blocked { id },
        EntryVerdict::Rejected => PushOutcome::Rejected {
            id,
            reason: Reason { code: "fault".into(), message: "A fault switch refuses it.".into() },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_add_up_before_one_ending() {
        let board = FaultBoard::default();
        board.add([
            Fault::once(On::Push, FaultKind::Delay { ms: 3 }),
            Fault::once(On::Any, FaultKind::Garbage),
            Fault::once(On::Push, FaultKind::Truncate),
            Fault::once(On::Any, FaultKind::Delay { ms: 4 }),
        ]);
        let first = board.fire(On::Push, None);
        assert_eq!(
            first,
            Firing { delay: Duration::from_millis(7), ending: Some(Ending::Garbage) }
        );
        assert_eq!(board.fire(On::Push, None).ending, Some(Ending::Truncate));
        assert_eq!(board.fire(On::Push, None), Firing::default());
    }

    #[test]
    fn a_fault_for_one_user_leaves_the_others_alone() {
        let board = FaultBoard::default();
        let fault = Fault { user: Some("ann".into()), ..Fault::once(On::Pull, FaultKind::Garbage) };
        board.add([fault.always()]);
        assert_eq!(board.fire(On::Pull, Some("ben")), Firing::default());
        assert_eq!(board.fire(On::Push, Some("ann")), Firing::default());
        assert_eq!(board.fire(On::Pull, Some("ann")).ending, Some(Ending::Garbage));
        assert_eq!(board.fire(On::Pull, Some("ann")).ending, Some(Ending::Garbage));
    }

    #[test]
    fn probability_zero_never_happens_and_one_always_does() {
        let board = FaultBoard::default();
        let never = Fault { probability: Some(0.0), ..Fault::once(On::Pull, FaultKind::Garbage) };
        let always = Fault { probability: Some(1.0), ..Fault::once(On::Pull, FaultKind::Truncate) };
        board.add([never, always]);
        assert_eq!(board.fire(On::Pull, None).ending, Some(Ending::Truncate));
        assert_eq!(board.fire(On::Pull, None).ending, None);
        assert_eq!(board.fired(), BTreeMap::from([("truncate", 1)]));
    }
}
