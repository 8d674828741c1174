//! Temporary.
use crate::common::*;
use mailboat_core::{Operation, Transition};
use mailboat_store::{Durability, Schema, Take, Window};
use serde_json::json;
use std::time::Instant;

fn text(n: usize) -> String {
    let words = [
        "harbour",
        "tide",
        "we leave at seven",
        "bring the ropes",
        "okay",
        "see you",
        "the ferry is late",
        "storm tomorrow",
        "bread",
        "engine",
    ];
    let mut s = String::new();
    let mut x = n as u64 * 2654435761 + 12345;
    while s.len() < 90 {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        s.push_str(words[(x % 10) as usize]);
        s.push(' ');
    }
    s
}
fn median(mut v: Vec<f64>) -> f64 {
    v.sort_by(f64::total_cmp);
    v[v.len() / 2]
}
fn time(rounds: usize, per: f64, mut f: impl FnMut(usize)) -> f64 {
    median(
        (0..rounds)
            .map(|i| {
                let t = Instant::now();
                f(i);
                t.elapsed().as_secs_f64() * 1e6 / per
            })
            .collect(),
    )
}
#[test]
fn measure() {
    let dir = std::path::PathBuf::from(
        std::env::var("MDIR").unwrap_or("/work/main/target/measure".into()),
    );
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join("m.db");
    let t = Instant::now();
    let (mut w, r) = open(&path, &Schema::messaging()).unwrap();
    println!("fresh open {:.0} us", t.elapsed().as_secs_f64() * 1e6);
    let mut n = 0u128;
    let mut mk = |lanes: u128| {
        n += 1;
        mutation(
            entry_id(n | (7 << 100)),
            Operation::Create,
            "messages",
            &format!("0199c1a5-24ab-7c61-9d5e-{n:012}"),
            message(&format!("conv{}", n % lanes), &text(n as usize)),
        )
    };
    // preload acked rows
    for p in 0..20u64 {
        let changes: Vec<_> = (0..500u64)
            .map(|i| {
                let k = p * 500 + i + 1;
                remote(
                    "messages",
                    &format!("p{k}"),
                    k,
                    k,
                    message(&format!("conv{}", k % 10), &text(k as usize)),
                )
            })
            .collect();
        let t = Instant::now();
        w.transaction(Durability::Normal, |t| {
            t.apply_changes(&changes)?;
            t.set_cursor(Some("c"))
        })
        .unwrap();
        if p >= 17 {
            println!(
                "apply_changes 500 new: {:.2} us a row",
                t.elapsed().as_secs_f64() * 1e6 / 500.0
            );
        }
    }
    let changes: Vec<_> = (1..=500u64)
        .map(|k| {
            remote(
                "messages",
                &format!("p{k}"),
                k + 100000,
                k,
                message(&format!("conv{}", k % 10), "edited"),
            )
        })
        .collect();
    let t = Instant::now();
    w.transaction(Durability::Normal, |t| t.apply_changes(&changes)).unwrap();
    println!("apply_changes 500 changed: {:.2} us a row", t.elapsed().as_secs_f64() * 1e6 / 500.0);
    w.checkpoint_when_idle().unwrap();
    for (name, d) in [("NORMAL", Durability::Normal), ("FULL", Durability::Full)] {
        let ms: Vec<_> = (0..1000).map(|_| mk(10)).collect();
        let one = time(1000, 1.0, |i| {
            w.transaction(d, |t| Ok(t.savepoint(|t| t.write(&ms[i], NOW)))).unwrap().0.unwrap();
        });
        let ms: Vec<_> = (0..10000).map(|_| mk(10)).collect();
        let hundred = time(100, 100.0, |i| {
            w.transaction(d, |t| {
                for m in &ms[i * 100..i * 100 + 100] {
                    t.savepoint(|t| t.write(m, NOW))?;
                }
                Ok(())
            })
            .unwrap();
        });
        println!("send {name}: group of 1 {one:.1} us, group of 100 {hundred:.1} us each");
        w.checkpoint_when_idle().unwrap();
    }
    // drain
    let (mut mark, mut settle, mut due_t, mut order) = (vec![], vec![], vec![], 1_000_000u64);
    loop {
        let t = Instant::now();
        let due = w.due(NOW, 100).unwrap();
        due_t.push(t.elapsed().as_secs_f64() * 1e6);
        if due.candidates.is_empty() {
            break;
        }
        let ids: Vec<_> = due.candidates.iter().map(|c| c.id).collect();
        let t = Instant::now();
        let (batch, _) =
            w.transaction(Durability::Normal, |t| t.mark_attempted(&ids, NOW)).unwrap();
        mark.push(t.elapsed().as_secs_f64() * 1e6 / batch.len() as f64);
        let settled: Vec<_> = batch
            .iter()
            .map(|e| {
                order += 1;
                (e, Transition::Acked { version: order, order }, None)
            })
            .collect();
        let t = Instant::now();
        w.transaction(Durability::Normal, |t| t.settle(&settled, NOW)).unwrap();
        settle.push(t.elapsed().as_secs_f64() * 1e6 / batch.len() as f64);
    }
    println!(
        "10 lanes: due {:.1} us, mark {:.2} us, settle {:.2} us an entry",
        median(due_t),
        median(mark),
        median(settle)
    );
    // 100 lanes of one
    let (mut mark, mut settle, mut putb, mut due_t) = (vec![], vec![], vec![], vec![]);
    for _ in 0..50 {
        let ms: Vec<_> = (0..100).map(|_| mk(100)).collect();
        w.transaction(Durability::Normal, |t| {
            for m in &ms {
                t.write(m, NOW)?;
            }
            Ok(())
        })
        .unwrap();
        let t = Instant::now();
        let due = w.due(NOW, 100).unwrap();
        due_t.push(t.elapsed().as_secs_f64() * 1e6);
        let ids: Vec<_> = due.candidates.iter().map(|c| c.id).collect();
        let t = Instant::now();
        let (batch, _) =
            w.transaction(Durability::Normal, |t| t.mark_attempted(&ids, NOW)).unwrap();
        mark.push(t.elapsed().as_secs_f64() * 1e6 / 100.0);
        let t = Instant::now();
        w.transaction(Durability::Normal, |t| t.put_back(&batch)).unwrap();
        putb.push(t.elapsed().as_secs_f64() * 1e6 / 100.0);
        let settled: Vec<_> = batch
            .iter()
            .map(|e| {
                order += 1;
                (e, Transition::Acked { version: order, order }, None)
            })
            .collect();
        let t = Instant::now();
        w.transaction(Durability::Normal, |t| t.settle(&settled, NOW)).unwrap();
        settle.push(t.elapsed().as_secs_f64() * 1e6 / 100.0);
    }
    println!(
        "100 lanes: due {:.1} us, mark {:.2} us, put_back {:.2}, settle {:.2} us an entry",
        median(due_t),
        median(mark),
        median(putb),
        median(settle)
    );
    w.checkpoint_when_idle().unwrap();
    let win = Window { take: Take::Last, limit: 50, ..in_conversation("conv3") };
    println!(
        "snapshot of 50: {:.1} us",
        time(2000, 1.0, |_| {
            r.read(2_000_000, |x| x.snapshot(&win)).unwrap();
        })
    );
    println!(
        "outbox page (empty): {:.1} us",
        time(500, 1.0, |_| {
            r.read(2_000_000, |x| x.outbox(0, 50)).unwrap();
        })
    );
    println!(
        "record: {:.1} us",
        time(2000, 1.0, |i| {
            r.read(2_000_000, |x| x.record("messages", &format!("p{}", i + 1))).unwrap();
        })
    );
    let (mut watched, _) = r.read(2_000_000, |x| x.watch(&win)).unwrap();
    let mut sendms = vec![];
    for _ in 0..500 {
        sendms.push(mutation(
            entry_id(
                {
                    n += 1;
                    n
                } | (7 << 100),
            ),
            Operation::Create,
            "messages",
            &format!("w{n}"),
            message("conv3", "x"),
        ));
    }
    let mut it = sendms.iter();
    let mut cu = vec![];
    for _ in 0..500 {
        let m = it.next().unwrap();
        let (_, c) = w.transaction(Durability::Normal, |t| t.write(m, NOW)).unwrap();
        assert!(watched.is_touched_by(&c));
        let t = Instant::now();
        assert!(w.catch_up(&mut watched).unwrap().is_some());
        cu.push(t.elapsed().as_secs_f64() * 1e6);
    }
    println!("catch_up of 50 after a send: {:.1} us", median(cu));
    let upd: Vec<_> = (1..=500)
        .map(|i| {
            mutation(
                entry_id(
                    {
                        n += 1;
                        n
                    } | (7 << 100),
                ),
                Operation::Update,
                "messages",
                &format!("p{i}"),
                json!({"body": "edited again"}),
            )
        })
        .collect();
    println!(
        "update, group of 1: {:.1} us",
        time(500, 1.0, |i| {
            w.transaction(Durability::Normal, |t| t.write(&upd[i], NOW)).unwrap();
        })
    );
    drop((w, r));
    let t = Instant::now();
    if let Ok(o) = open(&path, &Schema::messaging()) {
        println!("reopen {:.0} us", t.elapsed().as_secs_f64() * 1e6);
        drop(o);
        println!(
            "reopen median {:.0} us",
            median(
                (0..20)
                    .map(|_| {
                        let t = Instant::now();
                        let o = open(&path, &Schema::messaging()).unwrap();
                        let e = t.elapsed().as_secs_f64() * 1e6;
                        drop(o);
                        e
                    })
                    .collect()
            )
        );
    }
}
#[test]
fn explain() {
    let store = Store::messaging();
    let raw = rusqlite::Connection::open(&store.path).unwrap();
    for sql in [
        "SELECT id, octet_length(mutation), not_before FROM mailboat_outbox WHERE lane = ? AND dead = 0 AND sequence >= ? AND sequence < ? ORDER BY sequence LIMIT ?",
        "SELECT lane, head, barrier FROM mailboat_lanes WHERE held = 0 AND +not_before <= ? ORDER BY sort_key, head LIMIT ?",
        "SELECT lane, head, barrier FROM mailboat_lanes WHERE held = 0 AND not_before > ? AND not_before > 0 ORDER BY not_before, sort_key, head LIMIT ?",
        "SELECT min(not_before) FROM mailboat_lanes WHERE held = 0 AND not_before > ? AND not_before > 0",
        "SELECT operation, mutation, dead FROM mailboat_outbox WHERE record_id = ? AND collection = ? ORDER BY sequence",
        "SELECT lane FROM mailboat_outbox WHERE record_id = ? AND collection = ? ORDER BY sequence DESC LIMIT 1",
        "SELECT sequence, enqueued_at, not_before FROM mailboat_outbox WHERE lane = ? AND dead = 0 ORDER BY sequence LIMIT 1",
        "SELECT min(sequence) FROM mailboat_outbox WHERE lane = ? AND dead = 1 AND lane_policy = 0",
        "DELETE FROM mailboat_transitions WHERE sequence <= (SELECT max(sequence) FROM mailboat_transitions) - ?",
        "DELETE FROM mailboat_outbox WHERE sequence = ? AND id = ?",
        "UPDATE mailboat_outbox SET attempted = 1 WHERE sequence = ? AND attempted = 0",
        "SELECT count(*) - coalesce(sum(dead), 0), coalesce(sum(dead), 0) FROM mailboat_outbox",
        "SELECT DISTINCT collection, record_id FROM mailboat_outbox WHERE attempted = 1 AND dead = 0",
        "SELECT id FROM messages WHERE _deleted = 0 AND conversationId IS ? ORDER BY _position DESC, _rowid_ DESC LIMIT 51",
        "SELECT id FROM messages WHERE _deleted = 0 ORDER BY _position DESC, _rowid_ DESC LIMIT 51",
        "SELECT id FROM messages WHERE _deleted = 0 ORDER BY sentAt ASC, _position ASC, _rowid_ ASC LIMIT 51",
        "SELECT min(_position) FROM messages WHERE conversationId = ?",
        "UPDATE messages SET _delivery = 2 WHERE id = ?4 AND _version < ?1 AND _deleted = 0 AND _base IS NOT 'null' AND NOT EXISTS (SELECT 1 FROM mailboat_outbox WHERE record_id = ?4 AND collection = ?5) RETURNING coalesce(conversationId, id)",
    ] {
        let mut s = raw.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = s.raw_query();
        let mut plan: Vec<String> = vec![];
        while let Some(r) = rows.next().unwrap() {
            plan.push(r.get(3).unwrap());
        }
        drop(rows);
        println!("{}\n    {plan:?}", &sql[..sql.len().min(110)]);
    }
}
#[test]
fn due_cost() {
    let mut store = Store::messaging();
    for i in 0..100 {
        store.send(&format!("m{i}"), &format!("conv{i}"));
    }
    for _ in 0..3 {
        println!(
            "due 100 lanes {:.1} us",
            time(4000, 1.0, |_| {
                assert_eq!(store.writer.due(NOW, 100).unwrap().candidates.len(), 100);
            })
        );
        let raw = rusqlite::Connection::open(&store.path).unwrap();
        let mut q = raw.prepare("SELECT id, octet_length(mutation), not_before FROM mailboat_outbox WHERE lane = ? AND dead = 0 AND sequence >= ? AND sequence < ? ORDER BY sequence LIMIT ?").unwrap();
        println!(
            "entries alone {:.2} us",
            time(200, 100.0, |_| {
                for i in 0..100 {
                    let n = q
                        .query_map((format!("conv{i}"), 1, i64::MAX, 100), |r| {
                            r.get::<_, [u8; 16]>(0)
                        })
                        .unwrap()
                        .count();
                    assert_eq!(n, 1);
                }
            })
        );
        raw.execute_batch("BEGIN").unwrap();
        println!(
            "entries in tx {:.2} us",
            time(200, 100.0, |_| {
                for i in 0..100 {
                    let n = q
                        .query_map((format!("conv{i}"), 1, i64::MAX, 100), |r| {
                            r.get::<_, [u8; 16]>(0)
                        })
                        .unwrap()
                        .count();
                    assert_eq!(n, 1);
                }
            })
        );
        drop(q);
        let mut q = raw.prepare("SELECT lane, head, barrier FROM mailboat_lanes WHERE held = 0 AND +not_before <= ? ORDER BY sort_key, head LIMIT ?").unwrap();
        println!(
            "lanes {:.2} us",
            time(200, 100.0, |_| {
                let n = q.query_map((NOW.0, 100), |r| r.get::<_, String>(0)).unwrap().count();
                assert_eq!(n, 100);
            })
        );
    }
}
#[test]
fn calibrate() {
    let dir = tempfile::tempdir_in("/dev/shm").unwrap();
    let raw = rusqlite::Connection::open(dir.path().join("x.db")).unwrap();
    raw.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE m(id TEXT PRIMARY KEY, c TEXT, s TEXT, body TEXT, at INT); CREATE INDEX mi ON m(c, at); CREATE TABLE o(seq INTEGER PRIMARY KEY, id BLOB, json TEXT);").unwrap();
    let mut n = 0;
    let one = |n: usize| {
        raw.prepare_cached("INSERT INTO m VALUES (?,?,?,?,?)")
            .unwrap()
            .execute((
                format!("0199c1a5-24ab-7c61-9d5e-{n:012}"),
                format!("conv{}", n % 10),
                "ann",
                text(n),
                n as i64,
            ))
            .unwrap();
        raw.prepare_cached("INSERT INTO o(id, json) VALUES (?,?)")
            .unwrap()
            .execute((n.to_be_bytes(), text(n)))
            .unwrap();
    };
    println!(
        "calibrate: raw 1 a tx {:.1} us",
        time(2000, 1.0, |_| {
            n += 1;
            raw.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
            one(n);
            raw.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
        })
    );
    println!(
        "calibrate: raw 100 a tx {:.1} us each",
        time(100, 100.0, |_| {
            raw.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
            for _ in 0..100 {
                n += 1;
                one(n);
            }
            raw.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
        })
    );
}
#[test]
fn send_loop() {
    let dir = tempfile::tempdir_in("/dev/shm").unwrap();
    let (mut w, _r) = open(&dir.path().join("m.db"), &Schema::messaging()).unwrap();
    let ms: Vec<_> = (0..30000u128)
        .map(|n| {
            mutation(
                entry_id(n | (7 << 100)),
                Operation::Create,
                "messages",
                &format!("0199c1a5-24ab-7c61-9d5e-{n:012}"),
                message(&format!("conv{}", n % 10), &text(n as usize)),
            )
        })
        .collect();
    println!(
        "send_loop: {:.2} us",
        time(300, 100.0, |i| {
            w.transaction(Durability::Normal, |t| {
                for m in &ms[i * 100..i * 100 + 100] {
                    t.savepoint(|t| t.write(m, NOW))?;
                }
                Ok(())
            })
            .unwrap();
        })
    );
}
