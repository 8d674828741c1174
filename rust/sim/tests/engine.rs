//! What the simulator found in the engine, each with the shortest story of it.

use mailboat_backends::rest::HttpAnswer;
use mailboat_core::{AppState, Sample, Timestamp};
use mailboat_engine::stage::{Request, Stage, Turned};
use mailboat_engine::waist::{Answer, Ask, BackendConfig, Command, Config, Event};
use mailboat_sim::disk::{Disk, Fault, VFS};
use mailboat_store::Schema;
use serde_json::{Value, json};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_767_225_600_000);

fn open(folder: &TempDir) -> Stage {
    let config = Config {
        path: folder.path().join("chat.db").to_str().expect("a plain path").into(),
        schema: Schema::messaging(),
        backend: Some(BackendConfig::Rest {
            base_url: "https://sim.example".into(),
            allow_insecure: false,
        }),
        durability: Default::default(),
        policy: Default::default(),
        network: Default::default(),
        background: None,
    };
    Stage::open_on(Some(VFS), &config, 1, NOW).expect("the file opens")
}

fn question_for_a_token(turned: &Turned) -> Option<u32> {
    turned.events.iter().find_map(|event| match event {
        Event::Question { question, ask: Ask::Token { .. }, .. } => Some(*question),
        _ => None,
    })
}

#[test]
fn a_batch_that_the_disk_would_not_mark_is_tried_again() {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::new(folder.path()).expect("a disk");
    let mut stage = open(&folder);
    // Behind: no pull by interval wakes the engine by accident.
    stage.execute(1, Command::SetAppState { state: AppState::Background });
    let values = json!({ "conversationId": "c1", "senderId": "ann", "body": "Ahoy", "sentAt": 1 });
    let Value::Object(values) = values else { unreachable!("it is an object") };
    stage.execute(
        2,
        Command::Create {
            collection: "messages".into(),
            id: None,
            values,
            options: Default::default(),
        },
    );
    let turned = stage.turn(NOW);
    let question = question_for_a_token(&turned).expect("the engine asks for a token");
    disk.fail(Fault::Write, 0, 50);
    let answer = Answer::Token { token: Some("t".into()) };
    stage.execute(3, Command::Answer { question, answer });
    let turned = stage.turn(NOW);
    let pushes = |turned: &Turned| {
        let is_push = |request: &&_| matches!(request, Request::Ask { request, .. } if request.url.ends_with("/v1/push"));
        turned.requests.iter().filter(is_push).count()
    };
    assert_eq!(pushes(&turned), 0, "nothing leaves unmarked");
    disk.heal();
    let wake_at = stage.wake_at().expect("something will wake it");
    assert_eq!(pushes(&stage.turn(wake_at)), 1);
}

/// Ticket and address of a pull that leaves in this turn.
fn pull(turned: &Turned) -> Option<(u64, &str)> {
    turned.requests.iter().find_map(|request| match request {
        Request::Ask { ticket, request, .. } if request.url.contains("/v1/pull") => {
            Some((*ticket, request.url.as_str()))
        }
        _ => None,
    })
}

/// A page of messages, which is not the last.
fn answer_page(stage: &mut Stage, ticket: u64, first: u64, rows: u64) {
    let changes: Vec<Value> = (first..first + rows)
        .map(|version| {
            json!({ "collection": "messages", "id": format!("m{version}"), "version": version,
                    "order": version, "values": { "conversationId": "c1", "senderId": "ben",
                    "body": "Ahoy", "sentAt": 1 } })
        })
        .collect();
    let cursor = (first + rows - 1).to_string();
    let page = json!({ "changes": changes, "tombstones": [], "cursor": cursor, "more": true });
    let body = page.to_string();
    let answer = HttpAnswer {
        status: 200,
        content_type: Some("application/json"),
        retry_after: None,
        body: body.as_bytes(),
        received_at: NOW,
    };
    stage.answer(ticket, Ok(answer), Sample { answered: true, elapsed_ms: 40, bytes: 500 });
}

#[test]
fn what_goes_on_from_a_page_that_the_disk_refused_is_not_stored() {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::new(folder.path()).expect("a disk");
    let mut stage = open(&folder);
    let turned = stage.turn(NOW);
    let question = question_for_a_token(&turned).expect("the engine asks for a token");
    let answer = Answer::Token { token: Some("t".into()) };
    stage.execute(1, Command::Answer { question, answer });
    let turned = stage.turn(NOW);
    let (first, _) = pull(&turned).expect("a first page is asked for");
    answer_page(&mut stage, first, 1, 450);
    let turned = stage.turn(NOW);
    let (second, url) = pull(&turned).expect("the next one while this one is stored");
    assert!(url.contains("cursor=450"), "{url}");
    disk.fail(Fault::Write, 0, 50);
    assert!(stage.is_due(NOW), "the rest of the first page waits for nothing");
    stage.turn(NOW);
    disk.heal();
    answer_page(&mut stage, second, 451, 1);
    let mut turned = stage.turn(NOW);
    while pull(&turned).is_none() {
        turned = stage.turn(stage.wake_at().expect("something will wake it"));
    }
    let (_, url) = pull(&turned).expect("a pull");
    assert!(!url.contains("cursor="), "the first page comes again: {url}");
    let file = folder.path().join("chat.db");
    let file = rusqlite::Connection::open(file).expect("the file opens");
    let last = file.query_row("SELECT max(_version) FROM messages", [], |row| row.get(0));
    assert!(last.is_ok_and(|last: i64| last < 450), "nothing of the second page is here");
}
