//! What the backend said, reduced to the facts that decide what happens next.
//!
//! An [`Outcome`] names one entry and may burn its attempt. A [`BackendFailure`]
//! belongs to the whole request, says nothing about any entry, and burns none.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server applied it, now or on an earlier attempt (a duplicate).
    Acked {
        /// Version of the record on the server.
        version: u64,
        /// Place of the record in the server's order.
        order: u64,
    },
    /// The server did not apply it and asks for another attempt.
    Retry {
        /// The server's floor for the delay, in milliseconds.
        after_ms: Option<u64>,
    },
    /// The server will never apply it.
    Rejected(Reason),
    /// Not looked at, because an earlier entry of its lane was not applied.
    Blocked,
}

/// Why an entry was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Reason {
    /// A stable word for programs, such as `unknown_collection`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// Why a whole request came to nothing. Decided from types and status codes,
/// never from message text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackendFailure {
    /// No answer: refused, reset, or the name did not resolve.
    Transport,
    /// No answer in time, though the connection stood: less at a time may do.
    Timeout,
    /// The server is up and cannot do it now: 408, 425, 429 and every 5xx.
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// An answer that is not of the contract: a captive portal, a proxy's error page.
    Unreadable,
    /// The bearer token was not accepted (401).
    Unauthorized,
    /// The cursor is too old or of another database (410): pull from the start.
    CursorExpired,
    /// The server refuses the request as such: any other status.
    Refused {
        /// The HTTP status.
        status: u16,
    },
}

impl BackendFailure {
    /// Whether something that is the backend itself answered.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        !matches!(self, Self::Transport | Self::Timeout | Self::Unreadable)
    }
}
