//! Picking what may go: lanes by urgency, bounded, and no lane before its delay is over.

use mailboat_core::{Environment, Operation, Policy, Priority, PullView, Timestamp, View, plan};
use serde_json::json;

use crate::common::{NOW, Store, conversation, entry_id, message};

#[test]
fn the_lane_whose_head_waits_longest_goes_first() {
    let mut store = Store::messaging();
    let mut found = |id: &str, at: u64| {
        let now = NOW.plus_ms(at);
        store.write_at(now, Operation::Create, "conversations", id, conversation("x"))
    };
    let (late, early, middle) = (found("c1", 30), found("c2", 10), found("c3", 20));
    assert_eq!(store.due_at(NOW.plus_ms(100)), [early, middle, late]);
}

#[test]
fn lanes_take_turns_by_how_long_their_next_entry_waits() {
    let mut store = Store::messaging();
    let mut send = |id: &str, conversation: &str, at: u64| {
        let now = NOW.plus_ms(at);
        let values = message(conversation, "x");
        store.write_at(now, Operation::Create, "messages", id, values)
    };
    let head = send("m1", "c1", 10);
    let other = send("m2", "c2", 20);
    let tail = send("m3", "c1", 30);
    assert_eq!(store.due(), [head, other, tail]);
    store.ack(head, 1, 1);
    assert_eq!(store.due(), [other, tail]);
}

#[test]
fn at_most_the_limit_is_picked() {
    let mut store = Store::messaging();
    let entries: Vec<_> = (0..8)
        .map(|number| store.send(&format!("m{number}"), ["c1", "c2", "c1"][number % 3]))
        .collect();
    for limit in [1, 3, 4, 6, 8, 100] {
        let due = store.pick(NOW, limit);
        let ids: Vec<_> = due.candidates.iter().map(|candidate| candidate.id).collect();
        assert_eq!(ids, entries[..entries.len().min(limit as usize)], "limit {limit}");
    }
}

#[test]
fn a_delay_on_the_head_stops_its_lane_only() {
    let mut store = Store::messaging();
    let (first, second) = (store.send("m1", "c1"), store.send("m2", "c1"));
    let other = store.send("m3", "c2");
    let later = NOW.plus_ms(2_000);
    store.put_off(first, later);

    let due = store.pick(NOW, 100);
    let ids: Vec<_> = due.candidates.iter().map(|candidate| candidate.id).collect();
    assert_eq!((ids, due.next_due), (vec![other], Some(later)));
    assert_eq!(store.due_at(later), [first, second, other]);
    assert_eq!(store.pick(later, 100).next_due, None);
    assert_eq!(store.outbox()[0].not_before, Some(later.0));
    assert_eq!(store.delivery("messages", "m1"), "queued");
}

#[test]
fn the_next_lane_to_become_due_is_named() {
    let mut store = Store::messaging();
    for (id, delay_ms) in [("c1", 3_000), ("c2", 1_000), ("c3", 2_000)] {
        let entry = store.found(id);
        store.put_off(entry, NOW.plus_ms(delay_ms));
    }
    let next_due = |at_ms| store.pick(NOW.plus_ms(at_ms), 100).next_due;
    assert_eq!(next_due(0), Some(NOW.plus_ms(1_000)));
    assert_eq!(next_due(1_000), Some(NOW.plus_ms(2_000)));
    assert_eq!(next_due(3_000), None);
}

#[test]
fn a_held_lane_arms_no_timer() {
    let mut store = Store::messaging();
    let first = store.found("c1");
    store.reject(first);
    let second = store.update("conversations", "c1", json!({ "title": "x" }));
    assert_eq!(store.attempt(&[second]).len(), 0, "it is blocked, and does not go");
    assert_eq!(store.pick(NOW, 100).next_due, None);
}

#[test]
fn held_lanes_do_not_crowd_out_what_is_due() {
    let mut store = Store::messaging();
    for number in 0..5 {
        let refused = store.found(&format!("c{number}"));
        store.reject(refused);
        store.update("conversations", &format!("c{number}"), json!({ "title": "x" }));
    }
    let due = store.found("due");
    let first = store.pick(NOW, 1).candidates;
    assert_eq!(first.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [due]);
}

#[test]
fn lanes_that_are_to_come_last_take_no_room_from_others() {
    let mut store = Store::messaging();
    let mut send = |number: u32, lane: &str| store.send(&format!("m{number}"), lane);
    let (first, behind) = (send(1, "c1"), send(2, "c1"));
    let (second, third, other) = (send(3, "c2"), send(4, "c3"), send(5, "c4"));
    let pick = |limit, last: &[_]| {
        let due = store.writer.due(NOW, limit, Priority::Low, false, last).expect("due");
        due.candidates.iter().map(|candidate| candidate.id).collect::<Vec<_>>()
    };
    assert_eq!(pick(1, &[first]), [second, first]);
    assert_eq!(pick(2, &[first]), [second, third, first]);
    assert_eq!(pick(1, &[second, first, third]), [other, second, first, third]);
    assert_eq!(pick(1, &[third, first, other, second]), [third, first, other, second]);
    assert_eq!(pick(100, &[first]), [second, third, other, first], "it goes alone");
    assert_eq!(pick(100, &[behind]), [first, behind, second, third, other], "no lane begins so");
    let unknown = entry_id(77);
    assert_eq!(pick(100, &[unknown]), [first, behind, second, third, other]);
}

#[test]
fn candidates_are_weighed_in_bytes_not_letters() {
    let mut store = Store::messaging();
    store.create("messages", "m1", message("c1", &"\u{1F6A2}".repeat(100)));
    store.create("messages", "m2", message("c1", &"x".repeat(100)));
    let due = store.pick(NOW, 100);
    let bytes: Vec<u32> = due.candidates.iter().map(|candidate| candidate.bytes).collect();
    assert_eq!(bytes[0] - bytes[1], 300);
    let stored =
        store.look("SELECT octet_length(mutation) FROM mailboat_outbox WHERE sequence = 1");
    let names = "m1".len() + "c1".len();
    // The rest is what a request adds: more would make batches small, less too large.
    assert_eq!(i64::from(bytes[0]), stored + names as i64 + 256);
}

#[test]
fn a_clock_that_stepped_back_holds_nothing_up() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.put_off(entry, NOW.plus_ms(1_000));
    let yesterday = Timestamp(NOW.0 - 24 * 3_600_000);

    let due = store.pick(yesterday, 100);
    let view = View {
        candidates: due.candidates,
        next_due: due.next_due,
        pull: PullView::default(),
        ..View::default()
    };
    let online = Environment::default();
    assert_eq!(plan(&view, online, yesterday, &Policy::default()).push, [entry]);
}

#[test]
fn lanes_that_a_clock_left_behind_do_not_crowd_out_what_is_due() {
    let mut store = Store::messaging();
    for number in 0..5 {
        let entry = store.found(&format!("c{number}"));
        store.put_off(entry, NOW.plus_ms(48 * 3_600_000));
    }
    let due = store.write_at(
        NOW.plus_ms(5),
        Operation::Create,
        "conversations",
        "due",
        conversation("x"),
    );
    let first = store.pick(NOW.plus_ms(10), 1).candidates;
    assert_eq!(first.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [due]);
}
