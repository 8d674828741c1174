//! Each fault switch does what it says, as often as it says, and is counted.

mod common;

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use common::http::Connection;
use common::{TestServer, User, get, message, note, update};
use mailboat_devserver::{EntryFault, EntryVerdict, Fault, FaultKind, On};
use serde_json::{Value, json};

fn entry_fault(outcome: EntryVerdict) -> EntryFault {
    EntryFault { outcome, record_id: None, lane: None, after_ms: None }
}

/// Why there was no answer: the connection ended without one.
fn assert_cut(result: std::io::Result<common::http::Answer>) {
    let error = match result {
        Err(error) => error.kind(),
        Ok(answer) => panic!("an answer with status {}", answer.status),
    };
    assert!(matches!(error, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{error:?}");
}

fn post_faults(server: &TestServer, faults: &Value) -> u16 {
    let mut connection = Connection::open(server.server.addr());
    let body = faults.to_string();
    connection.request("POST", "/dev/faults", None, body.as_bytes()).expect("an answer").status
}

fn effects(server: &TestServer) -> Value {
    server.state()["effects"].clone()
}

#[test]
fn a_drop_before_the_commit_does_nothing() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    server.fault(Fault::once(On::Push, FaultKind::DropBeforeCommit));
    assert_cut(ann.try_push(&[note("n1")]));
    assert_eq!(effects(&server), 0);
    assert_eq!(ann.push_words(&[note("n1")]), ["acked"]);
}

#[test]
fn a_drop_after_the_commit_has_done_everything() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    server.fault(Fault::once(On::Push, FaultKind::DropAfterCommit));
    let entries = [note("n1"), note("n2")];
    assert_cut(ann.try_push(&entries));
    assert_eq!(effects(&server), 2);
    assert_eq!(ann.push_words(&entries), ["duplicate", "duplicate"]);
}

#[test]
fn a_truncated_answer_has_done_everything_and_breaks_off() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    server.fault(Fault { times: Some(2), ..Fault::once(On::Push, FaultKind::Truncate) });
    let many: Vec<_> = (0..100).map(|n| note(&format!("n{n}"))).collect();
    assert_cut(ann.try_push(&many[..1]));
    assert_cut(ann.try_push(&many));
    assert_eq!(effects(&server), 100);
}

#[test]
fn a_truncated_answer_begins_like_a_whole_one() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push_one(&note("n1"));
    server.fault(Fault::once(On::Pull, FaultKind::Truncate));
    let mut connection = Connection::open(ann.address);
    connection.send("GET", "/v1/pull", Some(&ann.token), b"").expect("a request");
    let (status, headers) = connection.read_head().expect("the head of an answer");
    assert_eq!(status, 200);
    assert!(headers.contains(&("content-type".into(), "application/json".into())));
    let beginning = connection.read_chunk().expect("a piece").expect("some of it");
    assert!(beginning.starts_with(b"{\"changes\":["));
    assert!(connection.read_chunk().is_err());
}

#[test]
fn a_truncated_stream_of_hints_ends_after_its_first() {
    let server = TestServer::start();
    let ann = server.user("ann");
    server.fault(Fault::once(On::Hints, FaultKind::Truncate));
    let mut connection = Connection::open(ann.address);
    connection.send("GET", "/v1/hints", Some(&ann.token), b"").expect("a request");
    connection.read_head().expect("the head of an answer");
    assert!(connection.read_chunk().expect("a piece").is_some());
    assert!(connection.read_chunk().is_err());
}

#[test]
fn a_status_comes_with_its_retry_after_and_does_nothing() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let statuses = [
        (400, "invalid_request"),
        (404, "not_found"),
        (410, "cursor_expired"),
        (413, "too_large"),
        (429, "rate_limited"),
        (500, "unavailable"),
        (503, "unavailable"),
    ];
    for (status, code) in statuses {
        let kind = FaultKind::Status { status, retry_after_s: Some(7) };
        server.fault(Fault::once(On::Push, kind));
        let answer = ann.try_push(&[note("n1")]).expect("an answer");
        assert_eq!((answer.status, answer.error_code().as_str()), (status, code));
        assert_eq!(answer.header("retry-after"), Some("7"));
    }
    assert_eq!(effects(&server), 0);
    server.fault(Fault::once(On::Push, FaultKind::Status { status: 503, retry_after_s: None }));
    assert_eq!(ann.try_push(&[note("n1")]).expect("an answer").header("retry-after"), None);
}

