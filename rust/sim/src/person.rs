//! What a person does with the app on a device, and what the book is to say of it.

use mailboat_core::{Columns, Operation};
use mailboat_engine::waist::{BatchWrite, Command, WriteOptions};
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::book::{Draft, Entry};
use crate::device::Device;
use crate::dice::Dice;
use crate::scenario::{Deed, Scenario};
use crate::wish;

/// Records that scrolling back asks for.
const OLDER_PAGE: u32 = 20;
/// How likely a person changes, or takes back, what waits in the outbox, rather than
/// what the conversation shows.
const IN_THE_OUTBOX: f64 = 0.3;

/// How likely a person orders the members of a conversation rather than rename it.
const REORDER: f64 = 0.5;
/// How likely they change a message that they see, perhaps one from another device of
/// theirs, rather than one that they wrote on this one.
const AS_SHOWN: f64 = 0.4;

impl Device {
    /// The person does something; answers what, in words.
    pub fn act(&mut self, deed: Deed, draw: u64, scenario: &Scenario, now: i64) -> String {
        let mut dice = Dice::new(draw);
        self.acts_at = now;
        let conversation = self.pick_conversation(scenario, &mut dice);
        match deed {
            Deed::Send => match conversation {
                Some(conversation) => self.send(&conversation, &mut dice),
                None => "sees no conversation to write into".into(),
            },
            Deed::Edit if dice.chance(IN_THE_OUTBOX) && self.has_waiting() => self.edit(&mut dice),
            Deed::Delete if dice.chance(IN_THE_OUTBOX) && self.has_waiting() => {
                self.cancel(&mut dice)
            }
            Deed::Edit | Deed::Delete => self.change_own(deed, &mut dice),
            Deed::Retitle => match conversation {
                Some(id) => self.retitle(id, &mut dice),
                None => "sees no conversation to rename".into(),
            },
            Deed::Found => self.found(scenario, &mut dice),
            Deed::Sync => {
                self.witness.forget_floor();
                self.execute(Command::Sync, Asked::Sync);
                "asks to sync".into()
            }
            Deed::Older => {
                if let Some(lane) = conversation {
                    self.load_older(lane, OLDER_PAGE);
                }
                "scrolls back".into()
            }
            Deed::Switch => {
                self.bring_to_front(!self.in_front);
                format!("{} the app", if self.in_front { "comes back to" } else { "leaves" })
            }
            Deed::Look => {
                self.look(conversation);
                "looks at another conversation".into()
            }
            Deed::Decide => self.decide(&mut dice),
        }
    }

    fn send(&mut self, conversation: &str, dice: &mut Dice) -> String {
        let options = wish::options(dice);
        let Some((mode, count)) = wish::batch(dice) else {
            let draft = self.message(conversation);
            let sentence = format!("writes {}{}", words_of(&draft.columns), manner(&options));
            self.write(draft, options);
            return sentence;
        };
        let mut drafts: Vec<Draft> = (0..count).map(|_| self.message(conversation)).collect();
        drafts[0] = match dice.between(0, 3) {
            0 => self.title(conversation.to_owned()),
            1 => self.better(conversation, dice).unwrap_or_else(|| drafts[0].clone()),
            _ => drafts[0].clone(),
        };
        let words: Vec<&str> = drafts.iter().map(|draft| words_of(&draft.columns)).collect();
        let sentence = format!("writes {mode:?} {}{}", words.join(", "), manner(&options));
        let writes = drafts.iter().map(batched).collect();
        self.execute(Command::Batch { writes, mode, options }, Asked::Write(drafts));
        sentence
    }

    fn message(&mut self, conversation: &str) -> Draft {
        let columns = columns(json!({
            "conversationId": conversation,
            "senderId": self.plan.user,
            "body": self.words("message"),
            "sentAt": self.acts_at,
        }));
        Draft {
            collection: "messages".into(),
            record_id: String::new(),
            lane: conversation.into(),
            operation: Operation::Create,
            columns,
            asked_at: self.acts_at,
        }
    }

