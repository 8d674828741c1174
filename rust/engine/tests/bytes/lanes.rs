//! Conversations, and messages that all have one length.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::Person;

/// Conversations that Ann and Ben share. No window is longer than 500 rows, so the
/// messages of a run need more than two.
const LANES: u32 = 8;
/// Where the messages go whose push or pull is not cut: their lengths are learned.
pub const LEARNING: &str = "c8";
/// Where Ben alone writes, so that the server's numbers grow.
pub const SPARE: &str = "spare";

/// Bodies by conversation, in the order they were written.
pub type Sent = BTreeMap<String, Vec<String>>;

/// The conversations that Ann and Ben share.
pub fn all() -> impl Iterator<Item = String> {
    (0..LANES).map(lane)
}

/// The conversation of message so-and-so.
pub fn lane(number: u32) -> String {
    format!("c{}", number % LANES)
}

/// The text of message so-and-so.
pub fn body(number: u32) -> String {
    format!("{number:06}")
}

/// The command that makes a conversation.
pub fn conversation(id: &str, members: &[&str]) -> Value {
    json!({ "type": "create", "collection": "conversations", "id": id,
            "values": { "title": "Talk", "memberIds": members } })
}

/// The command that writes a message.
pub fn message(lane: &str, sender: &str, body: &str) -> Value {
    json!({ "type": "create", "collection": "messages",
            "values": { "conversationId": lane, "senderId": sender, "body": body, "sentAt": 1 } })
}

/// The rows of a conversation on the device's screen.
pub fn rows(person: &Person, lane: &str) -> Vec<Value> {
    let window = json!({ "collection": "messages", "where": { "conversationId": lane },
                         "take": "last", "limit": 500 });
    let snapshot = person.query(&json!({ "type": "window", "window": window }));
    assert_eq!(snapshot["more"], false, "a conversation outgrew its window");
    snapshot["rows"].as_array().expect("rows").clone()
}

/// How many of these messages the device's screen shows as sent.
pub fn shown_as_sent(person: &Person, sent: &Sent) -> usize {
    let shown = |(lane, bodies): (&String, &Vec<String>)| {
        let rows = rows(person, lane);
        let is_sent = |body: &&String| {
            rows.iter().any(|row| row["body"] == **body && row["delivery"] == "sent")
        };
        bodies.iter().filter(is_sent).count()
    };
    sent.iter().map(shown).sum()
}
