//! Atomic groups: what the outcomes of their entries come to for all of them.

use crate::entry::EntryId;
use crate::outcome::{Outcome, Reason};
use crate::view::GroupId;

/// The code of the reason for which the rest of a refused group is refused.
pub const GROUP_REJECTED: &str = "group_rejected";

/// Makes the outcomes of each group agree: one refusal refuses all of it, else one
/// delay delays it. What the server says it has applied stays applied.
pub fn harmonize(outcomes: &mut [(EntryId, Option<GroupId>, Outcome)]) {
    let groups: Vec<GroupId> = outcomes.iter().filter_map(|(_, group, _)| *group).collect();
    for (index, group) in groups.iter().enumerate() {
        if !groups[..index].contains(group) {
            harmonize_group(outcomes, *group);
        }
    }
}

fn harmonize_group(outcomes: &mut [(EntryId, Option<GroupId>, Outcome)], group: GroupId) {
    let mut members: Vec<&mut Outcome> = outcomes
        .iter_mut()
        .filter(|(_, of, outcome)| *of == Some(group) && !matches!(outcome, Outcome::Acked { .. }))
        .map(|(_, _, outcome)| outcome)
        .collect();
    let verdict = members.iter().map(|outcome| (**outcome).clone()).max_by_key(severity);
    let Some(verdict) = verdict else { return };
    for member in &mut members {
        match (&verdict, &**member) {
            (Outcome::Rejected(_), Outcome::Rejected(_)) => {}
            (Outcome::Rejected(_), _) => {
                **member = Outcome::Rejected(Reason {
                    code: GROUP_REJECTED.into(),
                    message: "Another write of the same atomic group was refused.".into(),
                });
            }
            _ => **member = verdict.clone(),
        }
    }
}

/// Which outcome decides for a group; of two delays, the longer.
fn severity(outcome: &Outcome) -> (u8, u64) {
    match outcome {
        Outcome::Acked { .. } => (0, 0),
        Outcome::Blocked => (1, 0),
        Outcome::Retry { after_ms } => (2, after_ms.unwrap_or(0)),
        Outcome::Rejected(_) => (3, 0),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const GROUP: Option<GroupId> = Some(Uuid::from_u128(7));

    fn harmonized(outcomes: &[(Option<GroupId>, Outcome)]) -> Vec<Outcome> {
        let mut numbered: Vec<_> = outcomes
            .iter()
            .zip(1..)
            .map(|((group, outcome), number)| (Uuid::from_u128(number), *group, outcome.clone()))
            .collect();
        harmonize(&mut numbered);
        numbered.into_iter().map(|(_, _, outcome)| outcome).collect()
    }

    fn rejected(code: &str) -> Outcome {
        Outcome::Rejected(Reason { code: code.into(), message: String::new() })
    }

    fn code(outcome: &Outcome) -> &str {
        match outcome {
            Outcome::Rejected(reason) => &reason.code,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn one_refusal_refuses_the_group_and_nothing_else() {
        let outcomes = harmonized(&[
            (GROUP, Outcome::Blocked),
            (GROUP, rejected("forbidden")),
            (GROUP, Outcome::Retry { after_ms: None }),
            (None, Outcome::Blocked),
        ]);
        let codes: Vec<&str> = outcomes[..3].iter().map(code).collect();
        assert_eq!(codes, [GROUP_REJECTED, "forbidden", GROUP_REJECTED]);
        assert_eq!(outcomes[3], Outcome::Blocked);
    }

    #[test]
    fn the_longest_delay_is_the_groups() {
        let retry = |after_ms| Outcome::Retry { after_ms };
        let outcomes = harmonized(&[
            (GROUP, retry(Some(10))),
            (GROUP, Outcome::Blocked),
            (GROUP, retry(Some(30))),
        ]);
        assert_eq!(outcomes, vec![retry(Some(30)); 3]);
    }

    #[test]
    fn what_was_applied_stays_applied() {
        let acked = Outcome::Acked { version: 1, order: 1 };
        let outcomes = harmonized(&[(GROUP, acked.clone()), (GROUP, rejected("forbidden"))]);
        assert_eq!(outcomes[0], acked);
    }
}