    fn change_own(&mut self, deed: Deed, dice: &mut Dice) -> String {
        let own = if dice.chance(AS_SHOWN) { self.shown() } else { self.mine.clone() };
        if own.is_empty() {
            return "sees nothing of theirs to change".into();
        }
        let (record_id, lane) = dice.pick(&own).clone();
        let (options, asked_at) = (wish::options(dice), self.acts_at);
        let collection = "messages".to_owned();
        if deed == Deed::Delete {
            self.mine.retain(|(id, _)| *id != record_id);
            let sentence = format!("deletes a message{}", manner(&options));
            let (operation, columns) = (Operation::Delete, Columns::new());
            self.write(
                Draft { collection, record_id, lane, operation, columns, asked_at },
                options,
            );
            return sentence;
        }
        let columns = columns(json!({ "body": self.words("edit") }));
        let sentence = format!("changes a message to {}{}", words_of(&columns), manner(&options));
        let operation = Operation::Update;
        self.write(Draft { collection, record_id, lane, operation, columns, asked_at }, options);
        sentence
    }

    /// Messages of their own that the app shows: id and conversation.
    fn shown(&self) -> Vec<(String, String)> {
        let rows = self.rows("messages").unwrap_or_default();
        let own = rows.iter().filter(|row| row["senderId"] == self.plan.user.as_str());
        let named = own.filter_map(|row| {
            Some((row["id"].as_str()?.to_owned(), row["conversationId"].as_str()?.to_owned()))
        });
        named.collect()
    }

    fn retitle(&mut self, id: String, dice: &mut Dice) -> String {
        let options = wish::options(dice);
        let others = dice.chance(REORDER).then(|| self.reordered(&id, dice)).flatten();
        let draft = others.unwrap_or_else(|| self.title(id));
        let sentence = format!("changes a conversation{}: {:?}", manner(&options), draft.columns);
        self.write(draft, options);
        sentence
    }

    fn title(&mut self, id: String) -> Draft {
        let title = self.words("title");
        self.of_conversation(id, columns(json!({ "title": title })))
    }

    /// The members of a conversation in another order: a column that nobody else's title
    /// touches, and nobody leaves.
    fn reordered(&self, id: &str, dice: &mut Dice) -> Option<Draft> {
        let rows = self.rows("conversations").unwrap_or_default();
        let row = rows.iter().find(|row| row["id"] == id)?;
        let mut members = row["memberIds"].as_array()?.clone();
        let by = usize::try_from(dice.between(1, members.len() as i64 - 1)).ok()?;
        let by = by % members.len().max(1);
        members.rotate_left(by);
        Some(self.of_conversation(id.to_owned(), columns(json!({ "memberIds": members }))))
    }

    fn of_conversation(&self, id: String, columns: Columns) -> Draft {
        Draft {
            collection: "conversations".into(),
            record_id: id.clone(),
            lane: id,
            operation: Operation::Update,
            columns,
            asked_at: self.acts_at,
        }
    }

    /// Other words for a message of their own in a conversation.
    fn better(&mut self, conversation: &str, dice: &mut Dice) -> Option<Draft> {
        let here: Vec<_> = self.mine.iter().filter(|(_, lane)| lane == conversation).collect();
        let record_id = if here.is_empty() { return None } else { dice.pick(&here).0.clone() };
        Some(Draft {
            collection: "messages".into(),
            record_id,
            lane: conversation.into(),
            operation: Operation::Update,
            columns: columns(json!({ "body": self.words("edit") })),
            asked_at: self.acts_at,
        })
    }

    fn found(&mut self, scenario: &Scenario, dice: &mut Dice) -> String {
        let mut members = vec![self.plan.user.clone()];
        for other in &scenario.conversations {
            let near = other.server == self.plan.server;
            members.extend(other.members.iter().filter(|_| near && dice.chance(0.4)).cloned());
        }
        members.sort();
        members.dedup();
        let columns = columns(json!({ "title": self.words("conversation"), "memberIds": members }));
        let sentence = format!("makes {}", words_of(&columns));
        let draft = Draft {
            collection: "conversations".into(),
            record_id: String::new(),
            lane: String::new(),
            operation: Operation::Create,
            columns,
            asked_at: self.acts_at,
        };
        self.write(draft, wish::options(dice));
        sentence
    }

    fn write(&mut self, draft: Draft, options: WriteOptions) {
        let Draft { collection, record_id: id, columns: values, .. } = draft.clone();
        let command = match draft.operation {
            Operation::Create => Command::Create { collection, id: None, values, options },
            Operation::Update => Command::Update { collection, id, values, options },
            Operation::Delete => Command::Delete { collection, id, options },
        };
        self.execute(command, Asked::Write(vec![draft]));
    }

