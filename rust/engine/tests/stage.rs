//! An engine whose turns the test takes itself.

use mailboat_backends::rest::HttpAnswer;
use mailboat_core::{BackendFailure, Policy, Sample, Timestamp, WriteMode};
use mailboat_engine::stage::{Request, Stage, Turned};
use mailboat_engine::waist::{
    Answer, Ask, BackendConfig, Command, Config, ErrorCode, Event, WriteOptions,
};
use mailboat_store::Schema;
use serde_json::{Value, json};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_767_225_600_000);
/// An answer on an ordinary network.
const SAMPLE: Sample = Sample { answered: true, elapsed_ms: 40, bytes: 500 };

fn open(folder: &TempDir, seed: u64) -> Stage {
    open_with(folder, seed, Policy::default())
}

fn open_with(folder: &TempDir, seed: u64, policy: Policy) -> Stage {
    let config = Config {
        path: folder.path().join("chat.db").to_str().expect("a plain path").into(),
        schema: Schema::messaging(),
        backend: Some(BackendConfig::Rest {
            base_url: "https://sim.example".into(),
            allow_insecure: false,
        }),
        durability: Default::default(),
        policy,
        network: Default::default(),
        background: None,
    };
    Stage::open(&config, seed, NOW).expect("the file opens")
}

fn send(stage: &mut Stage, number: u64) {
    send_in("c1", stage, number);
}

fn send_in(conversation: &str, stage: &mut Stage, number: u64) {
    send_with(conversation, stage, number, WriteOptions::default());
}

fn send_with(conversation: &str, stage: &mut Stage, number: u64, options: WriteOptions) {
    let values =
        json!({ "conversationId": conversation, "senderId": "ann", "body": "Ahoy", "sentAt": 1 });
    let Value::Object(values) = values else { unreachable!("it is an object") };
    stage.execute(
        number,
        Command::Create { collection: "messages".into(), id: None, values, options },
    );
}

/// Answers the question for a token, and takes the turn that follows.
fn sign_in(stage: &mut Stage, turned: &Turned) -> Turned {
    let asked = turned.events.iter().find_map(|event| match event {
        Event::Question { question, ask: Ask::Token { .. }, .. } => Some(*question),
        _ => None,
    });
    let question = asked.expect("the engine asks for a token");
    let answer = Answer::Token { token: Some("t".into()) };
    stage.execute(0, Command::Answer { question, answer });
    stage.turn(NOW)
}

#[test]
fn a_write_is_answered_and_its_request_is_seen_before_it_leaves() {
    let folder = TempDir::new().expect("a folder");
    let mut stage = open(&folder, 1);
    send(&mut stage, 7);
    let turned = stage.turn(NOW);
    assert_eq!(turned.answers[0].0, 7);
    let turned = sign_in(&mut stage, &turned);
    let [Request::Ask { ticket, request, authorization }, Request::Ask { .. }] =
        &turned.requests[..]
    else {
        panic!("a push and a pull");
    };
    assert_eq!(
        (request.url.as_str(), authorization.as_deref()),
        ("https://sim.example/v1/push", Some("Bearer t"))
    );
    let sent: Value = serde_json::from_slice(&request.body).expect("JSON");
    let outcome =
        json!({ "outcome": "acked", "id": sent["entries"][0]["id"], "version": 5, "order": 5 });
    let body = json!({ "outcomes": [outcome] }).to_string();
    let answer = HttpAnswer {
        status: 200,
        content_type: Some("application/json"),
        retry_after: None,
        body: body.as_bytes(),
        received_at: NOW,
    };
    stage.answer(*ticket, Ok(answer), SAMPLE);
    let turned = stage.turn(NOW.plus_ms(40));
    let pending = turned.events.iter().find_map(|event| match event {
        Event::Status(status) => Some(status.pending),
        _ => None,
    });
    assert_eq!(pending, Some(0));
}

#[test]
fn while_the_server_asked_a_push_to_wait_its_error_stands() {
    let folder = TempDir::new().expect("a folder");
    let mut stage = open(&folder, 1);
    send(&mut stage, 7);
    let turned = stage.turn(NOW);
    let turned = sign_in(&mut stage, &turned);
    let tickets: Vec<u64> = turned
        .requests
        .iter()
        .filter_map(|request| match request {
            Request::Ask { ticket, .. } => Some(*ticket),
            _ => None,
        })
        .collect();
    let [push, pull] = tickets[..] else { panic!("a push and a pull") };
    let answer = |status, retry_after, body| HttpAnswer {
        status,
        content_type: Some("application/json"),
        retry_after,
        body,
        received_at: NOW,
    };
    stage.answer(push, Ok(answer(429, Some("60"), b"{}")), SAMPLE);
    let page = br#"{"changes":[],"tombstones":[],"cursor":"1","more":false}"#;
    stage.answer(pull, Ok(answer(200, None, page)), SAMPLE);
    let turned = stage.turn(NOW.plus_ms(40));
    let status = turned.events.iter().rev().find_map(|event| match event {
        Event::Status(status) => Some(status),
        _ => None,
    });
    let status = status.expect("the status has changed");
    assert_eq!((status.pending, status.online), (1, true));
    let error = status.error.as_ref().expect("it says what stands in the way");
    assert_eq!(error.code, ErrorCode::Network);
}

