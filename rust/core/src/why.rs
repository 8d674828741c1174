//! Why an entry has not gone yet, and when it will: in a word, in numbers, and in a
//! sentence for people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::backend::PauseCause;
use crate::entry::{EntryId, Priority};
use crate::low::LowWait;
use crate::outcome::Reason;
use crate::time::Timestamp;

/// Why an entry has not gone yet, and when it will.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Why {
    /// For programs.
    pub state: WhyState,
    /// When it may go, in milliseconds since the Unix epoch, where a time is what it waits for.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
    /// Entries of its lane that go before it.
    pub ahead: u32,
    /// The entry that it waits for, where it is one.
    #[ts(type = "string | null")]
    pub waits_for: Option<EntryId>,
    /// For people.
    pub sentence: String,
}

/// Stable words for what an entry waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum WhyState {
    /// It waits for nothing: the server has it.
    Acked,
    /// It waits for nothing: somebody took it out.
    Discarded,
    /// The outbox knows no such entry.
    Unknown,
    /// It is a dead letter: a person decides.
    DeadLetter,
    /// There is no backend to send it to.
    NoBackend,
    /// It is on its way.
    InFlight,
    /// A dead letter holds its lane.
    Held,
    /// An entry that it depends on has not arrived.
    Dependency,
    /// Others of its lane go first.
    Behind,
    /// It gathers with others, or waits for its hour.
    Scheduled,
    /// The server asked for another attempt later.
    Retry,
    /// A request with it alone failed; others go first.
    SetAside,
    /// It is of low priority and waits for a good network.
    LowPriority,
    /// JavaScript has no token that the backend accepts.
    Token,
    /// The platform sees no network.
    Offline,
    /// The network is back; not every device comes at the same moment.
    Spread,
    /// The last request failed, or the disk did.
    Backoff,
    /// Several requests in a row failed: the circuit breaker is open.
    Breaker,
    /// Too many retries lately.
    Budget,
    /// The server named a time.
    Server,
    /// Another batch is on its way.
    Queued,
    /// It goes with the next batch.
    Ready,
}

/// What the store knows of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its last transition was that the server acknowledged it.
    Acked,
    /// Its last transition was that it was taken out.
    Discarded,
    /// Nothing.
    Unknown,
    /// It is a dead letter.
    Dead(Option<Reason>),
    /// It waits, or is on its way.
    Waiting(Waiting),
}

/// What the store knows of an entry that waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How urgent its lane is.
    pub priority: Priority,
    /// Entries of its lane that go before it.
    pub ahead: u32,
    /// The dead letter that holds its lane before it.
    pub held_by: Option<EntryId>,
    /// An entry of another lane that it depends on.
    pub depends_on: Option<EntryId>,
    /// Not before this time, because the server asked for another attempt.
    pub not_before: Option<Timestamp>,
    /// Not before this time, because of its mode of sending.
    pub scheduled_for: Option<Timestamp>,
}

/// What the engine knows at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// Whether there is a backend.
    pub has_backend: bool,
    /// Whether the entry is in the batch on its way.
    pub in_flight: bool,
    /// Whether some batch is on its way.
    pub push_in_flight: bool,
    /// Whether a token is asked for.
    pub token_asked: bool,
    /// When the entry may go again after it failed alone.
    pub set_aside_until: Option<Timestamp>,
    /// Whether entries of low priority go.
    pub low: LowWait,
    /// Why the backend gets no request, and until when.
    pub pause: Option<(PauseCause, Timestamp)>,
}

/// Says why an entry has not gone yet. What concerns the entry itself comes first, then
/// its lane, then what holds up everything.
#[must_use]
pub fn why(place: &Place, situation: Situation, now: Timestamp) -> Why {
    match place {
        Place::Acked => Why::of(WhyState::Acked, "The server has it."),
        Place::Discarded => Why::of(WhyState::Discarded, "It was taken out of the outbox."),
        Place::Unknown => Why::of(
            WhyState::Unknown,
            "The outbox knows no such entry, or it left so long ago that this is forgotten.",
        ),
        Place::Dead(reason) => {
            let because = reason.as_ref().map(|it| format!(": {}", it.message));
            let because = because.unwrap_or_else(|| ".".into());
            let sentence =
                format!("It will not be tried again by itself{because} Retry, edit or discard it.");
            Why::of(WhyState::DeadLetter, sentence)
        }
        Place::Waiting(waiting) => of_entry(*waiting, situation, now)
            .or_else(|| of_everything(situation, now))
            .unwrap_or_else(|| Why::of(WhyState::Ready, "It goes with the next batch.")),
    }
}

