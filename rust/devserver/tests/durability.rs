//! What the server has acknowledged survives a stop, a restart and a kill.
#![cfg(unix)]

mod common;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use common::{TestServer, User, conversation, get, message, note, start_in};
use mailboat_backends::rest::wire::PushEntry;
use serde_json::Value;
use tempfile::TempDir;

/// The binary. It ends when its standard input does: at the latest with its test.
struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: SocketAddr,
    log: PathBuf,
}

impl Process {
    fn start(dir: &Path, flags: &[&str]) -> Self {
        let log = dir.join("server.log");
        let mut child = Command::new(env!("CARGO_BIN_EXE_mailboat-devserver"))
            .args(["serve", "--exit-with-parent", "--port", "0", "--dir"])
            .arg(dir)
            .args(flags)
            .env("RUST_LOG", "debug")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a log"))
            .spawn()
            .expect("the binary");
        let mut stdout = BufReader::new(child.stdout.take().expect("standard output"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("one line of JSON");
        let url = ready["url"].as_str().expect("a url");
        let address = url.strip_prefix("http://").expect("http").parse().expect("an address");
        assert_eq!(ready["port"], SocketAddr::port(&address));
        Self { child, stdout, address, log }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(status.success());
    }

    /// Its exit code, and what it wrote to standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        assert_eq!(
            self.stdout.read_line(&mut rest).expect("the end"),
            0,
            "more than one line: {rest}"
        );
        let code = self.child.wait().expect("an end").code();
        (code, fs::read_to_string(&self.log).expect("a log"))
    }
}

#[test]
fn data_ledger_tokens_and_cursors_survive_a_restart_on_the_same_port() {
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let entry = note("n1");
    ann.push_one(&entry);
    let cursor = ann.pull(None, "").cursor;
    let _server = server.restart();
    // The connection is gone; the token is not.
    let mut ann = ann.reconnected();
    assert!(ann.pull(Some(&cursor), "").changes.is_empty());
    assert_eq!(ann.push_words(&[entry, note("n2")]), ["duplicate", "acked"]);
    let page = ann.pull(Some(&cursor), "");
    assert_eq!((common::ids(&page.changes), page.changes[0].version), (vec!["n2"], 2));
}

#[test]
fn a_server_that_is_dropped_is_stopped() {
    let server = TestServer::start();
    let address = server.server.addr();
    let dir = server.dir;
    drop(server.server);
    assert!(std::net::TcpStream::connect(address).is_err());
    drop(start_in(dir.path()));
}

#[test]
fn a_taken_port_and_an_impossible_folder_are_errors() {
    let server = TestServer::start();
    let dir = TempDir::new().expect("a folder");
    let taken = mailboat_devserver::Options {
        port: server.server.addr().port(),
        ..mailboat_devserver::Options::new(dir.path())
    };
    assert!(mailboat_devserver::DevServer::start(taken).is_err());
    let file = dir.path().join("file");
    fs::write(&file, "not a folder").expect("a file");
    let below_a_file = mailboat_devserver::Options::new(file.join("dir"));
    assert!(mailboat_devserver::DevServer::start(below_a_file).is_err());
}

#[test]
fn sigterm_ends_the_binary_cleanly() {
    let dir = TempDir::new().expect("a folder");
    let process = Process::start(dir.path(), &[]);
    User::sign_in(process.address, "ann").push_one(&note("n1"));
    process.signal("TERM");
    assert_eq!(process.end().0, Some(0));
    let server = start_in(dir.path());
    assert_eq!(get(server.addr(), "/dev/state").json()["effects"], 1);
}

#[test]
fn the_binary_ends_when_its_input_does() {
    let dir = TempDir::new().expect("a folder");
    let mut process = Process::start(dir.path(), &[]);
    drop(process.child.stdin.take());
    assert_eq!(process.end().0, Some(0));
}

#[test]
fn the_binary_can_forget_its_ledger() {
    let dir = TempDir::new().expect("a folder");
    let process = Process::start(dir.path(), &["--forget-ledger"]);
    let mut ann = User::sign_in(process.address, "ann");
    let entry = note("n1");
    assert_eq!(ann.push_words(&[entry.clone(), entry]), ["acked", "acked"]);
    process.signal("TERM");
    process.end();
}

#[test]
fn nothing_of_a_body_or_token_reaches_the_log() {
    let dir = TempDir::new().expect("a folder");
    let process = Process::start(dir.path(), &[]);
    let mut ann = User::sign_in(process.address, "ann");
    let secret = common::create("notes", "n1", serde_json::json!({ "text": "treasure map" }));
    ann.push_one(&secret);
    ann.request("POST", "/v1/push", b"treasure map").expect("an answer");
    ann.pull(None, "");
    let token = ann.token.clone();
    process.signal("TERM");
    let (_, log) = process.end();
    assert!(log.contains("push"), "the log says nothing at all");
    assert!(!log.contains("treasure") && !log.contains(&token));
}

/// Pushes until the server is gone; answers the entries that were acknowledged.
fn push_until_killed(mut user: User, writer: usize) -> Vec<PushEntry> {
    let mut acknowledged = Vec::new();
    for round in 0.. {
        let batch: Vec<PushEntry> =
            (0..20).map(|n| message("c1", &format!("w{writer}-{round}-{n}"))).collect();
        match user.try_push(&batch) {
            Ok(answer) if answer.status == 200 => acknowledged.extend(batch),
            _ => break,
        }
    }
    acknowledged
}

#[test]
fn a_kill_in_the_middle_of_pushes_loses_nothing_acknowledged() {
    let dir = TempDir::new().expect("a folder");
    let mut acknowledged = Vec::new();
    for kill in 0..3 {
        let mut process = Process::start(dir.path(), &[]);
        let address = process.address;
        User::sign_in(address, "ann").push(&[conversation("c1", &["ann"])]);
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let user = User::sign_in(address, "ann");
                thread::spawn(move || push_until_killed(user, kill * 10 + writer))
            })
            .collect();
        // Killed when enough is under way, wherever that finds the writers.
        let goal = 200 * (kill as u64 + 1);
        while get(address, "/dev/state").json()["effects"].as_u64().expect("a count") < goal {}
        process.child.kill().expect("SIGKILL");
        process.child.wait().expect("an end");
        for writer in writers {
            acknowledged.extend(writer.join().expect("a writer"));
        }
    }
    assert!(!acknowledged.is_empty());
    let server = start_in(dir.path());
    let mut ann = User::sign_in(server.addr(), "ann");
    for batch in acknowledged.chunks(100) {
        // An acknowledged entry is in the ledger: sent again, it is a duplicate.
        assert!(ann.push_words(batch).iter().all(|word| word == "duplicate"));
    }
    let state = get(server.addr(), "/dev/state").json();
    assert_eq!(state["repeatedEffects"], 0);
    assert_eq!(state["effects"], state["ledger"]);
}
