//! `GET /v1/pull` and `GET /v1/older`: snapshots, changes, tombstones, who sees what.

mod common;

use common::{
    TestServer, User, conversation, create, delete, ids, in_lane, message, note, update,
    write_messages,
};
use serde_json::json;

/// Ann and Ben in a conversation of 120 messages; Ann has a note of her own.
fn harbour() -> (TestServer, User, User) {
    let server = TestServer::start();
    let (mut ann, ben) = (server.user("ann"), server.user("ben"));
    ann.push(&[conversation("c1", &["ann", "ben"]), note("secret")]);
    write_messages(&mut ann, "c1", 1..=120);
    (server, ann, ben)
}

fn message_ids(numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    numbers.map(|n| format!("m{n}")).collect()
}

#[test]
fn a_snapshot_holds_groups_and_their_newest_messages() {
    let (_server, mut ann, mut ben) = harbour();
    let (changes, gone, _) = ben.pull_all(None, "");
    assert_eq!(ids(&changes)[0], "c1");
    assert_eq!(ids(&changes)[1..], message_ids(71..=120));
    assert!(gone.is_empty());
    let (changes, _, _) = ann.pull_all(None, "recent=2");
    assert_eq!(ids(&changes), ["c1", "secret", "m119", "m120"]);
    let (changes, _, _) = ann.pull_all(None, "recent=0");
    assert_eq!(ids(&changes), ["c1", "secret"]);
    let (changes, _, _) = ann.pull_all(None, "recent=500");
    assert_eq!(changes.len(), 122);
}

#[test]
fn records_in_lanes_that_are_no_groups_all_belong_to_the_snapshot() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let notes: Vec<_> = (0..90).map(|n| in_lane(note(&format!("n{n}")), "one-lane")).collect();
    ann.push(&notes);
    assert_eq!(ann.pull_all(None, "").0.len(), 90);
}

#[test]
fn each_collection_of_a_lane_has_its_own_newest_records() {
    let (_server, mut ann, _) = harbour();
    let reactions: Vec<_> =
        (1..=5).map(|n| in_lane(create("reactions", &format!("r{n}"), json!({})), "c1")).collect();
    ann.push(&reactions);
    let (changes, _, _) = ann.pull_all(None, "recent=2");
    assert_eq!(ids(&changes), ["c1", "secret", "m119", "m120", "r4", "r5"]);
}

#[test]
fn a_snapshot_comes_in_pages_of_any_size() {
    let (_server, mut ann, _) = harbour();
    let whole = ann.pull_all(None, "").0;
    for limit in [1, 7, 52, 53] {
        let paged = ann.pull_all(None, &format!("limit={limit}")).0;
        assert!(paged == whole, "pages of {limit} differ");
    }
}

#[test]
fn what_changes_while_a_snapshot_is_read_comes_after_it() {
    let (server, mut ann, mut ben) = harbour();
    let first = ben.pull(None, "limit=10");
    assert_eq!(ids(&first.changes)[9], "m79");
    // One that Ben has, one that he has not, one that he never will, one that is new.
    ann.push_one(&update("messages", "m75", json!({ "body": "edited" })));
    ann.push_one(&update("messages", "m100", json!({ "body": "edited" })));
    ann.push_one(&delete("messages", "m110"));
    write_messages(&mut ann, "c1", 121..=121);
    let (rest, gone, cursor) = ben.pull_all(Some(&first.cursor), "limit=10");
    let mut expected = message_ids(80..=99);
    expected.extend(message_ids(101..=109));
    expected.extend(message_ids(111..=120));
    expected.extend(["m75".into(), "m100".into(), "m121".into()]);
    assert_eq!(ids(&rest), expected);
    assert_eq!(gone, ["m110"]);
    let (nothing, _, _) = ben.pull_all(Some(&cursor), "");
    assert!(nothing.is_empty());
    drop(server);
}

#[test]
fn a_message_written_while_a_snapshot_is_read_pushes_none_out_of_it() {
    let (_server, mut ann, mut ben) = harbour();
    let first = ben.pull(None, "limit=1");
    assert_eq!(ids(&first.changes), ["c1"]);
    write_messages(&mut ann, "c1", 121..=125);
    let (rest, _, _) = ben.pull_all(Some(&first.cursor), "");
    assert_eq!(ids(&rest), message_ids(71..=125));
}

