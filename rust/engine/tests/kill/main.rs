//! Kills a writer again and again, and then counts: nothing acknowledged may be lost,
//! nothing may arrive twice, no lane may arrive out of order.
//!
//! `cargo test --release -p mailboat-engine --test kill -- --kills 200 [--seed N] [--sabotage]`
//!
//! This process holds the dev server, which drops answers before and after its commit.
//! A child process (this binary again) writes messages through the engine and says on
//! a pipe what it does. It is killed with SIGKILL at random, or at a moment aimed at.
//! The parent trusts only what it read from the pipe and what the two databases hold.

mod aim;
mod audit;
mod story;
mod writer;

use std::path::Path;
use std::process::ExitCode;

use aim::Aim;
use audit::Audit;
use mailboat_devserver::{DevServer, Fault, FaultKind, On, Options};
use rand::SeedableRng;
use rand::rngs::StdRng;
use story::Story;

/// Tells a child of this binary that it is the writer.
pub const WRITER_VARIABLE: &str = "MAILBOAT_KILL_WRITER";
/// Kills when the command line names no number.
const DEFAULT_KILLS: u32 = 40;

struct Arguments {
    kills: u32,
    seed: u64,
    sabotage: bool,
}

fn main() -> ExitCode {
    if let Ok(config) = std::env::var(WRITER_VARIABLE) {
        writer::run(&config);
    }
    let arguments = match parse_arguments() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => return ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::FAILURE;
        }
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    if run(&arguments, folder.path()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(arguments: &Arguments, folder: &Path) -> bool {
    let mut dice = StdRng::seed_from_u64(arguments.seed);
    let mut options = Options::new(folder.join("server"));
    options.forget_ledger = arguments.sabotage;
    let server = DevServer::start(options).expect("the dev server starts");
    let token = server.issue_token("ann").expect("a token");
    server.add_faults(weather());
    let database = folder.join("ann.db");
    println!("{} kills, seed {}", arguments.kills, arguments.seed);

    let mut story = Story::default();
    for round in 1..=arguments.kills {
        let aim = Aim::draw(&mut dice);
        let config = writer::Config { path: &database, url: &server.url(), token: &token, round };
        let witnessed = aim::kill_one(&config, aim, &mut dice, round);
        let unsettled = audit::effects_not_settled(folder, &database);
        story.add(&witnessed, unsettled);
        if round % 20 == 0 {
            println!("after {round} kills: {story}");
        }
    }
    server.clear_faults();
    writer::deliver_the_rest(&database, &server.url(), &token);
    drop(server);

    let audit = Audit::of(folder, &story.acknowledged);
    println!("{story} {audit}");
    story.is_plausible(arguments.kills) && audit.is_clean()
}

/// What the dev server does to pushes, for as long as writers are killed.
fn weather() -> Vec<Fault> {
    let often = |probability, kind| Fault {
        on: On::Push,
        times: None,
        probability: Some(probability),
        user: None,
        kind,
    };
    vec![
        often(0.25, FaultKind::DropAfterCommit),
        often(0.10, FaultKind::DropBeforeCommit),
        often(0.10, FaultKind::Truncate),
        often(0.10, FaultKind::Status { status: 503, retry_after_s: None }),
        often(0.20, FaultKind::Delay { ms: 3 }),
    ]
}

/// Reads the command line. `None`: a test runner only asks what tests there are.
fn parse_arguments() -> Result<Option<Arguments>, String> {
    let mut arguments = Arguments { kills: DEFAULT_KILLS, seed: rand::random(), sabotage: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || {
            let value = words.next().and_then(|value| value.parse::<u64>().ok());
            value.ok_or_else(|| format!("{word} wants a number"))
        };
        match word.as_str() {
            "--kills" => {
                arguments.kills = u32::try_from(number()?).map_err(|_| "too many kills")?
            }
            "--seed" => arguments.seed = number()?,
            "--sabotage" => arguments.sabotage = true,
            "--list" => return Ok(None),
            // Flags of cargo's own runner, such as --nocapture or a filter, mean nothing here.
            _ => {}
        }
    }
    Ok(Some(arguments))
}
