//! The server without a socket, as the simulator plays it: the same answers, at a time
//! that the caller names.

use mailboat_backends::rest::wire::{PullPage, PushAnswer, PushEntry, PushOutcome};
use mailboat_backends::rest::{HttpRequest, PullQuery, RestCodec};
use mailboat_core::{LanePolicy, Operation};
use mailboat_devserver::{Fault, FaultKind, InProcess, On, Reply};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

const NOW_MS: i64 = 1_767_225_600_000;
const EPOCH: Uuid = Uuid::from_u128(7);

struct Place {
    folder: TempDir,
    codec: RestCodec,
}

impl Place {
    fn new() -> Self {
        let codec = RestCodec::new("https://in.process").expect("an address");
        Self { folder: TempDir::new().expect("a folder"), codec }
    }

    fn open(&self) -> InProcess {
        InProcess::open(self.folder.path(), NOW_MS, EPOCH).expect("it opens")
    }

    /// A new server, whose user Ann has the token `t`.
    fn start(&self) -> InProcess {
        let server = self.open();
        server.accept_token("ann", "t").expect("the token is kept");
        server
    }

    fn push(&self, id: u128) -> HttpRequest {
        let Value::Object(values) = json!({ "text": "Ahoy" }) else { unreachable!("an object") };
        self.codec.push(vec![PushEntry {
            id: Uuid::from_u128(id),
            collection: "notes".into(),
            record_id: format!("n{id}"),
            operation: Operation::Create,
            values,
            lane: format!("n{id}"),
            lane_policy: LanePolicy::Hold,
            group: None,
            base_version: None,
            written_at: None,
        }])
    }
}

fn ask(server: &InProcess, request: &HttpRequest) -> Option<Reply> {
    server.answer(request, Some("Bearer t"), NOW_MS)
}

fn outcome(reply: Option<Reply>) -> PushOutcome {
    let reply = reply.expect("an answer");
    let answer: PushAnswer = serde_json::from_slice(&reply.body).expect("outcomes");
    answer.outcomes.into_iter().next().expect("one")
}

#[test]
fn what_was_applied_outlives_the_server_with_its_ledger() {
    let place = Place::new();
    let first = outcome(ask(&place.start(), &place.push(1)));
    assert!(matches!(first, PushOutcome::Acked { .. }));
    let server = place.open();
    let again = outcome(ask(&server, &place.push(1)));
    assert!(matches!(again, PushOutcome::Duplicate { .. }));
    assert_eq!(server.effects(0, 10).expect("they can be read").len(), 1);
    assert_eq!(server.visible("ann").expect("they can be read").len(), 1);
    assert_eq!(server.visible("ben").expect("they can be read").len(), 0);
}

#[test]
fn without_a_token_that_holds_the_answer_is_401() {
    let place = Place::new();
    let server = place.start();
    let status = |authorization| {
        server.answer(&place.push(1), authorization, NOW_MS).map(|reply| reply.status)
    };
    assert_eq!([status(None), status(Some("Bearer x"))], [Some(401), Some(401)]);
    assert_eq!(status(Some("Bearer t")), Some(200));
    server.revoke_tokens("ann").expect("they end");
    assert_eq!(status(Some("Bearer t")), Some(401));
}

#[test]
fn a_cut_connection_is_no_answer_though_the_write_was_applied() {
    let place = Place::new();
    let server = place.start();
    server.add_faults([Fault::once(On::Push, FaultKind::DropAfterCommit)]);
    assert_eq!(ask(&server, &place.push(1)), None);
    assert_eq!(server.effects(0, 10).expect("they can be read").len(), 1);
}

#[test]
fn a_listener_is_told_of_what_its_user_sees_since_its_last_look() {
    let place = Place::new();
    let server = place.start();
    let (mut ann, mut ben) = (server.listen("ann"), server.listen("ben"));
    assert!(!ann.take_hint());
    ask(&server, &place.push(1));
    assert_eq!((ann.take_hint(), ann.take_hint(), ben.take_hint()), (true, false, false));
}

#[test]
fn a_pull_from_the_start_is_a_snapshot_and_its_cursor_leads_on() {
    let place = Place::new();
    let server = place.start();
    ask(&server, &place.push(1));
    let page = |cursor: Option<&str>| -> PullPage {
        let reply = ask(&server, &place.codec.pull(PullQuery { cursor, limit: 10, recent: 50 }))
            .expect("an answer");
        serde_json::from_slice(&reply.body).expect("a page")
    };
    let first = page(None);
    assert_eq!((first.changes.len(), first.snapshot), (1, true));
    ask(&server, &place.push(2));
    let second = page(Some(&first.cursor));
    assert_eq!((second.changes.len(), second.snapshot), (1, false));
}
