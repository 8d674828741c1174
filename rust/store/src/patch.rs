//! From the rows that were shown to the rows that are there, in steps.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;
use serde_json::value::RawValue;
use ts_rs::TS;

use crate::window::{RunRow, ShownRow};

/// One step from the old rows of a window to the new ones.
#[derive(Clone, Serialize, TS)]
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

// Debug by hand: a row holds what the app stored, and never gets into a log.
impl fmt::Debug for PatchOp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insert { at, revision, .. } => write!(formatter, "Insert({at}, r{revision})"),
            Self::Update { at, revision, .. } => write!(formatter, "Update({at}, r{revision})"),
            Self::Move { from, to } => write!(formatter, "Move({from} -> {to})"),
            Self::Remove { at } => write!(formatter, "Remove({at})"),
        }
    }
}

/// The steps that turn `before` old rows into `new`, and what is shown after them:
/// removals from the end, then as few moves as bring the kept rows into their new order,
/// then one walk that inserts and updates. Each step sees the rows as the one before left
/// them.
pub(crate) fn difference(before: usize, new: Vec<RunRow>) -> (Vec<PatchOp>, Vec<ShownRow>) {
    let kept: Vec<usize> = new.iter().filter_map(|row| row.was).collect();
    let mut current = kept.clone();
    current.sort_unstable();

    // From the end, so that each index is still true when its step is applied.
    let gone = (0..before).rev().filter(|index| current.binary_search(index).is_err());
    let mut ops: Vec<PatchOp> = gone.map(|index| PatchOp::Remove { at: index_of(index) }).collect();
    move_into_order(&mut current, &kept, &mut ops);
    let mut shown = Vec::with_capacity(new.len());
    for (at, RunRow { was, shown: row, object }) in new.into_iter().enumerate() {
        let (at, revision) = (index_of(at), row.revision);
        shown.push(row);
        let Some(row) = object else { continue };
        ops.push(match was {
            Some(_) => PatchOp::Update { at, row, revision },
            None => PatchOp::Insert { at, row, revision },
        });
    }
    (ops, shown)
}

/// Brings `current` into the order of `wanted`, which holds the same rows: each row
/// that cannot stay goes behind the one that comes before it.
fn move_into_order(current: &mut Vec<usize>, wanted: &[usize], ops: &mut Vec<PatchOp>) {
    if wanted.is_sorted() {
        return;
    }
    let staying = longest_rising(wanted);
    let mut to = 0;
    for row in wanted {
        let from = current.iter().position(|other| other == row).expect("both hold the same rows");
        if staying.contains(row) {
            to = from + 1;
            continue;
        }
        current.remove(from);
        to -= usize::from(from < to);
        current.insert(to, *row);
        if from != to {
            ops.push(PatchOp::Move { from: index_of(from), to: index_of(to) });
        }
        to += 1;
    }
}

/// A longest choice of rows whose places rise: those that need not move.
fn longest_rising(places: &[usize]) -> HashSet<usize> {
    // ends[n]: index of the smallest place that ends a rising run of n + 1 rows.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(places.len());
    for (index, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    std::iter::successors(ends.last().copied(), |index| before[*index])
        .map(|index| places[index])
        .collect()
}

fn index_of(index: usize) -> u32 {
    u32::try_from(index).expect("a window has at most 500 rows")
}
