//! The table of the conflict rules: each row is a case that runs through the store and
//! through the core, and `docs/conflicts.md` is what came of them. After a change that is
//! meant, write it anew and read what has changed:
//!
//! ```text
//! MAILBOAT_WRITE_GENERATED=1 cargo test --release -p mailboat-store conflict_table
//! ```

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use mailboat_core::{
    Columns, ConflictRule, Meeting, OnRemoteDelete, Operation, Resolution, Side, Stamp, Transition,
    resolve,
};
use mailboat_store::{
    Answered, Collection, ColumnType, ConflictAnswer, Loser, RemoteChange, RemoteDeletion, Schema,
};
use serde_json::{Value, json};

use crate::common::{NOW, Store, answered, columns, optional, remote};

/// What happened on both sides of one record, `{ title, note }`.
struct Situation {
    title: &'static str,
    base: Option<Value>,
    here: Vec<(Operation, Value)>,
    /// `None`: the server has deleted it.
    there: Option<Value>,
}

/// One row.
struct Case {
    words: &'static str,
    rule: ConflictRule,
    on_remote_delete: OnRemoteDelete,
    /// The server's version was written after the local one.
    is_later: bool,
    answer: Option<ConflictAnswer>,
}

/// What came of it.
#[derive(Debug, PartialEq)]
struct Outcome {
    shown: String,
    sent: String,
    lost: String,
}

fn situations() -> Vec<Situation> {
    let base = || Some(json!({ "title": "A", "note": "a" }));
    let update = |values: Value| vec![(Operation::Update, values)];
    vec![
        Situation {
            title: "Both changed the same column",
            base: base(),
            here: update(json!({ "title": "B" })),
            there: Some(json!({ "title": "C", "note": "a" })),
        },
        Situation {
            title: "Each changed another column",
            base: base(),
            here: update(json!({ "title": "B" })),
            there: Some(json!({ "title": "A", "note": "c" })),
        },
        Situation {
            title: "The server changed the same column and another one",
            base: base(),
            here: update(json!({ "title": "B" })),
            there: Some(json!({ "title": "C", "note": "c" })),
        },
        Situation {
            title: "Both made the same change",
            base: base(),
            here: update(json!({ "title": "B" })),
            there: Some(json!({ "title": "B", "note": "a" })),
        },
        Situation {
            title: "Deleted here, changed on the server",
            base: base(),
            here: vec![(Operation::Delete, json!({}))],
            there: Some(json!({ "title": "C", "note": "a" })),
        },
        Situation {
            title: "Created on both sides under one id",
            base: None,
            here: vec![(Operation::Create, json!({ "title": "B", "note": "a" }))],
            there: Some(json!({ "title": "C", "note": "a" })),
        },
    ]
}

fn deletions() -> Vec<Situation> {
    let base = || Some(json!({ "title": "A", "note": "a" }));
    vec![
        Situation {
            title: "Changed here, deleted on the server",
            base: base(),
            here: vec![(Operation::Update, json!({ "title": "B" }))],
            there: None,
        },
        Situation {
            title: "Deleted on both sides",
            base: base(),
            here: vec![(Operation::Delete, json!({}))],
            there: None,
        },
    ]
}

fn cases() -> Vec<Case> {
    let case = |words, rule, is_later| Case {
        words,
        rule,
        on_remote_delete: OnRemoteDelete::KeepLocal,
        is_later,
        answer: None,
    };
    vec![
        case("`serverWins`", ConflictRule::ServerWins, true),
        case("`clientWins`", ConflictRule::ClientWins, true),
        case("`lastWriteWins`, the server's is later", ConflictRule::LastWriteWins, true),
        case("`lastWriteWins`, the local one is later", ConflictRule::LastWriteWins, false),
        case("`merge`", ConflictRule::Merge, true),
        case("`custom`, until it is answered", ConflictRule::Custom, true),
    ]
}

