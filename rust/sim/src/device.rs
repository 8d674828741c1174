//! A device of the world: an app on a stage, its clock, its network, and a person.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mailboat_core::{AppState, Network, Timestamp};
use mailboat_devserver::Listener;
use mailboat_engine::stage::Stage;
use mailboat_engine::waist::{BackendConfig, Command, Config, Durability, Query, WaistError};
use mailboat_store::Schema;
use serde_json::Value;
use uuid::Uuid;

use crate::asked::Asked;
use crate::book::{Book, Entry, Page};
use crate::dice::Dice;
use crate::disk::{Disk, VFS};
use crate::link::Link;
use crate::scenario::DevicePlan;
use crate::server::Server;
use crate::window::{Screen, conversation, whole};
use crate::witness::Witness;

/// Entries that one page of the outbox shows.
const OUTBOX_PAGE: u32 = 500;

/// A device.
pub struct Device {
    /// What the scenario says of it.
    pub plan: DevicePlan,
    /// How often the app was opened; what was asked in an earlier life is nobody's now.
    pub life: u32,
    /// The app, while it runs.
    pub stage: Option<Stage>,
    /// What its files lie on.
    pub disk: Disk,
    /// Whether the disk fails, or is full, for the moment.
    pub disk_fails: bool,
    /// When the app dies next, the power goes with it.
    pub power_goes: bool,
    /// Its network.
    pub link: Option<Link>,
    /// The last that the app was told of it in this life.
    pub network: Network,
    /// How far its clock is ahead of the world's, in milliseconds.
    pub clock_offset_ms: i64,
    /// What it was promised.
    pub book: Book,
    /// Its outbox, as last read.
    pub outbox: Vec<Entry>,
    /// The token that the app has kept.
    pub token: Option<String>,
    /// The live connection: its number, and the server's end of it.
    pub line: Option<(u64, Listener)>,
    /// The number of the last live connection.
    pub last_line: u64,
    /// The number of the last look at the clock that is on the world's calendar.
    pub last_look: u64,
    /// Whether a turn is on the world's calendar.
    pub turn_is_planned: bool,
    /// The app is killed in its next turn, before a request leaves.
    pub dies_in_turn: bool,
    /// Whether the app is in front.
    pub in_front: bool,
    /// What the person wanted to do while the app did not run.
    pub postponed: Vec<usize>,
    /// Draws of the network and of what happens to the device.
    pub dice: Dice,
    /// What is remembered of its life, to judge the engine by.
    pub witness: Witness,
    config: Config,
    /// Requests that wait for their answer, by ticket.
    pub carried: BTreeMap<u64, Carried>,
    screens: Vec<Screen>,
    /// Commands that wait for their answer, by number.
    pub commands: BTreeMap<u64, Asked>,
    /// The number of the last command.
    pub last_command: u64,
    /// Own messages, as far as the app was told: id and conversation.
    pub mine: Vec<(String, String)>,
    /// When its person did something last, on the world's clock.
    pub acts_at: i64,
    /// Texts that its person has thought of.
    pub texts: u64,
}

/// A request that waits for its answer.
pub struct Carried {
    /// When it was made, on the world's clock.
    pub sent_at: i64,
    /// Its size.
    pub bytes: u64,
    /// The entries of a push.
    pub entries: Vec<Uuid>,
}

impl Device {
    /// A device whose app was never opened.
    #[must_use]
    pub fn new(plan: DevicePlan, root: &Dice, folder: &Path, durability: Durability) -> Self {
        let number = plan.number;
        let home = folder.join(format!("device{number}"));
        std::fs::create_dir_all(&home).expect("a folder in a folder of ours");
        let config = Config {
            path: home.join("chat.db").to_string_lossy().into_owned(),
            schema: Schema::messaging(),
            backend: Some(BackendConfig::Rest {
                base_url: Server::url(plan.server),
                allow_insecure: false,
            }),
            durability,
            policy: Default::default(),
            network: Default::default(),
            background: None,
        };
        Self {
            life: 0,
            stage: None,
            disk: Disk::new(&home).expect("a folder of ours"),
            disk_fails: false,
            power_goes: false,
            link: None,
            network: Network::default(),
            clock_offset_ms: plan.clock_offset_ms,
            book: Book::default(),
            outbox: Vec::new(),
            token: None,
            line: None,
            last_line: 0,
            last_look: 0,
            turn_is_planned: false,
            dies_in_turn: false,
            in_front: true,
            postponed: Vec::new(),
            dice: root.fork("fate", number as u64),
            witness: Witness::default(),
            config,
            carried: BTreeMap::new(),
            screens: Vec::new(),
            commands: BTreeMap::new(),
            last_command: 0,
            mine: Vec::new(),
            acts_at: 0,
            texts: 0,
            plan,
        }
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.config.path
    }

    /// What its clock shows.
    #[must_use]
    pub fn clock(&self, now: i64) -> Timestamp {
        Timestamp(now + self.clock_offset_ms)
    }

    /// Opens the app.
    ///
    /// # Errors
    /// What the engine says.
    pub fn open(&mut self, now: i64) -> Result<(), WaistError> {
        if self.disk.is_dead() {
            self.disk.revive().expect("nothing holds the files of an app that is gone");
        }
        self.life += 1;
        let seed = self.dice.seed_of("life", u64::from(self.life));
        self.stage = Some(Stage::open_on(Some(VFS), &self.config, seed, self.clock(now))?);
        self.in_front = true;
        self.network = Network::default();
        self.look(None);
        self.watch(whole("conversations"));
        Ok(())
    }

