//! Counts from the databases themselves, with plain SQL and none of the engine's code.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

use mailboat_devserver::DATABASE_FILE;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// What the server holds, beside what the writer was told.
pub struct Audit {
    delivered: usize,
    lost: usize,
    duplicated: usize,
    out_of_order: usize,
}

impl Audit {
    /// Recounts the server's effects.
    pub fn of(folder: &Path, acknowledged: &[String]) -> Self {
        let effects = message_effects(folder);
        let delivered: HashSet<&str> = effects.iter().map(|(_, name)| name.as_str()).collect();
        let mut newest: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        let mut out_of_order = 0;
        for (lane, name) in &effects {
            let number = number_of(name);
            if newest.insert(lane, number).is_some_and(|before| before >= number) {
                out_of_order += 1;
            }
        }
        Self {
            delivered: delivered.len(),
            lost: acknowledged.iter().filter(|name| !delivered.contains(name.as_str())).count(),
            duplicated: effects.len() - delivered.len(),
            out_of_order,
        }
    }

    /// Whether every promise was kept.
    pub fn is_clean(&self) -> bool {
        self.delivered > 0 && self.lost == 0 && self.duplicated == 0 && self.out_of_order == 0
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { delivered, lost, duplicated, out_of_order } = self;
        write!(
            formatter,
            "delivered={delivered} lost={lost} duplicated={duplicated} out_of_order={out_of_order}"
        )
    }
}

/// Entries that the server has applied and the dead writer's outbox still holds.
pub fn effects_not_settled(folder: &Path, client: &Path) -> u32 {
    let connection = open(client);
    connection
        .execute("ATTACH ? AS server", [server_file(folder).to_string_lossy()])
        .expect("the server's file can be read");
    let sql = "SELECT count(*) FROM mailboat_outbox WHERE
               substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-'
               || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21)
               IN (SELECT upper(entry_id) FROM server.effects)";
    connection.query_row(sql, [], |row| row.get(0)).expect("both files hold their tables")
}

/// Lane and name of every message applied, in the server's order.
fn message_effects(folder: &Path) -> Vec<(String, String)> {
    let connection = open(&server_file(folder));
    let mut statement = connection
        .prepare(
            "SELECT effects.lane, records.body FROM effects
             JOIN records ON records.collection = effects.collection AND records.id = effects.record_id
             WHERE effects.collection = 'messages' ORDER BY effects.sequence",
        )
        .expect("the server's tables are there");
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
        .expect("they are read");
    rows.map(|row| {
        let (lane, values) = row.expect("a row is read");
        let values: Value = serde_json::from_str(&values).expect("the server stores JSON");
        (lane, values["body"].as_str().expect("a message has a body").to_owned())
    })
    .collect()
}

/// Round and number of a message: they grow in each lane, in the order of writing.
fn number_of(name: &str) -> (u64, u64) {
    let (round, number) = name.split_once('.').expect("names are round.number");
    (round.parse().expect("a round"), number.parse().expect("a number"))
}

fn server_file(folder: &Path) -> PathBuf {
    folder.join("server").join(DATABASE_FILE)
}

fn open(file: &Path) -> Connection {
    // Not read-only: a file whose writer was killed needs its log recovered to be read.
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .expect("the database opens")
}
