//! A world: devices, servers and weather on one calendar. Time jumps to the next event.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;

use mailboat_core::{BackendFailure, Network, NetworkKind};
use mailboat_devserver::Reply;
use mailboat_engine::waist::Durability;
use uuid::Uuid;

use crate::device::Device;
use crate::dice::Dice;
use crate::fault::{Fault, Faults, Fired};
use crate::finding::{Finding, Invariant};
use crate::link::Link;
use crate::rules::History;
use crate::scenario::{ConversationPlan, DevicePlan, Profile, Scenario};
use crate::server::Server;
use crate::trace::Trace;
use crate::traffic::Flight;

/// The world's time at its start: midnight of 1 January 2026, in milliseconds.
pub(crate) const START: i64 = 1_767_225_600_000;
pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 3_600_000;
/// An engine looks at its clock at least this often, in milliseconds.
pub(crate) const LONGEST_SLEEP_MS: i64 = 30_000;
/// A live connection that hears nothing counts as dead after so many milliseconds.
pub(crate) const HINTS_SILENCE_MS: i64 = 45_000;
/// After so much fair weather everything has gone and all devices agree.
const PATIENCE_MS: i64 = 3 * HOUR_MS;
/// How often that is looked at.
const LOOK_EVERY_MS: i64 = 2 * MINUTE_MS;
/// Events after which a run counts as one that never ends.
const MOST_EVENTS: u64 = 300_000;

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The number that equal runs share.
    pub hash: u64,
    /// Rules that were broken.
    pub findings: Vec<Finding>,
    /// How often each fault fired.
    pub fired: Fired,
    /// Devices that took part.
    pub devices: u64,
    /// Their time, in milliseconds.
    pub device_ms: u64,
    /// Messages that were acknowledged.
    pub messages: u64,
    /// Entries that were sent, and of them those whose first request was answered, by profile.
    pub attempts: BTreeMap<Profile, (u64, u64)>,
    /// The story, if it was asked for.
    pub story: Vec<String>,
}

/// Something on the calendar.
pub(crate) enum Happening {
    /// A device takes a turn with what waits there.
    Turn { device: usize },
    /// A device's engine looks at its clock.
    Look { device: usize, look: u64 },
    /// A person does something.
    Act { device: usize, act: usize },
    /// An app is opened.
    Open { device: usize },
    /// An app is killed, or will be soon.
    Kill { device: usize },
    /// A disk begins to fail.
    DiskFails { device: usize },
    /// A disk works again.
    DiskHeals { device: usize },
    /// A device comes onto another network.
    Weather { device: usize },
    /// The platform tells the app of it.
    Word { device: usize, network: Network },
    /// A device's clock steps.
    Clock { device: usize },
    /// A request reaches its server.
    Arrive(Box<Flight>),
    /// An answer, or the certainty that none comes, reaches its device.
    Back { device: usize, life: u32, ticket: u64, answer: Result<Reply, BackendFailure> },
    /// The head of the live connection's answer reaches the device.
    Line { device: usize, life: u32, line: u64, head: Option<Reply> },
    /// A hint reaches the device.
    Hint { device: usize, line: u64 },
    /// The live connection ends.
    LineEnds { device: usize, line: u64 },
    /// JavaScript answers the question for a token.
    Token { device: usize, life: u32, question: u32, refresh: bool },
    /// Tokens of a device's user end.
    TokenEnds { device: usize },
    /// A server stops.
    Stop { server: usize },
    /// A server starts.
    Start { server: usize },
    /// The weather turns fine.
    Fair,
    /// Whether all is done by now.
    Judge,
}

/// A run in progress.
pub struct World<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) now: i64,
    calendar: BinaryHeap<Reverse<(i64, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    next_happening: u64,
    pub(crate) servers: Vec<Server>,
    pub(crate) devices: Vec<Device>,
    pub(crate) faults: Faults,
    pub(crate) is_fair: bool,
    ended: bool,
    pub(crate) sabotage: Sabotage,
    /// The effect of each entry that was applied.
    pub(crate) applied: BTreeMap<Uuid, u64>,
    pub(crate) last_applied: BTreeMap<(usize, String), (u32, i64)>,
    pub(crate) history: History,
    pub(crate) dice: Dice,
    pub(crate) trace: Trace,
    pub(crate) outcome: Outcome,
}

/// What is broken on purpose, to see that it is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing.
    #[default]
    None,
    /// The servers forget what they have applied.
    ForgetLedger,
    /// A device's file is gone each time its app is opened.
    LoseFile,
    /// Local writes are not synced.
    NormalWrites,
}

