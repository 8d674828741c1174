//! What the tests share: a server in a folder of its own, users, and entries.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod http;

use std::net::SocketAddr;
use std::path::Path;

use mailboat_backends::rest::wire::{
    Change, OlderPage, PullPage, PushAnswer, PushEntry, PushOutcome, PushRequest, Values,
};
use mailboat_core::{LanePolicy, Operation};
use mailboat_devserver::{DevServer, Fault, Options};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use http::{Answer, Connection};

/// A running server and its folder.
pub struct TestServer {
    pub server: DevServer,
    pub dir: TempDir,
}

impl TestServer {
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub fn start_with(change: impl FnOnce(&mut Options)) -> Self {
        let dir = TempDir::new().expect("a folder");
        let mut options = Options::new(dir.path());
        change(&mut options);
        Self { server: DevServer::start(options).expect("a server"), dir }
    }

    /// The same data on the same port, after a stop.
    pub fn restart(self) -> Self {
        let port = self.server.addr().port();
        self.server.stop();
        let options = Options { port, ..Options::new(self.dir.path()) };
        Self { server: DevServer::start(options).expect("a server again"), dir: self.dir }
    }

    pub fn user(&self, name: &str) -> User {
        User::sign_in(self.server.addr(), name)
    }

    pub fn fault(&self, fault: Fault) {
        self.server.add_faults([fault]);
    }

    pub fn state(&self) -> Value {
        get(self.server.addr(), "/dev/state").json()
    }

    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join(mailboat_devserver::DATABASE_FILE))
            .expect("the server's file")
    }
}

/// A request without a token.
pub fn get(address: SocketAddr, target: &str) -> Answer {
    Connection::open(address).request("GET", target, None, b"").expect("an answer")
}

/// A signed-in user with a connection.
pub struct User {
    pub address: SocketAddr,
    pub token: String,
    connection: Option<Connection>,
}

impl User {
    pub fn sign_in(address: SocketAddr, name: &str) -> Self {
        let body = json!({ "user": name }).to_string();
        let answer = Connection::open(address)
            .request("POST", "/dev/token", None, body.as_bytes())
            .expect("a token's answer");
        let token = answer.json()["token"].as_str().expect("a token").to_owned();
        Self { address, token, connection: None }
    }

    /// The same user and token on a new connection.
    pub fn reconnected(&self) -> Self {
        Self { address: self.address, token: self.token.clone(), connection: None }
    }

    /// The answer, or why there was none. A connection lives on until it fails.
    pub fn request(&mut self, method: &str, target: &str, body: &[u8]) -> std::io::Result<Answer> {
        let mut connection =
            self.connection.take().unwrap_or_else(|| Connection::open(self.address));
        let answer = connection.request(method, target, Some(&self.token), body)?;
        self.connection = Some(connection);
        Ok(answer)
    }

    pub fn get(&mut self, target: &str) -> Answer {
        self.request("GET", target, b"").expect("an answer")
    }

    pub fn try_push(&mut self, entries: &[PushEntry]) -> std::io::Result<Answer> {
        let body = serde_json::to_vec(&PushRequest { entries: entries.to_vec() }).expect("JSON");
        self.request("POST", "/v1/push", &body)
    }

    pub fn push(&mut self, entries: &[PushEntry]) -> Vec<PushOutcome> {
        let answer = self.try_push(entries).expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer: PushAnswer = serde_json::from_slice(&answer.body).expect("outcomes");
        assert_eq!(answer.outcomes.len(), entries.len());
        answer.outcomes
    }

    /// The words of the outcomes, such as `acked` or `rejected forbidden`.
    pub fn push_words(&mut self, entries: &[PushEntry]) -> Vec<String> {
        self.push(entries).iter().map(word).collect()
    }

    pub fn push_one(&mut self, entry: &PushEntry) -> PushOutcome {
        self.push(std::slice::from_ref(entry)).remove(0)
    }