#[test]
fn a_cursor_brings_what_has_changed_since_and_nothing_twice() {
    let (_server, mut ann, mut ben) = harbour();
    let (_, _, cursor) = ben.pull_all(None, "");
    assert!(ben.pull(Some(&cursor), "").changes.is_empty());
    ann.push_one(&update("messages", "m3", json!({ "body": "edited" })));
    write_messages(&mut ann, "c1", 121..=123);
    ann.push_one(&delete("messages", "m5"));
    let (changes, gone, next) = ben.pull_all(Some(&cursor), "limit=2");
    assert_eq!(ids(&changes), ["m3", "m121", "m122", "m123"]);
    assert_eq!(changes[0].values["body"], "edited");
    assert!(changes[0].order < changes[1].order, "an edit has moved a message");
    assert_eq!(gone, ["m5"]);
    assert!(ben.pull(Some(&next), "").changes.is_empty());
    assert!(ben.pull(Some(&next), "").tombstones.is_empty());
}

#[test]
fn a_page_never_holds_more_changes_and_tombstones_than_its_limit() {
    let (_server, mut ann, mut ben) = harbour();
    let (_, _, mut cursor) = ben.pull_all(None, "");
    for n in 1..=10 {
        ann.push(&[delete("messages", &format!("m{n}")), message("c1", &format!("x{n}"))]);
    }
    let mut seen = Vec::new();
    loop {
        let page = ben.pull(Some(&cursor), "limit=3");
        assert!(page.changes.len() + page.tombstones.len() <= 3);
        seen.extend(page.changes.iter().map(|it| it.version));
        seen.extend(page.tombstones.iter().map(|it| it.version));
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, (123..=142).collect::<Vec<u64>>());
}

#[test]
fn a_page_ends_before_it_grows_too_heavy_to_read() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let heavy = "x".repeat(1_000_000);
    for n in 0..12 {
        ann.push_one(&create("notes", &format!("n{n}"), json!({ "text": heavy })));
    }
    let first = ann.get("/v1/pull");
    assert!(first.body.len() < 6 * 1024 * 1024, "{} bytes", first.body.len());
    assert_eq!(ann.pull_all(None, "").0.len(), 12);
}

#[test]
fn a_record_is_seen_by_its_author_alone_unless_a_group_shares_it() {
    let (server, _, mut ben) = harbour();
    let (changes, _, cursor) = ben.pull_all(None, "");
    assert!(!ids(&changes).contains(&"secret"));
    assert!(server.user("eve").pull_all(None, "").0.is_empty());
    server.user("eve").push_one(&conversation("c2", &["eve"]));
    let page = ben.pull(Some(&cursor), "");
    assert!(page.changes.is_empty() && !page.more);
    assert_ne!(page.cursor, cursor, "the cursor goes on past what others wrote");
}

#[test]
fn a_new_member_sees_the_group_at_once_and_its_past_through_older() {
    let (server, mut ann, _) = harbour();
    let mut eve = server.user("eve");
    let (_, _, cursor) = eve.pull_all(None, "");
    assert!(eve.older("c1", "").changes.is_empty());
    ann.push_one(&update("conversations", "c1", json!({ "memberIds": ["ann", "ben", "eve"] })));
    write_messages(&mut ann, "c1", 121..=121);
    let (changes, _, _) = eve.pull_all(Some(&cursor), "");
    assert_eq!(ids(&changes), ["c1", "m121"]);
    let page = eve.older("c1", &format!("before={}&limit=2", changes[1].order));
    assert_eq!(ids(&page.changes), ["m119", "m120"]);
    assert!(page.more);
}

#[test]
fn who_leaves_a_group_loses_it_and_finds_it_again_on_return() {
    let (server, mut ann, mut ben) = harbour();
    let (_, _, cursor) = ben.pull_all(None, "");
    ann.push_one(&update("conversations", "c1", json!({ "memberIds": ["ann"] })));
    write_messages(&mut ann, "c1", 121..=121);
    let (changes, gone, later) = ben.pull_all(Some(&cursor), "");
    assert!(changes.is_empty());
    assert_eq!(gone, ["c1"]);
    assert!(ben.older("c1", "").changes.is_empty());
    assert_eq!(ben.push_words(&[message("c1", "m122")]), ["rejected forbidden"]);
    ann.push_one(&update("conversations", "c1", json!({ "memberIds": ["ann", "ben"] })));
    assert_eq!(ids(&ben.pull_all(Some(&later), "").0), ["c1"]);
    // From before the leaving, no tombstone is left to hide the group.
    let (changes, gone, _) = ben.pull_all(Some(&cursor), "");
    assert_eq!(ids(&changes), ["m121", "c1"]);
    assert!(gone.is_empty());
    drop(server);
}

#[test]
fn a_deleted_group_is_gone_for_all_its_members() {
    let (_server, mut ann, mut ben) = harbour();
    let (_, _, cursor) = ben.pull_all(None, "");
    ann.push_one(&delete("conversations", "c1"));
    assert_eq!(ben.pull_all(Some(&cursor), "").1, ["c1"]);
    assert!(ben.pull_all(None, "").0.is_empty());
}