fn answers() -> Vec<Case> {
    let case = |words, answer| Case {
        words,
        rule: ConflictRule::Custom,
        on_remote_delete: OnRemoteDelete::KeepLocal,
        is_later: true,
        answer: Some(answer),
    };
    vec![
        case("`ours`", ConflictAnswer::Ours),
        case("`theirs`", ConflictAnswer::Theirs),
        case("`{ title: \"BC\" }`", ConflictAnswer::Values(columns(json!({ "title": "BC" })))),
        case("none in time", ConflictAnswer::Nothing),
    ]
}

fn schema(case: &Case) -> Schema {
    let columns = vec![optional("title", ColumnType::Text), optional("note", ColumnType::Text)];
    let mut tasks = Collection::new("tasks", columns);
    (tasks.conflict, tasks.on_remote_delete) = (case.rule, case.on_remote_delete);
    Schema { collections: vec![tasks] }
}

fn stamp(case: &Case) -> String {
    let at = if case.is_later { NOW.0 + 60_000 } else { NOW.0 - 60_000 };
    format!("{at:012x}-0000-00000000000000ff")
}

/// The record with its local writes.
fn written(situation: &Situation, case: &Case) -> Store {
    let mut store = Store::with(&schema(case));
    if let Some(base) = &situation.base {
        store.pull("tasks", "t1", 1, 1, base.clone());
    }
    for (operation, values) in &situation.here {
        store.write_at(NOW, *operation, "tasks", "t1", values.clone());
    }
    store
}

/// The server's version comes with a page.
fn pulled(situation: &Situation, case: &Case) -> Store {
    let mut store = written(situation, case);
    match &situation.there {
        Some(values) => {
            let change = remote("tasks", "t1", 5, 1, values.clone());
            let change = [RemoteChange { written_at: Some(stamp(case)), ..change }];
            store.commit(|transaction| transaction.apply_changes(&change, NOW));
        }
        None => {
            let deletion =
                [RemoteDeletion { collection: "tasks".into(), id: "t1".into(), version: 5 }];
            store.commit(|transaction| transaction.apply_deletions(&deletion, NOW));
        }
    }
    store
}

/// The server's version comes as the answer to a push that was made on another one.
fn refused(situation: &Situation, case: &Case) -> Store {
    let mut store = written(situation, case);
    let entry = store.outbox()[0].id;
    let batch = store.attempt(&[entry]);
    assert_eq!(batch[0].base_version, Some(1));
    let values = situation.there.clone().expect("a version to refuse it for");
    let answer = Answered { written_at: Some(stamp(case)), ..answered(values) };
    let settled = [(&batch[0], Transition::Conflict { version: 5, order: 1 }, Some(answer))];
    store.commit(|transaction| transaction.settle(&settled, NOW));
    store
}

fn outcome(mut store: Store, case: &Case) -> Outcome {
    if let Some(answer) = &case.answer {
        let question = store.questions().remove(0);
        let carry_out = |transaction: &mut mailboat_store::Transaction<'_>| {
            transaction.answer_conflict(&question, answer, NOW)
        };
        assert!(store.commit(carry_out));
    }
    let shown = match store.row("tasks", "t1") {
        Some(row) => format!("{} {}", word(&row["title"]), word(&row["note"])),
        None => "nothing".into(),
    };
    let asked = !store.questions().is_empty();
    let entries: Vec<_> = store.outbox().iter().map(|entry| entry.id).collect();
    let sent: Vec<String> = entries
        .iter()
        .flat_map(|entry| store.attempt(&[*entry]))
        .map(|entry| said(entry.operation, &entry.values))
        .collect();
    let sent = match (asked, sent.is_empty()) {
        (true, _) => "waits".into(),
        (false, true) => "nothing".into(),
        (false, false) => sent.join(", "),
    };
    let lost: Vec<String> = store
        .conflicts()
        .iter()
        .map(|conflict| {
            let values: Columns = serde_json::from_str(conflict.values.get()).expect("columns");
            match (conflict.lost, conflict.operation) {
                (Loser::Server, _) => format!("the server's {}", named(&values)),
                (Loser::Local, operation) => {
                    format!("the local {}", said(operation.expect("a write"), &values))
                }
            }
        })
        .collect();
    let lost = if lost.is_empty() { "nothing".into() } else { lost.join(", ") };
    Outcome { shown, sent, lost }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

