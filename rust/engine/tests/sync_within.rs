//! `syncWithin`: pushes and pulls until nothing may go, or the budget is spent.

#[allow(dead_code, reason = "each test binary uses its own part")]
mod common;

use std::time::{Duration, Instant};

use common::{Person, config};
use mailboat_devserver::{DevServer, EntryFault, EntryVerdict, Fault, FaultKind, On, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Shore {
    folder: TempDir,
    server: DevServer,
}

impl Shore {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = DevServer::start(Options::new(folder.path().join("server")));
        Self { folder, server: server.expect("the dev server starts") }
    }

    fn open(&self, name: &str) -> Person {
        let path = self.folder.path().join(format!("{name}.db"));
        let mut config = config(&path, &self.server.url());
        // A new network's first request leaves at once: its spread may outlast a short budget.
        config["policy"] = json!({ "edgeSpreadMs": 0 });
        Person::open(&config, Some(self.server.issue_token(name).expect("a token")))
    }
}

fn within(budget_ms: u32) -> Value {
    json!({ "type": "syncWithin", "budgetMs": budget_ms })
}

fn on(kind: &str) -> Value {
    json!({ "type": "setNetwork", "network": { "kind": kind } })
}

fn conversation(id: &str, members: &[&str]) -> Value {
    let values = json!({ "title": "Talk", "memberIds": members });
    json!({ "type": "create", "collection": "conversations", "id": id, "values": values })
}

/// A person whose conversation is sent, and who has lost the network since.
fn offline(shore: &Shore, members: &[&str]) -> Person {
    let mut ann = shore.open("ann");
    ann.execute(&conversation("c1", members)).expect("stored");
    ann.execute(&json!({ "type": "sync" })).expect("synced");
    ann.execute(&on("none")).expect("taken");
    ann
}

#[test]
fn what_may_go_goes_and_is_counted() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann", "ben"]);
    let mut ben = shore.open("ben");
    ben.execute(&json!({ "type": "sync" })).expect("synced");
    for number in 0..3 {
        ben.send("c1", &format!("from ben {number}"));
        ann.send("c1", &format!("from ann {number}"));
    }
    ben.execute(&json!({ "type": "sync" })).expect("synced");
    ann.execute(&on("wifi")).expect("taken");
    let report = ann.execute(&within(20_000)).expect("a report");
    assert_eq!((&report["ended"], &report["left"]), (&json!("done"), &json!(0)));
    // The edge of the network may have sent some of them before the budget began.
    assert!(report["sent"].as_u64().expect("a number") <= 3, "{report}");
    assert_eq!(ann.bodies("c1").len(), 6);
    let again = ann.execute(&within(20_000)).expect("a report");
    assert_eq!(again, json!({ "sent": 0, "received": 0, "left": 0, "ended": "done" }));
}

#[test]
fn a_budget_is_answered_before_it_is_over_while_a_request_is_on_its_way() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann"]);
    ann.send("c1", "slow");
    shore.server.add_faults([Fault::once(On::Any, FaultKind::Delay { ms: 20_000 }).always()]);
    ann.execute(&on("wifi")).expect("taken");
    let began = Instant::now();
    let report = ann.execute(&within(1_000)).expect("a report");
    assert!(began.elapsed() < Duration::from_millis(1_000), "{:?}", began.elapsed());
    assert_eq!(report, json!({ "sent": 0, "received": 0, "left": 1, "ended": "budget" }));
}

#[test]
fn a_request_that_fails_is_tried_again_where_there_is_time() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann"]);
    ann.send("c1", "at the second attempt");
    let broken = FaultKind::Status { status: 503, retry_after_s: None };
    shore.server.add_faults([Fault::once(On::Push, broken)]);
    ann.execute(&on("wifi")).expect("taken");
    let report = ann.execute(&within(30_000)).expect("a report");
    assert_eq!((&report["ended"], &report["left"]), (&json!("done"), &json!(0)));
}

