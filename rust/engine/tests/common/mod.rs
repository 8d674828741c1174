//! A person's engine, driven through the waist as a host drives it.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use mailboat_engine::Runtime;
use mailboat_store::Schema;
use serde_json::{Value, json};

/// Longest wait for anything, in seconds: a test that reaches it has failed.
const PATIENCE_S: u64 = 30;

/// A backend that is the test itself: takes a question, gives its answer.
pub type Answering = Box<dyn FnMut(&Value) -> Option<Value>>;

/// One person's engine on one file.
pub struct Person {
    pub runtime: Arc<Runtime>,
    pub engine: u32,
    /// What a question for a token is answered with.
    pub token: Option<String>,
    /// What any other question is answered with; `None` leaves it open.
    pub backend: Answering,
    wakes: Receiver<u32>,
    /// Events drained and not yet waited for.
    seen: Vec<Value>,
}

/// What a config holds besides the path: the messaging schema, and a REST backend.
pub fn config(path: &Path, base_url: &str) -> Value {
    json!({
        "path": path,
        "schema": Schema::messaging(),
        "backend": { "kind": "rest", "baseUrl": base_url },
    })
}

impl Person {
    /// Opens the engine; questions for a token are answered with `token`.
    pub fn open(config: &Value, token: Option<String>) -> Self {
        let (sender, wakes): (Sender<u32>, _) = channel();
        let runtime = Arc::new(Runtime::new(Arc::new(move |engine| {
            let _ = sender.send(engine);
        })));
        let opened: Value = parse(&runtime.open(&config.to_string()).expect("the engine opens"));
        let engine =
            u32::try_from(opened["engine"].as_u64().expect("a number")).expect("a small number");
        Self { runtime, engine, token, backend: Box::new(|_| None), wakes, seen: Vec::new() }
    }

    /// Sends a command and waits for its answer.
    pub fn execute(&mut self, command: &Value) -> Result<Value, Value> {
        let answer = self.start(command);
        let deadline = Instant::now() + Duration::from_secs(PATIENCE_S);
        loop {
            if let Ok(answer) = answer.try_recv() {
                self.drain();
                return answer;
            }
            assert!(Instant::now() < deadline, "no answer to {}", command["type"]);
            self.wait_for_wake();
            self.drain();
        }
    }

    /// Sends a command; its answer comes through the channel.
    pub fn start(&self, command: &Value) -> Receiver<Result<Value, Value>> {
        let (sender, answer) = channel();
        let completion =
            Box::new(move |answer: Result<String, mailboat_engine::waist::WaistError>| {
                let _ = sender.send(match answer {
                    Ok(json) => Ok(parse(&json)),
                    Err(error) => Err(parse(&error.to_json())),
                });
            });
        self.runtime.execute(self.engine, &command.to_string(), completion);
        answer
    }

    /// Writes a message.
    pub fn send(&mut self, conversation: &str, body: &str) -> String {
        let values =
            json!({ "conversationId": conversation, "senderId": "me", "body": body, "sentAt": 1 });
        let command = json!({ "type": "create", "collection": "messages", "values": values });
        let written = self.execute(&command).expect("the message is stored");
        written["id"].as_str().expect("an id").to_owned()
    }

    /// Takes turns until the status is as wanted.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(PATIENCE_S);
        loop {
            self.drain();
            let status = self.query(&json!({ "type": "status" }));
            if wanted(&status) {
                return;
            }
            assert!(Instant::now() < deadline, "waited for {what}; the status is {status}");
            self.wait_for_wake();
        }
    }

    /// A synchronous read.
    pub fn query(&self, query: &Value) -> Value {
        parse(&self.runtime.query(self.engine, &query.to_string()).expect("the query is answered"))
    }

    /// Bodies of a conversation, in the order on screen.
    pub fn bodies(&self, conversation: &str) -> Vec<String> {
        let window = json!({ "collection": "messages", "where": { "conversationId": conversation }, "take": "last", "limit": 500 });
        let snapshot = self.query(&json!({ "type": "window", "window": window }));
        let rows = snapshot["rows"].as_array().expect("rows");
        rows.iter().map(|row| row["body"].as_str().expect("a body").to_owned()).collect()
    }

    /// Takes what waits, and answers questions for a token.
    pub fn drain(&mut self) {
        let drained: Value = parse(&self.runtime.drain(self.engine).expect("the engine is open"));
        let events = drained["events"].as_array().expect("events").clone();
        for event in &events {
            if event["type"] != "question" {
                continue;
            }
            let answer = match event["ask"]["kind"].as_str() {
                Some("token") => Some(json!({ "kind": "token", "token": self.token })),
                _ => (self.backend)(&event["ask"]),
            };
            if let Some(answer) = answer {
                let _ = self.start(
                    &json!({ "type": "answer", "question": event["question"], "answer": answer }),
                );
            }
        }
        self.seen.extend(events);
    }

    /// Watches a window.
    pub fn watch(&self, window: &Value) -> Value {
        parse(&self.runtime.watch(self.engine, &window.to_string()).expect("the window is read"))
    }

    /// Drains until an event of this type comes, and answers it.
    pub fn until_event(&mut self, kind: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(PATIENCE_S);
        loop {
            self.drain();
            let seen = std::mem::take(&mut self.seen);
            if let Some(event) = seen.into_iter().find(|event| event["type"] == kind) {
                return event;
            }
            assert!(Instant::now() < deadline, "no event `{kind}` came");
            self.wait_for_wake();
        }
    }

    /// Drains, and takes the events of this type that came since the last one waited for.
    pub fn seen(&mut self, kind: &str) -> Vec<Value> {
        self.drain();
        std::mem::take(&mut self.seen).into_iter().filter(|event| event["type"] == kind).collect()
    }

    fn wait_for_wake(&mut self) {
        // Answers come without a wake of their own, so look again soon.
        let _ = self.wakes.recv_timeout(Duration::from_millis(5));
    }
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).expect("the waist speaks JSON")
}
