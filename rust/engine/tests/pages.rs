//! Large pulls: a page is stored a few rows a turn, while the next one is on its way.

use std::path::PathBuf;

use mailboat_backends::rest::HttpAnswer;
use mailboat_core::{Network, NetworkKind, Policy, Sample, Timestamp};
use mailboat_engine::stage::{Request, Stage, Turned};
use mailboat_engine::waist::{Answer, Ask, BackendConfig, Command, Config, Event};
use mailboat_store::Schema;
use serde_json::{Value, json};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_767_225_600_000);
const SAMPLE: Sample = Sample { answered: true, elapsed_ms: 40, bytes: 500 };
/// Rows of a page: more than one turn stores.
const ROWS: u32 = 600;

/// A device that has asked for its first page, and what is on its way.
struct Device {
    stage: Stage,
    path: PathBuf,
    now: Timestamp,
    /// Tickets of pulls on their way, with the cursor of each.
    pulls: Vec<(u64, Option<String>)>,
}

impl Device {
    fn open(folder: &TempDir) -> Self {
        Self::open_on(folder, Policy::default(), Network::default())
    }

    fn open_on(folder: &TempDir, policy: Policy, network: Network) -> Self {
        let path = folder.path().join("chat.db");
        let backend =
            BackendConfig::Rest { base_url: "https://pages.example".into(), allow_insecure: false };
        let config = Config {
            path: path.to_str().expect("a plain path").into(),
            schema: Schema::messaging(),
            backend: Some(backend),
            durability: Default::default(),
            policy,
            network: Some(network),
            background: None,
        };
        let stage = Stage::open(&config, 1, NOW).expect("the file opens");
        let mut device = Self { stage, path, now: NOW, pulls: Vec::new() };
        device.turn();
        device
    }

    /// Takes a turn; whoever is asked for a token has one.
    fn turn(&mut self) {
        let Turned { requests, events, .. } = self.stage.turn(self.now);
        for request in requests {
            let Request::Ask { ticket, request, .. } = request else { continue };
            if request.url.contains("/v1/pull") {
                let cursor = request.url.split("cursor=").nth(1);
                let cursor = cursor.map(|rest| rest.split('&').next().unwrap_or("").to_owned());
                self.pulls.push((ticket, cursor));
            }
        }
        let asked = events.iter().find_map(|event| match event {
            Event::Question { question, ask: Ask::Token { .. }, .. } => Some(*question),
            _ => None,
        });
        if let Some(question) = asked {
            let answer = Answer::Token { token: Some("t".into()) };
            self.stage.execute(0, Command::Answer { question, answer });
            self.turn();
        }
    }

    /// What the platform says of the network.
    fn say(&mut self, kind: NetworkKind) {
        self.stage.execute(0, Command::SetNetwork { network: Network::of(kind) });
        self.turn();
    }

    /// Takes turns until nothing is left to do by itself.
    fn rest(&mut self) {
        while self.stage.is_due(self.now) {
            self.turn();
        }
    }

    /// The one pull on its way is answered.
    fn answer(&mut self, status: u16, body: &Value) {
        assert_eq!(self.pulls.len(), 1, "one page is on its way");
        let (ticket, _) = self.pulls.remove(0);
        let body = body.to_string();
        let answer = HttpAnswer {
            status,
            content_type: Some("application/json"),
            retry_after: None,
            body: body.as_bytes(),
            received_at: self.now,
        };
        self.stage.answer(ticket, Ok(answer), SAMPLE);
    }

    fn rows(&self) -> u32 {
        let file = rusqlite::Connection::open(&self.path).expect("the file opens");
        let count = file.query_row("SELECT count(*) FROM messages", [], |row| row.get(0));
        count.expect("it can be read")
    }

    fn cursors(&self) -> Vec<Option<&str>> {
        self.pulls.iter().map(|(_, cursor)| cursor.as_deref()).collect()
    }
}

/// A page of rows from `first` on, whose cursor is its last row.
fn page(first: u32, rows: u32, more: bool) -> Value {
    let changes: Vec<Value> = (first..first + rows)
        .map(|version| {
            json!({ "collection": "messages", "id": format!("m{version}"), "version": version,
                    "order": version, "values": { "conversationId": "c1", "senderId": "ben",
                    "body": "Ahoy", "sentAt": 1 } })
        })
        .collect();
    json!({ "changes": changes, "tombstones": [], "more": more,
            "cursor": (first + rows - 1).to_string() })
}

#[test]
fn the_next_page_is_asked_for_while_the_one_before_is_stored() {
    let folder = TempDir::new().expect("a folder");
    let mut device = Device::open(&folder);
    assert_eq!(device.cursors(), [None]);
    device.answer(200, &page(1, ROWS, true));
    device.turn();
    assert!((1..ROWS).contains(&device.rows()), "a turn stores a part of it");
    assert_eq!(device.cursors(), [Some("600")], "and asks for what comes after");
    device.answer(200, &page(601, 10, true));
    device.turn();
    assert_eq!(device.cursors(), [], "but no more than one page waits");
    device.rest();
    assert_eq!((device.rows(), device.cursors()), (610, vec![Some("610")]));
    device.answer(200, &page(611, 1, false));
    device.rest();
    assert_eq!((device.rows(), device.cursors().len()), (611, 0));
}

#[test]
fn an_app_that_is_killed_between_two_pages_goes_on_from_the_last_that_is_stored_whole() {
    let folder = TempDir::new().expect("a folder");
    let mut device = Device::open(&folder);
    device.answer(200, &page(1, 20, true));
    device.turn();
    device.answer(200, &page(21, ROWS, true));
    device.turn();
    assert_eq!(device.cursors(), [Some("620")]);
    drop(device);
    let device = Device::open(&folder);
    assert_eq!(device.cursors(), [Some("20")], "what was stored of the second comes again");
}

#[test]
fn a_cursor_that_expires_while_a_page_is_stored_stays_expired() {
    let folder = TempDir::new().expect("a folder");
    let mut device = Device::open(&folder);
    device.answer(200, &page(1, ROWS, true));
    device.turn();
    let expired = json!({ "error": { "code": "cursor_expired", "message": "Start again." } });
    device.answer(410, &expired);
    device.rest();
    assert_eq!(device.cursors(), [None], "everything is asked for again");
    drop(device);
    assert_eq!(Device::open(&folder).cursors(), [None], "and the old cursor was not stored");
}

#[test]
fn a_page_that_was_asked_for_before_the_network_went_shows_no_network() {
    let folder = TempDir::new().expect("a folder");
    let mut device = Device::open(&folder);
    device.say(NetworkKind::None);
    device.answer(200, &page(1, 1, true));
    device.rest();
    assert_eq!((device.rows(), device.cursors().len()), (1, 0), "it counts, and no more leaves");
    device.say(NetworkKind::Wifi);
    device.now = device.now.plus_ms(1_000);
    device.rest();
    assert_eq!(device.cursors(), [Some("1")], "the next page waited for the network");
}

#[test]
fn a_first_pull_that_wants_wifi_waits_until_the_platform_has_spoken() {
    let folder = TempDir::new().expect("a folder");
    let not_known_yet = Network { metered: Some(true), ..Network::default() };
    let mut device = Device::open_on(&folder, Policy::field_data(), not_known_yet);
    device.rest();
    assert_eq!(device.cursors().len(), 0);
    device.say(NetworkKind::Wifi);
    device.rest();
    assert_eq!(device.cursors(), [None]);
}