#[test]
fn a_large_push_sees_the_status_that_refuses_it() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let large = common::create("notes", "n1", json!({ "text": "x".repeat(1_900_000) }));
    for _ in 0..20 {
        server.fault(Fault::once(On::Push, FaultKind::Status { status: 503, retry_after_s: None }));
        assert_eq!(ann.try_push(std::slice::from_ref(&large)).expect("an answer").status, 503);
    }
}

#[test]
fn a_delay_waits_and_then_answers() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    server.fault(Fault::once(On::Pull, FaultKind::Delay { ms: 60 }));
    let begin = Instant::now();
    assert_eq!(ann.get("/v1/pull").status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(60));
}

#[test]
fn a_stop_does_not_wait_for_a_delay() {
    let server = TestServer::start();
    let ann = server.user("ann");
    server.fault(Fault::once(On::Pull, FaultKind::Delay { ms: 3_600_000 }));
    let mut connection = Connection::open(ann.address);
    connection.send("GET", "/v1/pull", Some(&ann.token), b"").expect("a request");
    while server.state()["fired"]["delay"] != 1 {
        std::thread::yield_now();
    }
    server.server.stop();
    assert!(connection.is_closed());
}

#[test]
fn old_tokens_end_until_a_new_one_is_made() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.user("ann"), server.user("ben"));
    server.fault(Fault::once(On::Push, FaultKind::UnauthorizedUntilRefreshed));
    assert_eq!(ann.try_push(&[note("n1")]).expect("an answer").status, 401);
    assert_eq!(ann.get("/v1/pull").status, 401);
    assert_eq!(ben.get("/v1/pull").status, 401);
    ann.token = server.user("ann").token;
    assert_eq!(ann.push_words(&[note("n1")]), ["acked"]);
}

#[test]
fn the_tokens_of_one_user_can_end_alone() {
    let server = TestServer::start();
    let (mut ann, mut ben) = (server.user("ann"), server.user("ben"));
    let fault = Fault::once(On::Any, FaultKind::UnauthorizedUntilRefreshed);
    server.fault(Fault { user: Some("ann".into()), ..fault });
    assert_eq!(ben.get("/v1/pull").status, 200);
    assert_eq!(ann.get("/v1/pull").status, 401);
    assert_eq!(ann.get("/v1/pull").status, 401);
    assert_eq!(ben.get("/v1/pull").status, 200);
}

#[test]
fn garbage_is_a_page_of_html_with_status_200() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    server.fault(Fault::once(On::Push, FaultKind::Garbage));
    let answer = ann.try_push(&[note("n1")]).expect("an answer");
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").expect("a type").starts_with("text/html"));
    assert!(answer.text().starts_with("<!doctype html>"));
    assert_eq!(effects(&server), 0);
}

#[test]
fn an_entry_is_answered_as_the_fault_says() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let rejected =
        EntryFault { record_id: Some("n1".into()), ..entry_fault(EntryVerdict::Rejected) };
    let blocked = EntryFault { lane: Some("n2".into()), ..entry_fault(EntryVerdict::Blocked) };
    server.fault(Fault::once(On::Push, FaultKind::Entry(rejected)));
    server.fault(Fault::once(On::Push, FaultKind::Entry(blocked)));
    let entries = [note("n1"), note("n2"), note("n3")];
    assert_eq!(ann.push_words(&entries), ["rejected fault", "blocked", "acked"]);
    assert_eq!(ann.push_words(&entries), ["acked", "acked", "duplicate"]);
}

#[test]
fn an_entry_fault_counts_entries_and_not_requests() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let retry = FaultKind::Entry(entry_fault(EntryVerdict::Retry));
    server.fault(Fault { times: Some(3), ..Fault::once(On::Push, retry) });
    assert_eq!(ann.push_words(&[note("n1"), note("n2")]), ["retry", "retry"]);
    assert_eq!(ann.push_words(&[note("n1"), note("n2")]), ["retry", "acked"]);
}