#[test]
fn history_pages_backwards_to_its_beginning() {
    let (_server, _, mut ben) = harbour();
    let mut seen = Vec::new();
    let mut before = String::new();
    loop {
        let page = ben.older("c1", &format!("limit=50{before}"));
        assert!(page.changes.is_sorted_by_key(|change| change.order));
        before = format!("&before={}", page.changes[0].order);
        seen.splice(0..0, page.changes.into_iter().map(|change| change.id));
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, message_ids(1..=120));
}

#[test]
fn a_cursor_of_another_database_is_expired() {
    let elsewhere = TestServer::start();
    let foreign = elsewhere.user("ann").pull(None, "").cursor;
    let server = TestServer::start();
    let mut ann = server.user("ann");
    for cursor in [foreign.as_str(), "c0ffee", "%25%25", "MS54LmNoYW5nZXMuMQ"] {
        let answer = ann.get(&format!("/v1/pull?cursor={cursor}"));
        assert_eq!(
            (answer.status, answer.error_code().as_str()),
            (410, "cursor_expired"),
            "{cursor}"
        );
    }
}

#[test]
fn a_cursor_ahead_of_a_restored_backup_is_expired() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push(&[note("n1"), note("n2")]);
    let cursor = ann.pull(None, "").cursor;
    server.database().execute("DELETE FROM effects WHERE sequence = 2", []).expect("a deletion");
    assert_eq!(ann.get(&format!("/v1/pull?cursor={cursor}")).error_code(), "cursor_expired");
}

#[test]
fn a_cursor_older_than_the_tombstones_that_are_kept_is_expired() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push(&[note("n1"), note("n2"), note("n3")]);
    let old = ann.pull(None, "").cursor;
    ann.push_one(&delete("notes", "n1"));
    let between = ann.pull(None, "").cursor;
    ann.push_one(&delete("notes", "n2"));
    let thirty_one_days_ms = 31_i64 * 24 * 60 * 60 * 1000;
    server
        .database()
        .execute(
            "UPDATE tombstones SET buried_at_ms = buried_at_ms - ?1 WHERE record_id = 'n1'",
            [thirty_one_days_ms],
        )
        .expect("an older tombstone");
    // What is too old is forgotten when the server starts.
    let server = server.restart();
    let mut ann = server.user("ann");
    assert_eq!(ann.get(&format!("/v1/pull?cursor={old}")).status, 410);
    assert_eq!(ann.pull_all(Some(&between), "").1, ["n2"]);
    assert_eq!(ids(&ann.pull_all(None, "").0), ["n3"]);
}

#[test]
fn the_ledger_remembers_for_thirty_days() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let (kept, forgotten) = (note("n1"), note("n2"));
    ann.push(&[kept.clone(), forgotten.clone()]);
    let day_ms = 24_i64 * 60 * 60 * 1000;
    let age = "UPDATE ledger SET applied_at_ms = applied_at_ms - ?1 WHERE record_id = ?2";
    server.database().execute(age, (29 * day_ms, "n1")).expect("an older row");
    server.database().execute(age, (31 * day_ms, "n2")).expect("an older row");
    let server = server.restart();
    let words = server.user("ann").push_words(&[kept, forgotten]);
    assert_eq!(words, ["duplicate", "rejected already_exists"]);
}

#[test]
fn odd_parameters_are_invalid_requests() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let targets = [
        "/v1/pull?limit=0",
        "/v1/pull?limit=501",
        "/v1/pull?limit=many",
        "/v1/pull?limit=-1",
        "/v1/pull?recent=501",
        "/v1/older",
        "/v1/older?collection=messages",
        "/v1/older?collection=messages&lane=c1&before=-1",
        "/v1/older?collection=messages&lane=c1&limit=0",
    ];
    for target in targets {
        let answer = ann.get(target);
        assert_eq!(
            (answer.status, answer.error_code().as_str()),
            (400, "invalid_request"),
            "{target}"
        );
    }
}

#[test]
fn everything_under_v1_needs_a_token_that_is_good() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.token = "made-up".into();
    for (method, target) in
        [("POST", "/v1/push"), ("GET", "/v1/pull"), ("GET", "/v1/older"), ("GET", "/v1/hints")]
    {
        let answer = ann.request(method, target, b"").expect("an answer");
        assert_eq!(
            (answer.status, answer.error_code().as_str()),
            (401, "unauthorized"),
            "{target}"
        );
        let bare = common::http::Connection::open(ann.address).request(method, target, None, b"");
        assert_eq!(bare.expect("an answer").status, 401, "{target}");
    }
}

#[test]
fn an_unknown_address_is_not_found() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    for (method, target) in
        [("GET", "/"), ("GET", "/v1/nothing"), ("GET", "/v1/push"), ("POST", "/v1/pull")]
    {
        let answer = ann.request(method, target, b"").expect("an answer");
        assert_eq!((answer.status, answer.error_code().as_str()), (404, "not_found"), "{target}");
    }
}
