//! What happens to clocks, tokens and servers.

use mailboat_engine::waist::{Answer, Command};

use crate::device::Asked;
use crate::fault::Fault;
use crate::link::Kind;
use crate::world::{
    HINTS_SILENCE_MS, HOUR_MS, Happening, LONGEST_SLEEP_MS, MINUTE_MS, START, World,
};

impl World<'_> {
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
        let back_ms = self.dice.spread(1_000, 30 * MINUTE_MS);
        self.plan(back_ms, Happening::Start { server });
        let next_ms = back_ms + self.dice.spread(10 * MINUTE_MS, 24 * HOUR_MS);
        self.plan(next_ms, Happening::Stop { server });
    }
}
