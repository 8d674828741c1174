//! What the simulator found in the engine, each with the shortest story of it.

use mailboat_backends::rest::HttpAnswer;
use mailboat_core::{AppState, Policy, Sample, Timestamp};
use mailboat_engine::stage::{Request, Stage, Turned};
use mailboat_engine::waist::{Answer, Ask, BackendConfig, Command, Config, CriticalKind, Event};
use mailboat_sim::disk::{Disk, Fault, VFS};
use mailboat_store::Schema;
use serde_json::{Value, json};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_767_225_600_000);

fn open(folder: &TempDir) -> Stage {
    open_with(folder, Policy::default())
}

fn open_with(folder: &TempDir, policy: Policy) -> Stage {
    let config = Config {
        path: folder.path().join("chat.db").to_str().expect("a plain path").into(),
        schema: Schema::messaging(),
        backend: Some(BackendConfig::Rest {
            base_url: "https://sim.example".into(),
            allow_insecure: false,
        }),
        durability: Default::default(),
        policy,
        network: Default::default(),
        background: None,
    };
    Stage::open_on(Some(VFS), &config, 1, NOW).expect("the file opens")
}

/// Answers the question for a token; the next turn hears of it.
fn answer_token(stage: &mut Stage, turned: &Turned, number: u64) {
    let asked = turned.events.iter().find_map(|event| match event {
        Event::Question { question, ask: Ask::Token { .. }, .. } => Some(*question),
        _ => None,
    });
    let question = asked.expect("the engine asks for a token");
    let answer = Answer::Token { token: Some("t".into()) };
    stage.execute(number, Command::Answer { question, answer });
}

/// Writes a message while the app is behind: no pull by interval wakes the engine by accident.
fn write_behind(stage: &mut Stage) -> Turned {
    stage.execute(1, Command::SetAppState { state: AppState::Background });
    let values = json!({ "conversationId": "c1", "senderId": "ann", "body": "Ahoy", "sentAt": 1 });
    let Value::Object(values) = values else { unreachable!("it is an object") };
    stage.execute(
        2,
        Command::Create {
            collection: "messages".into(),
            id: None,
            values,
            options: Default::default(),
        },
    );
    stage.turn(NOW)
}

#[test]
fn a_batch_that_the_disk_would_not_mark_is_tried_again() {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::new(folder.path()).expect("a disk");
    let mut stage = open(&folder);
    let turned = write_behind(&mut stage);
    disk.fail(Fault::Write, 0, 50);
    answer_token(&mut stage, &turned, 3);
    let turned = stage.turn(NOW);
    let pushes = |turned: &Turned| {
        let is_push = |request: &&_| matches!(request, Request::Ask { request, .. } if request.url.ends_with("/v1/push"));
        turned.requests.iter().filter(is_push).count()
    };
    assert_eq!(pushes(&turned), 0, "nothing leaves unmarked");
    disk.heal();
    let wake_at = stage.wake_at().expect("something will wake it");
    assert_eq!(pushes(&stage.turn(wake_at)), 1);
}

#[test]
fn what_the_disk_refused_is_tried_again_however_short_the_delays_are() {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::new(folder.path()).expect("a disk");
    // Every draw below one millisecond is none.
    let policy = Policy { base_ms: 1, max_delay_ms: 1, ..Policy::default() };
    let mut stage = open_with(&folder, policy);
    let turned = write_behind(&mut stage);
    answer_token(&mut stage, &turned, 3);
    let mut now = NOW;
    for _ in 0..20 {
        disk.fail(Fault::Write, 0, 50);
        stage.turn(now);
        disk.heal();
        let wake_at = stage.wake_at().expect("something will wake it");
        assert!(wake_at >= now.plus_ms(policy.retry_floor_ms), "a hot loop helps no disk");
        now = wake_at;
    }
}

/// Ticket and address of a pull that leaves in this turn.
fn pull(turned: &Turned) -> Option<(u64, &str)> {
    turned.requests.iter().find_map(|request| match request {
        Request::Ask { ticket, request, .. } if request.url.contains("/v1/pull") => {
            Some((*ticket, request.url.as_str()))
        }
        _ => None,
    })
}

/// A page of messages, which is not the last.
fn answer_page(stage: &mut Stage, ticket: u64, first: u64, rows: u64) {
    answer_rows(stage, ticket, first, rows, true);
}

fn answer_rows(stage: &mut Stage, ticket: u64, first: u64, rows: u64, more: bool) {
    let changes: Vec<Value> = (first..first + rows)
        .map(|version| {
            json!({ "collection": "messages", "id": format!("m{version}"), "version": version,
                    "order": version, "values": { "conversationId": "c1", "senderId": "ben",
                    "body": "Ahoy", "sentAt": 1 } })
        })
        .collect();
    let cursor = (first + rows - 1).to_string();
    let page = json!({ "changes": changes, "tombstones": [], "cursor": cursor, "more": more });
    let body = page.to_string();
    let answer = HttpAnswer {
        status: 200,
        content_type: Some("application/json"),
        retry_after: None,
        body: body.as_bytes(),
        received_at: NOW,
    };
    stage.answer(ticket, Ok(answer), Sample { answered: true, elapsed_ms: 40, bytes: 500 });
}

