//! A record of the model: its base, and the writes over it that are not settled.

use mailboat_core::{EntryId, Operation, Timestamp, same_value};
use mailboat_store::Values;
use serde_json::Value;

/// Collection and id.
pub type Key = (&'static str, String);

/// The last version that the server is known to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    None,
    Deleted,
    Values(Values),
}

#[derive(Clone, Debug)]
pub struct Write {
    pub entry: EntryId,
    pub sequence: usize,
    pub operation: Operation,
    pub values: Values,
    pub lane: String,
    pub dead: bool,
    pub attempted: bool,
    pub not_before: Option<Timestamp>,
    pub(super) written_at: Time,
}

/// Milliseconds and a counter: what a hybrid logical clock compares.
pub type Time = (i64, u32);

/// What a decision waits for.
#[derive(Clone, Debug)]
pub struct Dispute {
    pub(super) base: Base,
    pub(super) until: usize,
    pub(super) written_at: Option<Time>,
    pub(super) asks: bool,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub base: Base,
    pub version: u64,
    /// The server's order; `None` before the first version.
    pub order: Option<u64>,
    pub writes: Vec<Write>,
    /// Sequence of its create; its place until the server gives it one.
    pub(super) place: usize,
    pub(super) shown: Values,
    pub(super) hidden: bool,
    pub(super) dispute: Option<Dispute>,
}

impl Record {
    pub(super) fn empty() -> Self {
        Self {
            base: Base::None,
            version: 0,
            order: None,
            writes: Vec::new(),
            place: 0,
            shown: Values::new(),
            hidden: false,
            dispute: None,
        }
    }

    pub(super) fn replay(&mut self) -> bool {
        let mut exists = self.base != Base::None;
        if let Base::Values(values) = &self.base {
            self.shown = values.clone();
        }
        if self.base == Base::Deleted && self.writes.is_empty() {
            return false;
        }
        if self.base != Base::Deleted {
            self.hidden = false;
        }
        for write in &self.writes {
            match write.operation {
                Operation::Create => {
                    exists = true;
                    self.shown = write.values.clone();
                }
                Operation::Update => self.shown.extend(write.values.clone()),
                Operation::Delete => self.hidden = true,
            }
        }
        exists
    }

    /// Whether JavaScript decides about it, and about writes that can still be changed.
    pub fn is_asked_about(&self) -> bool {
        let Some(dispute) = self.dispute.as_ref().filter(|dispute| dispute.asks) else {
            return false;
        };
        let is_held =
            |write: &Write| !write.attempted && !write.dead && write.sequence <= dispute.until;
        self.writes.iter().any(is_held)
    }

    pub(super) fn delivery(&self) -> &'static str {
        if self.writes.iter().any(|write| write.dead) {
            "failed"
        } else if self.writes.is_empty() {
            "sent"
        } else {
            "queued"
        }
    }
}

/// The base once the server has applied a write.
pub(super) fn after(base: &Base, write: &Write, values: Option<Values>) -> Base {
    match (values, write.operation, base) {
        (Some(values), _, _) => Base::Values(values),
        (None, Operation::Delete, _) => Base::Deleted,
        (None, Operation::Update, Base::Values(base)) => {
            let mut base = base.clone();
            base.extend(write.values.clone());
            Base::Values(base)
        }
        (None, _, _) => Base::Values(write.values.clone()),
    }
}

pub(super) fn columns_of(key: &Key) -> &'static [&'static str] {
    match key.0 {
        "messages" => &["conversationId", "senderId", "body", "sentAt"],
        _ => &["title", "memberIds"],
    }
}

/// With every column, and no others.
pub(super) fn normal(key: &Key, base: &Base) -> Base {
    let Base::Values(values) = base else { return base.clone() };
    let column =
        |name: &&str| ((*name).to_owned(), values.get(*name).cloned().unwrap_or(Value::Null));
    Base::Values(columns_of(key).iter().map(column).collect())
}

pub(super) fn same(left: Option<&Value>, right: Option<&Value>) -> bool {
    same_value(left.unwrap_or(&Value::Null), right.unwrap_or(&Value::Null))
}