    /// The file is gone, for a world that is broken on purpose.
    pub fn lose_file(&self) {
        // One that is not there yet is no less gone.
        let _ = std::fs::remove_file(&self.config.path);
    }

    /// The app is gone, with all that was in its memory.
    pub fn kill(&mut self) {
        // First the process, then what it held: closing must change nothing.
        self.disk.kill();
        self.stage = None;
        if std::mem::take(&mut self.power_goes) {
            let dice = &mut self.dice;
            self.disk.cut_power(&mut || dice.number());
        }
        self.line = None;
        self.screens.clear();
        self.carried.clear();
        for asked in std::mem::take(&mut self.commands).into_values() {
            self.doubt(&asked);
        }
        self.dies_in_turn = false;
    }

    /// Whether a promise of a sync waits.
    #[must_use]
    pub fn asks_to_sync(&self) -> bool {
        self.commands.values().any(|asked| matches!(asked, Asked::Sync))
    }

    /// The platform says something of the network.
    pub fn hear_of_network(&mut self, network: Network) {
        self.network = network;
        self.witness.forget_floor();
        self.execute(Command::SetNetwork { network }, Asked::Other);
    }

    /// The person brings the app to the front or leaves it.
    pub fn bring_to_front(&mut self, in_front: bool) {
        self.in_front = in_front;
        let state = if in_front { AppState::Foreground } else { AppState::Background };
        self.execute(Command::SetAppState { state }, Asked::Other);
    }

    /// Reads the outbox anew.
    ///
    /// # Errors
    /// What the engine says.
    pub fn read_outbox(&mut self) -> Result<(), WaistError> {
        let Some(stage) = &self.stage else { return Ok(()) };
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let after = entries.last().map(|entry| entry.sequence);
            let query = Query::Outbox { after, limit: OUTBOX_PAGE };
            let json = self.disk.watch(|| stage.query(&query))?;
            let page: Page = serde_json::from_str(&json).expect("an outbox page is JSON");
            entries.extend(page.entries);
            if !page.more {
                break;
            }
        }
        self.book.seen(self.life, &entries);
        self.outbox = entries;
        Ok(())
    }

    /// When its status says that it tries again by itself.
    #[must_use]
    pub fn next_attempt_at(&self) -> Option<Timestamp> {
        let status = self.stage.as_ref()?.query(&Query::Status).ok()?;
        let status: Value = serde_json::from_str(&status).expect("a status is JSON");
        status["nextAttemptAt"].as_i64().map(Timestamp)
    }

    /// Entries that the conflict log says have lost.
    #[must_use]
    pub fn yielded(&self) -> BTreeSet<Uuid> {
        let Some(stage) = &self.stage else { return BTreeSet::new() };
        let query = Query::Conflicts { before: None, limit: OUTBOX_PAGE };
        let page = self.disk.watch(|| stage.query(&query)).unwrap_or_default();
        let page: Value = serde_json::from_str(&page).unwrap_or_default();
        let conflicts = page["conflicts"].as_array().map_or(&[][..], Vec::as_slice);
        conflicts.iter().filter_map(|it| it["entry"].as_str()?.parse().ok()).collect()
    }

    /// The rows of a collection as JSON.
    ///
    /// # Errors
    /// What the engine says.
    pub fn rows(&self, collection: &str) -> Result<Vec<Value>, WaistError> {
        let Some(stage) = &self.stage else { return Ok(Vec::new()) };
        let snapshot = stage.snapshot(&whole(collection))?;
        let rows = snapshot.rows.iter();
        Ok(rows.map(|row| serde_json::from_str(row.get()).expect("a row is JSON")).collect())
    }

    /// The screen of a watch.
    pub fn screen(&mut self, watch: u32) -> Option<&mut Screen> {
        self.screens.iter_mut().find(|screen| screen.watch == watch)
    }

    /// The engine has reset a watch: watches anew.
    pub fn watch_again(&mut self, watch: u32) {
        let Some(index) = self.screens.iter().position(|screen| screen.watch == watch) else {
            return;
        };
        let Screen { window, .. } = self.screens.remove(index);
        if let Some(stage) = &mut self.stage {
            stage.unwatch(watch);
        }
        self.watch(window);
    }

    /// A screen that does not show what its window reads.
    #[must_use]
    pub fn stale_screen(&self) -> Option<&Screen> {
        let stage = self.stage.as_ref()?;
        self.screens.iter().find(|screen| {
            let read = self.disk.watch(|| stage.snapshot(&screen.window));
            read.is_ok_and(|snapshot| !screen.equals(snapshot))
        })
    }

    /// Fetches what is older in every conversation the app shows.
    pub fn load_history(&mut self) {
        for row in self.rows("conversations").unwrap_or_default() {
            if let Some(id) = row["id"].as_str() {
                self.load_older(id.to_owned(), OUTBOX_PAGE);
            }
        }
    }

    /// Fetches older records of a lane.
    pub fn load_older(&mut self, lane: String, limit: u32) {
        let collection = "messages".into();
        self.execute(Command::LoadOlder { collection, lane, limit }, Asked::Other);
    }

    /// Shows another conversation, or the first one.
    pub fn look(&mut self, id: Option<String>) {
        let Some(id) = id else { return };
        let old = self.screens.iter().position(|screen| screen.window.collection == "messages");
        if let (Some(old), Some(stage)) = (old, &mut self.stage) {
            stage.unwatch(self.screens.remove(old).watch);
        }
        self.watch(conversation(&id));
    }

    fn watch(&mut self, window: mailboat_store::Window) {
        let Some(stage) = &mut self.stage else { return };
        if let Ok(watched) = stage.watch(&window) {
            self.screens.push(Screen::new(window, watched));
        }
    }
}
