//! Applies a push: entries in their order, effects and ledger rows together.

use std::collections::{BTreeSet, HashMap, HashSet};

use mailboat_backends::rest::wire::{Placed, PushEntry, PushOutcome, Values};
use mailboat_core::{LanePolicy, Operation, Reason};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::groups::{self, LaneAccess};
use super::records::Record;
use super::rules::{self, MAX_RECORD_BYTES, code, refuse};
use super::{Sequence, StoreError, on_the_wire};

/// What a fault switch answers in an entry's place, if it does.
pub(crate) type EntryFaults<'a> = dyn Fn(&PushEntry) -> Option<PushOutcome> + 'a;

/// What a push did.
pub(crate) struct Applied {
    /// One an entry, in their order.
    pub(crate) outcomes: Vec<PushOutcome>,
    /// The users who can see something of it.
    pub(crate) audience: BTreeSet<String>,
}

/// One push of one user, inside its transaction.
pub(crate) struct Push<'a> {
    connection: &'a Connection,
    user: &'a str,
    forget_ledger: bool,
    now_ms: i64,
    audience: BTreeSet<String>,
    /// What is known of groups for as long as this push leaves them as they are: most of its
    /// entries are of few lanes.
    access: HashMap<String, LaneAccess>,
    /// Groups whose members are in the audience already.
    told: HashSet<String>,
}

/// An effect, before it has its number.
struct Effect {
    record: Record,
    /// Whether the client knows all of the record from what it sent.
    as_sent: bool,
}

impl super::Database {
    /// Applies `entries` in one transaction, at `now_ms`.
    pub(crate) fn push(
        &self,
        user: &str,
        entries: &[PushEntry],
        now_ms: i64,
        forget_ledger: bool,
        faults: &EntryFaults<'_>,
    ) -> Result<Applied, StoreError> {
        self.write(|connection| {
            let push = Push {
                connection,
                user,
                forget_ledger,
                now_ms,
                audience: BTreeSet::new(),
                access: HashMap::new(),
                told: HashSet::new(),
            };
            push.run(entries, faults)
        })
    }
}

