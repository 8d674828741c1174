//! Atomic groups: writes that the server applies all or none.
//!
//! A group waits in one lane, so that its entries stand together and leave together.
//! What its records have in other lanes comes first, as a dependency.

use std::collections::BTreeSet;

use mailboat_core::{GroupId, Timestamp};

use crate::error::StoreError;
use crate::mutation::{InGroup, Mutation};
use crate::record::{Record, to_json};
use crate::transaction::Transaction;

/// Most entries of an atomic group: what one request takes.
pub const MAX_GROUP_ENTRIES: usize = 100;
/// Most values of an atomic group, in bytes of JSON: with what a request adds to them,
/// a group fits into one.
pub const MAX_GROUP_BYTES: usize = 192 * 1024;

impl Transaction<'_> {
    /// Applies local writes and enqueues them as one atomic group. All or none is done.
    ///
    /// # Errors
    /// As [`write`](Self::write); [`StoreError::InvalidArgument`] also when the group is
    /// empty, too large, or spans conversations (lanes that a column names).
    pub fn write_group(
        &mut self,
        mutations: &[Mutation],
        id: GroupId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        check_size(mutations)?;
        self.savepoint(|transaction| {
            let lane = transaction.group_lane(mutations)?;
            // The sequence that the first entry will get.
            let first = transaction.coming_sequence();
            let group = InGroup { id, lane: &lane, first };
            for mutation in mutations {
                transaction.apply(mutation, Some(&group), now)?;
            }
            transaction.block_as_one(first)?;
            transaction.refresh_lane(&lane)
        })
    }

    /// What blocks one of a group blocks all of it.
    fn block_as_one(&self, first: i64) -> Result<(), StoreError> {
        let Some(first) = self.queued_at(first)? else { return Ok(()) };
        self.block_if_needed(&self.unit(&first)?)
    }

    /// The lane of a group: the one that a column of its records names, else its first record's.
    fn group_lane(&self, mutations: &[Mutation]) -> Result<String, StoreError> {
        let mut named = BTreeSet::new();
        for mutation in mutations {
            let (_, table) = self.table(&mutation.collection)?;
            if table.collection.lane_column.is_none() {
                continue;
            }
            let found = Record::find(self.connection, table, &mutation.record_id)?;
            let values = found.map_or_else(|| mutation.values.clone(), |record| record.shown);
            named.insert(table.lane_of(&mutation.record_id, &values).to_owned());
        }
        let first = mutations.first().map(|mutation| mutation.record_id.clone());
        let mut named = named.into_iter();
        match (named.next(), named.next()) {
            (Some(lane), None) => Ok(lane),
            (None, _) => Ok(first.unwrap_or_default()),
            (Some(_), Some(_)) => Err(StoreError::InvalidArgument(
                "An atomic group keeps to one lane: its records are in several.".into(),
            )),
        }
    }
}

fn check_size(mutations: &[Mutation]) -> Result<(), StoreError> {
    let bytes: usize = mutations.iter().map(|mutation| to_json(&mutation.values).len()).sum();
    if mutations.is_empty() || mutations.len() > MAX_GROUP_ENTRIES || bytes > MAX_GROUP_BYTES {
        return Err(StoreError::InvalidArgument(format!(
            "An atomic group has 1 to {MAX_GROUP_ENTRIES} writes of {MAX_GROUP_BYTES} bytes together; this one has {} of {bytes}.",
            mutations.len()
        )));
    }
    Ok(())
}
