//! Rules that no answer and no screen would show: how soon the engine asks again, and
//! what its file says at that moment. The file is read by a connection of our own.

use std::collections::{BTreeMap, BTreeSet};

use mailboat_backends::rest::HttpRequest;
use mailboat_backends::rest::wire::PushRequest;
use mailboat_core::{Policy, Timestamp};
use mailboat_devserver::Reply;
use rusqlite::{Connection, OpenFlags};

use crate::disk::Counts;
use crate::finding::Invariant;
use crate::world::World;

const OK: u16 = 200;
const MS_PER_S: u64 = 1_000;
/// `_delivery` of a row whose write is on its way.
const SENDING: i64 = 2;

/// What is remembered of one life of an app.
#[derive(Default)]
pub struct Witness {
    /// The server asked not to be asked before this time on the device's clock; and how
    /// far that clock was off then.
    floor: Option<(Timestamp, i64)>,
    /// Requests that the engine makes by itself. What a person asks for does not wait,
    /// and its answer is the person's alone.
    own_tickets: BTreeSet<u64>,
    /// The server's version of each row, as last read.
    versions: BTreeMap<(String, String), i64>,
    /// How often the disk had refused something when this life began.
    refusals: u64,
    /// The file is to be read after the next turn.
    is_curious: bool,
}

impl Witness {
    /// A new network is a new chance, and a person who asks knows more than a backoff:
    /// what the server asked for before is over.
    pub fn forget_floor(&mut self) {
        self.floor = None;
    }
}

impl World<'_> {
    /// An app begins to run. `refusals`: what its disk had refused before it opened its
    /// file, since what is left undone there shows a little longer.
    pub(crate) fn witness_life(&mut self, device: usize, refusals: u64) {
        let it = &mut self.devices[device];
        it.witness = Witness { is_curious: true, refusals, ..Witness::default() };
    }

    /// A request leaves: not before the server wants one, and not unmarked.
    pub(crate) fn witness_request(&mut self, device: usize, ticket: u64, request: &HttpRequest) {
        if !request.url.contains("/v1/push") && !request.url.contains("/v1/pull") {
            return;
        }
        let it = &mut self.devices[device];
        it.witness.own_tickets.insert(ticket);
        let clock = it.clock(self.now);
        if let Some((floor, offset_ms)) = it.witness.floor
            && offset_ms == it.clock_offset_ms
            && clock < floor
        {
            let early_ms = floor.since_ms(clock);
            let sentence = format!("asks the server {early_ms} ms before it wants to be asked");
            self.find_at(device, Invariant::RetryAfterIsAFloor, sentence);
        }
        let Ok(PushRequest { entries }) = serde_json::from_slice(&request.body) else { return };
        let Some(file) = self.file(device) else { return };
        for entry in entries {
            let sql = "SELECT attempted FROM mailboat_outbox WHERE id = ?";
            let mark = file.query_row(sql, [entry.id.as_bytes()], |row| row.get::<_, i64>(0));
            if mark != Ok(1) {
                let sentence = format!("sends entry {} without a mark ({mark:?})", entry.id);
                self.find_at(device, Invariant::MarkedBeforeItLeaves, sentence);
            }
        }
    }

    /// An answer reaches a device.
    pub(crate) fn witness_answer(&mut self, device: usize, ticket: u64, reply: Option<&Reply>) {
        let it = &mut self.devices[device];
        let (clock, offset_ms) = (it.clock(self.now), it.clock_offset_ms);
        it.witness.is_curious = true;
        let is_own = it.witness.own_tickets.remove(&ticket);
        let Some(reply) = reply.filter(|_| is_own) else { return };
        let asked_s = reply.retry_after.as_deref().and_then(|header| header.parse::<u64>().ok());
        match asked_s {
            Some(asked_s) if reply.status != OK => {
                let asked_ms = (asked_s * MS_PER_S).min(Policy::default().max_retry_after_ms);
                it.witness.floor = Some((clock.plus_ms(asked_ms), offset_ms));
            }
            // It is there again.
            _ => it.witness.floor = None,
        }
    }

    /// After a turn that took an answer: rows show as on their way only while something
    /// is, and no row goes back to an older version.
    pub(crate) fn witness_turn(&mut self, device: usize, nothing_leaves: bool) {
        if !std::mem::take(&mut self.devices[device].witness.is_curious) {
            return;
        }
        let Some(file) = self.file(device) else { return };
        let it = &self.devices[device];
        // What the disk refused to store shows when the entry goes the next time.
        let is_quiet = nothing_leaves
            && it.witness.refusals == refusals(&it.disk.counts())
            && it.stage.as_ref().is_some_and(|it| it.requests_in_flight() == 0);
        let mut versions = BTreeMap::new();
        let mut broken = Vec::new();
        for collection in crate::checks::COLLECTIONS {
            let rows = rows_of(&file, collection);
            for (id, version, delivery) in rows.expect("the file can be read") {
                if is_quiet && delivery == SENDING {
                    let sentence =
                        format!("shows {collection}/{id} as on its way, which nothing is");
                    broken.push((Invariant::SendingIsOnItsWay, sentence));
                }
                let key = (collection.to_owned(), id);
                if let Some(before) = it.witness.versions.get(&key)
                    && *before > version
                {
                    let sentence =
                        format!("puts {collection}/{} from version {before} to {version}", key.1);
                    broken.push((Invariant::VersionsOnlyRise, sentence));
                }
                versions.insert(key, version);
            }
        }
        self.devices[device].witness.versions = versions;
        for (invariant, sentence) in broken {
            self.find_at(device, invariant, sentence);
        }
    }

    /// The file of an app that runs, past its failing disk.
    fn file(&self, device: usize) -> Option<Connection> {
        let it = &self.devices[device];
        if it.stage.is_none() || it.disk.is_dead() {
            return None;
        }
        Connection::open_with_flags(it.path(), OpenFlags::SQLITE_OPEN_READ_WRITE).ok()
    }
}

/// How often a disk has refused something.
pub(crate) fn refusals(counts: &Counts) -> u64 {
    counts.read_errors + counts.write_errors + counts.sync_errors + counts.full
}

/// Id, the server's version and delivery of each row.
fn rows_of(file: &Connection, collection: &str) -> rusqlite::Result<Vec<(String, i64, i64)>> {
    let sql = format!("SELECT \"id\", _version, _delivery FROM \"{collection}\"");
    let mut statement = file.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}
