//! Questions to JavaScript: asked through events, answered by commands, each with
//! a deadline. An unanswered question pauses what needs it and nothing else.

use std::collections::HashMap;

use mailboat_backends::rest::wire::PushAnswer;
use mailboat_backends::rest::{check_older, check_pull, check_push};
use mailboat_core::{BackendFailure, Timestamp};
use mailboat_store::ConflictAnswer;

use super::{Actor, mismatched};
use crate::waist::{Answer, Ask, Event};

/// The status with which a backend says that it cannot go on from a cursor.
const GONE: u16 = 410;

/// What an open question was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Token,
    Push,
    Pull,
    Older,
    Merge,
}

/// The questions that wait for JavaScript: at most one of each kind, and some about
/// conflicts.
#[derive(Default)]
pub(crate) struct Questions {
    next: u32,
    open: HashMap<u32, (About, Timestamp)>,
}

impl Questions {
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.open.values().map(|(_, deadline)| *deadline).min()
    }

    pub fn len(&self) -> usize {
        self.open.len()
    }
}

impl Actor {
    pub(super) fn ask(&mut self, ask: Ask, now: Timestamp) -> u32 {
        let about = match ask {
            Ask::Token { .. } => About::Token,
            Ask::Push { .. } => About::Push,
            Ask::Pull { .. } => About::Pull,
            Ask::Older { .. } => About::Older,
            Ask::Merge { .. } => About::Merge,
        };
        let deadline_ms = self.policy.question_timeout_ms;
        self.questions.next = self.questions.next.wrapping_add(1);
        let question = self.questions.next;
        self.questions.open.insert(question, (about, now.plus_ms(deadline_ms)));
        self.tell(Event::Question { question, ask, deadline_ms });
        question
    }

    /// Takes an answer. One that comes after its deadline finds its question gone.
    pub(super) fn answer_question(&mut self, question: u32, answer: Answer, now: Timestamp) {
        let Some((about, _)) = self.questions.open.remove(&question) else {
            tracing::info!(question, "an answer came too late");
            return;
        };
        match (about, answer) {
            (About::Token, Answer::Token { token }) => self.token_answered(token, now),
            (About::Push, Answer::Push { outcomes }) => {
                let checked = check_push(PushAnswer { outcomes }, &self.push.ids());
                self.pushed(checked, now);
            }
            (About::Pull, Answer::Pull { page }) => {
                let checked = check_pull(page, self.pull.cursor());
                self.pulled(checked, now);
            }
            // Said of a push, or of history, it is a refusal like any other.
            (About::Pull, Answer::Failed { status: Some(GONE), .. }) => {
                self.pulled(Err(BackendFailure::CursorExpired), now);
            }
            (About::Older, Answer::Older { page }) => {
                let checked = check_older(page, self.older.before());
                self.older_pulled(checked, now);
            }
            (About::Merge, Answer::Merge { merged }) => {
                self.merge_answered(question, &merged.into(), now);
            }
            (about, answer) => self.fail_question(question, about, mismatched(&answer), now),
        }
    }

    /// Gives up on questions whose deadline has passed, or is further off than any deadline
    /// can be: then the clock has stepped back.
    pub(super) fn expire_questions(&mut self, now: Timestamp) {
        let longest_ms = self.policy.question_timeout_ms;
        let is_over = |deadline: Timestamp| !deadline.is_ahead(now, longest_ms);
        let expired: Vec<u32> = self
            .questions
            .open
            .iter()
            .filter(|(_, (_, deadline))| is_over(*deadline))
            .map(|(question, _)| *question)
            .collect();
        for question in expired {
            if let Some((about, _)) = self.questions.open.remove(&question) {
                tracing::warn!(?about, "JavaScript did not answer in time");
                self.fail_question(question, about, BackendFailure::Timeout, now);
            }
        }
    }

    /// Nobody is left to answer.
    pub(super) fn fail_questions(&mut self, now: Timestamp) {
        let open: Vec<(u32, About)> =
            self.questions.open.drain().map(|(question, (about, _))| (question, about)).collect();
        for (question, about) in open {
            match about {
                // The next runtime is asked at once; nothing was wrong with the token.
                About::Token => self.token = super::Token::Unknown,
                About::Merge => self.merges.forget(question),
                other => self.fail_question(question, other, BackendFailure::Transport, now),
            }
        }
    }

    fn fail_question(
        &mut self,
        question: u32,
        about: About,
        failure: BackendFailure,
        now: Timestamp,
    ) {
        match about {
            About::Token => self.token_unanswered(now),
            About::Push => self.pushed(Err(failure), now),
            About::Pull => self.pulled(Err(failure), now),
            About::Older => self.older_pulled(Err(failure), now),
            About::Merge => self.merge_answered(question, &ConflictAnswer::Nothing, now),
        }
    }
}
