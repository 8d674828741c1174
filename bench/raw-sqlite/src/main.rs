//! rusqlite doing the same SQL as the engine, with the same pragmas: the floor of
//! the benchmarks. `mailboat-bench-raw-sqlite sends|open|drain FILE normal|full COUNT`
//! prints the times as a JSON array: microseconds of each send, milliseconds else.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Result, Transaction, TransactionBehavior};
use serde_json::json;
use uuid::Uuid;

const PENDING_POSITION: i64 = 1 << 52;

const PRAGMAS: &str = include_str!("../../sql/pragmas.sql");
const SEND_ENTRY: &str = include_str!("../../sql/send-entry.sql");
const SEND_LANE: &str = include_str!("../../sql/send-lane.sql");
const SEND_MESSAGE: &str = include_str!("../../sql/send-message.sql");
const LAST_50: &str = include_str!("../../sql/last-50.sql");
const DRAIN_PICK: &str = include_str!("../../sql/drain-pick.sql");
const DRAIN_MARK: &str = include_str!("../../sql/drain-mark.sql");
const DRAIN_SENDING: &str = include_str!("../../sql/drain-sending.sql");
const DRAIN_LOG: &str = include_str!("../../sql/drain-log.sql");
const DRAIN_REMOVE: &str = include_str!("../../sql/drain-remove.sql");
const DRAIN_SENT: &str = include_str!("../../sql/drain-sent.sql");

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [contest, file, synchronous, count] = words.as_slice() else {
        eprintln!("usage: mailboat-bench-raw-sqlite sends|open|drain FILE normal|full COUNT");
        std::process::exit(2);
    };
    let count: i64 = count.parse().expect("COUNT is a number");
    let times: Vec<f64> = match contest.as_str() {
        "sends" => sends(&mut open(file, synchronous)?, count)?,
        "open" => (0..count).map(|_| open_and_read(file, synchronous)).collect::<Result<_>>()?,
        _ => vec![milliseconds(drain(&mut open(file, synchronous)?)?)],
    };
    println!("{}", json!(times));
    Ok(())
}

fn open(file: &str, synchronous: &str) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.execute_batch(PRAGMAS)?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    Ok(connection)
}

fn sends(connection: &mut Connection, count: i64) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    for number in 0..count {
        let start = Instant::now();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        send(&transaction, number)?;
        transaction.commit()?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(times)
}

fn send(transaction: &Transaction<'_>, number: i64) -> Result<()> {
    let (id, lane, now) = (Uuid::now_v7().to_string(), format!("c{}", number % 20), now_ms());
    let body = format!("Are we still on for lunch tomorrow? ({number})");
    let mutation =
        json!({ "conversationId": lane, "senderId": "ann", "body": body, "sentAt": now })
            .to_string();
    let entry = Uuid::now_v7();
    transaction.prepare_cached(SEND_ENTRY)?.execute((
        entry.as_bytes(),
        &id,
        &mutation,
        &lane,
        now,
    ))?;
    let sequence = transaction.last_insert_rowid();
    transaction.prepare_cached(SEND_LANE)?.execute((&lane, sequence, now))?;
    transaction.prepare_cached(SEND_MESSAGE)?.execute((
        &lane,
        "ann",
        &body,
        now,
        PENDING_POSITION + sequence,
        number,
        &id,
    ))?;
    Ok(())
}

fn open_and_read(file: &str, synchronous: &str) -> Result<f64> {
    let start = Instant::now();
    let connection = open(file, synchronous)?;
    let mut statement = connection.prepare(LAST_50)?;
    let rows = statement.query_map(["c7"], |row| row.get::<_, String>(5))?.count();
    assert_eq!(rows, 51, "the file holds enough messages");
    Ok(milliseconds(start.elapsed()))
}

/// Picks, marks and settles everything, with an invented answer in place of a server.
fn drain(connection: &mut Connection) -> Result<Duration> {
    let start = Instant::now();
    let mut version = 0;
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let batch = pick(&transaction)?;
        for (sequence, entry, record) in &batch {
            transaction.prepare_cached(DRAIN_MARK)?.execute([sequence])?;
            transaction.prepare_cached(DRAIN_LOG)?.execute((entry, now_ms(), "attempted"))?;
            transaction.prepare_cached(DRAIN_SENDING)?.execute((version, record))?;
        }
        transaction.commit()?;
        if batch.is_empty() {
            return Ok(start.elapsed());
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (sequence, entry, record) in &batch {
            version += 1;
            transaction.prepare_cached(DRAIN_REMOVE)?.execute([sequence])?;
            transaction.prepare_cached(DRAIN_LOG)?.execute((entry, now_ms(), "acked"))?;
            transaction.prepare_cached(DRAIN_SENT)?.execute((version, version, version, record))?;
        }
        transaction.commit()?;
    }
}

fn pick(transaction: &Transaction<'_>) -> Result<Vec<(i64, Vec<u8>, String)>> {
    let mut statement = transaction.prepare_cached(DRAIN_PICK)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

fn now_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
