//! The simulator on the command line.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use mailboat_sim::fault::{Fault, Faults};
use mailboat_sim::report::Report;
use mailboat_sim::run::{command, play, play_all, shrink};
use mailboat_sim::scenario::Cut;
use mailboat_sim::world::{Outcome, Sabotage};

/// Lines at the end of a story that are shown.
const STORY_LINES: usize = 80;
/// Failing runs that are told in full; the others are only named.
const FAILURES_TOLD: usize = 3;

/// Plays years of bad weather against the real engine.
#[derive(Parser)]
#[command(name = "mailboat-sim")]
struct Cli {
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    runs: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Takes a first seed that nobody has tried.
    #[arg(long)]
    fresh: bool,
    /// Stops at the first failing seed, without cutting it down.
    #[arg(long)]
    stop_at_first: bool,
    /// Plays this seed alone and tells its story.
    #[arg(long)]
    seed: Option<u64>,
    /// Names failing seeds without cutting them down.
    #[arg(long)]
    brief: bool,
    /// Tells all of its story, not only how it ends.
    #[arg(long)]
    whole: bool,
    /// Only these devices of it.
    #[arg(long, value_delimiter = ',')]
    devices: Option<Vec<usize>>,
    /// Without these kinds of fault.
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
    /// At most so many acts of each device.
    #[arg(long)]
    acts: Option<usize>,
    /// Fine weather after so many minutes.
    #[arg(long)]
    minutes: Option<i64>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let clean = match cli.seed {
        Some(seed) => match cut_of(&cli) {
            Ok(cut) => tell(seed, &cut, cli.whole),
            Err(sentence) => {
                eprintln!("{sentence}");
                false
            }
        },
        None => play_many(&cli),
    };
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn cut_of(cli: &Cli) -> Result<Cut, String> {
    let mut without = Faults::none();
    for word in &cli.without {
        let fault = Fault::ALL.iter().find(|fault| fault.word() == word);
        without = without.with(*fault.ok_or_else(|| format!("there is no fault {word}"))?);
    }
    Ok(Cut { devices: cli.devices.clone(), without, acts: cli.acts, minutes: cli.minutes })
}

/// Plays one seed and tells its story.
fn tell(seed: u64, cut: &Cut, whole: bool) -> bool {
    let outcome = play(seed, cut, true, Sabotage::None);
    let skipped = outcome.story.len().saturating_sub(STORY_LINES);
    let from = if whole { 0 } else { skipped };
    if from > 0 {
        println!("... {from} lines before (--whole tells them)");
    }
    outcome.story[from..].iter().for_each(|line| println!("{line}"));
    println!("trace {:016x}", outcome.hash);
    outcome.findings.iter().for_each(|finding| println!("BROKEN {finding}"));
    let mut report = Report::default();
    report.add(&outcome);
    println!("{report}");
    outcome.findings.is_empty()
}

fn play_many(cli: &Cli) -> bool {
    let first = if cli.fresh { rand::random::<u32>().into() } else { cli.first_seed };
    println!("seeds {first} to {}", first.wrapping_add(cli.runs.saturating_sub(1)));
    let begun = Instant::now();
    let mut report = Report::default();
    let mut failed: Vec<(u64, Outcome)> = Vec::new();
    play_all(first, cli.runs, |seed, outcome| {
        report.add(&outcome);
        if !outcome.findings.is_empty() {
            println!("seed {seed}: {}", outcome.findings[0]);
            failed.push((seed, outcome));
            if cli.stop_at_first {
                return ControlFlow::Break(());
            }
        }
        if report.runs().is_multiple_of(100) {
            println!("    ... {} runs in {} s", report.runs(), begun.elapsed().as_secs());
        }
        ControlFlow::Continue(())
    });
    if cli.stop_at_first && !failed.is_empty() {
        return false;
    }
    failed.sort_by_key(|(seed, _)| *seed);
    let told = if cli.brief { 0 } else { FAILURES_TOLD };
    for (seed, outcome) in failed.iter().take(told) {
        println!("\nseed {seed} fails: {}", command(*seed, &Cut::default()));
        let invariant = outcome.findings[0].invariant;
        let cut = shrink(*seed, &Cut::default(), invariant, Sabotage::None);
        println!("cut down: {}", command(*seed, &cut));
        tell(*seed, &cut, false);
    }
    println!("{report}");
    report.is_clean()
}
