//! Local writes, committed in groups.

use mailboat_core::{EntryId, GroupId, Operation, Timestamp, WriteMode};
use mailboat_store::{Enqueued, MAX_GROUP_ENTRIES, Mutation, Schema, StoreError, Transaction};

use super::gathering::gather_until;
use super::{Actor, Chance};
use crate::call::Call;
use crate::engine::json;
use crate::waist::{
    BatchMode, BatchResult, BatchWrite, Command, WaistError, WriteOptions, Written, WrittenBatch,
};

/// A command that changes the file.
pub(crate) enum Write {
    Mutate(Mutation, WriteMode),
    Batch(Vec<Mutation>),
    Group(Vec<Mutation>, GroupId),
    Retry(EntryId),
    RetryAll,
    Discard(EntryId),
    Cancel(EntryId),
    /// The entry, the id that a new one would get, and the columns.
    Edit(EntryId, EntryId, mailboat_store::Values),
    /// Its arguments do not fit.
    Refused(WaistError),
}

/// What a write of a committed group came to.
enum Done {
    Nothing,
    Written(Written),
    Batch(WrittenBatch),
    Retried(u32),
    Edited(EntryId),
}

/// Makes mutations of commands: ids, defaults of the schema, times.
pub(crate) struct Intake<'a> {
    pub schema: &'a Schema,
    pub policy: &'a mailboat_core::Policy,
    pub chance: &'a mut Chance,
    pub now: Timestamp,
}

impl Intake<'_> {
    /// Takes a command that changes the file; gives back any other.
    pub fn take(&mut self, command: Command) -> Result<Write, Command> {
        let (collection, id, operation, values, options) = match command {
            Command::Create { collection, id, values, options } => {
                (collection, id, Operation::Create, values, options)
            }
            Command::Update { collection, id, values, options } => {
                (collection, Some(id), Operation::Update, values, options)
            }
            Command::Delete { collection, id, options } => {
                (collection, Some(id), Operation::Delete, Default::default(), options)
            }
            Command::Batch { writes, mode, options } => {
                return Ok(self.batch(writes, mode, &options));
            }
            Command::Retry { entry } => return Ok(Write::Retry(entry)),
            Command::RetryAll => return Ok(Write::RetryAll),
            Command::Discard { entry } => return Ok(Write::Discard(entry)),
            Command::Cancel { entry } => return Ok(Write::Cancel(entry)),
            Command::Edit { entry, values } => {
                return Ok(Write::Edit(entry, self.chance.uuid(self.now), values));
            }
            other => return Err(other),
        };
        let declared = self.schema.collection(&collection);
        let mode = options.write.or(declared.map(|collection| collection.write));
        let write = BatchWrite { operation, collection, id, values };
        Ok(Write::Mutate(self.mutation(write, &options), mode.unwrap_or_default()))
    }

    fn batch(&mut self, writes: Vec<BatchWrite>, mode: BatchMode, options: &WriteOptions) -> Write {
        if writes.is_empty() || writes.len() > MAX_GROUP_ENTRIES {
            return Write::Refused(WaistError::invalid(format!(
                "A batch has 1 to {MAX_GROUP_ENTRIES} writes; this one has {}.",
                writes.len()
            )));
        }
        let nameless =
            |write: &BatchWrite| write.id.is_none() && write.operation != Operation::Create;
        if writes.iter().any(nameless) {
            return Write::Refused(WaistError::invalid("Only a create may leave out its id."));
        }
        let mutations = writes.into_iter().map(|write| self.mutation(write, options)).collect();
        match mode {
            BatchMode::Partial => Write::Batch(mutations),
            BatchMode::Atomic => Write::Group(mutations, self.chance.uuid(self.now)),
        }
    }

    fn mutation(&mut self, write: BatchWrite, options: &WriteOptions) -> Mutation {
        let BatchWrite { operation, collection, id, values } = write;
        let declared = self.schema.collection(&collection);
        let send = options.send.or(declared.map(|collection| collection.send));
        let sending = mailboat_store::Sending {
            priority: options.priority,
            send: options.send,
            gather_until: gather_until(send.unwrap_or_default(), self.now, self.policy),
            after: options.after.clone(),
        };
        let record_id = id.unwrap_or_else(|| self.chance.uuid(self.now).to_string());
        let entry = self.chance.uuid(self.now);
        Mutation { entry, collection, record_id, operation, values, sending }
    }
}

