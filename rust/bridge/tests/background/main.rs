//! Budgets that end while much still waits: a file with 10 000 entries is synced by
//! `mailboat_sync_once` alone, as a phone's background does it, a second, five and 25 at a
//! time; then everything is counted.
//!
//! `npm run test:background [-- --sabotage]`
//!
//! The app (an engine behind the waist) writes while there is no network, and is closed. The
//! dev server takes its time, and drops some answers, so that no budget is enough. After each
//! call the file is recounted with plain SQL: the report must say what happened, the call must
//! have returned within its budget, and the file must be closed. At last the server answers at
//! once, and its effects must be the writes: each once, each lane in its order. With
//! `--sabotage` it forgets its ledger, and the run must say so.

mod app;
mod audit;
mod round;

use std::path::Path;
use std::process::ExitCode;

use app::write_offline;
use audit::Audit;
use mailboat_devserver::{DevServer, Fault, FaultKind, On, Options};
use round::{Ended, Round, sync_once};

/// The budgets in milliseconds, and how often each is given to a slow server.
const BUDGETS: [(u32, u32); 3] = [(1_000, 4), (5_000, 2), (25_000, 1)];
/// Entries that wait in each file.
pub const ENTRIES: u32 = 10_000;
/// Milliseconds that the server takes for a request: even the longest budget is too short.
const LATENCY_MS: u64 = 300;
/// Answers that get lost.
const LOST_ANSWERS: f64 = 0.05;
/// What a server that answers at once needs at the most.
const MAX_ROUNDS: u32 = 200;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // A test runner only asks what tests there are.
    if words.iter().any(|word| word == "--list") {
        return ExitCode::SUCCESS;
    }
    let sabotage = words.iter().any(|word| word == "--sabotage");
    let folder = tempfile::tempdir().expect("a temporary folder");
    if run(sabotage, folder.path()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(sabotage: bool, folder: &Path) -> bool {
    let mut audit = Audit::default();
    for (budget_ms, slow_rounds) in BUDGETS {
        let folder = folder.join(budget_ms.to_string());
        std::fs::create_dir(&folder).expect("a folder of its own");
        let mut options = Options::new(folder.join("server"));
        options.forget_ledger = sabotage;
        let server = DevServer::start(options).expect("the dev server starts");
        let token = server.issue_token("ann").expect("a token");
        let file = folder.join("ann.db");
        write_offline(&file, &server.url(), &token);
        let mut waiting = audit::pending(&file);

        server.add_faults(slowness());
        for _ in 0..slow_rounds {
            let round = sync_once(&file, budget_ms, waiting);
            waiting = round.left;
            audit.add_short(budget_ms, &round);
        }
        server.clear_faults();
        audit.add_all(budget_ms, drain(&file, budget_ms, waiting));
        drop(server);
        audit.recount(&folder, &file);
    }
    println!("{audit}");
    audit.is_clean()
}

/// What the server does to requests while budgets are to be too short.
fn slowness() -> Vec<Fault> {
    let slow = Fault::once(On::Any, FaultKind::Delay { ms: LATENCY_MS }).always();
    let lost = Fault::once(On::Push, FaultKind::DropAfterCommit).always();
    vec![slow, Fault { probability: Some(LOST_ANSWERS), ..lost }]
}

/// Goes on until nothing is left.
fn drain(file: &Path, budget_ms: u32, mut waiting: u32) -> Vec<Round> {
    let mut rounds = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let round = sync_once(file, budget_ms, waiting);
        waiting = round.left;
        let is_done = round.ended == Ended::Done;
        rounds.push(round);
        if is_done {
            break;
        }
    }
    rounds
}