impl<'a> World<'a> {
    /// Plays a scenario, with its files in `folder`.
    #[must_use]
    pub fn play(scenario: &'a Scenario, folder: &Path, told: bool, sabotage: Sabotage) -> Outcome {
        let mut world = Self::new(scenario, folder, told, sabotage);
        if sabotage == Sabotage::ForgetLedger {
            world.servers.iter_mut().for_each(Server::forget_ledger);
        }
        world.begin();
        let mut events = 0;
        while !world.ended {
            let Some(Reverse((at, number))) = world.calendar.pop() else { break };
            let Some(happening) = world.happenings.remove(&number) else { continue };
            world.now = at;
            world.happen(happening);
            events += 1;
            if events == MOST_EVENTS {
                world.find(Invariant::NobodyStarves, "the run never comes to rest".into());
                break;
            }
        }
        world.end()
    }

    fn new(scenario: &'a Scenario, folder: &Path, told: bool, sabotage: Sabotage) -> Self {
        let root = Dice::new(scenario.seed);
        let servers = (0..scenario.servers)
            .map(|number| {
                let conversations: Vec<&ConversationPlan> =
                    scenario.conversations.iter().filter(|it| it.server == number).collect();
                Server::new(folder, number, &root, START, &conversations)
            })
            .collect();
        let durability = match sabotage {
            Sabotage::NormalWrites => Durability::Normal,
            _ => Durability::Full,
        };
        let device = |plan: &DevicePlan| Device::new(plan.clone(), &root, folder, durability);
        let devices = scenario.devices.iter().map(device).collect();
        Self {
            scenario,
            now: START,
            calendar: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            next_happening: 0,
            servers,
            devices,
            faults: scenario.faults,
            is_fair: false,
            ended: false,
            sabotage,
            applied: BTreeMap::new(),
            history: History::default(),
            last_applied: BTreeMap::new(),
            dice: root.fork("events", 0),
            trace: Trace::new(told),
            outcome: Outcome::default(),
        }
    }

    fn begin(&mut self) {
        let duration_ms = self.scenario.duration_ms;
        for device in 0..self.devices.len() {
            let opens_at_ms = self.devices[device].plan.opens_at_ms.min(duration_ms);
            self.plan(opens_at_ms, Happening::Open { device });
            self.plan(0, Happening::Weather { device });
            for act in 0..self.devices[device].plan.acts.len() {
                let at_ms = self.devices[device].plan.acts[act].at_ms;
                if at_ms < duration_ms {
                    self.plan(at_ms, Happening::Act { device, act });
                }
            }
            self.plan_next(device, Fault::Kill);
            self.plan_next(device, Fault::DiskFull);
            self.plan_next(device, Fault::ClockForward);
            self.plan_next(device, Fault::TokenExpired);
        }
        for server in 0..self.servers.len() {
            if self.faults.has(Fault::ServerRestart) {
                let after_ms = self.dice.spread(MINUTE_MS, duration_ms);
                self.plan(after_ms, Happening::Stop { server });
            }
        }
        self.plan(duration_ms, Happening::Fair);
    }

    /// Puts the next mishap of a kind on a device's calendar.
    pub(crate) fn plan_next(&mut self, device: usize, fault: Fault) {
        let duration_ms = self.scenario.duration_ms;
        let dice = &mut self.devices[device].dice;
        let after_ms = dice.spread(MINUTE_MS, duration_ms.max(2 * MINUTE_MS));
        let happening = match fault {
            Fault::Kill => Happening::Kill { device },
            Fault::DiskFull => Happening::DiskFails { device },
            Fault::ClockForward if self.faults.has(fault) || self.faults.has(Fault::ClockBack) => {
                Happening::Clock { device }
            }
            Fault::TokenExpired if self.faults.has(fault) => Happening::TokenEnds { device },
            _ => return,
        };
        self.plan(after_ms, happening);
    }

