//! Commands: what each was for, and what its answer means to the person and to the book.

use mailboat_core::Operation;
use mailboat_engine::waist::{BatchResult, Command, ErrorCode, WaistError, WrittenBatch};
use uuid::Uuid;

use crate::book::Draft;
use crate::device::Device;
use crate::person::words_of;

/// What a command was for.
pub enum Asked {
    /// Writes, and what the book is to say of each; several of a batch.
    Write(Vec<Draft>),
    /// The person takes a dead letter away.
    Discard(Uuid),
    /// The person takes back what was never sent.
    Cancel(Uuid),
    /// The person changes what waits.
    Edit(Uuid, Draft),
    /// The person asks to sync now.
    Sync,
    /// Anything else.
    Other,
}

/// What an answer means to the person.
pub enum Told {
    /// Writes are durable.
    Stored(Stored),
    /// Something was refused, with the error's code.
    Refused(String),
    /// Nothing of note.
    Nothing,
}

/// Writes that the person was told are durable.
#[derive(Default)]
pub struct Stored {
    /// What they say.
    pub words: Vec<String>,
    /// How many of them are new messages.
    pub messages: u64,
    /// The entry of one that the person was told the server has.
    pub acked: Option<Uuid>,
}

impl Device {
    /// Has a command wait for the next turn.
    pub fn execute(&mut self, command: Command, asked: Asked) {
        let Some(stage) = &mut self.stage else { return };
        self.last_command += 1;
        self.commands.insert(self.last_command, asked);
        stage.execute(self.last_command, command);
    }

    /// Takes the answer of a command.
    pub fn answered(&mut self, number: u64, answer: Result<String, WaistError>) -> Told {
        let Some(asked) = self.commands.remove(&number) else { return Told::Nothing };
        let json = match answer {
            Ok(json) => json,
            Err(error) => {
                if !is_surely_not_done(&error) {
                    self.doubt(&asked);
                }
                let code = format!("{:?}", error.code);
                return if matches!(asked, Asked::Sync | Asked::Other) {
                    Told::Nothing
                } else {
                    Told::Refused(code)
                };
            }
        };
        match asked {
            Asked::Write(drafts) => Told::Stored(self.stored(number, drafts, &json)),
            Asked::Discard(entry) => {
                self.book.left(entry);
                Told::Nothing
            }
            Asked::Cancel(entry) => {
                self.book.cancelled(entry);
                Told::Nothing
            }
            Asked::Edit(entry, draft) => {
                let now_in: Uuid = serde_json::from_str(&json).expect("an answer is JSON");
                if now_in != entry {
                    self.book.left(entry);
                }
                let words = vec![words_of(&draft.columns).to_owned()];
                self.book.acknowledged(now_in, number, draft);
                Told::Stored(Stored { words, ..Stored::default() })
            }
            Asked::Sync | Asked::Other => Told::Nothing,
        }
    }

    /// A command that may have been carried out is not answered.
    pub fn doubt(&mut self, asked: &Asked) {
        match asked {
            Asked::Write(drafts) => drafts.iter().for_each(|draft| self.book.doubt_draft(draft)),
            Asked::Discard(entry) | Asked::Cancel(entry) | Asked::Edit(entry, _) => {
                self.book.doubt(*entry);
            }
            Asked::Sync | Asked::Other => {}
        }
    }

    fn stored(&mut self, number: u64, drafts: Vec<Draft>, json: &str) -> Stored {
        let results = match serde_json::from_str::<WrittenBatch>(json) {
            Ok(batch) => batch.results,
            Err(_) => vec![BatchResult::Written(serde_json::from_str(json).expect("an answer"))],
        };
        let mut stored = Stored::default();
        for (mut draft, result) in drafts.into_iter().zip(results) {
            let BatchResult::Written(written) = result else { continue };
            draft.record_id.clone_from(&written.id);
            if draft.operation == Operation::Create && draft.collection == "messages" {
                self.mine.push((written.id.clone(), draft.lane.clone()));
                stored.messages += 1;
            } else if draft.lane.is_empty() {
                draft.lane.clone_from(&written.id);
            }
            stored.words.push(words_of(&draft.columns).to_owned());
            match written.entry {
                Some(entry) => {
                    stored.acked = written.acked.then_some(entry);
                    self.book.acknowledged(entry, number, draft);
                }
                None => self.book.cancelled_out(&draft),
            }
        }
        stored
    }
}

/// Whether a command that failed so has changed nothing. A failing disk may keep what it
/// said it could not write.
fn is_surely_not_done(error: &WaistError) -> bool {
    matches!(error.code, ErrorCode::InvalidArgument | ErrorCode::Conflict | ErrorCode::Unsupported)
}