fn named(values: &Columns) -> String {
    let named = values.iter().map(|(name, value)| format!("{name} {}", word(value)));
    named.collect::<Vec<_>>().join(", ")
}

fn said(operation: Operation, values: &Columns) -> String {
    match operation {
        Operation::Create => format!("create: {}", named(values)),
        Operation::Update => format!("update: {}", named(values)),
        Operation::Delete => "delete".into(),
    }
}

/// The core says of the same case what the store has done.
fn check_core(situation: &Situation, case: &Case, outcome: &Outcome) {
    let side = |values: &Option<Value>, missing| {
        values.clone().map_or(missing, |values| Side::Columns(columns(values)))
    };
    let base = side(&situation.base, Side::Absent);
    let remote = side(&situation.there, Side::Deleted);
    let mut shown = match &base {
        Side::Columns(base) => base.clone(),
        Side::Absent | Side::Deleted => Columns::new(),
    };
    let (mut is_gone, mut names) = (false, BTreeSet::new());
    for (operation, values) in &situation.here {
        is_gone |= *operation == Operation::Delete;
        names.extend(columns(values.clone()).keys().cloned());
        shown.extend(columns(values.clone()));
    }
    let local = if is_gone { Side::Deleted } else { Side::Columns(shown) };
    let at = |minutes: i64| {
        Stamp::parse(&format!("{:012x}-0000-00000000000000ff", NOW.0 + minutes * 60_000))
    };
    let resolution = resolve(&Meeting {
        rule: case.rule,
        on_remote_delete: case.on_remote_delete,
        base: &base,
        remote: &remote,
        remote_written_at: at(if case.is_later { 1 } else { -1 }),
        local: &local,
        written: &names,
        local_written_at: at(0),
    });
    match resolution {
        Resolution::Both { overwritten } | Resolution::Local { overwritten } => {
            let lost = match overwritten.is_empty() {
                true => "nothing".to_owned(),
                false => format!("the server's {}", named(&overwritten)),
            };
            assert_eq!(outcome.lost, lost, "{}, {}", situation.title, case.words);
        }
        Resolution::Remote { is_loss } => {
            assert_eq!(outcome.sent, "nothing", "{}, {}", situation.title, case.words);
            assert_eq!(outcome.lost.starts_with("the local"), is_loss, "{}", situation.title);
        }
        Resolution::Ask => assert_eq!(outcome.sent, "waits", "{}", situation.title),
    }
}

fn table(heads: [&str; 4], rows: &[[String; 4]]) -> String {
    let heads = heads.map(str::to_owned);
    let all = || std::iter::once(&heads).chain(rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    let line = |row: &[String; 4]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!(" {cell:<width$} "));
        format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
    };
    let rule = line(&widths.map(|width| "-".repeat(width)));
    let mut text = line(&heads) + &rule;
    text.extend(rows.iter().map(line));
    text
}

fn story(situation: &Situation) -> String {
    let record = |values: &Option<Value>| match values {
        Some(values) => format!("`{} {}`", word(&values["title"]), word(&values["note"])),
        None => "nothing".into(),
    };
    let here: Vec<String> = situation
        .here
        .iter()
        .map(|(operation, values)| said(*operation, &columns(values.clone())))
        .collect();
    format!(
        "### {}\n\nBefore: {}. Here: {}. On the server now: {}.\n\n",
        situation.title,
        record(&situation.base),
        here.join(", "),
        record(&situation.there)
    )
}