#[test]
fn what_goes_on_from_a_page_that_the_disk_refused_is_not_stored() {
    let folder = TempDir::new().expect("a folder");
    let disk = Disk::new(folder.path()).expect("a disk");
    let mut stage = open(&folder);
    let turned = stage.turn(NOW);
    answer_token(&mut stage, &turned, 1);
    let turned = stage.turn(NOW);
    let (first, _) = pull(&turned).expect("a first page is asked for");
    answer_page(&mut stage, first, 1, 450);
    let turned = stage.turn(NOW);
    let (second, url) = pull(&turned).expect("the next one while this one is stored");
    assert!(url.contains("cursor=450"), "{url}");
    disk.fail(Fault::Write, 0, 50);
    assert!(stage.is_due(NOW), "the rest of the first page waits for nothing");
    stage.turn(NOW);
    disk.heal();
    answer_page(&mut stage, second, 451, 1);
    let mut turned = stage.turn(NOW);
    while pull(&turned).is_none() {
        turned = stage.turn(stage.wake_at().expect("something will wake it"));
    }
    let (_, url) = pull(&turned).expect("a pull");
    assert!(!url.contains("cursor="), "the first page comes again: {url}");
    let file = folder.path().join("chat.db");
    let file = rusqlite::Connection::open(file).expect("the file opens");
    let last = file.query_row("SELECT max(_version) FROM messages", [], |row| row.get(0));
    assert!(last.is_ok_and(|last: i64| last < 450), "nothing of the second page is here");
}

/// A device and a server that has rows for it, and what came of a time.
struct Pulling {
    stage: Stage,
    now: Timestamp,
    /// A page that was asked for, and what it goes on from.
    turned: Turned,
    /// When a page was asked for.
    pulls: Vec<Timestamp>,
    criticals: usize,
    /// How many pages had been asked for when the status first had no error.
    well_after: Option<usize>,
}

impl Pulling {
    /// Lets the time pass until `end`. Every pull is answered with a last page of `rows` rows
    /// or, where it asks for what comes after the first, with none.
    fn pass(&mut self, end: Timestamp, first: u64, rows: u64) {
        self.pulls.clear();
        self.criticals = 0;
        self.well_after = None;
        loop {
            let is_full = |event: &&Event| {
                matches!(event, Event::Critical { kind: CriticalKind::DiskFull, .. })
            };
            self.criticals += self.turned.events.iter().filter(is_full).count();
            let is_well =
                |event: &Event| matches!(event, Event::Status(status) if status.error.is_none());
            if self.turned.events.iter().any(is_well) {
                self.well_after.get_or_insert(self.pulls.len());
            }
            if let Some((ticket, url)) = pull(&self.turned) {
                let has_them = url.contains(&format!("cursor={}", first + rows - 1));
                answer_rows(&mut self.stage, ticket, first, if has_them { 0 } else { rows }, false);
                self.pulls.push(self.now);
            }
            if !self.stage.is_due(self.now) {
                match self.stage.wake_at() {
                    Some(at) if at <= end => self.now = at,
                    _ => break,
                }
            }
            self.turned = self.stage.turn(self.now);
        }
        self.now = end;
    }
}

#[test]
fn a_full_disk_is_told_once_a_spell_and_what_it_cannot_take_is_fetched_ever_more_rarely() {
    // A page that is applied in one piece, and one whose beginning is stored already when it
    // comes again.
    for rows in [200, 450] {
        let folder = TempDir::new().expect("a folder");
        let disk = Disk::new(folder.path()).expect("a disk");
        let mut stage = open(&folder);
        let turned = stage.turn(NOW);
        answer_token(&mut stage, &turned, 1);
        let turned = stage.turn(NOW);
        let stored = |first: u64| {
            let file = rusqlite::Connection::open(folder.path().join("chat.db"));
            let count = format!("SELECT count(*) FROM messages WHERE _version >= {first}");
            let stored =
                file.and_then(|file| file.query_row(&count, [], |row| row.get::<_, i64>(0)));
            stored.expect("a number of rows").cast_unsigned()
        };
        let mut device =
            Pulling { stage, now: NOW, turned, pulls: Vec::new(), criticals: 0, well_after: None };
        for spell in 0..2 {
            let first = 1 + spell * 1_000;
            let begin = device.now;
            // Room for one of the two pieces.
            let room = if rows > 250 { 60_000 + 30_000 * spell } else { 0 };
            disk.set_capacity_bytes(Some(disk.used_bytes() + room));
            device.pass(begin.plus_ms(60_000), first, rows);
            assert_eq!(device.criticals, 1, "{rows} rows, spell {spell}");
            assert_eq!(stored(first), if rows > 250 { 250 } else { 0 }, "spell {spell}");
            let (pulls, end) = (&device.pulls, begin.plus_ms(60_000));
            assert!((3..15).contains(&pulls.len()), "{rows} rows, spell {spell}: {pulls:?}");
            let (early, late) = (pulls[1].since_ms(pulls[0]), end.since_ms(pulls[pulls.len() - 2]));
            assert!(early < 10_000 && late > 15_000, "{rows} rows, spell {spell}: {pulls:?}");

            disk.set_capacity_bytes(None);
            let healed = device.now;
            device.pass(healed.plus_ms(60_000), first, rows);
            assert_eq!(device.criticals, 0, "{rows} rows, spell {spell}");
            assert_eq!(device.well_after, Some(1), "{rows} rows, spell {spell}: the error is over");
            assert!(
                (1..=2).contains(&device.pulls.len()),
                "it comes once more: {:?}",
                device.pulls
            );
            assert_eq!(stored(first), rows);
            device.stage.execute(2, Command::Sync);
            device.turned = device.stage.turn(device.now);
        }
    }
}
