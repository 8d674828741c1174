//! Asking the core what to send, and doing it.

use mailboat_core::{EntryId, Plan, PullTrigger, Stored, Timestamp, View, plan, urgency};
use mailboat_store::StoreError;

use super::{Actor, Route};
use crate::waist::SyncEnd;

impl Actor {
    /// Asks the core what to do, does it, and answers when to look again.
    pub(super) fn drive(&mut self, now: Timestamp) -> Option<Timestamp> {
        if !self.turn.close.is_empty() {
            self.end_budgets(SyncEnd::Stopped);
            return None;
        }
        if self.route == Route::None {
            return None;
        }
        if let Err(error) = self.ask_about_conflicts(now) {
            return self.storage_failed(Stored::Outbox, &error, now);
        }
        let view = match self.view(now) {
            Ok(view) => view,
            Err(error) => return self.storage_failed(Stored::Outbox, &error, now),
        };
        let mut plan = plan(&view, self.environment, now, &self.policy);
        self.look_at_budgets(&plan, now);
        if self.rests() {
            return None;
        }
        let idle = plan.push.is_empty() && !self.push.is_in_flight();
        let wants_backend = !plan.push.is_empty() || plan.pull.is_some() || self.older.waits();
        if wants_backend && self.has_token(now) {
            let batch = std::mem::take(&mut plan.push);
            self.carry_out(&batch, &plan, now);
        }
        self.sync.finish_if(idle && self.pull.is_quiet(), &mut self.answers);
        self.look_at_progress(idle);
        let hints_at = self.drive_hints(now);
        self.next_attempt_at = self.next_attempt(&plan, now);
        let deadlines = [
            self.questions.next_deadline(),
            self.server_first.next_deadline(),
            self.sync.next_deadline(),
        ];
        // A batch or a pull that the disk would not begin is in no plan any more.
        let retry_at = self.storage_retry_at(now);
        let looks = [plan.wake_at(), hints_at, retry_at, self.look_for_alarms(now)];
        looks.into_iter().chain(deadlines).flatten().min()
    }

    /// When something will be tried by itself that a person may be waiting for. The
    /// next pull by interval is nothing to wait for, unless the backend or the disk is failing.
    fn next_attempt(&self, plan: &Plan, now: Timestamp) -> Option<Timestamp> {
        if self.push.is_in_flight() {
            return None;
        }
        let pull_at = plan.pull_at.filter(|_| self.backend.failures > 0);
        plan.push_at.or(pull_at).or(self.storage_retry_at(now))
    }

    fn view(&mut self, now: Timestamp) -> Result<View, StoreError> {
        let push_in_flight = self.push.is_in_flight();
        let asked = self.sync.is_asked();
        let low = self.writer.low()?;
        let urgency = urgency(&low, self.environment, asked, now, &self.policy);
        let due = if push_in_flight {
            mailboat_store::Due::default()
        } else {
            let eager = urgency.eager || self.sync.has_budget();
            let last = self.suspects_behind_others(now)?;
            self.writer.due(now, self.policy.batch_entries, urgency.least, eager, &last)?
        };
        if !push_in_flight && due.candidates.is_empty() && self.push.take_drained() {
            self.pull.ask(PullTrigger::AfterPush);
        }
        Ok(View {
            candidates: due.candidates,
            next_due: due.next_due,
            low,
            push_in_flight,
            pull: self.pull.view(),
            backend: self.backend,
            storage: self.storage,
            batch: self.batch,
            suspects: self.suspects.clone(),
            is_weak: self.observed.is_weak(now),
            asked,
        })
    }

    /// The entries that failed alone and let the lanes of others go first: else one long lane
    /// that is set aside would take every place of a batch in which it has no part.
    fn suspects_behind_others(&mut self, now: Timestamp) -> Result<Vec<EntryId>, StoreError> {
        if self.suspects.is_empty() {
            return Ok(Vec::new());
        }
        let mut waiting = Vec::new();
        for entry in self.suspects.entries() {
            if self.writer.reads().is_waiting(entry)? {
                waiting.push(entry);
            }
        }
        let is_waiting = |entry| waiting.contains(&entry);
        self.suspects = std::mem::take(&mut self.suspects).of_waiting(is_waiting);
        Ok(self.suspects.behind_others(now, self.policy.longest_wait_ms()))
    }

    fn carry_out(&mut self, batch: &[EntryId], plan: &Plan, now: Timestamp) {
        if !batch.is_empty() {
            self.start_push(batch, plan.push_bytes, now);
        }
        if plan.pull.is_some() {
            self.start_pull(plan.pull_limit, now);
        }
        self.start_older(now);
    }
}
