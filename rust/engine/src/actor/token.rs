//! The bearer token: asked for once, kept in memory (in the file only where the config says
//! so), asked for again when refused.

use mailboat_core::{BackendFailure, Timestamp, after_unauthorized};

use super::{Actor, Route, Sent};
use crate::exchange::fits_header;
use crate::waist::{Ask, ErrorCode, SyncEnd, WaistError};

const NO_TOKEN: &str =
    "getToken() gave no token. Mailboat asks again later; writes wait in the outbox.";
const UNSENDABLE_TOKEN: &str = "getToken() gave a token that no HTTP header can carry, such as one with a line break. Writes wait in the outbox.";

/// What is known of the token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Nobody was asked.
    Unknown,
    /// JavaScript was asked.
    Asked,
    /// JavaScript's answer; `None` when requests go without a token.
    Known(Option<String>),
}

impl Token {
    /// The token to send, if there is one.
    pub fn value(&self) -> Option<String> {
        match self {
            Self::Known(token) => token.clone(),
            Self::Unknown | Self::Asked => None,
        }
    }
}

impl Actor {
    /// Whether a request may go; asks JavaScript when the token is not known.
    pub(super) fn has_token(&mut self, now: Timestamp) -> bool {
        if self.route != Route::Rest {
            return true;
        }
        match self.token {
            Token::Known(_) => true,
            Token::Asked => false,
            Token::Unknown if self.is_alone() => self.take_kept_token(),
            Token::Unknown => {
                self.token = Token::Asked;
                self.ask(Ask::Token { refresh: self.backend.unauthorized }, now);
                false
            }
        }
    }

    /// JavaScript answered. No token after a refusal means that nobody is signed in.
    pub(super) fn token_answered(&mut self, token: Option<String>, now: Timestamp) {
        if token.as_deref().is_some_and(|token| !fits_header(token)) {
            self.keep_no_token();
            self.token_missing(UNSENDABLE_TOKEN, now);
            return;
        }
        self.keep_token(token.as_deref());
        if token.is_none() && self.backend.unauthorized {
            self.token_unanswered(now);
            return;
        }
        self.token = Token::Known(token);
        self.sent.token = self.sent.token.wrapping_add(1);
    }

    /// JavaScript gave no token, or did not answer in time.
    pub(super) fn token_unanswered(&mut self, now: Timestamp) {
        self.token_missing(NO_TOKEN, now);
    }

    /// There is no token to send: sending pauses, visibly.
    fn token_missing(&mut self, sentence: &str, now: Timestamp) {
        self.backend.unauthorized = true;
        self.token_refused(now);
        let error = WaistError::new(ErrorCode::Unauthorized, sentence);
        self.sync.fail(&error, &mut self.answers);
        self.end_budgets(SyncEnd::Unauthorized);
        self.older.fail(&error);
        self.last_error = Some(error);
    }

    /// Whether a failure is the refusal of a token that is not used any more.
    pub(super) fn is_old_news(&self, failure: &BackendFailure, sent: Sent) -> bool {
        *failure == BackendFailure::Unauthorized && sent.token != self.sent.token
    }

    /// The backend refused the token, or there is none.
    pub(super) fn token_refused(&mut self, now: Timestamp) {
        self.token = Token::Unknown;
        self.sent.token = self.sent.token.wrapping_add(1);
        let jitter = self.chance.jitter();
        self.backend = after_unauthorized(self.backend, now, jitter, &self.policy);
    }
}
