//! What happens to apps, disks, clocks, tokens and servers.

use mailboat_engine::waist::{Answer, Command, WaistError};

use crate::asked::Asked;
use crate::disk::Fault as DiskFault;
use crate::fault::Fault;
use crate::finding::Invariant;
use crate::link::Kind;
use crate::world::{
    HINTS_SILENCE_MS, HOUR_MS, Happening, LONGEST_SLEEP_MS, MINUTE_MS, START, World,
};

impl World<'_> {
    /// Kills an app, now or at one of its next writes; with or without the power.
    pub(crate) fn kill(&mut self, device: usize) {
        if self.is_fair {
            return;
        }
        let it = &mut self.devices[device];
        let kinds = [Fault::Kill, Fault::KillAtWrite, Fault::TornWrite, Fault::PowerCut];
        let kind = *it.dice.pick(&kinds);
        let (write, tear) = (it.dice.spread(1, 60).unsigned_abs(), it.dice.number());
        let at_once = it.dice.chance(0.4);
        if it.stage.is_some() && !it.disk.is_dead() && self.faults.has(kind) {
            match kind {
                Fault::TornWrite => it.disk.tear_at_write(write, tear),
                Fault::KillAtWrite => it.disk.kill_at_write(write),
                Fault::PowerCut => {
                    it.power_goes = true;
                    if at_once {
                        self.die(device, "loses its power");
                    } else {
                        it.disk.kill_at_write(write);
                    }
                }
                _ if at_once => self.die(device, "is killed"),
                _ => it.dies_in_turn = true,
            }
        }
        self.plan_next(device, Fault::Kill);
    }

    /// An app is gone; somebody opens it again later.
    pub(crate) fn die(&mut self, device: usize, how: &str) {
        let by_its_disk = self.devices[device].disk.is_dead();
        let kind = if by_its_disk { Fault::KillAtWrite } else { Fault::Kill };
        self.outcome.fired.count(kind);
        self.trace.fact(self.now, "kill", &device.to_le_bytes());
        let power = if self.devices[device].power_goes { ", and the power goes" } else { "" };
        self.say(device, || format!("{how}{power}"));
        self.devices[device].kill();
        let after_ms = self.devices[device].dice.spread(500, HOUR_MS);
        self.plan(after_ms, Happening::Open { device });
    }

    /// The engine could not open its file: excusable if it was killed meanwhile, or if
    /// the disk fails.
    pub(crate) fn did_not_open(&mut self, device: usize, error: &WaistError) {
        if self.devices[device].disk.is_dead() {
            self.die(device, "is killed while it opens");
        } else if self.devices[device].disk_fails {
            let code = error.code;
            self.say(device, || format!("cannot open its file: {code:?}"));
            let after_ms = self.devices[device].dice.spread(1_000, 10 * MINUTE_MS);
            self.plan(after_ms, Happening::Open { device });
        } else {
            let sentence = format!("cannot open its file: {:?}", error.code);
            self.find_at(device, Invariant::TheEngineWorks, sentence);
        }
    }

    pub(crate) fn fail_disk(&mut self, device: usize) {
        if self.is_fair {
            return;
        }
        let it = &mut self.devices[device];
        let kinds = [Fault::ReadError, Fault::WriteError, Fault::SyncError, Fault::DiskFull];
        let kind = *it.dice.pick(&kinds);
        let (after, times) =
            (it.dice.spread(1, 12).unsigned_abs(), it.dice.spread(1, 12).unsigned_abs());
        let left_bytes = it.dice.spread(1, 60_000).unsigned_abs();
        let heals_ms = it.dice.spread(1_000, 20 * MINUTE_MS);
        if self.faults.has(kind) && !it.disk.is_dead() {
            it.disk_fails = true;
            match kind {
                Fault::ReadError => it.disk.fail(DiskFault::Read, after, times),
                Fault::WriteError => it.disk.fail(DiskFault::Write, after, times),
                Fault::SyncError => it.disk.fail(DiskFault::Sync, after, times),
                _ => {
                    let used_bytes = it.disk.used_bytes();
                    it.disk.set_capacity_bytes(Some(used_bytes + left_bytes));
                }
            }
            self.say(device, || format!("has a disk that fails soon: {}", kind.word()));
            self.plan(heals_ms, Happening::DiskHeals { device });
        }
        self.plan_next(device, Fault::DiskFull);
    }

    pub(crate) fn heal_disk(&mut self, device: usize) {
        let it = &mut self.devices[device];
        it.disk_fails = false;
        it.disk.heal();
        it.disk.set_capacity_bytes(None);
        if self.is_fair {
            it.disk.spare();
            it.power_goes = false;
        }
    }

    pub(crate) fn step_clock(&mut self, device: usize) {
        if self.is_fair {
            return;
        }
        let dice = &mut self.devices[device].dice;
        let (forward, step_ms) = (dice.chance(0.5), dice.spread(1_000, 8 * HOUR_MS));
        let look_ms = dice.between(1, LONGEST_SLEEP_MS);
        let fault = if forward { Fault::ClockForward } else { Fault::ClockBack };
        if self.faults.has(fault) {
            self.outcome.fired.count(fault);
            self.devices[device].clock_offset_ms += if forward { step_ms } else { -step_ms };
            self.trace.fact(self.now, "clock", &self.devices[device].clock_offset_ms.to_le_bytes());
            self.say(device, || format!("{}: its clock by {} s", fault.word(), step_ms / 1_000));
            self.plan_look_after(device, look_ms);
        }
        self.plan_next(device, Fault::ClockForward);
    }

    pub(crate) fn token(&mut self, device: usize, life: u32, question: u32, refresh: bool) {
        let it = &mut self.devices[device];
        if it.life != life || it.stage.is_none() {
            return;
        }
        let online = it.link.is_none_or(|link| matches!(link.kind, Kind::Wifi | Kind::Cellular));
        let unanswered = it.dice.chance(0.05) && self.faults.has(Fault::TokenUnanswered);
        let silent = it.dice.chance(0.5);
        if refresh {
            it.token = None;
        }
        if it.token.is_none() && online && !unanswered {
            let (server, user) = (it.plan.server, it.plan.user.clone());
            it.token = self.servers[server].token(&user);
        }
        let it = &mut self.devices[device];
        let token = it.token.clone().filter(|_| !unanswered);
        if token.is_none() {
            self.outcome.fired.count(Fault::TokenUnanswered);
            if silent {
                return;
            }
        }
        it.execute(Command::Answer { question, answer: Answer::Token { token } }, Asked::Other);
        self.plan_turn(device);
    }

    pub(crate) fn end_tokens(&mut self, device: usize) {
        if self.is_fair {
            return;
        }
        let (server, user) =
            (self.devices[device].plan.server, self.devices[device].plan.user.clone());
        if let Some(running) = self.servers[server].running() {
            running.revoke_tokens(&user).expect("the server ends tokens");
            self.outcome.fired.count(Fault::TokenExpired);
            self.say(device, || "tokens of its user end".into());
        }
        self.plan_next(device, Fault::TokenExpired);
    }

    pub(crate) fn stop(&mut self, server: usize) {
        if self.is_fair {
            return;
        }
        self.outcome.fired.count(Fault::ServerRestart);
        self.trace.fact(self.now, "stop", &[]);
        self.trace.tell(self.now - START, || format!("server {server} stops"));
        self.servers[server].stop();
        for device in 0..self.devices.len() {
            let it = &mut self.devices[device];
            if it.plan.server != server {
                continue;
            }
            let after_ms = it.dice.between(1, HINTS_SILENCE_MS);
            if let Some((line, _)) = &it.line {
                let line = *line;
                self.plan(after_ms, Happening::LineEnds { device, line });
            }
        }
        let back_ms = self.dice.spread(1_000, 10 * MINUTE_MS);
        self.plan(back_ms, Happening::Start { server });
        let next_ms = back_ms + self.dice.spread(10 * MINUTE_MS, 24 * HOUR_MS);
        self.plan(next_ms, Happening::Stop { server });
    }
}
