//! Conflicts that JavaScript decides. No transaction waits for it: until it has answered,
//! the record shows the local writes over the server's version, and these writes rest in
//! the outbox with a time on them.

use std::collections::HashMap;

use mailboat_core::{Stored, Timestamp};
use mailboat_store::{ConflictAnswer, ConflictQuestion, Durability, StoreError};

use super::Actor;
use crate::waist::{Ask, Merged};

/// Conflicts that are asked about at once; the others wait for their turn.
const MAX_OPEN_QUESTIONS: u32 = 16;

/// The conflicts that JavaScript has been asked about, by number of the question.
pub(crate) struct Merges {
    asked: HashMap<u32, ConflictQuestion>,
    /// Whether there may be conflicts that nobody has been asked about.
    is_to_look: bool,
    /// When the writes of those that are open go on by themselves, unless somebody looks before.
    rest_until: Option<Timestamp>,
}

impl Default for Merges {
    /// The file may hold conflicts from before.
    fn default() -> Self {
        Self { asked: HashMap::new(), is_to_look: true, rest_until: None }
    }
}

impl Merges {
    /// Records have changed.
    pub fn look(&mut self) {
        self.is_to_look = true;
    }

    /// Who was asked is gone; the next runtime is asked instead.
    pub fn forget(&mut self, question: u32) {
        self.asked.remove(&question);
        self.look();
    }

    /// Takes whether there is something to look at.
    fn take_look(&mut self, now: Timestamp) -> bool {
        let is_over = self.rest_until.is_some_and(|until| until <= now);
        std::mem::take(&mut self.is_to_look) || is_over
    }

    fn is_asked(&self, conflict: &ConflictQuestion) -> bool {
        self.asked.values().any(|asked| {
            asked.collection == conflict.collection && asked.record_id == conflict.record_id
        })
    }
}

impl Actor {
    /// Asks JavaScript about conflicts that it has not been asked about. What nobody is asked
    /// about yet rests as well.
    pub(super) fn ask_about_conflicts(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if !self.merges.take_look(now) {
            return Ok(());
        }
        let conflicts = self.writer.reads().conflict_questions(MAX_OPEN_QUESTIONS)?;
        self.rest_conflicts(&conflicts, now).inspect_err(|_| self.merges.look())?;
        if self.is_alone() {
            return Ok(());
        }
        for conflict in conflicts {
            if self.merges.is_asked(&conflict) {
                continue;
            }
            let ConflictQuestion { collection, record_id: id, base, local, remote, .. } =
                conflict.clone();
            let question = self.ask(Ask::Merge { collection, id, base, local, remote }, now);
            self.merges.asked.insert(question, conflict);
        }
        Ok(())
    }

    /// Lets the writes of all open conflicts rest: until their questions are over, or, while no
    /// app is there to be asked, for as long as a delay can be. Then they are looked at again.
    fn rest_conflicts(
        &mut self,
        open: &[ConflictQuestion],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if open.is_empty() {
            self.merges.rest_until = None;
            return Ok(());
        }
        let rest_ms = if self.is_alone() {
            self.policy.longest_delay_ms()
        } else {
            self.policy.question_timeout_ms
        };
        let until = now.plus_ms(rest_ms);
        let ((), changes) = self
            .writer
            .transaction(Durability::Normal, |transaction| transaction.await_answers(until))?;
        self.changes.push(changes);
        self.merges.rest_until = Some(until);
        Ok(())
    }

    /// Carries out an answer. If the record has moved on since, the question is asked anew.
    pub(super) fn merge_answered(
        &mut self,
        question: u32,
        answer: &ConflictAnswer,
        now: Timestamp,
    ) {
        let Some(conflict) = self.merges.asked.remove(&question) else { return };
        self.merges.look();
        let carried_out = self.writer.transaction(Durability::Normal, |transaction| {
            transaction.answer_conflict(&conflict, answer, now)
        });
        match carried_out {
            Ok((_, changes)) => self.changes.push(changes),
            Err(error) => {
                self.storage_failed(Stored::Outbox, &error, now);
            }
        }
    }
}

impl From<Merged> for ConflictAnswer {
    fn from(merged: Merged) -> Self {
        match merged {
            Merged::Ours => Self::Ours,
            Merged::Theirs => Self::Theirs,
            Merged::Values { values } => Self::Values(values),
        }
    }
}
