//! Runs of seeds: one alone, many on all cores, and a failing one cut down to its core.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use tempfile::TempDir;

use crate::fault::{Fault, Faults};
use crate::finding::{Finding, Invariant};
use crate::scenario::{Cut, Scenario};
use crate::world::{Outcome, Sabotage, World};

/// Plays one seed.
#[must_use]
pub fn play(seed: u64, cut: &Cut, told: bool, sabotage: Sabotage) -> Outcome {
    let folder = folder();
    let scenario = Scenario::new(seed, cut);
    let run = || World::play(&scenario, folder.path(), told, sabotage);
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| Some((*panic.downcast_ref::<&str>()?).to_owned()));
        let sentence = format!("a panic: {}", words.unwrap_or_default());
        let finding = Finding { invariant: Invariant::TheEngineWorks, at_ms: 0, sentence };
        Outcome { findings: vec![finding], ..Outcome::default() }
    })
}

/// Plays `runs` seeds from `first_seed` on, on all cores, and shows each outcome to
/// `ended`, in no order, until it has seen enough.
pub fn play_all(
    first_seed: u64,
    runs: u64,
    ended: impl FnMut(u64, Outcome) -> ControlFlow<()> + Send,
) {
    let next = AtomicU64::new(0);
    let ended = Mutex::new(ended);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= runs {
                        return;
                    }
                    let seed = first_seed.wrapping_add(number);
                    let outcome = play(seed, &Cut::default(), false, Sabotage::None);
                    let mut ended = ended.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    if ended(seed, outcome).is_break() {
                        next.store(runs, Ordering::Relaxed);
                    }
                }
            });
        }
    });
}

/// Cuts away what a failing run can do without, as long as the same rule stays broken:
/// devices, kinds of fault, acts, and time.
#[must_use]
pub fn shrink(seed: u64, cut: &Cut, invariant: Invariant, sabotage: Sabotage) -> Cut {
    let mut best = cut.clone();
    let fails = |cut: &Cut| {
        play(seed, cut, false, sabotage).findings.iter().any(|it| it.invariant == invariant)
    };
    let scenario = Scenario::new(seed, cut);
    let mut devices: Vec<usize> = scenario.devices.iter().map(|device| device.number).collect();
    // Halves first: most devices of a large world have nothing to do with it.
    let mut chunk = devices.len().div_ceil(2);
    while chunk > 0 && devices.len() > 1 {
        let mut at = 0;
        while at < devices.len() && devices.len() > 1 {
            let mut fewer = devices.clone();
            fewer.drain(at..(at + chunk).min(devices.len()));
            let candidate = Cut { devices: Some(fewer.clone()), ..best.clone() };
            if !fewer.is_empty() && fails(&candidate) {
                (best, devices) = (candidate, fewer);
            } else {
                at += chunk;
            }
        }
        chunk /= 2;
    }
    let minutes = scenario.duration_ms / 60_000;
    for parts in [8, 4, 2] {
        let shorter = best.minutes.unwrap_or(minutes) / parts;
        let candidate = Cut { minutes: Some(shorter.max(1)), ..best.clone() };
        if fails(&candidate) {
            best = candidate;
            break;
        }
    }
    for acts in [1, 2, 4, 8, 16] {
        let candidate = Cut { acts: Some(acts), ..best.clone() };
        if fails(&candidate) {
            best = candidate;
            break;
        }
    }
    for fault in Fault::ALL {
        let candidate = Cut { without: best.without.with(*fault), ..best.clone() };
        if fails(&candidate) {
            best = candidate;
        }
    }
    best
}

/// The command that plays a run again.
#[must_use]
pub fn command(seed: u64, cut: &Cut) -> String {
    let mut command = format!("npm run sim -- --seed {seed}");
    if let Some(devices) = &cut.devices {
        let numbers: Vec<String> = devices.iter().map(ToString::to_string).collect();
        command.push_str(&format!(" --devices {}", numbers.join(",")));
    }
    if cut.without != Faults::none() {
        let words = Fault::ALL.iter().filter(|fault| cut.without.has(**fault));
        let words: Vec<&str> = words.map(|fault| fault.word()).collect();
        command.push_str(&format!(" --without {}", words.join(",")));
    }
    if let Some(acts) = cut.acts {
        command.push_str(&format!(" --acts {acts}"));
    }
    if let Some(minutes) = cut.minutes {
        command.push_str(&format!(" --minutes {minutes}"));
    }
    command
}

/// A folder in memory where there is one: the disk's own speed is not what is tested.
fn folder() -> TempDir {
    let shared_memory = Path::new("/dev/shm");
    let parent: PathBuf =
        if shared_memory.is_dir() { shared_memory.into() } else { std::env::temp_dir() };
    let named = || tempfile::Builder::new().prefix("mailboat-sim-").tempdir_in(&parent);
    named().or_else(|_| TempDir::new()).expect("a folder can be made")
}
