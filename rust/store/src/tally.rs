//! How much the outbox holds, kept beside it so that nobody has to count.

use std::ops::AddAssign;

use mailboat_core::Priority;

/// What the outbox holds, or by how much that changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Entries that are no dead letters.
    pub pending: i64,
    /// Dead letters.
    pub failed: i64,
    /// Values of the pending entries, in bytes of JSON.
    pub bytes: i64,
    /// Pending entries of low priority.
    pub low_entries: i64,
    /// Values of those, in bytes of JSON.
    pub low_bytes: i64,
}

/// What of an entry is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    pub bytes: usize,
    pub priority: Priority,
}

impl Tally {
    /// An entry waits to be sent.
    pub fn add(&mut self, weight: Weight) {
        self.count(weight, 1);
    }

    /// An entry waits no longer: settled, taken back, or a dead letter.
    pub fn remove(&mut self, weight: Weight) {
        self.count(weight, -1);
    }

    /// A pending entry became a dead letter.
    pub fn kill(&mut self, weight: Weight) {
        self.remove(weight);
        self.failed += 1;
    }

    /// A dead letter is pending again.
    pub fn revive(&mut self, weight: Weight) {
        self.add(weight);
        self.failed -= 1;
    }

    fn count(&mut self, weight: Weight, sign: i64) {
        let bytes = sign * i64::try_from(weight.bytes).unwrap_or(i64::MAX);
        self.pending += sign;
        self.bytes += bytes;
        if weight.priority == Priority::Low {
            self.low_entries += sign;
            self.low_bytes += bytes;
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, change: Self) {
        self.pending += change.pending;
        self.failed += change.failed;
        self.bytes += change.bytes;
        self.low_entries += change.low_entries;
        self.low_bytes += change.low_bytes;
    }
}
