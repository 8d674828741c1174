//! When to kill: at random, or at a moment the pipe tells of.

use std::io::{BufRead, BufReader};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rand::Rng;
use rand::rngs::StdRng;

use crate::writer::{self, Config};

/// A writer whose moment does not come is killed after this many milliseconds.
const PATIENCE_MS: u64 = 400;

/// The moment aimed at. Whether it was hit is seen from the pipe afterwards.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// So many microseconds after the first sign of life.
    AtRandom { after_us: u64 },
    /// As the n-th commit begins.
    InCommit { nth: u32 },
    /// So many microseconds after the n-th push has begun.
    InRequest { nth: u32, after_us: u64 },
}

/// What the pipe told of one life.
#[derive(Default)]
pub struct Witnessed {
    /// Messages acknowledged, by name.
    pub acknowledged: Vec<String>,
    /// A commit had begun and not ended.
    pub in_commit: bool,
    /// A push had begun and not ended.
    pub in_request: bool,
}

impl Aim {
    /// Draws a moment.
    pub fn draw(dice: &mut StdRng) -> Self {
        match dice.random_range(0..10) {
            0..=2 => Self::AtRandom { after_us: dice.random_range(0..40_000) },
            3..=5 => Self::InCommit { nth: dice.random_range(1..40) },
            _ => Self::InRequest {
                nth: dice.random_range(1..4),
                after_us: dice.random_range(0..3_000),
            },
        }
    }
}

/// Starts a writer, kills it with SIGKILL at the moment aimed at, and reads its pipe to the end.
pub fn kill_one(config: &Config<'_>, aim: Aim, dice: &mut StdRng, round: u32) -> Witnessed {
    let mut child = writer::spawn(config);
    let pipe = child.stdout.take().expect("the writer's stdout is a pipe");
    let (sender, facts) = channel();
    let reading = thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let mut witnessed = Witnessed::default();
    // The first life makes the conversations; it is left alone until it has written.
    let aim = if round == 1 {
        Aim::InRequest { nth: 2, after_us: dice.random_range(0..3_000) }
    } else {
        aim
    };
    wait_for(aim, &facts, &mut witnessed);
    child.kill().expect("the writer lives until it is killed");
    child.wait().expect("the writer was ours");
    reading.join().expect("the reader only reads");
    facts.try_iter().for_each(|fact| witnessed.note(&fact));
    witnessed
}

fn wait_for(aim: Aim, facts: &Receiver<String>, witnessed: &mut Witnessed) {
    let mut give_up = Instant::now() + Duration::from_millis(10 * PATIENCE_MS);
    let (mut commits, mut pushes, mut alive) = (0, 0, false);
    loop {
        let fact = match facts.recv_timeout(give_up.saturating_duration_since(Instant::now())) {
            Ok(fact) => fact,
            Err(RecvTimeoutError::Timeout) => return,
            Err(RecvTimeoutError::Disconnected) => {
                panic!("the writer ended by itself; its words are above")
            }
        };
        witnessed.note(&fact);
        if !std::mem::replace(&mut alive, true) {
            let patience = match aim {
                Aim::AtRandom { after_us } => Duration::from_micros(after_us),
                _ => Duration::from_millis(PATIENCE_MS),
            };
            give_up = Instant::now() + patience;
        }
        commits += u32::from(fact == "B");
        pushes += u32::from(fact == "R");
        match aim {
            Aim::InCommit { nth } if commits == nth && fact == "B" => return,
            Aim::InRequest { nth, after_us } if pushes == nth && fact == "R" => {
                spin_for(Duration::from_micros(after_us));
                return;
            }
            _ => {}
        }
    }
}

/// Waits without giving the core away: a sleep is too coarse for a moment of microseconds.
fn spin_for(duration: Duration) {
    let end = Instant::now() + duration;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}

impl Witnessed {
    fn note(&mut self, fact: &str) {
        match fact {
            "B" => self.in_commit = true,
            "E" => self.in_commit = false,
            "R" => self.in_request = true,
            "r" => self.in_request = false,
            other => self.acknowledged.extend(other.strip_prefix("A ").map(str::to_owned)),
        }
    }
}