impl Push<'_> {
    fn run(
        mut self,
        entries: &[PushEntry],
        faults: &EntryFaults<'_>,
    ) -> Result<Applied, StoreError> {
        let mut stopped_lanes = HashSet::new();
        let mut outcomes = Vec::with_capacity(entries.len());
        for unit in entries.chunk_by(is_together) {
            if unit.iter().any(|entry| stopped_lanes.contains(entry.lane.as_str())) {
                outcomes.extend(unit.iter().map(|entry| PushOutcome::Blocked { id: entry.id }));
                continue;
            }
            let answered = self.answer_together(unit, faults)?;
            for (entry, outcome) in unit.iter().zip(&answered) {
                if stops_lane(outcome, entry.lane_policy) {
                    stopped_lanes.insert(entry.lane.as_str());
                }
            }
            outcomes.extend(answered);
        }
        Ok(Applied { outcomes, audience: self.audience })
    }

    /// Applies an atomic group, or an entry alone. After the first entry that is not
    /// applied, nothing of the group stays, and the rest of it is answered `blocked`.
    fn answer_together(
        &mut self,
        unit: &[PushEntry],
        faults: &EntryFaults<'_>,
    ) -> Result<Vec<PushOutcome>, StoreError> {
        if let [entry] = unit {
            return Ok(vec![self.answer(entry, faults)?]);
        }
        self.connection.execute_batch("SAVEPOINT unit")?;
        let audience = self.audience.clone();
        let mut outcomes = Vec::with_capacity(unit.len());
        for entry in unit {
            let outcome = self.answer(entry, faults)?;
            if !is_applied(&outcome) {
                self.connection.execute_batch("ROLLBACK TO unit; RELEASE unit")?;
                self.audience = audience;
                // What was learned of groups may have come from what is undone.
                self.access.clear();
                self.told.clear();
                return Ok(refused_together(unit, outcome));
            }
            outcomes.push(outcome);
        }
        self.connection.execute_batch("RELEASE unit")?;
        Ok(outcomes)
    }

    fn answer(
        &mut self,
        entry: &PushEntry,
        faults: &EntryFaults<'_>,
    ) -> Result<PushOutcome, StoreError> {
        // The ledger comes first: a fault that refused what is applied already would be a lie.
        if let Some(outcome) = self.recall(entry)? {
            return Ok(outcome);
        }
        if let Some(outcome) = faults(entry) {
            return Ok(outcome);
        }
        if let Some(outcome) = self.check_version(entry)? {
            return Ok(outcome);
        }
        match self.decide(entry)? {
            Ok(effect) => self.commit(entry, effect),
            Err(reason) => Ok(PushOutcome::Rejected { id: entry.id, reason }),
        }
    }

    /// The outcome of an entry that an earlier attempt applied.
    fn recall(&mut self, entry: &PushEntry) -> Result<Option<PushOutcome>, StoreError> {
        if self.forget_ledger {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT sequence, user, collection, record_id FROM ledger WHERE entry_id = ?1",
        )?;
        let row = statement
            .query_row([entry_key(entry.id)], |row| {
                let sequence: Sequence = row.get(0)?;
                Ok((
                    sequence,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                ))
            })
            .optional()?;
        let Some((sequence, user, collection, record_id)) = row else { return Ok(None) };
        if user != self.user {
            let reason = forbidden("The entry's id belongs to another user.");
            return Ok(Some(PushOutcome::Rejected { id: entry.id, reason }));
        }
        let Some(record) = Record::find(self.connection, &collection, &record_id)? else {
            return Ok(None);
        };
        let unchanged = record.version == sequence && entry.operation == Operation::Create;
        // The tombstone that follows says the rest of a record that is gone from this user's sight.
        let gone = record.deleted || !self.may_change(&record)?;
        let version = if gone { sequence } else { record.version };
        let values = if unchanged || gone { None } else { Some(record.values()?) };
        let placed = place(&record, version, values);
        Ok(Some(PushOutcome::Duplicate { id: entry.id, placed, record_id: None }))
    }

    /// The answer to an entry that was made on another version of its record. What else
    /// may be wrong with it is for [`decide`](Self::decide) to say.
    fn check_version(&mut self, entry: &PushEntry) -> Result<Option<PushOutcome>, StoreError> {
        let Some(base) = entry.base_version.filter(|_| entry.operation != Operation::Create) else {
            return Ok(None);
        };
        let Some(record) = Record::find(self.connection, &entry.collection, &entry.record_id)?
        else {
            return Ok(None);
        };
        let is_as_it_was = on_the_wire(record.version) == base;
        if is_as_it_was || record.deleted || !self.may_change(&record)? {
            return Ok(None);
        }
        let placed = place(&record, record.version, Some(record.values()?));
        Ok(Some(PushOutcome::Conflict { id: entry.id, placed }))
    }

    /// What the entry makes of its record, or why it is refused.
    fn decide(&mut self, entry: &PushEntry) -> Result<Result<Effect, Reason>, StoreError> {
        if let Err(reason) = rules::check(entry) {
            return Ok(Err(reason));
        }
        let known = Record::find(self.connection, &entry.collection, &entry.record_id)?;
        match (entry.operation, known) {
            (Operation::Create, None) => self.decide_create(entry),
            (Operation::Create, Some(record)) if self.forget_ledger => {
                self.decide_update(entry, record)
            }
            (Operation::Create, Some(_)) => {
                Ok(refuse(code::ALREADY_EXISTS, "Another entry made a record with this id."))
            }
            (_, None) => Ok(unknown_record()),
            (_, Some(record)) if record.deleted => Ok(unknown_record()),
            (Operation::Update, Some(record)) => self.decide_update(entry, record),
            (Operation::Delete, Some(record)) => self.decide_delete(record),
        }
    }

    fn decide_create(&mut self, entry: &PushEntry) -> Result<Result<Effect, Reason>, StoreError> {
        let access = self.access_to(&entry.lane)?;
        let is_group = rules::members(&entry.values).is_some();
        if is_group && groups::exists(self.connection, &entry.record_id)? {
            return Ok(refuse(code::ALREADY_EXISTS, "Another group has this id."));
        }
        if access == LaneAccess::Foreign {
            return Ok(Err(forbidden("Only members of the group write into its lane.")));
        }
        let in_group = access == LaneAccess::Member;
        let audience = match (is_group, in_group) {
            (true, _) => Some(entry.record_id.clone()),
            (false, true) => Some(entry.lane.clone()),
            (false, false) => None,
        };
        let record = Record {
            collection: entry.collection.clone(),
            id: entry.record_id.clone(),
            version: 0,
            placed_at: 0,
            author: self.user.to_owned(),
            lane: entry.lane.clone(),
            audience,
            history: in_group && !is_group,
            deleted: false,
            body: serde_json::to_string(&entry.values)?,
            written_at: None,
        };
        Ok(small_enough(record).map(|record| Effect { record, as_sent: true }))
    }

    fn decide_update(
        &mut self,
        entry: &PushEntry,
        mut record: Record,
    ) -> Result<Result<Effect, Reason>, StoreError> {
        if !self.may_change(&record)? {
            return Ok(Err(forbidden("Only those who see a record change it.")));
        }
        if rules::members(&entry.values).is_some() && !record.is_group() {
            return Ok(refuse(
                code::INVALID_VALUES,
                "A record becomes a group when it is made, or never.",
            ));
        }
        let mut values = record.values()?;
        values.extend(entry.values.clone());
        record.body = serde_json::to_string(&values)?;
        Ok(small_enough(record).map(|record| Effect { record, as_sent: false }))
    }

    fn decide_delete(&mut self, mut record: Record) -> Result<Result<Effect, Reason>, StoreError> {
        if !self.may_change(&record)? {
            return Ok(Err(forbidden("Only those who see a record delete it.")));
        }
        record.deleted = true;
        // Nobody reads it again; what was written in it need not stay.
        record.body = "{}".to_owned();
        Ok(Ok(Effect { record, as_sent: true }))
    }

    fn may_change(&mut self, record: &Record) -> Result<bool, StoreError> {
        match &record.audience {
            None => Ok(record.author == self.user),
            Some(group) => Ok(self.access_to(group)? == LaneAccess::Member),
        }
    }

    fn access_to(&mut self, lane: &str) -> Result<LaneAccess, StoreError> {
        if let Some(access) = self.access.get(lane) {
            return Ok(*access);
        }
        let access = groups::lane_access(self.connection, lane, self.user)?;
        self.access.insert(lane.to_owned(), access);
        Ok(access)
    }

    /// Gives the effect its number and writes it, its ledger row and its consequences.
    fn commit(&mut self, entry: &PushEntry, effect: Effect) -> Result<PushOutcome, StoreError> {
        let Effect { mut record, as_sent } = effect;
        let sequence = self.take_sequence(entry)?;
        record.version = sequence;
        record.written_at.clone_from(&entry.written_at);
        if record.placed_at == 0 {
            record.placed_at = sequence;
        }
        record.store(self.connection)?;
        self.follow_up(entry, &record)?;
        if !self.forget_ledger {
            self.remember(entry, sequence)?;
        }
        let values = if as_sent { None } else { Some(record.values()?) };
        let placed = place(&record, sequence, values);
        Ok(PushOutcome::Acked { id: entry.id, placed })
    }

    fn take_sequence(&self, entry: &PushEntry) -> Result<Sequence, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO effects (entry_id, operation, collection, record_id, user, lane, applied_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let sequence = statement.insert(params![
            entry_key(entry.id),
            operation_word(entry.operation),
            entry.collection,
            entry.record_id,
            self.user,
            entry.lane,
            self.now_ms,
        ])?;
        Ok(sequence)
    }

    fn remember(&self, entry: &PushEntry, sequence: Sequence) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO ledger (entry_id, sequence, user, collection, record_id, applied_at_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                entry_key(entry.id),
                sequence,
                self.user,
                entry.collection,
                entry.record_id,
                self.now_ms,
            ])?;
        Ok(())
    }

    /// Members and tombstones, and who is to be told.
    fn follow_up(&mut self, entry: &PushEntry, record: &Record) -> Result<(), StoreError> {
        let key = (record.collection.as_str(), record.id.as_str());
        self.note_audience(record)?;
        if record.deleted {
            for user in self.who_sees(record)? {
                groups::bury(self.connection, key, &user, record.version, self.now_ms)?;
            }
            if record.is_group() {
                groups::dissolve(self.connection, &record.id)?;
                self.forget_groups();
            }
            return Ok(());
        }
        let Some(users) = rules::members(&entry.values) else { return Ok(()) };
        if record.version == record.placed_at {
            groups::create(self.connection, &record.collection, &record.id, &users)?;
        } else {
            groups::replace_members(self.connection, key, &users, record.version, self.now_ms)?;
        }
        self.forget_groups();
        self.note_audience(record)
    }

    /// A group is not what it was.
    fn forget_groups(&mut self) {
        self.access.clear();
        self.told.clear();
    }

    fn note_audience(&mut self, record: &Record) -> Result<(), StoreError> {
        if record.audience.as_ref().is_some_and(|group| self.told.contains(group)) {
            return Ok(());
        }
        let users = self.who_sees(record)?;
        self.audience.extend(users);
        self.told.extend(record.audience.clone());
        Ok(())
    }

    fn who_sees(&self, record: &Record) -> Result<Vec<String>, StoreError> {
        match &record.audience {
            Some(group) => groups::members(self.connection, group),
            None => Ok(vec![record.author.clone()]),
        }
    }
}