/// What the entry or its lane waits for.
fn of_entry(waiting: Waiting, situation: Situation, now: Timestamp) -> Option<Why> {
    if !situation.has_backend {
        let sentence = "This engine has no backend: writes stay on the device.";
        return Some(Why::of(WhyState::NoBackend, sentence));
    }
    if situation.in_flight {
        return Some(Why::of(WhyState::InFlight, "It is on its way to the server."));
    }
    if let Some(held_by) = waiting.held_by {
        let sentence = "An entry before it was refused and holds the lane until a person retries, edits or discards that one.";
        return Some(Why::of(WhyState::Held, sentence).for_entry(held_by).behind(waiting.ahead));
    }
    if let Some(depends_on) = waiting.depends_on {
        let sentence = "It depends on another entry that the server does not have yet.";
        return Some(Why::of(WhyState::Dependency, sentence).for_entry(depends_on));
    }
    if waiting.ahead > 0 {
        let sentence = match waiting.ahead {
            1 => "One entry of its lane goes first.".to_owned(),
            ahead => format!("{ahead} entries of its lane go first."),
        };
        return Some(Why::of(WhyState::Behind, sentence).behind(waiting.ahead));
    }
    let later = |at: Option<Timestamp>| at.filter(|at| *at > now);
    if let Some(at) = later(waiting.scheduled_for) {
        return Some(Why::at(WhyState::Scheduled, at, now, "It gathers with others"));
    }
    if let Some(at) = later(waiting.not_before) {
        let because = "The server asked for another attempt later";
        return Some(Why::at(WhyState::Retry, at, now, because));
    }
    if let Some(at) = later(situation.set_aside_until) {
        let because = "A request with this entry alone failed, so others go first";
        return Some(Why::at(WhyState::SetAside, at, now, because));
    }
    if let (Priority::Low, LowWait::Until(at)) = (waiting.priority, situation.low) {
        let because = "It is of low priority and waits for a network that is not metered";
        return Some(Why::at(WhyState::LowPriority, at, now, because));
    }
    None
}

/// What everything waits for.
fn of_everything(situation: Situation, now: Timestamp) -> Option<Why> {
    if situation.token_asked {
        let sentence = "The engine waits for getToken() to answer.";
        return Some(Why::of(WhyState::Token, sentence));
    }
    if let Some((cause, until)) = situation.pause.filter(|(_, until)| *until > now) {
        let (state, because) = match cause {
            PauseCause::Backoff => (WhyState::Backoff, "The last request failed"),
            PauseCause::Breaker => {
                (WhyState::Breaker, "Several requests in a row failed, so the backend gets a rest")
            }
            PauseCause::Budget => (WhyState::Budget, "There were too many retries lately"),
            PauseCause::Server => (WhyState::Server, "The server asked to wait"),
            PauseCause::Spread => {
                (WhyState::Spread, "The network is back, and not every device comes at once")
            }
            PauseCause::Offline => (WhyState::Offline, "The device says there is no network"),
            PauseCause::Storage => (WhyState::Backoff, "The disk failed"),
            PauseCause::Token => (WhyState::Token, "The backend does not accept the token"),
        };
        return Some(Why::at(state, until, now, because));
    }
    situation
        .push_in_flight
        .then(|| Why::of(WhyState::Queued, "Another batch is on its way; the next one follows."))
}

impl Why {
    fn of(state: WhyState, sentence: impl Into<String>) -> Self {
        Self { state, until: None, ahead: 0, waits_for: None, sentence: sentence.into() }
    }

    fn at(state: WhyState, at: Timestamp, now: Timestamp, because: &str) -> Self {
        let sentence = format!("{because}; it is tried in {}.", duration(at.since_ms(now)));
        Self { until: Some(at.0), ..Self::of(state, sentence) }
    }

    fn behind(self, ahead: u32) -> Self {
        Self { ahead, ..self }
    }

    fn for_entry(self, entry: EntryId) -> Self {
        Self { waits_for: Some(entry), ..self }
    }
}

/// A duration as people say it, rounded up: never sooner than it is.
fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => "less than a second".into(),
        1_000..120_000 => format!("{} s", ms.div_ceil(1_000)),
        120_000..7_200_000 => format!("{} min", ms.div_ceil(60_000)),
        _ => format!("{} h", ms.div_ceil(3_600_000)),
    }
}
