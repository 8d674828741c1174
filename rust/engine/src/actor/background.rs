//! What an engine does for itself while no app answers: the token comes from the file, and
//! conflicts of the app's own rule rest until the app is back.

use std::sync::Arc;

use mailboat_store::{Durability, StoreError, Writer};
use serde::{Deserialize, Serialize};

use super::{Actor, Token};
use crate::background::kept_config;
use crate::session::Session;
use crate::waist::{Config, SyncEnd};

/// What the config says of syncing without JavaScript.
pub(crate) struct Background {
    /// What the file keeps of the config.
    config: String,
    keep_token: bool,
    token: KeptToken,
    /// Whether the file may hold another token: it could not be written.
    is_stale: bool,
}

/// What the file keeps of the token. Where there is one that only the app has, nothing is
/// sent without it: a server might take what is sent for a stranger's, and refuse it for good.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum KeptToken {
    /// The app was never asked.
    Unasked,
    /// The app has none, and never had one: requests go without.
    None,
    /// There is one, and only the app has it; or the user has signed out.
    OfApp,
    /// The last one that the app gave.
    Token(String),
}

impl Background {
    /// As the config says.
    pub fn of(config: &Config) -> Option<Self> {
        let background = config.background?;
        let config = kept_config(config);
        Some(Self {
            config,
            keep_token: background.keep_token,
            token: KeptToken::Unasked,
            is_stale: false,
        })
    }

    /// Reads what the file keeps, and has it keep what the config wants: nothing, where the
    /// config does not want to be synced without JavaScript.
    pub fn keep(wanted: Option<Self>, writer: &mut Writer) -> Result<Option<Self>, StoreError> {
        let (config, token) =
            (writer.reads().background_config()?, writer.reads().background_token()?);
        let mut wanted = wanted.map(|wanted| {
            // One that cannot be read any more is none.
            let kept = token.as_deref().and_then(|token| serde_json::from_str(token).ok());
            let token = match kept.unwrap_or(KeptToken::Unasked) {
                KeptToken::Token(_) if !wanted.keep_token => KeptToken::OfApp,
                kept => kept,
            };
            Self { token, ..wanted }
        });
        let new_token = wanted.as_ref().and_then(|wanted| wanted.token.text());
        let new_config = wanted.as_ref().map(|wanted| wanted.config.clone());
        if (&new_config, &new_token) != (&config, &token) {
            let kept = writer.transaction_that_wipes(Durability::Normal, |transaction| {
                transaction.set_background_config(new_config.as_deref())?;
                transaction.set_background_token(new_token.as_deref())
            });
            if let Err(error) = kept {
                // A full disk keeps no app from opening. The next opening tries again.
                tracing::warn!(%error, "what the file keeps for the background is not current");
                if let Some(wanted) = &mut wanted {
                    wanted.is_stale = true;
                }
            }
        }
        Ok(wanted)
    }

    /// What is to be kept after the app's answer.
    fn after_answer(&self, token: Option<&str>) -> KeptToken {
        match (token, &self.token) {
            (Some(token), _) if self.keep_token => KeptToken::Token(token.to_owned()),
            (None, KeptToken::Unasked | KeptToken::None) => KeptToken::None,
            // Signed out: what waits is not sent in nobody's name.
            _ => KeptToken::OfApp,
        }
    }
}

impl KeptToken {
    fn text(&self) -> Option<String> {
        let is_known = *self != Self::Unasked;
        is_known.then(|| crate::engine::json(self))
    }
}

impl Actor {
    /// Whether nobody is there to answer, and the app wants it to be synced all the same.
    pub(super) fn is_alone(&self) -> bool {
        self.background.is_some() && !self.session.is_alive()
    }

    /// Whether it was opened for a budget alone, and that has ended: what is achieved from now
    /// on nobody would be told. It is about to be closed, or taken over.
    pub(super) fn rests(&self) -> bool {
        self.session.is_native() && !self.sync.has_budget()
    }

    /// Takes the token of the file; answers whether there is one, or none is needed. Else
    /// sending rests until the app is back.
    pub(super) fn take_kept_token(&mut self) -> bool {
        let kept = self.background.as_ref().map(|background| &background.token);
        self.token = match kept {
            Some(KeptToken::Token(token)) if !self.backend.unauthorized => {
                Token::Known(Some(token.clone()))
            }
            Some(KeptToken::None) if !self.backend.unauthorized => Token::Known(None),
            _ => {
                self.end_budgets(SyncEnd::Unauthorized);
                return false;
            }
        };
        self.sent.token = self.sent.token.wrapping_add(1);
        true
    }

    /// The app has answered: the file keeps of it what the config allows.
    pub(super) fn keep_token(&mut self, token: Option<&str>) {
        if let Some(background) = &self.background {
            self.keep(background.after_answer(token));
        }
    }

    /// The app has a token that cannot be sent: the file keeps none, and nothing goes without.
    pub(super) fn keep_no_token(&mut self) {
        self.keep(KeptToken::OfApp);
    }

    fn keep(&mut self, kept: KeptToken) {
        let Some(background) = &mut self.background else { return };
        if kept == background.token && !background.is_stale {
            return;
        }
        let text = kept.text();
        background.token = kept;
        let written = self.writer.transaction_that_wipes(Durability::Normal, |transaction| {
            transaction.set_background_token(text.as_deref())
        });
        // Whoever has signed out must not stay in the file: the next answer tries again.
        background.is_stale = written.is_err();
        if let Err(error) = written {
            tracing::warn!(%error, "the token in the file is not current");
        }
    }

    /// An app has come to an engine that was alone: it is asked for its own token, and about
    /// what rested for it.
    pub(super) fn end_being_alone(&mut self, before: &Arc<Session>) {
        if before.is_native() && matches!(self.token, Token::Known(_)) {
            self.token = Token::Unknown;
            self.sent.token = self.sent.token.wrapping_add(1);
        }
        self.merges.look();
    }
}
