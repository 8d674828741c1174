//! How a person wants something sent: most writes as their collection says, some otherwise.

use mailboat_core::{Priority, SendMode, WriteMode};
use mailboat_engine::waist::{BatchMode, WriteOptions};

use crate::dice::Dice;

/// Most messages of a batch.
const MOST_BATCHED: i64 = 6;

/// How likely a write is not as its collection says, in each way of its own.
const OTHER_PRIORITY: f64 = 0.3;
const OTHER_SEND: f64 = 0.15;
const SERVER_FIRST: f64 = 0.1;
/// How likely messages come as a batch.
const BATCH: f64 = 0.08;

/// Draws the options of a write.
pub fn options(dice: &mut Dice) -> WriteOptions {
    let other = dice.chance(OTHER_PRIORITY);
    let priority = *dice.pick(&[Priority::Low, Priority::Low, Priority::High]);
    let later = dice.chance(OTHER_SEND);
    let send = *dice.pick(&[SendMode::Batched, SendMode::Scheduled]);
    let waits = dice.chance(SERVER_FIRST);
    WriteOptions {
        priority: other.then_some(priority),
        send: later.then_some(send),
        write: waits.then_some(WriteMode::ServerFirst),
        ..WriteOptions::default()
    }
}

/// Draws whether messages come as a batch: how it goes, and how many they are.
pub fn batch(dice: &mut Dice) -> Option<(BatchMode, i64)> {
    let is_batch = dice.chance(BATCH);
    let mode = *dice.pick(&[BatchMode::Atomic, BatchMode::Partial]);
    let count = dice.between(2, MOST_BATCHED);
    is_batch.then_some((mode, count))
}
