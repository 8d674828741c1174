//! Answers with a flaw are refused as a whole, and nothing makes the reader panic.

use mailboat_backends::rest::wire::{PullPage, PushAnswer};
use mailboat_backends::rest::{
    HttpAnswer, MAX_ANSWER_BYTES, MAX_CURSOR_BYTES, check_pull, check_push, is_hint,
    read_hints_start, read_older, read_pull, read_push,
};
use mailboat_core::{BackendFailure, EntryId, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

const A: &str = "019c1a52-4ab8-7c61-9d5e-3f0a8e1b2c0a";
const B: &str = "019c1a52-4ab8-7c61-9d5e-3f0a8e1b2c0b";
const TWO_TO_52: u64 = 1 << 52;

fn answer(body: &[u8]) -> HttpAnswer<'_> {
    HttpAnswer {
        status: 200,
        content_type: Some("application/json"),
        retry_after: None,
        body,
        received_at: Timestamp(0),
    }
}

fn sent() -> [EntryId; 2] {
    [A, B].map(|id| id.parse().expect("an entry's id"))
}

fn acked(id: &str) -> Value {
    json!({"outcome": "acked", "id": id, "version": 3, "order": 2})
}

fn push_failure(outcomes: Value) -> Option<BackendFailure> {
    let body = serde_json::to_vec(&json!({ "outcomes": outcomes })).expect("JSON");
    read_push(answer(&body), &sent()).err()
}

fn pull_failure(page: &Value, sent_cursor: Option<&str>) -> Option<BackendFailure> {
    let body = serde_json::to_vec(page).expect("JSON");
    read_pull(answer(&body), sent_cursor).err()
}

#[test]
fn one_outcome_for_each_entry_in_their_order_is_read() {
    assert_eq!(push_failure(json!([acked(A), acked(B)])), None);
}

#[test]
fn outcomes_that_do_not_match_the_entries_are_unreadable() {
    let flaws = [
        json!([]),
        json!([acked(A)]),
        json!([acked(A), acked(B), acked(B)]),
        json!([acked(B), acked(A)]),
        json!([acked(A), acked(A)]),
        json!([acked(A), {"outcome": "acked", "id": B}]),
        json!([acked(A), {"outcome": "acked", "id": "7", "version": 1, "order": 1}]),
        json!([acked(A), {"outcome": "deferred", "id": B}]),
        json!([acked(A), {"outcome": "rejected", "id": B}]),
        json!([acked(A), {"outcome": "rejected", "id": B, "reason": "no"}]),
        json!([acked(A), {"outcome": "retry", "id": B, "afterMs": -1}]),
        json!([acked(A), {"outcome": "acked", "id": B, "version": -1, "order": 1}]),
        json!([acked(A), {"outcome": "acked", "id": B, "version": 1.5, "order": 1}]),
        json!([acked(A), {"outcome": "acked", "id": B, "version": "1", "order": 1}]),
        json!([acked(A), {"outcome": "acked", "id": B, "version": TWO_TO_52, "order": 1}]),
        json!([acked(A), {"outcome": "duplicate", "id": B, "version": 1, "order": TWO_TO_52}]),
        json!([acked(A), {"outcome": "acked", "id": B, "version": 1, "order": 1, "values": 7}]),
        json!("all good"),
    ];
    for flaw in flaws {
        assert_eq!(push_failure(flaw.clone()), Some(BackendFailure::Unreadable), "{flaw}");
    }
}

#[test]
fn the_largest_number_of_the_contract_is_read() {
    let largest =
        json!({"outcome": "acked", "id": B, "version": TWO_TO_52 - 1, "order": TWO_TO_52 - 1});
    assert_eq!(push_failure(json!([acked(A), largest])), None);
}

#[test]
fn pages_with_a_flaw_are_unreadable() {
    let change = json!({"collection": "notes", "id": "n1", "version": 1, "order": 1, "values": {}});
    let with = |field: &str, value: Value| {
        let mut flawed = change.clone();
        flawed[field] = value;
        json!({"changes": [change, flawed], "cursor": "c", "more": false})
    };
    let flaws = [
        with("collection", json!("")),
        with("id", json!("")),
        with("id", json!(7)),
        with("version", json!(TWO_TO_52)),
        with("order", json!(TWO_TO_52)),
        with("order", json!(null)),
        with("values", json!([])),
        json!({"changes": [], "cursor": "", "more": false}),
        json!({"changes": [], "cursor": "x".repeat(MAX_CURSOR_BYTES + 1), "more": false}),
        json!({"changes": [], "more": false}),
        json!({"changes": [], "cursor": "c"}),
        json!({"cursor": "c", "more": false}),
        json!({"changes": [], "tombstones": [{"collection": "notes", "id": "", "version": 1}], "cursor": "c", "more": false}),
        json!({"changes": [], "tombstones": [{"collection": "notes", "id": "n1", "version": TWO_TO_52}], "cursor": "c", "more": false}),
    ];
    for flaw in flaws {
        assert_eq!(pull_failure(&flaw, None), Some(BackendFailure::Unreadable), "{flaw}");
    }
}

