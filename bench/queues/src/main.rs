//! Times the pick of the next batch from queues of several lengths, which take turns.
//! `mailboat-bench-queues FOLDER one|each PICKS COUNT...` prints one JSON array of
//! microseconds a COUNT.
//!
//! The queues are made and moved by the store's own write path: after each pick its
//! entries are marked, acknowledged, and replaced by as many new ones, so that a queue
//! keeps its length and no pick finds the pages of the one before.

use std::path::Path;
use std::time::Instant;

use mailboat_core::{EntryId, Operation, Priority, Timestamp, Transition};
use mailboat_store::{Durability, Mutation, Opening, Schema, Sending, StoreError, Writer};
use serde_json::{Value, json};
use uuid::Uuid;

/// Entries of one pick: a full batch.
const BATCH: u32 = 100;
/// Writes that share a transaction while a queue is filled.
const FILL_WRITES: u64 = 10_000;

/// How entries are spread over lanes.
#[derive(Clone, Copy, PartialEq)]
enum Lanes {
    /// All in one conversation.
    One,
    /// Each in a conversation of its own.
    Each,
}

/// A file with an outbox that keeps its length.
struct Queue {
    writer: Writer,
    lanes: Lanes,
    written: u64,
    /// The server's number of the last acknowledgement.
    acknowledged: u64,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, lanes, picks, counts @ ..] = words.as_slice() else {
        eprintln!("usage: mailboat-bench-queues FOLDER one|each PICKS COUNT...");
        std::process::exit(2);
    };
    let lanes = if lanes == "one" { Lanes::One } else { Lanes::Each };
    let number = |word: &String| word.parse::<u64>().expect("PICKS and COUNT are numbers");
    let times = time_picks(Path::new(folder), lanes, number(picks), counts.iter().map(number))
        .expect("the store does what it is asked");
    println!("{}", json!(times));
}

fn time_picks(
    folder: &Path,
    lanes: Lanes,
    picks: u64,
    counts: impl Iterator<Item = u64>,
) -> Result<Vec<Vec<f64>>, StoreError> {
    let queues = counts.map(|count| Queue::of(&folder.join(format!("{count}.db")), lanes, count));
    let mut queues: Vec<Queue> = queues.collect::<Result<_, _>>()?;
    let mut times = vec![Vec::new(); queues.len()];
    for _ in 0..picks {
        for (queue, times) in queues.iter_mut().zip(&mut times) {
            times.push(queue.pick_and_move_on()?);
        }
    }
    Ok(times)
}

impl Queue {
    /// A fresh file with so many entries in its outbox.
    fn of(path: &Path, lanes: Lanes, count: u64) -> Result<Self, StoreError> {
        let (writer, _) = Opening::begin(path, &Schema::messaging())?.finish()?;
        let mut queue = Self { writer, lanes, written: 0, acknowledged: 0 };
        while queue.written < count {
            queue.enqueue(FILL_WRITES.min(count - queue.written))?;
        }
        Ok(queue)
    }

    fn enqueue(&mut self, writes: u64) -> Result<(), StoreError> {
        let (from, to) = (self.written, self.written + writes);
        let lanes = self.lanes;
        self.writer.transaction(Durability::Normal, |transaction| {
            (from..to).try_for_each(|number| {
                transaction.write(&message(number, lanes), Timestamp(number.cast_signed()))?;
                Ok(())
            })
        })?;
        self.written = to;
        Ok(())
    }

    /// Microseconds of one pick.
    fn pick_and_move_on(&mut self) -> Result<f64, StoreError> {
        let now = Timestamp(self.written.cast_signed());
        let start = Instant::now();
        let due = self.writer.due(now, BATCH, Priority::Low, false, &[])?;
        let took_us = start.elapsed().as_secs_f64() * 1e6;
        assert_eq!(due.candidates.len(), BATCH as usize, "a pick is a full batch");
        let batch: Vec<EntryId> = due.candidates.iter().map(|candidate| candidate.id).collect();
        self.acknowledge(&batch, now)?;
        self.enqueue(BATCH.into())?;
        Ok(took_us)
    }

    fn acknowledge(&mut self, batch: &[EntryId], now: Timestamp) -> Result<(), StoreError> {
        let Self { writer, acknowledged, .. } = self;
        let (entries, _) = writer.transaction(Durability::Normal, |transaction| {
            transaction.mark_attempted(batch, now)
        })?;
        let mut settled = Vec::new();
        for entry in &entries {
            *acknowledged += 1;
            let transition = Transition::Acked { version: *acknowledged, order: *acknowledged };
            settled.push((entry, transition, None));
        }
        writer.transaction(Durability::Normal, |transaction| transaction.settle(&settled, now))?;
        Ok(())
    }
}

fn message(number: u64, lanes: Lanes) -> Mutation {
    let lane = if lanes == Lanes::One { 0 } else { number };
    let values = json!({
        "conversationId": format!("conversation {lane}"), "senderId": "ann", "sentAt": number,
        "body": format!("Are we still on for lunch tomorrow? ({number})"),
    });
    let Value::Object(values) = values else { unreachable!("it is an object") };
    Mutation {
        entry: Uuid::now_v7(),
        collection: "messages".into(),
        record_id: Uuid::now_v7().to_string(),
        operation: Operation::Create,
        values,
        sending: Sending::default(),
    }
}
