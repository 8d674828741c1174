//! An app runs: it is opened, its person acts, its engine takes turns, and what comes of
//! a turn is looked at.

use mailboat_engine::stage::{Stage, Turned};
use mailboat_engine::waist::{Ask, Event};

use crate::asked::{Stored, Told};
use crate::finding::Invariant;
use crate::scenario::Deed;
use crate::witness::refusals;
use crate::world::{Happening, Sabotage, World};

impl World<'_> {
    pub(crate) fn open(&mut self, device: usize) {
        if self.devices[device].stage.is_some() {
            return;
        }
        let now = self.now;
        self.trace.fact(now, "open", &device.to_le_bytes());
        self.say(device, || "opens the app".into());
        if self.sabotage == Sabotage::LoseFile {
            self.devices[device].lose_file();
        }
        let refusals = refusals(&self.devices[device].disk.counts());
        if let Err(error) = self.devices[device].open(now) {
            self.did_not_open(device, &error);
            return;
        }
        if self.devices[device].disk.is_dead() {
            self.die(device, "is killed while it opens");
            return;
        }
        self.check_outbox(device, Invariant::AcknowledgedIsDurable);
        self.witness_life(device, refusals);
        for act in std::mem::take(&mut self.devices[device].postponed) {
            let after_ms = self.devices[device].dice.spread(500, 30_000);
            self.plan(after_ms, Happening::Act { device, act });
        }
        self.plan_turn(device);
    }

    pub(crate) fn act(&mut self, device: usize, act: usize) {
        if self.devices[device].stage.is_none() {
            self.devices[device].postponed.push(act);
            return;
        }
        let done = self.devices[device].plan.acts[act].clone();
        if self.is_fair && done.what == Deed::Switch {
            // An app in the background need not know what happens: none is, at the end.
            return;
        }
        let (scenario, now) = (self.scenario, self.now);
        let sentence = self.devices[device].act(done.what, done.draw, scenario, now);
        self.say(device, || sentence);
        self.plan_turn(device);
    }

    pub(crate) fn plan_turn(&mut self, device: usize) {
        if self.devices[device].turn_is_planned || self.devices[device].stage.is_none() {
            return;
        }
        self.devices[device].turn_is_planned = true;
        let after_ms = self.devices[device].dice.between(0, 3);
        self.plan(after_ms, Happening::Turn { device });
    }

    pub(crate) fn turn(&mut self, device: usize) {
        let now = self.now;
        let clock = self.devices[device].clock(now);
        let Some(stage) = self.devices[device].stage.as_mut() else { return };
        if stage.is_due(clock) {
            let turned = stage.turn(clock);
            // The log is copied when it is long; on the stage that costs nobody time.
            stage.idle();
            self.turned(device, turned);
        }
        self.plan_look(device);
    }

    /// When the engine looks at its clock again.
    fn plan_look(&mut self, device: usize) {
        let it = &self.devices[device];
        let Some(wake_at) = it.stage.as_ref().and_then(Stage::wake_at) else { return };
        let until_ms = wake_at.0 - it.clock(self.now).0;
        self.plan_look_after(device, until_ms.max(1));
    }

    /// The same, at a time that somebody knows; it takes the place of the one before.
    pub(crate) fn plan_look_after(&mut self, device: usize, after_ms: i64) {
        self.devices[device].last_look += 1;
        let look = self.devices[device].last_look;
        self.plan(after_ms, Happening::Look { device, look });
    }

    fn turned(&mut self, device: usize, turned: Turned) {
        let Turned { requests, events, answers, closing: _ } = turned;
        // What it said before it died was said.
        let is_dead = self.devices[device].disk.is_dead();
        self.trace.fact(self.now, "turn", &serde_json::to_vec(&events).unwrap_or_default());
        for (number, answer) in answers {
            self.trace.fact(self.now, "answer", format!("{number} {answer:?}").as_bytes());
            match self.devices[device].answered(number, answer) {
                Told::Stored(Stored { words, messages, acked }) => {
                    self.outcome.messages += messages;
                    self.say(device, || format!("is told that {} is durable", words.join(", ")));
                    self.check_promise(device, acked);
                }
                Told::Refused(code) => self.say(device, || format!("is told {code}")),
                Told::Nothing => {}
            }
        }
        if is_dead {
            self.die(device, "is killed in the middle of a turn");
            return;
        }
        self.take_events(device, events);
        self.check_outbox(device, Invariant::NothingIsLost);
        self.check_armed(device, &requests);
        self.witness_turn(device, requests.is_empty());
        if let Some(screen) = self.devices[device].stale_screen() {
            let sentence = format!(
                "a window on {} shows something else than it reads",
                screen.window.collection
            );
            self.find_at(device, Invariant::PatchesEqualTheQuery, sentence);
        }
        if std::mem::take(&mut self.devices[device].dies_in_turn) && !self.is_fair {
            self.die(device, "is killed in a turn, before a request leaves");
            return;
        }
        for request in requests {
            self.send(device, request);
        }
    }

    fn take_events(&mut self, device: usize, events: Vec<Event>) {
        for event in events {
            match event {
                Event::Patch { watch, ops, more } => {
                    let fits = self.devices[device]
                        .screen(watch)
                        .is_none_or(|screen| screen.apply(&ops, more));
                    if !fits {
                        let sentence = "a patch does not fit what its window shows".into();
                        self.find_at(device, Invariant::PatchesEqualTheQuery, sentence);
                    }
                }
                Event::Reset { watch } => self.devices[device].watch_again(watch),
                Event::Question { question, ask: Ask::Token { refresh }, .. } => {
                    let life = self.devices[device].life;
                    let after_ms = self.devices[device].dice.spread(5, 3_000);
                    self.plan(after_ms, Happening::Token { device, life, question, refresh });
                }
                Event::Question { .. }
                | Event::Status(_)
                | Event::Progress(_)
                | Event::LongOffline { .. }
                | Event::Critical { .. }
                | Event::Opened => {}
                Event::OpenFailed { error } | Event::Closed { error } => {
                    let sentence = format!("the engine closed: {:?}", error.code);
                    self.find_at(device, Invariant::TheEngineWorks, sentence);
                }
            }
        }
    }
}
