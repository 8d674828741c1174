//! The numbers by which the outbox stores the words of the core.

use mailboat_core::{LanePolicy, Operation, Priority, SendMode};

/// `halted` of a dead letter.
pub(crate) const DEAD: i64 = 1;
/// `halted` of an entry that a dead letter blocks.
pub(crate) const BLOCKED: i64 = 2;

pub(crate) fn operation_code(operation: Operation) -> i64 {
    match operation {
        Operation::Create => 0,
        Operation::Update => 1,
        Operation::Delete => 2,
    }
}

pub(crate) fn operation_from_code(code: i64) -> Operation {
    match code {
        0 => Operation::Create,
        1 => Operation::Update,
        _ => Operation::Delete,
    }
}

pub(crate) fn policy_code(policy: LanePolicy) -> i64 {
    match policy {
        LanePolicy::Hold => 0,
        LanePolicy::Skip => 1,
    }
}

pub(crate) fn policy_from_code(code: i64) -> LanePolicy {
    if code == 1 { LanePolicy::Skip } else { LanePolicy::Hold }
}

pub(crate) fn priority_code(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 0,
        Priority::Normal => 1,
        Priority::High => 2,
    }
}

pub(crate) fn priority_from_code(code: i64) -> Priority {
    match code {
        0 => Priority::Low,
        1 => Priority::Normal,
        _ => Priority::High,
    }
}

pub(crate) fn send_code(send: SendMode) -> i64 {
    match send {
        SendMode::Immediate => 0,
        SendMode::Batched => 1,
        SendMode::Scheduled => 2,
    }
}
