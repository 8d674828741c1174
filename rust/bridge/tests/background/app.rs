//! The app: writes while there is no network, and is closed before anything is sent.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use mailboat_engine::Runtime;
use mailboat_store::Schema;
use serde_json::{Value, json};

use crate::ENTRIES;

/// Conversations that are written to in turn.
pub const CONVERSATIONS: u32 = 40;
/// Writes that wait for their answer at once.
const WRITES_AT_ONCE: usize = 1_000;
/// Longest wait for anything, in seconds.
const PATIENCE_S: u64 = 60;

struct App {
    runtime: Runtime,
    engine: u32,
    token: String,
    news: Receiver<()>,
    bell: Sender<()>,
}

/// Signs in, makes the conversations, loses the network, writes, and goes.
pub fn write_offline(file: &Path, url: &str, token: &str) {
    let app = App::open(file, url, token);
    for number in 0..CONVERSATIONS {
        let values = json!({ "title": "Talk", "memberIds": ["ann"] });
        app.execute(&json!({ "type": "create", "collection": "conversations",
                             "id": format!("c{number}"), "values": values }));
    }
    app.execute(&json!({ "type": "sync" }));
    app.execute(&json!({ "type": "setNetwork", "network": { "kind": "none" } }));
    let numbers: Vec<u32> = (0..ENTRIES).collect();
    for some in numbers.chunks(WRITES_AT_ONCE) {
        let writes: Vec<_> = some.iter().map(|number| app.start(&message(*number))).collect();
        for write in writes {
            app.wait(&write);
        }
    }
    app.execute(&json!({ "type": "close" }));
}

/// The body of a message and the conversation that it is in.
pub fn body_and_lane(number: u32) -> (String, String) {
    (format!("message {number:05}"), format!("c{}", number % CONVERSATIONS))
}

fn message(number: u32) -> Value {
    let (body, conversation) = body_and_lane(number);
    let values = json!({ "conversationId": conversation, "senderId": "ann", "body": body, "sentAt": number });
    json!({ "type": "create", "collection": "messages", "values": values })
}

impl App {
    fn open(file: &Path, url: &str, token: &str) -> Self {
        let (bell, news) = channel();
        let ring = bell.clone();
        let runtime = Runtime::new(Arc::new(move |_| {
            let _ = ring.send(());
        }));
        let config = json!({
            "path": file, "schema": Schema::messaging(),
            "backend": { "kind": "rest", "baseUrl": url },
            "background": { "keepToken": true },
        });
        let opened: Value = parse(&runtime.open(&config.to_string()).expect("the engine opens"));
        let engine = opened["engine"].as_u64().expect("a number");
        let engine = u32::try_from(engine).expect("a small number");
        Self { runtime, engine, token: token.to_owned(), news, bell }
    }

    fn execute(&self, command: &Value) {
        self.wait(&self.start(command));
    }

    fn start(&self, command: &Value) -> Receiver<()> {
        let (sender, answer) = channel();
        let bell = self.bell.clone();
        let completion = Box::new(move |answer: Result<String, _>| {
            answer.expect("the command is carried out");
            let _ = sender.send(());
            let _ = bell.send(());
        });
        self.runtime.execute(self.engine, &command.to_string(), completion);
        answer
    }

    /// Waits for an answer; meanwhile answers the engine's question for a token.
    fn wait(&self, answer: &Receiver<()>) {
        while answer.try_recv().is_err() {
            let rung = self.news.recv_timeout(Duration::from_secs(PATIENCE_S));
            assert_ne!(rung, Err(RecvTimeoutError::Timeout), "the engine does not answer");
            // When it is closed, the answer to that is all there is to wait for.
            let Ok(drained) = self.runtime.drain(self.engine) else { continue };
            for event in parse(&drained)["events"].as_array().expect("events") {
                if event["type"] == "question" {
                    let answer = json!({ "kind": "token", "token": self.token });
                    let question = &event["question"];
                    self.start(
                        &json!({ "type": "answer", "question": question, "answer": answer }),
                    );
                }
            }
        }
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("the waist speaks JSON")
}
