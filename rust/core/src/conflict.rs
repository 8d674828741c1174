//! Two versions of one record meet: what its collection's rule makes of them.
//!
//! A record has unsettled local writes, made on a base, and the server turns out to have
//! another version by now. [`resolve`] is total and pure: it says which side stands and
//! what is lost. `docs/conflicts.md` is the table of its answers, made by the tests.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::clock::Stamp;

/// The columns of a record, by name.
pub type Columns = Map<String, Value>;

/// What happens when the server has changed a record that has unsettled local writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum ConflictRule {
    /// The server's record stands; the local writes go to the conflict log.
    ServerWins,
    /// The local record stands as a whole; what the server had goes to the conflict log.
    ClientWins,
    /// The record that was written later stands as a whole, by a hybrid logical clock.
    LastWriteWins,
    /// Column by column: what only one side changed stays changed; where both did, the
    /// local write stands, and the server's value goes to the conflict log.
    #[default]
    Merge,
    /// JavaScript is asked. Without an answer in time it is `merge`.
    Custom,
}

/// What happens when the server has deleted a record that has unsettled local writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum OnRemoteDelete {
    /// The record goes; its local writes go to the conflict log.
    Accept,
    /// The record stays on screen until its writes are settled or discarded.
    #[default]
    KeepLocal,
}

impl ConflictRule {
    /// Whether the server must apply an update or a delete only to the version that it was
    /// made on: the other rules send what stands in any case.
    #[must_use]
    pub fn checks_version(self) -> bool {
        matches!(self, Self::ServerWins | Self::LastWriteWins | Self::Custom)
    }

    /// The word in the schema and in the conflict log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ServerWins => "serverWins",
            Self::ClientWins => "clientWins",
            Self::LastWriteWins => "lastWriteWins",
            Self::Merge => "merge",
            Self::Custom => "custom",
        }
    }
}

/// A record as one side has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// It was never there.
    Absent,
    /// It was deleted.
    Deleted,
    /// Every column of the collection.
    Columns(Columns),
}

/// Everything that the decision depends on.
#[derive(Clone, Copy, Debug)]
pub struct Meeting<'a> {
    /// The collection's.
    pub rule: ConflictRule,
    /// The collection's.
    pub on_remote_delete: OnRemoteDelete,
    /// The server's version that the local writes were made on.
    pub base: &'a Side,
    /// The server's version now.
    pub remote: &'a Side,
    /// When the server's version was written, if it says so.
    pub remote_written_at: Option<Stamp>,
    /// The record as the local writes leave it.
    pub local: &'a Side,
    /// The columns that the local writes set.
    pub written: &'a BTreeSet<String>,
    /// When the last of the local writes was made, if it is known.
    pub local_written_at: Option<Stamp>,
}

/// Which side stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    /// Both: the local writes are sent as they are, over the server's record.
    Both {
        /// Columns of the server's that they overwrite.
        overwritten: Columns,
    },
    /// The local record as a whole: the columns that the server changed are sent too.
    Local {
        /// Columns of the server's that it overwrites.
        overwritten: Columns,
    },
    /// The server's record; the local writes are not sent.
    Remote {
        /// Whether they said anything else than the server's record does.
        is_loss: bool,
    },
    /// JavaScript decides.
    Ask,
}

/// Decides what stands.
#[must_use]
pub fn resolve(meeting: &Meeting<'_>) -> Resolution {
    let Meeting { base, remote, local, .. } = meeting;
    let nothing_lost = Resolution::Both { overwritten: Columns::new() };
    if is_same_side(base, remote) {
        return nothing_lost;
    }
    match (remote, local) {
        (Side::Absent, _) => nothing_lost,
        (Side::Deleted, Side::Deleted) => Resolution::Remote { is_loss: false },
        (Side::Deleted, _) if meeting.on_remote_delete == OnRemoteDelete::Accept => {
            Resolution::Remote { is_loss: true }
        }
        (Side::Deleted, _) => nothing_lost,
        (Side::Columns(_), _) => match meeting.rule {
            ConflictRule::ServerWins => theirs(meeting),
            ConflictRule::ClientWins => ours(meeting),
            // A side that does not say when it was written was written before one that does.
            ConflictRule::LastWriteWins => {
                if meeting.local_written_at > meeting.remote_written_at {
                    ours(meeting)
                } else {
                    theirs(meeting)
                }
            }
            ConflictRule::Merge => Resolution::Both { overwritten: overwritten(meeting, false) },
            ConflictRule::Custom if is_same_side(local, remote) => nothing_lost,
            ConflictRule::Custom => Resolution::Ask,
        },
    }
}

