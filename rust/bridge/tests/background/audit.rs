//! Counts from the databases themselves, with plain SQL and none of the engine's code.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::Path;
use std::time::Duration;

use mailboat_devserver::DATABASE_FILE;
use rusqlite::{Connection, OpenFlags};

use crate::ENTRIES;
use crate::app::body_and_lane;
use crate::round::{Ended, Round};

/// Budgets that the run is about.
const BUDGETS: u32 = 3;

/// Bodies by lane, in order.
type Lanes = BTreeMap<String, Vec<String>>;

/// What is known when everything has been counted.
#[derive(Default)]
pub struct Audit {
    budgets: u32,
    rounds: u32,
    /// Rounds after which the file was still being closed: on a machine that is busy with
    /// other things, the disk may take longer than the time that is kept for it.
    closed_late: u32,
    /// By the reports.
    sent: u32,
    overruns: u32,
    lost: usize,
    duplicated: usize,
    /// Rounds that their budget ended.
    cut: u32,
    /// What else did not go as it must, in sentences.
    flaws: Vec<String>,
}

impl Audit {
    /// Takes in a round; `is_as_wanted` says what else is wrong with it.
    pub fn add(&mut self, budget_ms: u32, round: &Round, is_as_wanted: Result<(), &str>) {
        let Round { ended, sent, received, left, took, closed_late, flaws } = round;
        println!(
            "budget {budget_ms} ms: {ended:?} after {took:.0?}, sent {sent}, received {received}, left {left}"
        );
        self.rounds += 1;
        self.closed_late += u32::from(*closed_late);
        self.sent += sent;
        if *took >= Duration::from_millis(budget_ms.into()) {
            self.overruns += 1;
        }
        let flaws = flaws.iter().map(String::as_str).chain(is_as_wanted.err());
        self.flaws.extend(flaws.map(|flaw| format!("budget {budget_ms} ms: {flaw}")));
    }

    /// Takes in a round whose budget was too short. Instead of by the budget it may end since an
    /// answer was lost, and the next attempt is due after the budget.
    pub fn add_short(&mut self, budget_ms: u32, round: &Round) {
        self.cut += u32::from(round.ended == Ended::Budget);
        let is_short = matches!(round.ended, Ended::Budget | Ended::Waiting) && round.left > 0;
        self.add(budget_ms, round, is_short.then_some(()).ok_or("it was to be cut short"));
    }

    /// Takes in the rounds after which nothing may be left.
    pub fn add_all(&mut self, budget_ms: u32, rounds: Vec<Round>) {
        let last = rounds.len() - 1;
        for (at, round) in rounds.iter().enumerate() {
            let is_over = round.ended == Ended::Done && round.left == 0;
            let goes_on = matches!(round.ended, Ended::Budget | Ended::Waiting);
            let is_as_wanted = if at == last { is_over } else { goes_on };
            self.add(budget_ms, round, is_as_wanted.then_some(()).ok_or("it ended otherwise"));
        }
    }

    /// Counts what the server has, once it is stopped, and what the device keeps.
    pub fn recount(&mut self, folder: &Path, file: &Path) {
        self.budgets += 1;
        let mut wanted = Lanes::new();
        for number in 0..ENTRIES {
            let (body, lane) = body_and_lane(number);
            wanted.entry(lane).or_default().push(body);
        }
        let mut applied = effects_by_lane(&open(&folder.join("server").join(DATABASE_FILE)));
        let effects = count(&applied);
        applied.values_mut().for_each(keep_first);
        let arrived = count(&applied);
        self.lost += count(&wanted).saturating_sub(arrived);
        self.duplicated += effects - arrived;
        if applied != wanted {
            self.flaws.push("the effects of a lane are not its writes in their order".into());
        }
        let shown: u32 = number_of(&open(file), "SELECT count(*) FROM messages WHERE _version > 0");
        if shown != ENTRIES {
            self.flaws.push(format!("the device shows {shown} of {ENTRIES} messages as sent"));
        }
    }

    /// Whether every budget was kept, and nothing was lost, doubled or out of order.
    pub fn is_clean(&self) -> bool {
        let all = self.budgets == BUDGETS && self.sent == BUDGETS * ENTRIES;
        let kept = (self.overruns, self.lost, self.duplicated) == (0, 0, 0);
        all && kept && self.cut > 0 && self.flaws.is_empty() && self.closed_late <= self.rounds / 4
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { budgets, sent, overruns, lost, duplicated, flaws, .. } = self;
        for flaw in flaws {
            writeln!(formatter, "{flaw}")?;
        }
        writeln!(formatter, "{} of {} rounds closed the file late", self.closed_late, self.rounds)?;
        write!(
            formatter,
            "budgets={budgets} sent={sent} overruns={overruns} lost={lost} duplicated={duplicated}"
        )
    }
}

/// Entries that wait in a file that nobody has open.
pub fn pending(file: &Path) -> u32 {
    number_of(&open(file), "SELECT count(*) FROM mailboat_outbox WHERE halted = 0")
}

fn number_of(connection: &Connection, sql: &str) -> u32 {
    connection.query_row(sql, [], |row| row.get(0)).expect("the tables are there")
}

/// Bodies of the messages by lane, in the order of their effects, repeated ones too.
fn effects_by_lane(server: &Connection) -> Lanes {
    let mut statement = server
        .prepare(
            "SELECT effects.lane, json_extract(records.body, '$.body') FROM effects
             JOIN records ON records.collection = effects.collection AND records.id = effects.record_id
             WHERE effects.collection = 'messages' ORDER BY effects.sequence",
        )
        .expect("the server's tables are there");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let mut lanes = Lanes::new();
    for row in rows.expect("effects are read") {
        let (lane, body) = row.expect("an effect has its lane and body");
        lanes.entry(lane).or_default().push(body);
    }
    lanes
}

fn count(lanes: &Lanes) -> usize {
    lanes.values().map(Vec::len).sum()
}

fn keep_first(bodies: &mut Vec<String>) {
    let mut seen = HashSet::new();
    bodies.retain(|body| seen.insert(body.clone()));
}

fn open(file: &Path) -> Connection {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .expect("the database opens")
}
