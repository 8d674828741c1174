//! The network: what becomes of a request, and what comes back.

use mailboat_backends::rest::{HttpAnswer, HttpRequest};
use mailboat_core::BackendFailure;
use mailboat_devserver::{
    EntryFault, EntryVerdict, Fault as Switch, FaultKind as SwitchKind, On, Reply,
};
use mailboat_engine::stage::Request;

use crate::fault::Fault;
use crate::link::{Back, Link, REQUEST_TIMEOUT_MS};
use crate::scenario::Profile;
use crate::world::{HINTS_SILENCE_MS, HOUR_MS, Happening, MINUTE_MS, World};

const PORTAL: &str = "<!doctype html><title>Welcome</title><p>Please accept our terms.";

/// A request in the network.
pub(crate) struct Flight {
    device: usize,
    life: u32,
    /// `None` for the live connection's.
    ticket: Option<u64>,
    line: u64,
    request: HttpRequest,
    authorization: Option<String>,
    trouble: Option<(Fault, Switch)>,
    /// `None` for the second coming of a request: its answer goes nowhere.
    back: Option<Back>,
}

impl World<'_> {
    pub(crate) fn weather(&mut self, device: usize) {
        if self.is_fair {
            return;
        }
        let it = &mut self.devices[device];
        let before = it.link;
        let (link, lasts_ms) = Link::next(it.plan.profile, before, &mut it.dice);
        if before.is_some() && !self.faults.has(Fault::NetworkChange) {
            return;
        }
        it.link = Some(link);
        let line = it.line.as_ref().map(|(line, _)| *line);
        let told_ms = it.dice.spread(10, 5_000);
        let is_told = it.dice.chance(0.9);
        let ends_ms = it.dice.between(1, HINTS_SILENCE_MS);
        self.trace.fact(self.now, "weather", format!("{device} {:?}", link.kind).as_bytes());
        if let Some(before) = before {
            if before.kind != link.kind || self.devices[device].plan.profile == Profile::Roaming {
                self.outcome.fired.count(Fault::NetworkChange);
            }
            self.say(device, || format!("goes from {:?} to {:?}", before.kind, link.kind));
        }
        if let Some(line) = line {
            self.plan(ends_ms, Happening::LineEnds { device, line });
        }
        if is_told {
            let network = link.word(&mut self.devices[device].dice);
            self.plan(told_ms, Happening::Word { device, network });
        }
        self.plan(lasts_ms, Happening::Weather { device });
    }

    pub(crate) fn send(&mut self, device: usize, request: Request) {
        let life = self.devices[device].life;
        let (ticket, request, authorization) = match request {
            Request::Ask { ticket, request, authorization } => {
                (Some(ticket), request, authorization)
            }
            Request::Listen { request, authorization } => {
                self.devices[device].last_line += 1;
                self.devices[device].line = None;
                (None, request, authorization)
            }
            Request::HangUp => {
                self.devices[device].line = None;
                return;
            }
        };
        self.trace.fact(self.now, &request.url, &request.body);
        self.say(device, || format!("asks: {}", name_of(&request)));
        if let Some(ticket) = ticket {
            self.count_request(device, ticket, &request);
            self.witness_request(device, ticket, &request);
        }
        let line = self.devices[device].last_line;
        let link = self.devices[device].link.unwrap_or(Link::FAIR);
        let faults = self.faults;
        let fate = link.fate(faults, &mut self.devices[device].dice);
        let trouble = self.trouble(device, &request, link);
        for fault in &fate.faults {
            self.outcome.fired.count(*fault);
            self.say(device, || format!("{}: {}", name_of(&request), fault.word()));
        }
        if let Back::Nothing(known_ms) = fate.back {
            let timed_out = known_ms >= REQUEST_TIMEOUT_MS;
            let failure =
                if timed_out { BackendFailure::Timeout } else { BackendFailure::Transport };
            self.plan_back(device, life, ticket, line, known_ms, Err(failure));
        }
        if let Back::Portal(back_ms) = fate.back {
            self.plan_back(device, life, ticket, line, back_ms, Ok(portal()));
        }
        if let Some(again_ms) = fate.again_ms.filter(|_| ticket.is_some()) {
            let flight = Flight {
                device,
                life,
                ticket,
                line,
                request: request.clone(),
                authorization: authorization.clone(),
                trouble: None,
                back: None,
            };
            self.plan(again_ms, Happening::Arrive(Box::new(flight)));
        }
        if let Some(arrives_ms) = fate.arrives_ms {
            let back = Some(fate.back);
            let flight =
                Flight { device, life, ticket, line, request, authorization, trouble, back };
            self.plan(arrives_ms, Happening::Arrive(Box::new(flight)));
        }
    }

    /// What the server itself will do wrong with a request.
    pub(crate) fn trouble(
        &mut self,
        device: usize,
        request: &HttpRequest,
        link: Link,
    ) -> Option<(Fault, Switch)> {
        let dice = &mut self.devices[device].dice;
        let draw = dice.chance(link.trouble() * 8.0);
        let kind = *dice.pick(&[
            Fault::ServerError,
            Fault::ServerErrorFloor,
            Fault::RateLimited,
            Fault::EntryRetry,
            Fault::EntryRejected,
            Fault::CursorExpired,
        ]);
        let floor_s = u32::try_from(dice.spread(1, 1_800)).unwrap_or(1);
        let status = *dice.pick(&[500, 502, 503, 504]);
        let after_ms = dice.chance(0.5).then(|| dice.spread(100, 60_000).unsigned_abs());
        if !draw || !self.faults.has(kind) {
            return None;
        }
        let on = if request.url.contains("/v1/push") { On::Push } else { On::Any };
        let with_status = |status, retry_after_s| SwitchKind::Status { status, retry_after_s };
        let entry = |outcome, after_ms| {
            SwitchKind::Entry(EntryFault { outcome, record_id: None, lane: None, after_ms })
        };
        let kind_of_switch = match kind {
            Fault::ServerError => with_status(status, None),
            Fault::ServerErrorFloor => with_status(503, Some(floor_s)),
            Fault::RateLimited => with_status(429, Some(floor_s)),
            Fault::EntryRetry if on == On::Push => entry(EntryVerdict::Retry, after_ms),
            Fault::EntryRejected if on == On::Push => entry(EntryVerdict::Rejected, None),
            Fault::CursorExpired if request.url.contains("cursor=") => with_status(410, None),
            _ => return None,
        };
        Some((kind, Switch::once(on, kind_of_switch)))
    }

    pub(crate) fn plan_back(
        &mut self,
        device: usize,
        life: u32,
        ticket: Option<u64>,
        line: u64,
        after_ms: i64,
        answer: Result<Reply, BackendFailure>,
    ) {
        let happening = match ticket {
            Some(ticket) => Happening::Back { device, life, ticket, answer },
            None => Happening::Line { device, life, line, head: answer.ok() },
        };
        self.plan(after_ms, happening);
    }

    pub(crate) fn arrive(&mut self, flight: Flight) {
        let Flight { device, life, ticket, line, request, authorization, trouble, back } = flight;
        let server = self.devices[device].plan.server;
        // A fault that never met the server has not fired.
        let trouble = trouble.filter(|_| self.servers[server].running().is_some());
        if let Some((fault, _)) = &trouble {
            self.outcome.fired.count(*fault);
            self.say(device, || format!("{}: {}", name_of(&request), fault.word()));
        }
        let trouble = trouble.map(|(_, switch)| switch);
        let reply =
            self.servers[server].answer(&request, authorization.as_deref(), self.now, trouble);
        let body = reply.as_ref().map_or(&[][..], |reply| &reply.body);
        self.trace.fact(self.now, "arrive", body);
        if let Some(reply) = &reply {
            self.note_refusals(device, reply);
        }
        self.take_effects(server);
        self.tell_listeners(server);
        let ms = |back_ms: i64| back_ms.max(1);
        match (reply, back) {
            (None, Some(Back::Answer(_) | Back::Half(_))) => {
                self.plan_back(device, life, ticket, line, 20, Err(BackendFailure::Transport));
            }
            (Some(reply), Some(Back::Answer(back_ms))) => {
                self.plan_back(device, life, ticket, line, ms(back_ms), Ok(reply));
            }
            (Some(mut reply), Some(Back::Half(back_ms))) => {
                reply.body.truncate(reply.body.len() / 2);
                self.plan_back(device, life, ticket, line, ms(back_ms), Ok(reply));
            }
            _ => {}
        }
    }

    pub(crate) fn back(
        &mut self,
        device: usize,
        life: u32,
        ticket: u64,
        answer: Result<Reply, BackendFailure>,
    ) {
        let it = &self.devices[device];
        if it.life != life || it.stage.is_none() {
            return;
        }
        let received_at = it.clock(self.now);
        self.say(device, || match &answer {
            Ok(reply) => format!("is answered {}", reply.status),
            Err(failure) => format!("is not answered: {failure:?}"),
        });
        if let Ok(reply) = &answer {
            self.trace.fact(self.now, "back", &reply.body);
            self.note_outcomes(device, reply);
        }
        self.witness_answer(device, ticket, answer.as_ref().ok());
        let sample = self.measure(device, ticket, answer.as_ref().ok());
        let Some(stage) = &mut self.devices[device].stage else { return };
        stage.answer(
            ticket,
            answer.as_ref().map(|reply| view(reply, received_at)).map_err(Clone::clone),
            sample,
        );
        self.plan_turn(device);
    }

    pub(crate) fn line(&mut self, device: usize, life: u32, line: u64, head: Option<Reply>) {
        let it = &self.devices[device];
        if it.life != life || it.last_line != line || it.stage.is_none() {
            return;
        }
        let (received_at, server, user) =
            (it.clock(self.now), it.plan.server, it.plan.user.clone());
        let head = head.as_ref().map(|reply| view(reply, received_at));
        let follows =
            self.devices[device].stage.as_mut().is_some_and(|stage| stage.hints_answer(head));
        self.plan_turn(device);
        let Some(running) = self.servers[server].running().filter(|_| follows) else { return };
        self.devices[device].line = Some((line, running.listen(&user)));
        let ends_ms = self.devices[device].dice.spread(MINUTE_MS, 12 * HOUR_MS);
        // The first hint says that something may have come before.
        self.plan(1, Happening::Hint { device, line });
        if self.faults.has(Fault::HintsCut) {
            self.plan(ends_ms, Happening::LineEnds { device, line });
        }
    }

    pub(crate) fn tell_listeners(&mut self, server: usize) {
        for device in 0..self.devices.len() {
            let it = &mut self.devices[device];
            if it.plan.server != server {
                continue;
            }
            let Some((line, listener)) = &mut it.line else { continue };
            let line = *line;
            if listener.take_hint() {
                let after_ms = it.dice.spread(10, 2_000);
                self.plan(after_ms, Happening::Hint { device, line });
            }
        }
    }

    pub(crate) fn has_line(&self, device: usize, line: u64) -> bool {
        self.devices[device].line.as_ref().is_some_and(|(number, _)| *number == line)
    }

    pub(crate) fn end_line(&mut self, device: usize, line: u64) {
        if !self.has_line(device, line) {
            return;
        }
        self.outcome.fired.count(Fault::HintsCut);
        self.devices[device].line = None;
        if let Some(stage) = &mut self.devices[device].stage {
            stage.hints_end();
        }
        self.plan_turn(device);
    }
}

fn view(reply: &Reply, received_at: mailboat_core::Timestamp) -> HttpAnswer<'_> {
    HttpAnswer {
        status: reply.status,
        content_type: reply.content_type.as_deref(),
        retry_after: reply.retry_after.as_deref(),
        body: &reply.body,
        received_at,
    }
}

fn portal() -> Reply {
    Reply {
        status: 200,
        content_type: Some("text/html".into()),
        retry_after: None,
        body: PORTAL.into(),
    }
}

/// The last part of a request's path.
fn name_of(request: &HttpRequest) -> &str {
    let path = request.url.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}
