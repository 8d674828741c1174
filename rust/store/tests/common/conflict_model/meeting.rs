//! One conflict of the model: which of the writes are left, and what is lost, by the words
//! of the documentation.

use std::collections::BTreeSet;

use mailboat_core::{ConflictRule, OnRemoteDelete, Operation, same_value};
use mailboat_store::Values;

use super::record::{Base, Dispute, Key, Time, Write, columns_of, normal, same};

/// Whose, which record's, and what was lost.
pub type Loss = (&'static str, Key, Values);

/// What JavaScript may say.
#[derive(Clone, Debug)]
pub enum Decision {
    Ours,
    Theirs,
    Values(Values),
    Nothing,
}

/// What the server has changed and will not keep.
pub(super) fn lost_of_server(
    base: &Base,
    remote: &Base,
    local: &Base,
    written: &BTreeSet<String>,
    whole: bool,
) -> Values {
    let Base::Values(remote) = remote else { return Values::new() };
    let mut lost = Values::new();
    for (name, value) in remote {
        let was = match base {
            Base::Values(base) => base.get(name),
            Base::None | Base::Deleted => None,
        };
        let stays = match local {
            Base::Values(local) => {
                (!whole && !written.contains(name)) || same(local.get(name), Some(value))
            }
            Base::None | Base::Deleted => false,
        };
        if !stays && !was.is_some_and(|was| same_value(was, value)) {
            lost.insert(name.clone(), value.clone());
        }
    }
    lost
}

/// One conflict, and the writes that it is about.
pub(super) struct Meeting<'m> {
    pub(super) key: &'m Key,
    pub(super) base: &'m Base,
    pub(super) remote: &'m Base,
    pub(super) held: Vec<Write>,
    pub(super) losses: &'m mut Vec<Loss>,
}

impl Meeting<'_> {
    /// The writes that are left of those that were held.
    pub(super) fn outcome(
        mut self,
        rule: ConflictRule,
        on_remote_delete: OnRemoteDelete,
        remote_at: Option<Time>,
        decision: Option<&Decision>,
        dispute: &mut Option<Dispute>,
        met: &Dispute,
    ) -> Vec<Write> {
        let local = self.local();
        match (self.remote, &local) {
            (Base::Deleted, Base::Deleted) => return Vec::new(),
            (Base::Deleted, _) if on_remote_delete == OnRemoteDelete::Accept => {
                self.lose_local();
                return Vec::new();
            }
            (Base::Values(_), _) => {}
            (Base::Deleted | Base::None, _) => return self.held,
        }
        let rule = match (rule, decision) {
            (ConflictRule::Custom, Some(Decision::Ours)) => ConflictRule::ClientWins,
            (ConflictRule::Custom, Some(Decision::Theirs)) => ConflictRule::ServerWins,
            (ConflictRule::Custom, Some(Decision::Nothing)) => ConflictRule::Merge,
            (ConflictRule::LastWriteWins, _) => {
                let local_at = self.held.iter().map(|write| write.written_at).max();
                let is_later = local_at > remote_at;
                if is_later { ConflictRule::ClientWins } else { ConflictRule::ServerWins }
            }
            (rule, _) => rule,
        };
        let whole = match &local {
            Base::Values(whole) => Some(whole.clone()),
            Base::None | Base::Deleted => None,
        };
        match (rule, decision) {
            (ConflictRule::ServerWins, _) => {
                if self.says_something_else(&local) {
                    self.lose_local();
                }
                Vec::new()
            }
            (ConflictRule::ClientWins, _) => {
                self.lose_server(&local, true);
                self.stand(whole.as_ref(), false)
            }
            (ConflictRule::Custom, Some(Decision::Values(values))) => self.take(values, &local),
            (ConflictRule::Custom, _) if local != *self.remote => {
                *dispute = Some(Dispute { asks: true, ..met.clone() });
                self.held
            }
            (ConflictRule::Custom, _) => self.stand(None, false),
            (_, _) => {
                self.lose_server(&local, false);
                self.stand(None, false)
            }
        }
    }

    /// The record as the held writes leave it.
    fn local(&self) -> Base {
        let is_create = self.held[0].operation == Operation::Create;
        let mut shown = match (self.base, self.remote) {
            (Base::Values(base), _) => base.clone(),
            (_, Base::Values(remote)) if !is_create => remote.clone(),
            _ => Values::new(),
        };
        for write in &self.held {
            match write.operation {
                Operation::Create => shown = write.values.clone(),
                Operation::Update => shown.extend(write.values.clone()),
                Operation::Delete => return Base::Deleted,
            }
        }
        normal(self.key, &Base::Values(shown))
    }

    fn written(&self) -> BTreeSet<String> {
        let mut written = BTreeSet::new();
        for write in &self.held {
            match write.operation {
                Operation::Create => {
                    written.extend(columns_of(self.key).iter().map(|&name| name.to_owned()));
                }
                _ => written.extend(write.values.keys().cloned()),
            }
        }
        written
    }

    fn says_something_else(&self, local: &Base) -> bool {
        match (local, self.remote) {
            (Base::Values(local), Base::Values(remote)) => {
                self.written().iter().any(|name| !same(local.get(name), remote.get(name)))
            }
            _ => true,
        }
    }

    fn lose_local(&mut self) {
        for write in &self.held {
            self.losses.push(("local", self.key.clone(), write.values.clone()));
        }
    }

    fn lose_server(&mut self, local: &Base, whole: bool) {
        let lost = lost_of_server(self.base, self.remote, local, &self.written(), whole);
        if !lost.is_empty() {
            self.losses.push(("server", self.key.clone(), lost));
        }
    }

    /// JavaScript made one record of both.
    fn take(mut self, values: &Values, local: &Base) -> Vec<Write> {
        let Base::Values(remote) = self.remote else { unreachable!("it asks about columns only") };
        let mut whole = remote.clone();
        if let Base::Values(local) = local {
            let written = self.written();
            whole.extend(local.clone().into_iter().filter(|(name, _)| written.contains(name)));
        }
        whole.extend(values.clone());
        self.lose_server(&Base::Values(whole.clone()), true);
        for write in &self.held {
            let mut lost = write.values.clone();
            lost.retain(|name, value| !same(whole.get(name), Some(value)));
            if !lost.is_empty() {
                self.losses.push(("local", self.key.clone(), lost));
            }
        }
        self.stand(Some(&whole), true)
    }

    /// The writes go on, over what the server has.
    fn stand(self, whole: Option<&Values>, undeletes: bool) -> Vec<Write> {
        let Base::Values(remote) = self.remote else { return self.held };
        let mut held = self.held;
        for write in &mut held {
            if write.operation == Operation::Create {
                write.operation = Operation::Update;
                write.values.retain(|name, value| !same(remote.get(name), Some(value)));
            }
            if write.operation == Operation::Delete && undeletes {
                write.operation = Operation::Update;
            }
        }
        if let Some(whole) = whole {
            let mut shown = remote.clone();
            held.iter().for_each(|write| shown.extend(write.values.clone()));
            let last = held.last_mut().expect("somebody wrote something");
            for (name, value) in
                whole.iter().filter(|(name, value)| !same(shown.get(*name), Some(value)))
            {
                last.values.insert(name.clone(), value.clone());
            }
        }
        held.retain(|write| write.operation != Operation::Update || !write.values.is_empty());
        held
    }
}
