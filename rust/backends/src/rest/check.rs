//! What an answer must hold beyond its types. Answers that came over HTTP and
//! answers of a backend written in JavaScript go through the same checks.

use mailboat_core::{BackendFailure, EntryId, Outcome};

use super::wire::{
    Change, OlderPage, Placed, PullPage, PushAnswer, PushOutcome, Tombstone, Values,
};
use super::{MAX_CURSOR_BYTES, MAX_SEQUENCE};

/// What became of one entry, in the words of the core.
#[derive(Clone, PartialEq)]
pub struct Settled {
    /// The entry.
    pub id: EntryId,
    /// Its outcome; a duplicate is acked.
    pub outcome: Outcome,
    /// Whether an earlier attempt had applied it.
    pub duplicate: bool,
    /// The whole record at the outcome's version, if the server sent it.
    pub values: Option<Values>,
    /// When that version was written, if the server says so.
    pub written_at: Option<String>,
    /// The id under which the server has the record, if it is another one.
    pub record_id: Option<String>,
}

/// Checks that every entry sent has one outcome, in the same order.
///
/// # Errors
/// [`BackendFailure::Unreadable`] when it is otherwise, or a number is out of range.
pub fn check_push(answer: PushAnswer, sent: &[EntryId]) -> Result<Vec<Settled>, BackendFailure> {
    if answer.outcomes.len() != sent.len() {
        return Err(BackendFailure::Unreadable);
    }
    let pairs = answer.outcomes.into_iter().zip(sent);
    pairs
        .map(|(outcome, id)| if outcome.entry_id() == *id { settle(outcome) } else { unreadable() })
        .collect()
}

fn settle(outcome: PushOutcome) -> Result<Settled, BackendFailure> {
    let id = outcome.entry_id();
    let duplicate = matches!(outcome, PushOutcome::Duplicate { .. });
    let record_id = match &outcome {
        PushOutcome::Duplicate { record_id, .. } => record_id.clone(),
        _ => None,
    };
    let (outcome, placed) = match outcome {
        PushOutcome::Acked { placed, .. } | PushOutcome::Duplicate { placed, .. } => {
            let (version, order) = (placed.version, placed.order);
            (Outcome::Acked { version, order }, Some(placed))
        }
        PushOutcome::Conflict { placed, .. } => {
            let (version, order) = (placed.version, placed.order);
            (Outcome::Conflict { version, order }, Some(placed))
        }
        PushOutcome::Rejected { reason, .. } => (Outcome::Rejected(reason), None),
        PushOutcome::Retry { after_ms, .. } => (Outcome::Retry { after_ms }, None),
        PushOutcome::Blocked { .. } => (Outcome::Blocked, None),
    };
    // Without the record there is nothing to decide on, or to go on with under its id.
    let needs_values = matches!(outcome, Outcome::Conflict { .. }) || record_id.is_some();
    if needs_values && placed.as_ref().is_none_or(|placed| placed.values.is_none()) {
        return unreadable();
    }
    record_id.as_deref().map_or(Ok(()), named)?;
    let Some(Placed { version, order, values, written_at }) = placed else {
        return Ok(Settled { id, outcome, duplicate, values: None, written_at: None, record_id });
    };
    in_range(version)?;
    in_range(order)?;
    Ok(Settled { id, outcome, duplicate, values, written_at, record_id })
}

/// Checks a page that answers a pull with `sent_cursor`.
///
/// # Errors
/// [`BackendFailure::Unreadable`] when a name, id, number or the cursor is out of
/// range, or when the page would have the client ask the same again for ever.
pub fn check_pull(page: PullPage, sent_cursor: Option<&str>) -> Result<PullPage, BackendFailure> {
    if page.cursor.is_empty() || page.cursor.len() > MAX_CURSOR_BYTES {
        return unreadable();
    }
    if page.more && sent_cursor == Some(page.cursor.as_str()) {
        return unreadable();
    }
    page.changes.iter().try_for_each(check_change)?;
    page.tombstones.iter().try_for_each(check_tombstone)?;
    Ok(page)
}

/// Checks a page of history asked for with `before`.
///
/// # Errors
/// [`BackendFailure::Unreadable`] when a name, id or number is out of range, when the
/// orders do not ascend or reach `before`, or when an empty page promises more.
pub fn check_older(page: OlderPage, before: Option<u64>) -> Result<OlderPage, BackendFailure> {
    page.changes.iter().try_for_each(check_change)?;
    let ascending = page.changes.is_sorted_by(|left, right| left.order < right.order);
    let newest = page.changes.last().map(|change| change.order);
    let reaches = newest.zip(before).is_some_and(|(newest, before)| newest >= before);
    let endless = page.more && page.changes.is_empty();
    if ascending && !reaches && !endless { Ok(page) } else { unreadable() }
}

fn check_change(change: &Change) -> Result<(), BackendFailure> {
    named(&change.collection)?;
    named(&change.id)?;
    in_range(change.version)?;
    in_range(change.order)
}

fn check_tombstone(tombstone: &Tombstone) -> Result<(), BackendFailure> {
    named(&tombstone.collection)?;
    named(&tombstone.id)?;
    in_range(tombstone.version)
}

fn named(name: &str) -> Result<(), BackendFailure> {
    if name.is_empty() { unreadable() } else { Ok(()) }
}

fn in_range(sequence: u64) -> Result<(), BackendFailure> {
    if sequence < MAX_SEQUENCE { Ok(()) } else { unreadable() }
}

fn unreadable<T>() -> Result<T, BackendFailure> {
    Err(BackendFailure::Unreadable)
}