impl Write {
    fn apply(&self, transaction: &mut Transaction<'_>, now: Timestamp) -> Result<Done, WaistError> {
        Ok(match self {
            Self::Mutate(mutation, _) => {
                Done::Written(written(mutation, transaction.write(mutation, now)?))
            }
            Self::Batch(mutations) => Done::Batch(WrittenBatch {
                results: mutations.iter().map(|it| write_one(transaction, it, now)).collect(),
            }),
            Self::Group(mutations, id) => {
                transaction.write_group(mutations, *id, now)?;
                let each = |mutation| BatchResult::Written(written(mutation, Enqueued::New));
                Done::Batch(WrittenBatch { results: mutations.iter().map(each).collect() })
            }
            Self::Retry(entry) => done(transaction.retry(*entry, now)?),
            Self::RetryAll => Done::Retried(transaction.retry_all(now)?),
            Self::Discard(entry) => done(transaction.discard(*entry, now)?),
            Self::Cancel(entry) => done(transaction.cancel(*entry, now)?),
            Self::Edit(entry, new, values) => {
                Done::Edited(transaction.edit(*entry, *new, values, now)?)
            }
            Self::Refused(error) => return Err(error.clone()),
        })
    }

    /// Whether its promise waits for the server's answer.
    fn waits_for_server(&self) -> bool {
        matches!(self, Self::Mutate(_, WriteMode::ServerFirst))
    }
}

impl Done {
    fn to_json(&self) -> String {
        match self {
            Self::Nothing => "null".into(),
            Self::Written(written) => json(written),
            Self::Batch(batch) => json(batch),
            Self::Retried(count) => json(count),
            Self::Edited(entry) => json(entry),
        }
    }
}

fn done((): ()) -> Done {
    Done::Nothing
}

fn write_one(
    transaction: &mut Transaction<'_>,
    mutation: &Mutation,
    now: Timestamp,
) -> BatchResult {
    match transaction.write(mutation, now) {
        Ok(enqueued) => BatchResult::Written(written(mutation, enqueued)),
        Err(error) => BatchResult::Refused { error: error.into() },
    }
}

fn written(mutation: &Mutation, enqueued: Enqueued) -> Written {
    let entry = match enqueued {
        Enqueued::New => Some(mutation.entry),
        Enqueued::Folded(entry) => Some(entry),
        Enqueued::CancelledOut => None,
    };
    Written { id: mutation.record_id.clone(), entry, acked: false }
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
                    self.answer_write(&write, call, result, now);
                }
            }
            Err(error) if group.len() == 1 => {
                for (write, call) in group {
                    self.answer_write(&write, call, Err(error.clone().into()), now);
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
    ) -> Result<Vec<Result<Done, WaistError>>, StoreError> {
        let (results, changes) = self.writer.transaction(self.durability, |transaction| {
            let apply = |(write, _): &(Write, Call)| write.apply(transaction, now);
            Ok(group.iter().map(apply).collect())
        })?;
        self.changes.push(changes);
        Ok(results)
    }

    fn answer_write(
        &mut self,
        write: &Write,
        call: Call,
        result: Result<Done, WaistError>,
        now: Timestamp,
    ) {
        match result {
            Ok(Done::Written(written)) if write.waits_for_server() && written.entry.is_some() => {
                self.await_server(written, call, now);
            }
            result => self.answers.push((call, result.map(|done| done.to_json()))),
        }
    }
}
