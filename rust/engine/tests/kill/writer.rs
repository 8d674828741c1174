//! The writer that is killed: an engine, four conversations, and a pipe.
//!
//! Each line on the pipe is one fact: `B`/`E` a commit begins or ends, `R`/`r` a push
//! begins or ends, `A 3.17` the message numbered 17 of round 3 is acknowledged. Lines
//! are written with one system call each, so a kill never leaves half a fact behind.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use mailboat_engine::Runtime;
use mailboat_store::Schema;
use serde_json::{Value, json};
use tracing::Subscriber;
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::WRITER_VARIABLE;

/// Conversations that a writer writes to, in turn.
pub const CONVERSATIONS: u32 = 4;
/// Messages that wait for their acknowledgement at once.
const IN_FLIGHT: u32 = 6;
/// Messages of one round: enough to be killed among them, few enough to be sent.
const MESSAGES_A_ROUND: u32 = 120;

/// What a writer is started with.
pub struct Config<'a> {
    pub path: &'a Path,
    pub url: &'a str,
    pub token: &'a str,
    pub round: u32,
}

/// Starts a writer as a process of its own, with its pipe as stdout.
pub fn spawn(config: &Config<'_>) -> Child {
    let json = json!({ "path": config.path, "url": config.url, "token": config.token, "round": config.round });
    let binary = std::env::current_exe().expect("this binary has a path");
    let mut command = Command::new(binary);
    command.env(WRITER_VARIABLE, json.to_string()).stdout(Stdio::piped()).stdin(Stdio::null());
    command.spawn().expect("a writer starts")
}

/// The life of a writer: writes until it is killed.
pub fn run(config: &str) -> ! {
    let config: Value = serde_json::from_str(config).expect("the parent wrote it");
    let subscriber = tracing_subscriber::registry().with(Witness);
    tracing::subscriber::set_global_default(subscriber).expect("set once");
    let round = config["round"].as_u64().expect("a number");
    let mut engine = Engine::open(&config);
    if round == 1 {
        for number in 0..CONVERSATIONS {
            let values = json!({ "title": "Talk", "memberIds": ["ann", "ben"] });
            let id = format!("c{number}");
            engine.execute(json!({ "type": "create", "collection": "conversations", "id": id, "values": values }), None);
        }
    }
    for number in 0..MESSAGES_A_ROUND {
        engine.wait_until_in_flight_below(IN_FLIGHT);
        let name = format!("{round}.{number}");
        let values = json!({
            "conversationId": format!("c{}", number % CONVERSATIONS),
            "senderId": "ann", "body": name, "sentAt": number,
        });
        engine.execute(
            json!({ "type": "create", "collection": "messages", "values": values }),
            Some(name),
        );
    }
    loop {
        engine.serve();
    }
}

/// Opens the file once more, without faults, and sends what is left.
pub fn deliver_the_rest(path: &Path, url: &str, token: &str) {
    let mut engine = Engine::open(&json!({ "path": path, "url": url, "token": token }));
    while engine.pending() > 0 {
        engine.serve();
    }
    engine.close();
}

/// An engine behind the waist.
struct Engine {
    runtime: Arc<Runtime>,
    engine: u32,
    token: Value,
    news: Receiver<()>,
    bell: Sender<()>,
    answers: (Sender<()>, Receiver<()>),
    in_flight: u32,
}

impl Engine {
    fn open(config: &Value) -> Self {
        let (bell, news) = channel();
        let ring = bell.clone();
        let runtime = Arc::new(Runtime::new(Arc::new(move |_| {
            let _ = ring.send(());
        })));
        let engine_config = json!({
            "path": config["path"], "schema": Schema::messaging(),
            "backend": { "kind": "rest", "baseUrl": config["url"] },
            // Quick retries, so that a short life sees several.
            "policy": { "baseMs": 5, "maxDelayMs": 40, "batchEntries": 20, "retryFloorMs": 5,
                        "breakerOpenMs": 40, "breakerMaxOpenMs": 40, "reconnectSpreadMs": 40 },
        });
        let opened =
            runtime.open(&engine_config.to_string()).expect("the engine opens after a kill");
        let opened: Value = serde_json::from_str(&opened).expect("JSON");
        let engine =
            u32::try_from(opened["engine"].as_u64().expect("a number")).expect("a small number");
        Self {
            runtime,
            engine,
            token: config["token"].clone(),
            news,
            bell,
            answers: channel(),
            in_flight: 0,
        }
    }

    fn execute(&mut self, command: Value, name: Option<String>) {
        let (answered, bell) = (self.answers.0.clone(), self.bell.clone());
        self.in_flight += 1;
        let completion = Box::new(move |answer: Result<String, _>| {
            if let Err(error) = answer {
                panic!("a write was refused: {error:?}");
            }
            if let Some(name) = name {
                say(&format!("A {name}\n"));
            }
            let _ = answered.send(());
            let _ = bell.send(());
        });
        self.runtime.execute(self.engine, &command.to_string(), completion);
    }

    fn wait_until_in_flight_below(&mut self, limit: u32) {
        self.count_answers();
        while self.in_flight >= limit {
            self.serve();
        }
    }

    fn count_answers(&mut self) {
        while self.answers.1.try_recv().is_ok() {
            self.in_flight -= 1;
        }
    }

    /// Waits for news, and answers the engine's question for a token.
    fn serve(&mut self) {
        self.news.recv().expect("the engine rings as long as it lives");
        self.count_answers();
        let drained = self.runtime.drain(self.engine).expect("the engine is open");
        let drained: Value = serde_json::from_str(&drained).expect("JSON");
        for event in drained["events"].as_array().expect("events") {
            if event["type"] == "question" {
                let answer = json!({ "kind": "token", "token": self.token });
                self.execute(
                    json!({ "type": "answer", "question": event["question"], "answer": answer }),
                    None,
                );
            }
        }
    }

    fn pending(&self) -> u64 {
        let status =
            self.runtime.query(self.engine, r#"{"type":"status"}"#).expect("the engine is open");
        let status: Value = serde_json::from_str(&status).expect("JSON");
        assert_eq!(status["failed"], 0, "a message became a dead letter");
        status["pending"].as_u64().expect("a number")
    }

    fn close(mut self) {
        self.execute(json!({ "type": "close" }), None);
        while self.in_flight > 0 {
            self.news.recv().expect("closing is answered");
            self.count_answers();
        }
    }
}

/// Tells the pipe of commits and pushes, by the engine's own tracing spans.
struct Witness;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Witness {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        match attributes.metadata().name() {
            "commit" => say("B\n"),
            "push" => say("R\n"),
            _ => {}
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        match context.span(&id).map(|span| span.name()) {
            Some("commit") => say("E\n"),
            Some("push") => say("r\n"),
            _ => {}
        }
    }
}

/// One fact, in one system call.
fn say(fact: &str) {
    // When the parent is gone there is nobody left to tell.
    let _ = std::io::stdout()
        .lock()
        .write_all(fact.as_bytes())
        .and_then(|()| std::io::stdout().lock().flush());
}
