//! Local writes, committed in groups.

use mailboat_core::{EntryId, Operation, Timestamp};
use mailboat_store::{Mutation, StoreError, Transaction};

use super::{Actor, Chance};
use crate::call::Call;
use crate::waist::{Command, WaistError, Written};

/// A command that changes the file.
pub(crate) enum Write {
    Mutate(Mutation),
    Retry(EntryId),
    Discard(EntryId),
}

impl Write {
    /// Takes a command that changes the file; gives back any other.
    pub fn of(command: Command, chance: &mut Chance, now: Timestamp) -> Result<Self, Command> {
        let (collection, record_id, operation, values) = match command {
            Command::Create { collection, id, values } => {
                let id = id.unwrap_or_else(|| chance.uuid(now).to_string());
                (collection, id, Operation::Create, values)
            }
            Command::Update { collection, id, values } => {
                (collection, id, Operation::Update, values)
            }
            Command::Delete { collection, id } => {
                (collection, id, Operation::Delete, Default::default())
            }
            Command::Retry { entry } => return Ok(Self::Retry(entry)),
            Command::Discard { entry } => return Ok(Self::Discard(entry)),
            other => return Err(other),
        };
        let entry = chance.uuid(now);
        Ok(Self::Mutate(Mutation { entry, collection, record_id, operation, values }))
    }

    fn apply(&self, transaction: &mut Transaction<'_>, now: Timestamp) -> Result<(), StoreError> {
        match self {
            Self::Mutate(mutation) => transaction.write(mutation, now),
            Self::Retry(entry) => transaction.retry(*entry, now),
            Self::Discard(entry) => transaction.discard(*entry, now),
        }
    }

    fn answer(&self) -> String {
        let Self::Mutate(mutation) = self else { return "null".into() };
        let written = Written { id: mutation.record_id.clone(), entry: Some(mutation.entry) };
        serde_json::to_string(&written).expect("an answer of plain strings becomes JSON")
    }
}

impl Actor {
    /// Commits a group of writes together. Each is done whole or not at all without a
    /// savepoint of its own (docs/adr/0009). When the whole transaction fails, such as on a
    /// full disk, each runs again by itself: one that does not fit takes none of the
    /// others with it.
    pub(super) fn commit_writes(&mut self, group: Vec<(Write, Call)>, now: Timestamp) {
        if group.is_empty() {
            return;
        }
        match self.commit_together(&group, now) {
            Ok(results) => {
                for ((write, call), result) in group.into_iter().zip(results) {
                    self.answer_write(&write, call, result);
                }
            }
            Err(error) if group.len() == 1 => {
                for (write, call) in group {
                    self.answer_write(&write, call, Err(error.clone()));
                }
            }
            Err(error) => {
                tracing::warn!(%error, writes = group.len(), "a group failed; its writes run one by one");
                for single in group {
                    self.commit_writes(vec![single], now);
                }
            }
        }
    }

    fn commit_together(
        &mut self,
        group: &[(Write, Call)],
        now: Timestamp,
    ) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let (results, changes) = self.writer.transaction(self.durability, |transaction| {
            let apply = |(write, _): &(Write, Call)| write.apply(transaction, now);
            Ok(group.iter().map(apply).collect())
        })?;
        self.changes.push(changes);
        Ok(results)
    }

    fn answer_write(&mut self, write: &Write, call: Call, result: Result<(), StoreError>) {
        let answer = result.map(|()| write.answer()).map_err(WaistError::from);
        self.answers.push((call, answer));
    }
}