/// Columns that the server has changed since the base and that will not stay so: those that
/// the local writes set to something else or, when the record stands `as_a_whole`, all
/// that differ from it.
#[must_use]
pub fn overwritten(meeting: &Meeting<'_>, as_a_whole: bool) -> Columns {
    let Side::Columns(remote) = meeting.remote else { return Columns::new() };
    let is_changed = |name: &str, value: &Value| match meeting.base {
        Side::Columns(base) => !same_value(base.get(name).unwrap_or(&Value::Null), value),
        Side::Absent | Side::Deleted => true,
    };
    let is_replaced = |name: &str, value: &Value| match meeting.local {
        Side::Columns(local) => {
            (as_a_whole || meeting.written.contains(name))
                && !same_value(local.get(name).unwrap_or(&Value::Null), value)
        }
        Side::Absent | Side::Deleted => true,
    };
    remote
        .iter()
        .filter(|(name, value)| is_changed(name, value) && is_replaced(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn ours(meeting: &Meeting<'_>) -> Resolution {
    Resolution::Local { overwritten: overwritten(meeting, true) }
}

fn theirs(meeting: &Meeting<'_>) -> Resolution {
    let is_loss = match (meeting.local, meeting.remote) {
        (Side::Columns(local), Side::Columns(remote)) => meeting.written.iter().any(|name| {
            let at = |columns: &Columns| columns.get(name).cloned().unwrap_or(Value::Null);
            !same_value(&at(local), &at(remote))
        }),
        (local, remote) => !is_same_side(local, remote),
    };
    Resolution::Remote { is_loss }
}

fn is_same_side(left: &Side, right: &Side) -> bool {
    match (left, right) {
        (Side::Columns(left), Side::Columns(right)) => same_columns(left, right),
        (left, right) => left == right,
    }
}

/// A column that is left out is `null`.
fn same_columns(left: &Columns, right: &Columns) -> bool {
    let holds = |columns: &Columns, (name, value): (&String, &Value)| {
        same_value(columns.get(name).unwrap_or(&Value::Null), value)
    };
    left.iter().all(|column| holds(right, column)) && right.iter().all(|column| holds(left, column))
}

/// Whether two values say the same: 1 and 1.0 do.
#[must_use]
pub fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same_value(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right.get(name).is_some_and(|other| same_value(value, other))
                })
        }
        (left, right) => left == right,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const RULES: [ConflictRule; 5] = [
        ConflictRule::ServerWins,
        ConflictRule::ClientWins,
        ConflictRule::LastWriteWins,
        ConflictRule::Merge,
        ConflictRule::Custom,
    ];

    fn any_side() -> impl Strategy<Value = Side> {
        prop_oneof![
            Just(Side::Absent),
            Just(Side::Deleted),
            (0..3_u8, 0..3_u8).prop_map(|(a, b)| {
                Side::Columns(json!({ "a": a, "b": b }).as_object().expect("columns").clone())
            }),
        ]
    }

    proptest! {
        #[test]
        fn what_stands_and_what_is_lost_make_up_both_sides(
            rule in 0..5_usize, accepts in any::<bool>(),
            base in any_side(), remote in any_side(), local in any_side(),
            written in proptest::collection::btree_set(prop_oneof![Just("a"), Just("b")], 0..2),
        ) {
            let on_remote_delete =
                if accepts { OnRemoteDelete::Accept } else { OnRemoteDelete::KeepLocal };
            let written: BTreeSet<String> = written.into_iter().map(str::to_owned).collect();
            let meeting = Meeting {
                rule: RULES[rule], on_remote_delete, base: &base, remote: &remote, local: &local,
                remote_written_at: None, written: &written, local_written_at: None,
            };
            match (resolve(&meeting), &remote, &local) {
                (Resolution::Both { overwritten }, Side::Columns(remote), Side::Columns(local)) => {
                    // Only what the local writes say is lost of the server's.
                    for (name, value) in &overwritten {
                        prop_assert!(written.contains(name) && local[name] != *value);
                        prop_assert_eq!(&remote[name], value);
                    }
                }
                (Resolution::Local { overwritten }, Side::Columns(remote), Side::Columns(local)) => {
                    for (name, value) in remote {
                        let was = match &base { Side::Columns(base) => Some(&base[name]), _ => None };
                        let is_lost = local[name] != *value && was != Some(value);
                        prop_assert_eq!(overwritten.contains_key(name), is_lost);
                    }
                }
                (Resolution::Remote { is_loss }, Side::Columns(remote), Side::Columns(local)) => {
                    prop_assert_eq!(is_loss, written.iter().any(|name| local[name] != remote[name]));
                }
                (Resolution::Ask, _, _) => prop_assert_eq!(RULES[rule], ConflictRule::Custom),
                _ => {}
            }
            if base == remote {
                let nothing = Resolution::Both { overwritten: Columns::new() };
                prop_assert_eq!(resolve(&meeting), nothing, "no rule acts where nothing changed");
            }
        }
    }

    #[test]
    fn numbers_are_compared_by_what_they_say() {
        assert!(same_value(&json!([1, { "a": 2.0 }]), &json!([1.0, { "a": 2 }])));
        assert!(!same_value(&json!([1]), &json!([1, 2])));
        assert!(!same_value(&json!({ "a": 1 }), &json!({ "b": 1 })));
        assert!(!same_value(&json!("1"), &json!(1)));
    }
}
