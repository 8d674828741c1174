//! What `why` says in each situation. The table of `docs/policy.md` is written from
//! these cases.

mod tables;

use mailboat_core::{
    EntryId, LowWait, PauseCause, Place, Priority, Reason, Situation, Timestamp, Waiting, why,
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const OTHER: EntryId = Uuid::from_u128(2);

/// An engine with nothing in the way.
const CLEAR: Situation = Situation {
    has_backend: true,
    in_flight: false,
    push_in_flight: false,
    token_asked: false,
    set_aside_until: None,
    low: LowWait::Goes,
    pause: None,
};

struct Case {
    place: Place,
    situation: Situation,
    /// The word, as JavaScript reads it.
    state: &'static str,
    /// Seconds until it may go.
    in_s: Option<u64>,
    sentence: &'static str,
}

fn waiting() -> Waiting {
    Waiting::default()
}

fn seconds(delay_s: u64) -> Timestamp {
    NOW.plus_ms(delay_s * 1_000)
}

fn gone() -> Vec<Case> {
    let case =
        |place, state, sentence| Case { place, situation: CLEAR, state, in_s: None, sentence };
    let reason = Reason { code: "forbidden".into(), message: "You are no member.".into() };
    vec![
        case(Place::Acked, "acked", "The server has it."),
        case(Place::Discarded, "discarded", "It was taken out of the outbox."),
        case(
            Place::Unknown,
            "unknown",
            "The outbox knows no such entry, or it left so long ago that this is forgotten.",
        ),
        case(
            Place::Dead(Some(reason)),
            "deadLetter",
            "It will not be tried again by itself: You are no member. Retry, edit or discard it.",
        ),
    ]
}

fn of_entry() -> Vec<Case> {
    let case = |waiting: Waiting, state, in_s, sentence| Case {
        place: Place::Waiting(waiting),
        situation: CLEAR,
        state,
        in_s,
        sentence,
    };
    vec![
        Case {
            situation: Situation { has_backend: false, ..CLEAR },
            ..case(
                waiting(),
                "noBackend",
                None,
                "This engine has no backend: writes stay on the device.",
            )
        },
        Case {
            situation: Situation { in_flight: true, push_in_flight: true, ..CLEAR },
            ..case(waiting(), "inFlight", None, "It is on its way to the server.")
        },
        case(
            Waiting { held_by: Some(OTHER), ..waiting() },
            "held",
            None,
            "An entry before it was refused and holds the lane until a person retries, edits or discards that one.",
        ),
        case(
            Waiting { depends_on: Some(OTHER), ..waiting() },
            "dependency",
            None,
            "It depends on another entry that the server does not have yet.",
        ),
        case(
            Waiting { ahead: 1, ..waiting() },
            "behind",
            None,
            "One entry of its lane goes first.",
        ),
        case(Waiting { ahead: 7, ..waiting() }, "behind", None, "7 entries of its lane go first."),
        case(
            Waiting { scheduled_for: Some(seconds(540)), ..waiting() },
            "scheduled",
            Some(540),
            "It gathers with others; it is tried in 9 min.",
        ),
        case(
            Waiting { not_before: Some(seconds(8)), ..waiting() },
            "retry",
            Some(8),
            "The server asked for another attempt later; it is tried in 8 s.",
        ),
        Case {
            situation: Situation { set_aside_until: Some(seconds(4)), ..CLEAR },
            ..case(
                waiting(),
                "setAside",
                Some(4),
                "A request with this entry alone failed, so others go first; it is tried in 4 s.",
            )
        },
        Case {
            situation: Situation { low: LowWait::Until(seconds(82_800)), ..CLEAR },
            ..case(
                Waiting { priority: Priority::Low, ..waiting() },
                "lowPriority",
                Some(82_800),
                "It is of low priority and waits for a network that is not metered; it is tried in 23 h.",
            )
        },
    ]
}

fn of_everything() -> Vec<Case> {
    let case = |situation, state, in_s, sentence| Case {
        place: Place::Waiting(waiting()),
        situation,
        state,
        in_s,
        sentence,
    };
    let paused = |cause, delay_s, state, sentence| {
        let pause = Some((cause, seconds(delay_s)));
        case(Situation { pause, ..CLEAR }, state, Some(delay_s), sentence)
    };
    let low = Situation { low: LowWait::Until(seconds(82_800)), ..CLEAR };
    vec![
        case(
            Situation { token_asked: true, ..CLEAR },
            "token",
            None,
            "The engine waits for getToken() to answer.",
        ),
        paused(
            PauseCause::Token,
            2,
            "token",
            "The backend does not accept the token; it is tried in 2 s.",
        ),
        paused(
            PauseCause::Offline,
            60,
            "offline",
            "The device says there is no network; it is tried in 60 s.",
        ),
        paused(
            PauseCause::Spread,
            1,
            "spread",
            "The network is back, and not every device comes at once; it is tried in 1 s.",
        ),
        paused(PauseCause::Backoff, 2, "backoff", "The last request failed; it is tried in 2 s."),
        paused(
            PauseCause::Breaker,
            30,
            "breaker",
            "Several requests in a row failed, so the backend gets a rest; it is tried in 30 s.",
        ),
        paused(
            PauseCause::Budget,
            5,
            "budget",
            "There were too many retries lately; it is tried in 5 s.",
        ),
        paused(
            PauseCause::Server,
            3_600,
            "server",
            "The server asked to wait; it is tried in 60 min.",
        ),
        paused(PauseCause::Storage, 5, "backoff", "The disk failed; it is tried in 5 s."),
        case(
            Situation { push_in_flight: true, ..CLEAR },
            "queued",
            None,
            "Another batch is on its way; the next one follows.",
        ),
        case(low, "ready", None, "It goes with the next batch."),
    ]
}

#[test]
fn the_why_table_holds() {
    let cases = gone().into_iter().chain(of_entry()).chain(of_everything());
    let rows: Vec<Vec<String>> = cases.map(|case| row(&case)).collect();
    tables::keep("policy.md", "why", &["`state`", "`until`", "`sentence`"], &rows);
}

/// Runs a case, and gives its row.
fn row(case: &Case) -> Vec<String> {
    let found = why(&case.place, case.situation, NOW);
    let word = serde_json::to_value(found.state).expect("a word becomes JSON");
    assert_eq!(word, case.state, "{}", case.sentence);
    assert_eq!(found.sentence, case.sentence);
    let until = case.in_s.map(|delay_s| seconds(delay_s).0);
    assert_eq!(found.until, until, "{}", case.sentence);
    let until = case.in_s.map_or("`null`".into(), |delay_s| format!("in {delay_s} s"));
    vec![format!("`{}`", case.state), until, case.sentence.to_owned()]
}

#[test]
fn an_entry_names_the_one_that_it_waits_for() {
    let held = Waiting { held_by: Some(OTHER), ahead: 3, ..waiting() };
    let found = why(&Place::Waiting(held), CLEAR, NOW);
    assert_eq!((found.waits_for, found.ahead), (Some(OTHER), 3));
}

#[test]
fn a_time_that_has_passed_holds_nothing_up() {
    let late = Waiting { not_before: Some(Timestamp(NOW.0 - 1)), ..waiting() };
    let found = why(&Place::Waiting(late), CLEAR, NOW);
    assert_eq!(found.until, None);
}
