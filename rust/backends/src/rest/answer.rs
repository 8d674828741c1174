//! Reads answers. Strict about the shape: half an answer taken for a whole one
//! would lose messages, a refused one costs another try.

use mailboat_core::{BackendFailure, EntryId, Timestamp};
use serde::de::DeserializeOwned;

use super::check::{Settled, check_older, check_pull, check_push};
use super::retry_after::read_retry_after;
use super::wire::{ErrorAnswer, OlderPage, PullPage, PushAnswer};
use super::{CURSOR_EXPIRED, HINT_EVENT, MAX_ANSWER_BYTES};

const OK: u16 = 200;
const UNAUTHORIZED: u16 = 401;
const REQUEST_TIMEOUT: u16 = 408;
const GONE: u16 = 410;
const TOO_EARLY: u16 = 425;
const TOO_MANY_REQUESTS: u16 = 429;

/// What came back, as far as the codec looks at it.
#[derive(Clone, Copy)]
pub struct HttpAnswer<'a> {
    /// The status code.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The header `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// The whole body, decompressed.
    pub body: &'a [u8],
    /// When it came; a `Retry-After` that is a date counts from here.
    pub received_at: Timestamp,
}

/// Reads the answer of a push of the entries `sent`.
///
/// # Errors
/// What it means when no outcomes can be read from it.
pub fn read_push(answer: HttpAnswer<'_>, sent: &[EntryId]) -> Result<Vec<Settled>, BackendFailure> {
    check_push(answer.json::<PushAnswer>()?, sent)
}

/// Reads the answer of a pull with `sent_cursor`.
///
/// # Errors
/// What it means when no page can be read from it;
/// [`BackendFailure::CursorExpired`] asks to pull from the start.
pub fn read_pull(
    answer: HttpAnswer<'_>,
    sent_cursor: Option<&str>,
) -> Result<PullPage, BackendFailure> {
    if answer.status == GONE && answer.error_code().as_deref() == Some(CURSOR_EXPIRED) {
        return Err(BackendFailure::CursorExpired);
    }
    check_pull(answer.json::<PullPage>()?, sent_cursor)
}

/// Reads a page of history asked for with `before`.
///
/// # Errors
/// What it means when no page can be read from it.
pub fn read_older(
    answer: HttpAnswer<'_>,
    before: Option<u64>,
) -> Result<OlderPage, BackendFailure> {
    check_older(answer.json::<OlderPage>()?, before)
}

/// Reads the head of the answer to a request for hints; its body, when it is not a
/// success, may be left empty. The events that follow are read with [`is_hint`].
///
/// # Errors
/// What it means when no events will follow.
pub fn read_hints_start(head: HttpAnswer<'_>) -> Result<(), BackendFailure> {
    head.failure()?;
    if head.media_type_is(|media_type| media_type == "text/event-stream") {
        Ok(())
    } else {
        Err(BackendFailure::Unreadable)
    }
}

/// Whether an event of this name says "pull now". Its data is not looked at.
#[must_use]
pub fn is_hint(event_name: &str) -> bool {
    event_name == HINT_EVENT
}

/// What a status from 400 on means when its answer says no more. A backend written in
/// JavaScript is judged by the same rule.
#[must_use]
pub fn refusal(status: u16, retry_after_ms: Option<u64>) -> BackendFailure {
    match status {
        UNAUTHORIZED => BackendFailure::Unauthorized,
        REQUEST_TIMEOUT | TOO_EARLY | TOO_MANY_REQUESTS | 500..=599 => {
            BackendFailure::Unavailable { status, retry_after_ms }
        }
        _ => BackendFailure::Refused { status },
    }
}

impl HttpAnswer<'_> {
    fn json<T: DeserializeOwned>(&self) -> Result<T, BackendFailure> {
        self.failure()?;
        // A captive portal answers 200 as well, with a page of its own.
        let is_json = self.content_type.is_none()
            || self.media_type_is(|it| it == "application/json" || it.ends_with("+json"));
        if !is_json || self.body.len() > MAX_ANSWER_BYTES {
            return Err(BackendFailure::Unreadable);
        }
        serde_json::from_slice(self.body).map_err(|_| BackendFailure::Unreadable)
    }

    /// What the status means when it is not a success.
    fn failure(&self) -> Result<(), BackendFailure> {
        match self.status {
            OK => Ok(()),
            400..=599 => Err(refusal(
                self.status,
                self.retry_after.and_then(|header| read_retry_after(header, self.received_at)),
            )),
            // A success the contract does not know, or a portal's redirect to its login.
            _ => Err(BackendFailure::Unreadable),
        }
    }

    fn error_code(&self) -> Option<String> {
        if self.body.len() > MAX_ANSWER_BYTES {
            return None;
        }
        let answer: ErrorAnswer = serde_json::from_slice(self.body).ok()?;
        Some(answer.error.code)
    }

    fn media_type_is(&self, matches: impl Fn(&str) -> bool) -> bool {
        let header = self.content_type.unwrap_or_default();
        let media_type = header.split(';').next().unwrap_or_default().trim();
        matches(&media_type.to_ascii_lowercase())
    }
}