    pub fn pull(&mut self, cursor: Option<&str>, rest: &str) -> PullPage {
        let cursor = cursor.map(|it| format!("cursor={it}&")).unwrap_or_default();
        let answer = self.get(&format!("/v1/pull?{cursor}{rest}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice(&answer.body).expect("a page")
    }

    /// All pages until there are no more: changes, ids of tombstones, and the last cursor.
    pub fn pull_all(
        &mut self,
        cursor: Option<&str>,
        rest: &str,
    ) -> (Vec<Change>, Vec<String>, String) {
        let (mut changes, mut gone) = (Vec::new(), Vec::new());
        let mut page = self.pull(cursor, rest);
        loop {
            changes.append(&mut page.changes);
            gone.extend(page.tombstones.into_iter().map(|tombstone| tombstone.id));
            if !page.more {
                return (changes, gone, page.cursor);
            }
            page = self.pull(Some(&page.cursor), rest);
        }
    }

    pub fn older(&mut self, lane: &str, rest: &str) -> OlderPage {
        let answer = self.get(&format!("/v1/older?collection=messages&lane={lane}&{rest}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice(&answer.body).expect("a page")
    }
}

/// What an outcome says, without its numbers.
pub fn word(outcome: &PushOutcome) -> String {
    match outcome {
        PushOutcome::Acked { .. } => "acked".into(),
        PushOutcome::Duplicate { .. } => "duplicate".into(),
        PushOutcome::Rejected { reason, .. } => format!("rejected {}", reason.code),
        PushOutcome::Retry { .. } => "retry".into(),
        PushOutcome::Blocked { .. } => "blocked".into(),
    }
}

/// Version, order and values of an applied entry.
pub fn placed(outcome: &PushOutcome) -> (u64, u64, Option<Values>) {
    match outcome {
        PushOutcome::Acked { placed, .. } | PushOutcome::Duplicate { placed, .. } => {
            (placed.version, placed.order, placed.values.clone())
        }
        other => panic!("not applied: {}", word(other)),
    }
}

pub fn ids(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.id.as_str()).collect()
}

fn entry(operation: Operation, collection: &str, id: &str, values: Value) -> PushEntry {
    let Value::Object(values) = values else { panic!("values are an object") };
    PushEntry {
        id: Uuid::now_v7(),
        collection: collection.into(),
        record_id: id.into(),
        operation,
        values,
        lane: id.into(),
        lane_policy: LanePolicy::Hold,
        group: None,
    }
}

/// A create in a lane of its own.
pub fn create(collection: &str, id: &str, values: Value) -> PushEntry {
    entry(Operation::Create, collection, id, values)
}

pub fn update(collection: &str, id: &str, values: Value) -> PushEntry {
    entry(Operation::Update, collection, id, values)
}

pub fn delete(collection: &str, id: &str) -> PushEntry {
    entry(Operation::Delete, collection, id, json!({}))
}

pub fn note(id: &str) -> PushEntry {
    create("notes", id, json!({ "text": id }))
}

pub fn conversation(id: &str, members: &[&str]) -> PushEntry {
    create("conversations", id, json!({ "title": id, "memberIds": members }))
}

/// A message of a conversation, in its lane, whose policy is to skip.
pub fn message(conversation: &str, id: &str) -> PushEntry {
    let values = json!({ "conversationId": conversation, "body": id });
    in_lane(
        PushEntry { lane_policy: LanePolicy::Skip, ..create("messages", id, values) },
        conversation,
    )
}

pub fn in_lane(entry: PushEntry, lane: &str) -> PushEntry {
    PushEntry { lane: lane.into(), ..entry }
}

/// Pushes messages `m<from>` to `m<to>`, a hundred at a time.
pub fn write_messages(user: &mut User, conversation: &str, numbers: std::ops::RangeInclusive<u32>) {
    let entries: Vec<PushEntry> =
        numbers.map(|n| message(conversation, &format!("m{n}"))).collect();
    for batch in entries.chunks(100) {
        assert!(user.push_words(batch).iter().all(|word| word == "acked"));
    }
}

pub fn start_in(dir: &Path) -> DevServer {
    DevServer::start(Options::new(dir)).expect("a server")
}
