//! From the rows that were shown to the rows that are there, in steps.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::value::RawValue;
use ts_rs::TS;

use crate::window::RunRow;

/// One step from the old rows of a window to the new ones.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "op", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum PatchOp {
    /// Puts a row before the one at `at`, or at the end.
    Insert {
        /// Index.
        at: u32,
        /// The row.
        #[ts(type = "Row")]
        row: Box<RawValue>,
        /// Changes when the row does.
        #[ts(type = "number")]
        revision: i64,
    },
    /// Puts another version of the row into its place.
    Update {
        /// Index.
        at: u32,
        /// The row.
        #[ts(type = "Row")]
        row: Box<RawValue>,
        /// Changes when the row does.
        #[ts(type = "number")]
        revision: i64,
    },
    /// Takes the row out at `from`, then puts it in at `to`.
    Move {
        /// Index before.
        from: u32,
        /// Index after.
        to: u32,
    },
    /// Takes a row out.
    Remove {
        /// Index.
        at: u32,
    },
}

/// The steps that turn `old` into `new`: removals from the end, then one walk
/// through the new rows that inserts, moves and updates. Each step sees the rows
/// as the one before left them.
pub(crate) fn difference(old: &[(String, i64)], new: Vec<RunRow>) -> Vec<PatchOp> {
    let mut ops = Vec::new();
    let kept: HashSet<&str> = new.iter().map(|row| row.id.as_str()).collect();
    let mut current: Vec<&str> = Vec::with_capacity(old.len());
    let mut removed = Vec::new();
    for (index, (id, _)) in old.iter().enumerate() {
        if kept.contains(id.as_str()) {
            current.push(id);
        } else {
            removed.push(PatchOp::Remove { at: index_of(index) });
        }
    }
    // From the end, so that each index is still true when its step is applied.
    ops.extend(removed.into_iter().rev());
    let known: HashMap<&str, i64> =
        old.iter().map(|(id, revision)| (id.as_str(), *revision)).collect();
    let ids: Vec<String> = new.iter().map(|row| row.id.clone()).collect();
    for (at, (row, id)) in new.into_iter().zip(&ids).enumerate() {
        let known_revision = known.get(id.as_str()).copied();
        if current.get(at) != Some(&id.as_str()) {
            match known_revision {
                Some(_) => ops.push(move_to(&mut current, id, at)),
                None => current.insert(at, id),
            }
        }
        let Some(object) = row.object else { continue };
        let (at, revision) = (index_of(at), row.revision);
        ops.push(match known_revision {
            Some(_) => PatchOp::Update { at, row: object, revision },
            None => PatchOp::Insert { at, row: object, revision },
        });
    }
    ops
}

fn move_to<'a>(current: &mut Vec<&'a str>, id: &'a str, to: usize) -> PatchOp {
    // Rows before `to` are in place already, so the row lies behind it.
    let from =
        current.iter().skip(to).position(|other| *other == id).map_or(to, |offset| to + offset);
    let moved = current.remove(from);
    current.insert(to, moved);
    PatchOp::Move { from: index_of(from), to: index_of(to) }
}

fn index_of(index: usize) -> u32 {
    u32::try_from(index).expect("a window has at most 500 rows")
}