#[test]
fn an_entry_fault_never_denies_what_the_ledger_knows() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let entry = note("n1");
    ann.push_one(&entry);
    server.fault(Fault::once(On::Push, FaultKind::Entry(entry_fault(EntryVerdict::Rejected))));
    assert_eq!(ann.push_words(&[entry, note("n2")]), ["duplicate", "rejected fault"]);
}

#[test]
fn a_fault_on_the_token_stops_the_refresh() {
    let server = TestServer::start();
    server.fault(Fault::once(On::Token, FaultKind::Status { status: 503, retry_after_s: None }));
    let body = br#"{"user": "ann"}"#;
    let ask = || Connection::open(server.server.addr()).request("POST", "/dev/token", None, body);
    assert_eq!(ask().expect("an answer").status, 503);
    assert_eq!(ask().expect("an answer").status, 200);
}

#[test]
fn a_fault_on_any_hits_each_endpoint() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    server.fault(
        Fault::once(On::Any, FaultKind::Status { status: 503, retry_after_s: None }).always(),
    );
    for target in ["/v1/pull", "/v1/older?collection=messages&lane=c1", "/v1/hints"] {
        assert_eq!(ann.get(target).status, 503, "{target}");
    }
    assert_eq!(ann.try_push(&[]).expect("an answer").status, 503);
    server.server.clear_faults();
    assert_eq!(ann.get("/v1/pull").status, 200);
}

#[test]
fn a_request_without_a_good_token_burns_no_fault() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    server.fault(Fault::once(On::Pull, FaultKind::Garbage));
    let mut eve = User::sign_in(ann.address, "eve");
    eve.token = "made-up".into();
    assert_eq!(eve.get("/v1/pull").status, 401);
    assert!(ann.get("/v1/pull").text().starts_with("<!doctype"));
}

#[test]
fn faults_come_and_go_over_http_and_are_counted() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let faults = json!([
        { "on": "pull", "times": 2, "kind": "status", "status": 429, "retryAfterS": 3 },
        { "on": "push", "times": null, "kind": "dropBeforeCommit" },
    ]);
    assert_eq!(post_faults(&server, &faults), 204);
    assert_eq!(ann.get("/v1/pull").status, 429);
    assert_eq!(ann.get("/v1/pull").status, 429);
    assert_eq!(ann.get("/v1/pull").status, 200);
    assert_cut(ann.try_push(&[message("c1", "m1")]));
    let state = server.state();
    assert_eq!(
        state["requests"],
        json!({ "push": 1, "pull": 3, "older": 0, "hints": 0, "token": 1 })
    );
    assert_eq!(state["fired"], json!({ "status": 2, "dropBeforeCommit": 1 }));
    assert_eq!(state["faultsWaiting"], 1);
    assert_eq!(
        (&state["faults"][0]["fired"], &state["faults"][0]["waiting"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(state["faults"][0]["fault"], faults[0]);
    let deleted = Connection::open(ann.address).request("DELETE", "/dev/faults", None, b"");
    assert_eq!(deleted.expect("an answer").status, 204);
    assert_eq!(server.state()["faults"], json!([]));
    assert_eq!(ann.push_words(&[update("notes", "n1", json!({}))]), ["rejected unknown_record"]);
}

#[test]
fn a_fault_with_a_slip_of_the_pen_is_refused_whole() {
    let server = TestServer::start();
    let faults = json!([{ "on": "push", "kind": "garbage" }, { "on": "push", "kind": "garbage", "tims": 2 }]);
    assert_eq!(post_faults(&server, &faults), 400);
    assert_eq!(server.state()["faults"], json!([]));
}

#[test]
fn effects_are_listed_in_commit_order() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let entries = [note("n1"), note("n2"), note("n3")];
    ann.push(&entries);
    let page = get(ann.address, "/dev/effects?after=1&limit=1").json();
    let expected = json!({
        "sequence": 2, "entryId": entries[1].id, "operation": "create", "collection": "notes",
        "recordId": "n2", "user": "ann", "lane": "n2",
    });
    assert_eq!(page, json!({ "effects": [expected], "more": true }));
    let all = get(ann.address, "/dev/effects").json();
    assert_eq!((all["effects"].as_array().map(Vec::len), &all["more"]), (Some(3), &json!(false)));
}