fn row(words: &str, outcome: Outcome) -> [String; 4] {
    [words.to_owned(), outcome.shown, outcome.sent, outcome.lost]
}

const INTRODUCTION: &str = "# Conflicts

<!-- Written by rust/store/tests/conflict_table.rs from the cases that it checks. Never edit. -->

A conflict is a record that was changed here and on the server at the same time: the server's version has
moved while local writes of the record are not settled. What happens is a rule of its collection:

- `conflict`: `merge` (the default), `serverWins`, `clientWins`, `lastWriteWins` or `custom`;
- `onRemoteDelete`: `keepLocal` (the default) or `accept`;
- `naturalKey`: columns by which a record of the server's is known to be one that was created here as well.

Only writes that no server can know are changed or taken out: never attempted, or refused for their version.
While an answer is out, the decision waits for it. The writes of an atomic group stand, whatever the rule:
a group is not taken apart. Whatever is lost is in the conflict log, which the query `conflicts` reads;
the server's columns are there if this device has seen them before they were overwritten.

The tables show a record of two columns, title and note, as the screen does: `B c`. _Shown_ is the row after the
decision, _sent_ what then goes to the server, _lost_ what the log keeps.

";

const DELETIONS: &str = "## Deleted on the server

The rule does not matter here; `onRemoteDelete` does. Dead letters of a record go with it under `accept`.

";

const ANSWERS: &str = "## What JavaScript may answer under `custom`

Asked about the third case above. Until the answer, the record shows the local writes over the server's version,
and they wait in the outbox with a time on them. An answer that does not fit the schema is none.

";

fn document() -> String {
    let heads = ["Rule", "Shown", "Sent", "Lost"];
    let mut text = INTRODUCTION.to_owned();
    text += "## Changed on both sides\n\n";
    for situation in situations() {
        let mut rows = Vec::new();
        for case in cases() {
            let found = outcome(pulled(&situation, &case), &case);
            if case.rule.checks_version() && situation.base.is_some() {
                let other = outcome(refused(&situation, &case), &case);
                assert_eq!(found, other, "either way to meet ends alike: {}", situation.title);
            }
            check_core(&situation, &case, &found);
            rows.push(row(case.words, found));
        }
        let _ = writeln!(text, "{}{}", story(&situation), table(heads, &rows));
    }
    text += DELETIONS;
    for situation in deletions() {
        let mut rows = Vec::new();
        for (words, on_remote_delete) in
            [("`keepLocal`", OnRemoteDelete::KeepLocal), ("`accept`", OnRemoteDelete::Accept)]
        {
            let every_rule: Vec<Outcome> = cases()
                .into_iter()
                .filter(|case| case.rule != ConflictRule::ClientWins)
                .map(|case| {
                    let case = Case { on_remote_delete, ..case };
                    let found = outcome(pulled(&situation, &case), &case);
                    check_core(&situation, &case, &found);
                    found
                })
                .collect();
            assert!(every_rule.windows(2).all(|pair| pair[0] == pair[1]), "{}", situation.title);
            rows.extend(every_rule.into_iter().next().map(|found| row(words, found)));
        }
        let heads = ["`onRemoteDelete`", "Shown", "Sent", "Lost"];
        let _ = writeln!(text, "{}{}", story(&situation), table(heads, &rows));
    }
    text += ANSWERS;
    let situation = &situations()[2];
    let rows: Vec<_> = answers()
        .into_iter()
        .map(|case| row(case.words, outcome(pulled(situation, &case), &case)))
        .collect();
    text + &table(["Answer", "Shown", "Sent", "Lost"], &rows)
}

#[test]
fn the_table_in_the_documentation_is_what_the_rules_do() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/conflicts.md");
    let wanted = document();
    if std::env::var_os("MAILBOAT_WRITE_GENERATED").is_some() {
        std::fs::write(&path, &wanted).expect("docs is writable");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/conflicts.md is stale; see the head of this file");
}
