//! The dev server on the command line.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Sender};
use std::thread;

use clap::{Args, Parser, Subcommand};
use mailboat_devserver::{DevServer, Options};
use serde_json::json;
use tracing_subscriber::EnvFilter;

/// Reference server of Mailboat's REST contract, for tests and demos.
#[derive(Parser)]
#[command(name = "mailboat-devserver")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Listens on 127.0.0.1 and prints {"url", "port"} on one line when it does.
    Serve(Serve),
}

#[derive(Args)]
struct Serve {
    /// Where the data lives; made if it is not there.
    #[arg(long)]
    dir: PathBuf,
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Sabotage: applies every attempt again.
    #[arg(long)]
    forget_ledger: bool,
    /// Ends when standard input closes, so that no server outlives its test.
    #[arg(long)]
    exit_with_parent: bool,
}

/// Why the server is to end.
#[derive(Debug)]
enum Stop {
    Signal,
    ParentGone,
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let Command::Serve(serve) = Cli::parse().command;
    match run(serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the dev server failed");
            ExitCode::FAILURE
        }
    }
}

fn run(serve: Serve) -> Result<(), Box<dyn std::error::Error>> {
    let (stop, stopped) = mpsc::channel();
    // Before listening: a signal that comes right after the line below must not kill.
    stop_on_signal(stop.clone())?;
    let options = Options { dir: serve.dir, port: serve.port, forget_ledger: serve.forget_ledger };
    let server = DevServer::start(options)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", json!({ "url": server.url(), "port": server.addr().port() }))?;
    stdout.flush()?;
    if serve.exit_with_parent {
        thread::spawn(move || stop_at_end_of_input(&stop));
    }
    // An error means that nobody can say stop any more, which is as good as being told.
    let reason = stopped.recv().unwrap_or(Stop::Signal);
    tracing::info!(?reason, "ending");
    server.stop();
    Ok(())
}

#[cfg(unix)]
fn stop_on_signal(stop: Sender<Stop>) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};

    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            // Nobody receives when the server is ending already.
            let _ = stop.send(Stop::Signal);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn stop_on_signal(stop: Sender<Stop>) -> io::Result<()> {
    // The default action ends the process; what it acknowledged is on the disk. The
    // sender is kept, or the receiver would take its end for a signal.
    std::mem::forget(stop);
    Ok(())
}

fn stop_at_end_of_input(stop: &Sender<Stop>) {
    let mut byte = [0];
    let mut input = io::stdin().lock();
    while input.read(&mut byte).is_ok_and(|count| count > 0) {}
    // Nobody receives when the server is ending already.
    let _ = stop.send(Stop::ParentGone);
}