#[test]
fn what_waits_longer_than_the_budget_is_not_waited_for() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann"]);
    ann.send("c1", "later");
    let retry = EntryFault {
        outcome: EntryVerdict::Retry,
        record_id: None,
        lane: None,
        after_ms: Some(600_000),
    };
    shore.server.add_faults([Fault::once(On::Push, FaultKind::Entry(retry))]);
    ann.execute(&on("wifi")).expect("taken");
    let began = Instant::now();
    let report = ann.execute(&within(20_000)).expect("a report");
    assert_eq!((&report["ended"], &report["left"]), (&json!("waiting"), &json!(1)));
    assert!(began.elapsed() < Duration::from_millis(10_000));
}

#[test]
fn without_a_network_nothing_is_waited_for() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann"]);
    ann.send("c1", "ashore");
    let report = ann.execute(&within(20_000)).expect("a report");
    assert_eq!(report, json!({ "sent": 0, "received": 0, "left": 1, "ended": "waiting" }));
}

#[test]
fn a_budget_is_no_person_who_asks_so_low_priority_waits_for_a_good_network() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann"]);
    let values = json!({ "conversationId": "c1", "senderId": "ann", "body": "a log", "sentAt": 1 });
    let command = json!({ "type": "create", "collection": "messages", "values": values,
                          "options": { "priority": "low" } });
    ann.execute(&command).expect("stored");
    ann.execute(&on("cellular")).expect("taken");
    let report = ann.execute(&within(20_000)).expect("a report");
    assert_eq!((&report["ended"], &report["left"]), (&json!("waiting"), &json!(1)));
}

#[test]
fn what_only_gathers_goes_along_with_a_budget() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann"]);
    let values =
        json!({ "conversationId": "c1", "senderId": "ann", "body": "hourly", "sentAt": 1 });
    let command = json!({ "type": "create", "collection": "messages", "values": values,
                          "options": { "send": "scheduled" } });
    ann.execute(&command).expect("stored");
    ann.execute(&on("wifi")).expect("taken");
    let report = ann.execute(&within(20_000)).expect("a report");
    assert_eq!(report["sent"], 1);
    assert_eq!((&report["ended"], &report["left"]), (&json!("done"), &json!(0)));
}

#[test]
fn a_token_that_stays_refused_ends_it() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann"]);
    ann.send("c1", "unsigned");
    // Of the push and the pull that leave together, neither may come before the refusal.
    let refused = Fault::once(On::Any, FaultKind::UnauthorizedUntilRefreshed);
    shore.server.add_faults([refused.always()]);
    ann.execute(&on("wifi")).expect("taken");
    let report = ann.execute(&within(20_000)).expect("a report");
    assert_eq!((&report["ended"], &report["left"]), (&json!("unauthorized"), &json!(1)));
}

#[test]
fn an_engine_that_is_closed_says_what_was_achieved() {
    let shore = Shore::new();
    let mut ann = offline(&shore, &["ann"]);
    ann.send("c1", "cut short");
    shore.server.add_faults([Fault::once(On::Any, FaultKind::Delay { ms: 20_000 }).always()]);
    ann.execute(&on("wifi")).expect("taken");
    let report = ann.start(&within(20_000));
    ann.execute(&json!({ "type": "close" })).expect("closed");
    let report = report.recv().expect("an answer").expect("a report");
    assert_eq!(report, json!({ "sent": 0, "received": 0, "left": 1, "ended": "stopped" }));
}

#[test]
fn a_budget_has_limits_and_needs_a_backend() {
    let shore = Shore::new();
    let mut ann = shore.open("ann");
    for budget_ms in [0, 999, 600_001] {
        let error = ann.execute(&within(budget_ms)).expect_err("refused");
        assert_eq!(error["code"], "INVALID_ARGUMENT");
    }
    let mut config = config(&shore.folder.path().join("alone.db"), &shore.server.url());
    config["backend"] = Value::Null;
    let mut alone = Person::open(&config, None);
    let error = alone.execute(&within(1_000)).expect_err("refused");
    assert_eq!(error["code"], "UNSUPPORTED");
}