fn place(record: &Record, version: Sequence, values: Option<Values>) -> Placed {
    Placed {
        version: on_the_wire(version),
        order: on_the_wire(record.placed_at),
        values,
        written_at: record.written_at.clone(),
    }
}

/// Whether two entries that follow each other belong to one atomic group.
fn is_together(entry: &PushEntry, next: &PushEntry) -> bool {
    entry.group.is_some() && entry.group == next.group
}

fn is_applied(outcome: &PushOutcome) -> bool {
    matches!(outcome, PushOutcome::Acked { .. } | PushOutcome::Duplicate { .. })
}

/// One outcome says what stood in the way; the rest of the group was not looked at.
fn refused_together(unit: &[PushEntry], culprit: PushOutcome) -> Vec<PushOutcome> {
    let blocked = |entry: &PushEntry| PushOutcome::Blocked { id: entry.id };
    let mut outcomes: Vec<PushOutcome> = unit.iter().map(blocked).collect();
    if let Some(place) = unit.iter().position(|entry| entry.id == culprit.entry_id()) {
        outcomes[place] = culprit;
    }
    outcomes
}

fn stops_lane(outcome: &PushOutcome, policy: LanePolicy) -> bool {
    match outcome {
        PushOutcome::Acked { .. } | PushOutcome::Duplicate { .. } => false,
        PushOutcome::Rejected { .. } => policy == LanePolicy::Hold,
        PushOutcome::Conflict { .. } | PushOutcome::Retry { .. } | PushOutcome::Blocked { .. } => {
            true
        }
    }
}

fn small_enough(record: Record) -> Result<Record, Reason> {
    if record.body.len() <= MAX_RECORD_BYTES {
        Ok(record)
    } else {
        refuse(
            code::INVALID_VALUES,
            format!("The record would be larger than {MAX_RECORD_BYTES} bytes."),
        )
    }
}

fn unknown_record<T>() -> Result<T, Reason> {
    refuse(code::UNKNOWN_RECORD, "There is no such record, or it was deleted.")
}

fn forbidden(message: &str) -> Reason {
    Reason { code: code::FORBIDDEN.to_owned(), message: message.to_owned() }
}

fn entry_key(id: Uuid) -> String {
    id.hyphenated().to_string()
}

fn operation_word(operation: Operation) -> &'static str {
    match operation {
        Operation::Create => "create",
        Operation::Update => "update",
        Operation::Delete => "delete",
    }
}
