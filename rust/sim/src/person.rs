//! What a person does with the app on a device, and what the book is to say of it.

use mailboat_core::Operation;
use mailboat_engine::waist::{Command, WriteOptions};
use serde_json::{Map, Value, json};

use crate::book::Write;
use crate::device::{Asked, Device};
use crate::dice::Dice;
use crate::scenario::{Deed, Scenario};

/// Records that scrolling back asks for.
const OLDER_PAGE: u32 = 20;

impl Device {
    /// The person does something; answers what, in words.
    pub fn act(&mut self, deed: Deed, draw: u64, scenario: &Scenario, now: i64) -> String {
        let mut dice = Dice::new(draw);
        let conversation = self.pick_conversation(scenario, &mut dice);
        match deed {
            Deed::Send => match conversation {
                Some(conversation) => self.send(&conversation, now),
                None => "sees no conversation to write into".into(),
            },
            Deed::Edit | Deed::Delete => self.change_own(deed, &mut dice),
            Deed::Retitle => match conversation {
                Some(id) => {
                    let title = self.words("title");
                    let options = WriteOptions::default();
                    let mut write = Write::new("conversations", &id, &id, Operation::Update);
                    write.body = Some(title.clone());
                    let values = object(json!({ "title": title }));
                    let command =
                        Command::Update { collection: "conversations".into(), id, values, options };
                    self.execute(command, Asked::Write(Box::new(write)));
                    format!("renames a conversation to {title}")
                }
                None => "sees no conversation to rename".into(),
            },
            Deed::Found => self.found(scenario, &mut dice),
            Deed::Sync => {
                self.witness.forget_floor();
                self.execute(Command::Sync, Asked::Other);
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

    fn send(&mut self, conversation: &str, now: i64) -> String {
        let body = self.words("message");
        let options = WriteOptions::default();
        let values = object(json!({
            "conversationId": conversation, "senderId": self.plan.user, "body": body, "sentAt": now,
        }));
        let mut write = Write::new("messages", "", conversation, Operation::Create);
        write.body = Some(body.clone());
        let command = Command::Create { collection: "messages".into(), id: None, values, options };
        self.execute(command, Asked::Write(Box::new(write)));
        format!("writes {body}")
    }

    fn change_own(&mut self, deed: Deed, dice: &mut Dice) -> String {
        if self.mine.is_empty() {
            return "has written nothing to change".into();
        }
        let at = usize::try_from(dice.between(0, self.mine.len() as i64 - 1)).unwrap_or(0);
        let (id, conversation) = self.mine[at].clone();
        let (collection, options) = ("messages".to_owned(), WriteOptions::default());
        if deed == Deed::Delete {
            self.mine.remove(at);
            let write = Write::new(&collection, &id, &conversation, Operation::Delete);
            self.execute(
                Command::Delete { collection, id, options },
                Asked::Write(Box::new(write)),
            );
            return "deletes a message".into();
        }
        let body = self.words("edit");
        let mut write = Write::new(&collection, &id, &conversation, Operation::Update);
        write.body = Some(body.clone());
        let values = object(json!({ "body": body }));
        self.execute(
            Command::Update { collection, id, values, options },
            Asked::Write(Box::new(write)),
        );
        format!("changes a message to {body}")
    }

    fn found(&mut self, scenario: &Scenario, dice: &mut Dice) -> String {
        let mut members = vec![self.plan.user.clone()];
        for other in &scenario.conversations {
            let near = other.server == self.plan.server;
            members.extend(other.members.iter().filter(|_| near && dice.chance(0.4)).cloned());
        }
        members.sort();
        members.dedup();
        let title = self.words("conversation");
        let options = WriteOptions::default();
        let mut write = Write::new("conversations", "", "", Operation::Create);
        write.body = Some(title.clone());
        let values = object(json!({ "title": title, "memberIds": members }));
        let command =
            Command::Create { collection: "conversations".into(), id: None, values, options };
        self.execute(command, Asked::Write(Box::new(write)));
        format!("makes {title}")
    }

    fn decide(&mut self, dice: &mut Dice) -> String {
        let dead: Vec<uuid::Uuid> =
            self.outbox.iter().filter(|entry| entry.failed).map(|entry| entry.id).collect();
        if dead.is_empty() {
            return "has no dead letter".into();
        }
        let entry = *dice.pick(&dead);
        if dice.chance(0.5) {
            self.execute(Command::Discard { entry }, Asked::Discard(entry));
            "discards a dead letter".into()
        } else {
            self.execute(Command::Retry { entry }, Asked::Other);
            "tries a dead letter again".into()
        }
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

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