#[test]
fn what_was_acknowledged_is_there_after_the_stage_was_dropped() {
    let folder = TempDir::new().expect("a folder");
    let mut stage = open(&folder, 1);
    send(&mut stage, 1);
    assert!(stage.turn(NOW).answers[0].1.is_ok());
    drop(stage);
    let mut stage = open(&folder, 2);
    let turned = stage.turn(NOW);
    let turned = sign_in(&mut stage, &turned);
    assert!(
        matches!(&turned.requests[0], Request::Ask { request, .. } if request.url.ends_with("/v1/push"))
    );
}

#[test]
fn one_seed_makes_the_same_requests_and_delays() {
    let story = |seed| {
        let folder = TempDir::new().expect("a folder");
        let mut stage = open(&folder, seed);
        send(&mut stage, 1);
        let turned = stage.turn(NOW);
        let turned = sign_in(&mut stage, &turned);
        let Request::Ask { ticket, request, .. } = &turned.requests[0] else { panic!("a push") };
        let body = request.body.clone();
        stage.answer(*ticket, Err(BackendFailure::Transport), SAMPLE);
        stage.turn(NOW);
        (body, stage.wake_at())
    };
    assert_eq!(story(3), story(3));
    assert_ne!(story(3), story(4));
}

#[test]
fn a_question_does_not_wait_longer_because_the_clock_stepped_back() {
    let folder = TempDir::new().expect("a folder");
    let mut stage = open(&folder, 1);
    let asks =
        |turned: &Turned| turned.events.iter().any(|event| matches!(event, Event::Question { .. }));
    assert!(asks(&stage.turn(NOW)));
    let earlier = Timestamp(NOW.0 - 4 * 3_600_000);
    assert!(stage.is_due(earlier));
    stage.turn(earlier);
    let wake_at = stage.wake_at().expect("it asks again");
    assert!(wake_at.since_ms(earlier) < 60_000);
    assert!(asks(&stage.turn(wake_at)));
}

#[test]
fn a_promise_does_not_wait_longer_for_the_server_because_the_clock_stepped_back() {
    let folder = TempDir::new().expect("a folder");
    let mut stage = open(&folder, 1);
    let options = WriteOptions { write: Some(WriteMode::ServerFirst), ..WriteOptions::default() };
    send_with("c1", &mut stage, 7, options);
    let turned = stage.turn(NOW);
    assert_eq!(sign_in(&mut stage, &turned).answers.len(), 1, "the token's alone");
    let earlier = Timestamp(NOW.0 - 4 * 3_600_000);
    let answers = stage.turn(earlier).answers;
    let [(7, Ok(written))] = &answers[..] else { panic!("the write's answer: {answers:?}") };
    let written: Value = serde_json::from_str(written).expect("JSON");
    assert_eq!(written["acked"], false, "it waits in the outbox");
}

/// Answers what left in this turn as a server does that cannot take one conversation; adds
/// the conversations of the pushes, in order.
fn answer_all(stage: &mut Stage, turned: &Turned, poison: &str, pushed: &mut Vec<Vec<String>>) {
    for request in &turned.requests {
        let Request::Ask { ticket, request, .. } = request else { continue };
        let (status, body) = if request.url.contains("/v1/pull") {
            (200, json!({ "changes": [], "tombstones": [], "cursor": "1", "more": false }))
        } else {
            let sent: Value = serde_json::from_slice(&request.body).expect("JSON");
            let entries = sent["entries"].as_array().expect("entries").clone();
            let lane = |entry: &Value| entry["lane"].as_str().expect("a lane").to_owned();
            let lanes: Vec<String> = entries.iter().map(lane).collect();
            let status = if lanes.iter().any(|lane| lane == poison) { 500 } else { 200 };
            let acked = |entry: &Value| json!({ "outcome": "acked", "id": entry["id"], "version": 5, "order": 5 });
            pushed.push(lanes);
            (status, json!({ "outcomes": entries.iter().map(acked).collect::<Vec<_>>() }))
        };
        let body = body.to_string();
        let answer = HttpAnswer {
            status,
            content_type: Some("application/json"),
            retry_after: None,
            body: body.as_bytes(),
            received_at: NOW,
        };
        stage.answer(*ticket, Ok(answer), SAMPLE);
    }
}

#[test]
fn a_lane_that_is_set_aside_takes_no_place_in_the_next_batch_and_is_armed() {
    for (batch_entries, behind, seed) in [(1, 0, 1), (1, 2, 2), (100, 119, 3), (100, 119, 4)] {
        let folder = TempDir::new().expect("a folder");
        let policy = Policy { batch_entries, ..Policy::default() };
        let mut stage = open_with(&folder, seed, policy);
        (0..=behind).for_each(|number| send_in("c1", &mut stage, number));
        send_in("c2", &mut stage, behind + 1);
        let turned = stage.turn(NOW);
        let mut turned = sign_in(&mut stage, &turned);
        let (mut now, mut pushed) = (NOW, Vec::new());
        let is_of_other = |lanes: &Vec<String>| lanes.contains(&"c2".to_owned());
        // Halving takes seven pushes, and then it goes alone.
        while !pushed.iter().any(is_of_other) {
            assert!(pushed.len() < 10, "the other lane has no turn: {pushed:?}");
            answer_all(&mut stage, &turned, "c1", &mut pushed);
            now = if stage.is_due(now) { now } else { stage.wake_at().expect("it is armed") };
            turned = stage.turn(now);
        }
        let pushes = pushed.len();
        for _ in 0..20 {
            answer_all(&mut stage, &turned, "c1", &mut pushed);
            now = if stage.is_due(now) { now } else { stage.wake_at().expect("it is armed") };
            turned = stage.turn(now);
        }
        assert!(pushed[pushes..].iter().any(|lanes| *lanes == ["c1"]), "its lane goes on trying");
    }
}
