//! A cursor loses nothing and repeats nothing while many write, and a long queue drains fast.

mod common;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::{TestServer, User, conversation, message, update};
use mailboat_backends::rest::wire::{Change, PushEntry};
use serde_json::json;

const WRITERS: usize = 8;
const MESSAGES_A_WRITER: usize = 150;

/// Pulls from a snapshot on until `done` was true before a page that had no more.
fn pull_until(mut reader: User, limit: u32, done: &AtomicBool) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let was_done = done.load(Ordering::Acquire);
        let page = reader.pull(cursor.as_deref(), &format!("limit={limit}&recent=500"));
        changes.extend(page.changes);
        cursor = Some(page.cursor);
        if was_done && !page.more {
            return changes;
        }
    }
}

#[test]
fn a_puller_beside_eight_writers_loses_nothing_and_sees_nothing_twice() {
    let server = TestServer::start();
    server.user("ann").push_one(&conversation("c1", &["ann", "ben"]));
    let done = AtomicBool::new(false);
    let pulled: Vec<Vec<Change>> = thread::scope(|scope| {
        let readers = [3, 50].map(|limit| {
            let (ben, done) = (server.user("ben"), &done);
            scope.spawn(move || pull_until(ben, limit, done))
        });
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let mut ann = server.user("ann");
                scope.spawn(move || {
                    for n in 0..MESSAGES_A_WRITER {
                        let id = format!("w{writer}-{n}");
                        // Every third push carries two, so that transactions differ in length.
                        let mut entries = vec![message("c1", &id)];
                        if n % 3 == 0 {
                            entries.push(message("c1", &format!("{id}-b")));
                        }
                        assert!(ann.push_words(&entries).iter().all(|word| word == "acked"));
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().expect("a writer");
        }
        done.store(true, Ordering::Release);
        readers.into_iter().map(|reader| reader.join().expect("a reader")).collect()
    });
    let expected = 1 + WRITERS * (MESSAGES_A_WRITER + MESSAGES_A_WRITER / 3);
    for changes in pulled {
        let mut times: HashMap<&str, usize> = HashMap::new();
        for change in &changes {
            *times.entry(change.id.as_str()).or_default() += 1;
        }
        let repeated = times.values().filter(|count| **count > 1).count();
        assert_eq!((times.len(), repeated), (expected, 0), "lost {}", expected - times.len());
        assert!(changes.is_sorted_by(|left, right| left.version < right.version), "out of order");
    }
}

#[test]
fn the_last_version_of_what_eight_writers_fight_over_arrives() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let records: Vec<PushEntry> = (0..10).map(|n| common::note(&format!("n{n}"))).collect();
    ann.push(&records);
    let done = AtomicBool::new(false);
    let changes = thread::scope(|scope| {
        let reader = {
            let (reader, done) = (server.user("ann"), &done);
            scope.spawn(move || pull_until(reader, 4, done))
        };
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let mut ann = server.user("ann");
                scope.spawn(move || {
                    for n in 0..50 {
                        let id = format!("n{}", (writer + n) % 10);
                        ann.push_one(&update("notes", &id, json!({ "by": writer, "n": n })));
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().expect("a writer");
        }
        done.store(true, Ordering::Release);
        reader.join().expect("a reader")
    });
    let seen: HashMap<&str, u64> = changes.iter().map(|it| (it.id.as_str(), it.version)).collect();
    let (truth, _, _) = ann.pull_all(None, "");
    let truth: HashMap<&str, u64> = truth.iter().map(|it| (it.id.as_str(), it.version)).collect();
    assert_eq!(seen, truth);
}

#[test]
fn a_queue_of_ten_thousand_drains_in_batches_of_a_hundred() {
    // Well under a second on a quiet machine; the bound leaves room for a busy one.
    const PATIENCE: Duration = Duration::from_secs(10);
    let server = TestServer::start();
    let mut ann = server.user("ann");
    ann.push_one(&conversation("c1", &["ann", "ben"]));
    let entries: Vec<PushEntry> = (0..10_000).map(|n| message("c1", &format!("m{n}"))).collect();
    let bodies: Vec<Vec<u8>> = entries
        .chunks(100)
        .map(|batch| serde_json::to_vec(&json!({ "entries": batch })).expect("JSON"))
        .collect();
    let begin = Instant::now();
    for body in &bodies {
        assert_eq!(ann.request("POST", "/v1/push", body).expect("an answer").status, 200);
    }
    let drained = begin.elapsed();
    let begin = Instant::now();
    let pulled = server.user("ben").pull_all(None, "recent=0").0.len();
    let snapshot = begin.elapsed();
    println!("drain of 10000: {drained:?}; snapshot of {pulled} past them: {snapshot:?}");
    assert_eq!(server.state()["effects"], 10_001);
    assert!(drained < PATIENCE, "{drained:?}");
}
