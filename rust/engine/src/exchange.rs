//! A request and its answer without a socket: what an effect of the actor asks of a
//! server, and what came back as an input. The network's thread and the simulator
//! both carry these out; neither knows more of the contract than is here.

use mailboat_backends::rest::{
    DEFAULT_RECENT, HttpAnswer, HttpRequest, OlderQuery, PullQuery, RestCodec, is_hint,
    read_hints_start, read_older, read_pull, read_push,
};
use mailboat_core::{BackendFailure, EntryId};
use reqwest::header::HeaderValue;

use crate::actor::{Effect, Input};

/// What to do on the network.
pub(crate) enum Job {
    /// Make this request, and post what its answer means.
    Ask { request: Authorized, expected: Expected },
    /// Open the live connection, in the place of one that is open.
    Listen { request: Authorized },
    /// Close the live connection.
    HangUp,
}

/// A request with its bearer token, if it has one.
pub(crate) struct Authorized {
    pub request: HttpRequest,
    pub token: Option<String>,
}

/// What a request waits for: enough of it to check the answer.
pub(crate) enum Expected {
    /// One outcome an entry.
    Outcomes { sent: Vec<EntryId> },
    /// The page after a cursor.
    Page { cursor: Option<String> },
    /// A page of history.
    Older { before: Option<u64> },
}

impl Job {
    /// What an effect asks of the server that `codec` speaks to.
    pub fn of(effect: Effect, codec: &RestCodec) -> Self {
        match effect {
            Effect::Push { entries, token } => {
                let sent = entries.iter().map(|entry| entry.id).collect();
                let request = Authorized { request: codec.push(entries), token };
                Self::Ask { request, expected: Expected::Outcomes { sent } }
            }
            Effect::Pull { cursor, limit, token } => {
                let query = PullQuery { cursor: cursor.as_deref(), limit, recent: DEFAULT_RECENT };
                let request = Authorized { request: codec.pull(query), token };
                Self::Ask { request, expected: Expected::Page { cursor } }
            }
            Effect::Older { collection, lane, before, limit, token } => {
                let query = OlderQuery { collection: &collection, lane: &lane, before, limit };
                let request = Authorized { request: codec.older(query), token };
                Self::Ask { request, expected: Expected::Older { before } }
            }
            Effect::OpenHints { token } => {
                Self::Listen { request: Authorized { request: codec.hints(), token } }
            }
            Effect::CloseHints => Self::HangUp,
        }
    }
}

impl Authorized {
    /// The value of the header `Authorization`.
    pub fn authorization(&self) -> Option<String> {
        self.token.as_deref().map(bearer)
    }
}

/// Whether a header can carry this token.
pub(crate) fn fits_header(token: &str) -> bool {
    HeaderValue::from_str(&bearer(token)).is_ok()
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

impl Expected {
    /// What came back, for the actor.
    pub fn read(&self, answer: Result<HttpAnswer<'_>, BackendFailure>) -> Input {
        match self {
            Self::Outcomes { sent } => {
                Input::Pushed(answer.and_then(|answer| read_push(answer, sent)))
            }
            Self::Page { cursor } => {
                Input::Pulled(answer.and_then(|answer| read_pull(answer, cursor.as_deref())))
            }
            Self::Older { before } => {
                Input::OlderPulled(answer.and_then(|answer| read_older(answer, *before)))
            }
        }
    }

    /// The span in which a log shows it.
    pub fn span(&self) -> tracing::Span {
        match self {
            Self::Outcomes { sent } => tracing::info_span!("push", entries = sent.len()),
            Self::Page { .. } => tracing::info_span!("pull"),
            Self::Older { .. } => tracing::info_span!("older"),
        }
    }
}

/// What the head of the answer to a request for hints means; `None` when no events follow.
pub(crate) fn hints_started(head: HttpAnswer<'_>) -> Option<Input> {
    read_hints_start(head).is_ok().then_some(Input::HintsOpened)
}

/// What an event of the live connection means.
pub(crate) fn hint_event(name: &str) -> Option<Input> {
    is_hint(name).then_some(Input::Hint)
}