    fn decide(&mut self, dice: &mut Dice) -> String {
        let dead: Vec<Entry> = self.outbox.iter().filter(|entry| entry.failed).cloned().collect();
        if dead.is_empty() {
            return match (self.has_waiting(), dice.chance(0.5)) {
                (false, _) => "has nothing to decide".into(),
                (true, true) => self.cancel(dice),
                (true, false) => self.edit(dice),
            };
        }
        let letter = dice.pick(&dead).clone();
        let entry = letter.id;
        match dice.between(0, 9) {
            0..=3 => {
                self.execute(Command::Discard { entry }, Asked::Discard(entry));
                "discards a dead letter".into()
            }
            4..=6 => {
                self.execute(Command::Retry { entry }, Asked::Other);
                "tries a dead letter again".into()
            }
            7 => {
                self.execute(Command::RetryAll, Asked::Other);
                "tries all dead letters again".into()
            }
            _ => self.edit_entry(&letter),
        }
    }

    fn has_waiting(&self) -> bool {
        self.outbox.iter().any(|entry| !entry.failed)
    }

    fn waiting(&self, dice: &mut Dice) -> Entry {
        let waiting: Vec<&Entry> = self.outbox.iter().filter(|entry| !entry.failed).collect();
        (*dice.pick(&waiting)).clone()
    }

    fn cancel(&mut self, dice: &mut Dice) -> String {
        let entry = self.waiting(dice).id;
        self.execute(Command::Cancel { entry }, Asked::Cancel(entry));
        format!("takes back {entry}")
    }

    fn edit(&mut self, dice: &mut Dice) -> String {
        let entry = self.waiting(dice);
        self.edit_entry(&entry)
    }

    fn edit_entry(&mut self, entry: &Entry) -> String {
        let column = if entry.collection == "messages" { "body" } else { "title" };
        let columns = columns(json!({ column: self.words("other") }));
        let sentence = format!("edits what waits to {}", words_of(&columns));
        let draft = Draft {
            collection: entry.collection.clone(),
            record_id: entry.record_id.clone(),
            lane: entry.lane.clone(),
            operation: Operation::Update,
            columns: columns.clone(),
            asked_at: self.acts_at,
        };
        let command = Command::Edit { entry: entry.id, values: columns };
        self.execute(command, Asked::Edit(entry.id, draft));
        sentence
    }

    /// A conversation that the app shows; before the first pull, one that its user knows of.
    fn pick_conversation(&self, scenario: &Scenario, dice: &mut Dice) -> Option<String> {
        let rows = self.rows("conversations").unwrap_or_default();
        let mut ids: Vec<String> =
            rows.iter().filter_map(|row| Some(row["id"].as_str()?.to_owned())).collect();
        if ids.is_empty() {
            let mine = scenario.conversations.iter().filter(|conversation| {
                conversation.server == self.plan.server
                    && conversation.members.contains(&self.plan.user)
            });
            ids.extend(mine.map(|conversation| conversation.id.clone()));
        }
        (!ids.is_empty()).then(|| dice.pick(&ids).clone())
    }

    /// A text that no other write has.
    fn words(&mut self, what: &str) -> String {
        self.texts += 1;
        format!("{what} {}.{}", self.plan.number, self.texts)
    }
}

fn batched(draft: &Draft) -> BatchWrite {
    BatchWrite {
        operation: draft.operation,
        collection: draft.collection.clone(),
        id: Some(draft.record_id.clone()).filter(|id| !id.is_empty()),
        values: draft.columns.clone(),
    }
}

/// The text among columns.
pub fn words_of(columns: &Columns) -> &str {
    let text = columns.get("body").or_else(|| columns.get("title"));
    text.and_then(Value::as_str).unwrap_or("the deletion")
}

/// How something is to be sent, where that is not as its collection says.
fn manner(options: &WriteOptions) -> String {
    let words = [
        options.priority.map(|it| format!("{it:?}")),
        options.send.map(|it| format!("{it:?}")),
        options.write.map(|it| format!("{it:?}")),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

fn columns(value: Value) -> Columns {
    match value {
        Value::Object(columns) => columns,
        _ => Columns::new(),
    }
}