    pub(crate) fn plan(&mut self, after_ms: i64, happening: Happening) {
        let number = self.next_happening;
        self.next_happening += 1;
        self.calendar.push(Reverse((self.now + after_ms.max(0), number)));
        self.happenings.insert(number, happening);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Turn { device } => {
                self.devices[device].turn_is_planned = false;
                self.turn(device);
            }
            Happening::Look { device, look } => {
                if self.devices[device].last_look == look {
                    self.turn(device);
                }
            }
            Happening::Act { device, act } => self.act(device, act),
            Happening::Open { device } => self.open(device),
            Happening::Kill { device } => self.kill(device),
            Happening::DiskFails { device } => self.fail_disk(device),
            Happening::DiskHeals { device } => self.heal_disk(device),
            Happening::Weather { device } => self.weather(device),
            Happening::Word { device, network } => {
                if !self.is_fair {
                    self.devices[device].hear_of_network(network);
                    self.plan_turn(device);
                }
            }
            Happening::Clock { device } => self.step_clock(device),
            Happening::Arrive(flight) => self.arrive(*flight),
            Happening::Back { device, life, ticket, answer } => {
                self.back(device, life, ticket, answer);
            }
            Happening::Line { device, life, line, head } => self.line(device, life, line, head),
            Happening::Hint { device, line } => {
                if self.has_line(device, line) {
                    if let Some(stage) = &mut self.devices[device].stage {
                        stage.hint("hint");
                    }
                    self.plan_turn(device);
                }
            }
            Happening::LineEnds { device, line } => self.end_line(device, line),
            Happening::Token { device, life, question, refresh } => {
                self.token(device, life, question, refresh);
            }
            Happening::TokenEnds { device } => self.end_tokens(device),
            Happening::Stop { server } => self.stop(server),
            Happening::Start { server } => {
                self.trace.fact(self.now, "start", &[]);
                self.servers[server].start(self.now);
            }
            Happening::Fair => self.fair(),
            Happening::Judge => self.judge(),
        }
    }

    fn fair(&mut self) {
        self.is_fair = true;
        self.faults = Faults::none();
        self.trace.tell(self.now - START, || "the weather turns fine".into());
        for server in &mut self.servers {
            server.start(self.now);
        }
        for device in 0..self.devices.len() {
            self.heal_disk(device);
            self.devices[device].link = Some(Link::FAIR);
            self.open(device);
            self.devices[device].hear_of_network(Network::of(NetworkKind::Wifi));
            self.devices[device].bring_to_front(true);
            self.plan_turn(device);
        }
        self.plan(LOOK_EVERY_MS, Happening::Judge);
    }

    fn judge(&mut self) {
        let since_fair_ms = self.now - START - self.scenario.duration_ms;
        let last = since_fair_ms >= PATIENCE_MS;
        let mut done = true;
        for device in 0..self.devices.len() {
            if let Some(finding) = self.unsettled(device).or_else(|| self.difference(device)) {
                done = false;
                if last {
                    self.find_at(device, finding.0, finding.1);
                } else {
                    self.devices[device].load_history();
                    self.plan_turn(device);
                }
            }
        }
        if done || last {
            self.ended = true;
            if done {
                self.check_last_writes();
                self.check_rules();
            }
            return;
        }
        self.plan(LOOK_EVERY_MS, Happening::Judge);
    }

    fn end(mut self) -> Outcome {
        self.outcome.devices = self.devices.len() as u64;
        let lasted_ms = (self.now - START).unsigned_abs();
        self.outcome.device_ms = lasted_ms * self.outcome.devices;
        for device in &self.devices {
            let counts = device.disk.counts();
            let disk = [
                (Fault::TornWrite, counts.torn),
                (Fault::PowerCut, counts.power_cuts),
                (Fault::ReadError, counts.read_errors),
                (Fault::WriteError, counts.write_errors),
                (Fault::SyncError, counts.sync_errors),
                (Fault::DiskFull, counts.full),
            ];
            for (fault, times) in disk {
                self.outcome.fired.count_times(fault, times);
            }
            let sums = self.outcome.attempts.entry(device.plan.profile).or_default();
            for write in device.book.writes.values().filter(|write| write.requests > 0) {
                sums.0 += 1;
                sums.1 += u64::from(write.first_answered);
            }
        }
        self.outcome.hash = self.trace.hash();
        self.outcome.story = self.trace.lines().to_vec();
        self.outcome
    }

    pub(crate) fn find(&mut self, invariant: Invariant, sentence: String) {
        let at_ms = self.now - START;
        self.trace.tell(at_ms, || format!("BROKEN: {}: {sentence}", invariant.words()));
        self.outcome.findings.push(Finding { invariant, at_ms, sentence });
    }

    pub(crate) fn find_at(&mut self, device: usize, invariant: Invariant, sentence: String) {
        let who = self.who(device);
        self.find(invariant, format!("{who} {sentence}"));
    }

    fn who(&self, device: usize) -> String {
        let plan = &self.devices[device].plan;
        format!("device {} ({}, {})", plan.number, plan.user, plan.profile.word())
    }

    pub(crate) fn say(&mut self, device: usize, line: impl FnOnce() -> String) {
        let plan = &self.devices[device].plan;
        let (number, user) = (plan.number, &plan.user);
        self.trace.tell(self.now - START, || format!("device {number} ({user}) {}", line()));
    }
}