#[test]
fn a_page_that_would_be_pulled_for_ever_is_unreadable() {
    let page = json!({"changes": [], "cursor": "c", "more": true});
    assert_eq!(pull_failure(&page, Some("c")), Some(BackendFailure::Unreadable));
    assert_eq!(pull_failure(&page, Some("b")), None);
    assert_eq!(pull_failure(&page, None), None);
}

#[test]
fn a_page_of_history_that_would_be_asked_for_for_ever_is_unreadable() {
    let body = br#"{"changes": [], "more": true}"#;
    assert_eq!(read_older(answer(body), Some(7)).err(), Some(BackendFailure::Unreadable));
}

#[test]
fn an_answer_over_the_limit_is_unreadable() {
    let mut body = br#"{"changes": [], "cursor": "c", "more": false}"#.to_vec();
    body.resize(MAX_ANSWER_BYTES, b' ');
    assert!(read_pull(answer(&body), None).is_ok());
    body.push(b' ');
    assert_eq!(read_pull(answer(&body), None).err(), Some(BackendFailure::Unreadable));
}

#[test]
fn an_answer_without_a_content_type_is_judged_by_its_body() {
    let good = br#"{"changes": [], "cursor": "c", "more": false}"#;
    assert!(read_pull(HttpAnswer { content_type: None, ..answer(good) }, None).is_ok());
    let portal = HttpAnswer { content_type: None, ..answer(b"<html>") };
    assert_eq!(read_pull(portal, None).err(), Some(BackendFailure::Unreadable));
}

#[test]
fn a_410_says_cursor_expired_to_a_pull_only() {
    let gone = HttpAnswer {
        status: 410,
        ..answer(br#"{"error":{"code":"cursor_expired","message":""}}"#)
    };
    assert_eq!(read_pull(gone, Some("c")).err(), Some(BackendFailure::CursorExpired));
    assert_eq!(read_push(gone, &sent()).err(), Some(BackendFailure::Refused { status: 410 }));
}

#[test]
fn hints_begin_with_a_stream_of_events_or_not_at_all() {
    let stream =
        HttpAnswer { content_type: Some("text/event-stream; charset=utf-8"), ..answer(b"") };
    assert_eq!(read_hints_start(stream), Ok(()));
    assert_eq!(read_hints_start(answer(b"{}")), Err(BackendFailure::Unreadable));
    let unauthorized = HttpAnswer { status: 401, ..stream };
    assert_eq!(read_hints_start(unauthorized), Err(BackendFailure::Unauthorized));
    assert!(is_hint("hint"));
    assert!(!is_hint("message"));
}

#[test]
fn a_backend_in_javascript_goes_through_the_same_checks() {
    let swapped: PushAnswer =
        serde_json::from_value(json!({"outcomes": [acked(B), acked(A)]})).expect("an answer");
    assert_eq!(check_push(swapped, &sent()).err(), Some(BackendFailure::Unreadable));
    let endless: PullPage =
        serde_json::from_value(json!({"changes": [], "cursor": "c", "more": true}))
            .expect("a page");
    assert_eq!(check_pull(endless, Some("c")).err(), Some(BackendFailure::Unreadable));
}

/// Bodies that are nearly right, so that more than the first byte is read.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let whole = serde_json::to_vec(&json!({
        "outcomes": [acked(A), {"outcome": "retry", "id": B, "afterMs": 5}],
        "changes": [{"collection": "notes", "id": "n1", "version": 1, "order": 1, "values": {"a": [1, null]}}],
        "tombstones": [], "cursor": "c", "more": true,
        "error": {"code": "cursor_expired", "message": ""},
    }))
    .expect("JSON");
    let damaged = (
        proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        any::<usize>(),
    )
        .prop_map(move |(changes, length)| {
            let mut body = whole.clone();
            for (index, byte) in changes {
                let position = index.index(body.len());
                body[position] = byte;
            }
            body.truncate(length % (body.len() + 1));
            body
        });
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..256), damaged]
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        body in bodies(),
        status in any::<u16>(),
        content_type in proptest::option::of(".{0,40}"),
        retry_after in proptest::option::of(".{0,40}"),
        now in any::<i64>(),
    ) {
        let readable = HttpAnswer { received_at: Timestamp(now), ..answer(&body) };
        let odd = HttpAnswer {
            status,
            content_type: content_type.as_deref(),
            retry_after: retry_after.as_deref(),
            ..readable
        };
        for answer in [readable, odd] {
            let _ = read_push(answer, &sent());
            let _ = read_pull(answer, Some("c"));
            let _ = read_older(answer, Some(7));
            let _ = read_hints_start(answer);
        }
    }

    #[test]
    fn a_flipped_bit_never_makes_an_outcome_of_another_entry(
        position in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let mut body = serde_json::to_vec(&json!({"outcomes": [acked(A), acked(B)]})).expect("JSON");
        let position = position.index(body.len());
        body[position] ^= 1 << bit;
        if let Ok(settled) = read_push(answer(&body), &sent()) {
            let ids: Vec<EntryId> = settled.iter().map(|it| it.id).collect();
            prop_assert_eq!(ids, sent().to_vec());
        }
    }
}
