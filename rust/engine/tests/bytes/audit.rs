//! Counts from the databases themselves, with plain SQL and none of the engine's code.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::path::Path;

use mailboat_devserver::DATABASE_FILE;
use rusqlite::{Connection, OpenFlags};

use crate::cuts::Cuts;
use crate::lanes::{LEARNING, SPARE, Sent};
use crate::pushes::Pushes;

/// A message as one of the two databases has it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    id: String,
    version: i64,
    lane: String,
    sender: String,
    body: String,
}

/// The two databases beside what was sent and cut.
pub struct Audit {
    cuts: u32,
    sends: usize,
    /// The server's effects of these sends.
    effects: usize,
    lost: usize,
    duplicated: usize,
    pull_cuts: u32,
    /// Rows on the device that came through a cut pull.
    rows: usize,
    /// Rows of the server that the device has not, or has otherwise.
    rows_lost: usize,
    /// What else did not go as it must, in sentences.
    flaws: Vec<String>,
}

impl Audit {
    /// Recounts, once both engines and the server are closed.
    pub fn of(folder: &Path, pushes: &Pushes, pulls: &Cuts, shown_as_sent: usize) -> Self {
        let server = open(&folder.join("server").join(DATABASE_FILE));
        let device = open(&folder.join("ann.db"));
        let mut flaws = [&pushes.cuts.flaws[..], &pulls.flaws].concat();

        let mut applied = effects_by_lane(&server);
        let (effects, sends) = (count(&applied), count(&pushes.sent));
        applied.values_mut().for_each(keep_first);
        let arrived = count(&applied);
        if applied != pushes.sent {
            flaws.push("the effects of a lane are not its sends in their order".into());
        }
        if shown_as_sent != sends {
            flaws.push(format!("the device shows {shown_as_sent} of {sends} messages as sent"));
        }
        let (attempts, seen) = (sends + retries(&device), pushes.cuts.requests as usize);
        if attempts != seen {
            flaws.push(format!("the engine knows of {attempts} attempts, the proxy saw {seen}"));
        }
        let (on_server, on_device) = (server_rows(&server), device_rows(&device));
        let strangers = on_device.difference(&on_server).count();
        if strangers > 0 {
            flaws.push(format!("{strangers} rows of the device are not the server's"));
        }
        Self {
            cuts: pushes.cuts.made,
            sends,
            effects,
            lost: sends.saturating_sub(arrived),
            duplicated: effects - arrived,
            pull_cuts: pulls.made,
            rows: on_device.iter().filter(|it| it.sender == "ben" && it.lane != LEARNING).count(),
            rows_lost: on_server.difference(&on_device).count(),
            flaws,
        }
    }

    /// Whether every cut happened, and none did any harm.
    pub fn is_clean(&self) -> bool {
        let one_each = (self.cuts as usize, self.pull_cuts as usize) == (self.sends, self.rows);
        let kept = self.lost == 0 && self.duplicated == 0 && self.rows_lost == 0;
        self.cuts > 0 && self.pull_cuts > 0 && one_each && kept && self.flaws.is_empty()
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cuts, effects, lost, duplicated, pull_cuts, rows, rows_lost, flaws, .. } = self;
        for flaw in flaws {
            writeln!(formatter, "{flaw}")?;
        }
        writeln!(formatter, "pull_cuts={pull_cuts} rows={rows} lost={rows_lost}")?;
        write!(formatter, "cuts={cuts} effects={effects} lost={lost} duplicated={duplicated}")
    }
}

/// Bodies of Ann's messages by lane, in the order of their effects, repeated ones too.
fn effects_by_lane(server: &Connection) -> Sent {
    let mut statement = server
        .prepare(
            "SELECT effects.lane, json_extract(records.body, '$.body') FROM effects
             JOIN records ON records.collection = effects.collection AND records.id = effects.record_id
             WHERE effects.collection = 'messages' AND effects.user = 'ann' AND effects.lane != ?
             ORDER BY effects.sequence",
        )
        .expect("the server's tables are there");
    let rows = statement.query_map([LEARNING], |row| Ok((row.get(0)?, row.get(1)?)));
    let mut by_lane = Sent::new();
    for row in rows.expect("effects are read") {
        let (lane, body) = row.expect("an effect has its lane and body");
        by_lane.entry(lane).or_default().push(body);
    }
    by_lane
}

fn count(by_lane: &Sent) -> usize {
    by_lane.values().map(Vec::len).sum()
}

fn keep_first(bodies: &mut Vec<String>) {
    let mut seen = HashSet::new();
    bodies.retain(|body| seen.insert(body.clone()));
}

/// Attempts that the device noted beyond one an entry. Each that the proxy did not see, or
/// the other way round, was made by something below the engine.
fn retries(device: &Connection) -> usize {
    let sql = "SELECT sum(kind = 'attempted') - sum(kind = 'acked') FROM mailboat_transitions";
    let retries: u32 =
        device.query_row(sql, [], |row| row.get(0)).expect("the device keeps its audit log");
    retries as usize
}

fn server_rows(server: &Connection) -> BTreeSet<Row> {
    let sql =
        "SELECT id, version, lane, json_extract(body, '$.senderId'), json_extract(body, '$.body')
               FROM records WHERE collection = 'messages' AND deleted = 0 AND lane != ?";
    rows(server, sql)
}

fn device_rows(device: &Connection) -> BTreeSet<Row> {
    let sql = r#"SELECT "id", _version, "conversationId", "senderId", "body"
                 FROM messages WHERE _deleted = 0 AND "conversationId" != ?"#;
    rows(device, sql)
}

/// What Ben wrote where only he writes is not Ann's to see.
fn rows(connection: &Connection, sql: &str) -> BTreeSet<Row> {
    let mut statement = connection.prepare(sql).expect("the tables are there");
    let rows = statement.query_map([SPARE], |row| {
        let (id, version, lane) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Row { id, version, lane, sender: row.get(3)?, body: row.get(4)? })
    });
    let rows = rows.expect("messages are read");
    rows.collect::<Result<_, _>>().expect("a message has its columns")
}

fn open(file: &Path) -> Connection {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .expect("the database opens")
}
