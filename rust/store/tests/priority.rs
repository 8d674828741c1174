//! Priorities: urgent lanes first, nothing starves, nothing overtakes inside its lane.

use mailboat_core::{
    EntryId, Environment, Operation, Policy, Priority, SendMode, Timestamp, View, plan,
};
use mailboat_store::{Mutation, Sending};
use serde_json::json;

use crate::common::{NOTHING, NOW, Store, message, mutation};

const MINUTE_MS: u64 = 60_000;

/// Sends a message of a priority at a time.
fn send(store: &mut Store, lane: &str, priority: Priority, at: Timestamp) -> EntryId {
    let sending = Sending { priority: Some(priority), ..Sending::default() };
    write(store, lane, sending, at)
}

fn write(store: &mut Store, lane: &str, sending: Sending, at: Timestamp) -> EntryId {
    let entry = store.next_entry();
    let id = format!("m{}", entry.as_u128());
    let create = mutation(entry, Operation::Create, "messages", &id, message(lane, "x"));
    let create = Mutation { sending, ..create };
    store.commit(|transaction| transaction.write(&create, at));
    entry
}

fn picked(store: &Store, least: Priority) -> Vec<EntryId> {
    let due = store.writer.due(NOW, 100, least, false, &[]).expect("due");
    due.candidates.iter().map(|candidate| candidate.id).collect()
}

#[test]
fn the_most_urgent_lane_goes_first() {
    let mut store = Store::messaging();
    let low = send(&mut store, "a", Priority::Low, NOW);
    let normal = send(&mut store, "b", Priority::Normal, NOW);
    let high = send(&mut store, "c", Priority::High, NOW);
    assert_eq!(store.due(), [high, normal, low]);
}

#[test]
fn what_waits_long_enough_is_overtaken_no_more() {
    let mut store = Store::messaging();
    let low = send(&mut store, "a", Priority::Low, NOW);
    let soon = send(&mut store, "b", Priority::High, NOW.plus_ms(59 * MINUTE_MS));
    let late = send(&mut store, "c", Priority::High, NOW.plus_ms(61 * MINUTE_MS));
    assert_eq!(store.due(), [soon, low, late]);
}

#[test]
fn a_lane_takes_the_highest_priority_that_waits_in_it() {
    let mut store = Store::messaging();
    let low = send(&mut store, "a", Priority::Low, NOW);
    let normal = send(&mut store, "b", Priority::Normal, NOW);
    let high = send(&mut store, "a", Priority::High, NOW);
    assert_eq!(store.due(), [low, high, normal], "the low one is in the way of the high one");
    assert_eq!(picked(&store, Priority::High), [low, high]);
    store.ack(low, 1, 1);
    store.ack(high, 2, 2);
    assert_eq!(picked(&store, Priority::High), NOTHING);
}

#[test]
fn lanes_of_low_priority_alone_can_be_left_out() {
    let mut store = Store::messaging();
    let low = send(&mut store, "a", Priority::Low, NOW);
    let normal = send(&mut store, "b", Priority::Normal, NOW);
    assert_eq!(picked(&store, Priority::Normal), [normal]);
    assert_eq!(picked(&store, Priority::Low), [normal, low]);
    let waiting = store.writer.low().expect("low");
    let bytes = store.look("SELECT octet_length(mutation) FROM mailboat_outbox WHERE priority = 0");
    assert_eq!((waiting.entries, waiting.bytes as i64), (1, bytes));
    assert_eq!(waiting.oldest, Some(NOW));
}

#[test]
fn what_is_urgent_behind_a_dead_letter_lends_no_urgency() {
    let mut store = Store::messaging();
    let low = Sending { priority: Some(Priority::Low), ..Sending::default() };
    let high = Sending { priority: Some(Priority::High), ..Sending::default() };
    store.pull("conversations", "c1", 1, 1, crate::common::conversation("Boats"));
    let update = |store: &mut Store, sending: &Sending| {
        let entry = store.next_entry();
        let values = json!({ "title": "x" });
        let update = mutation(entry, Operation::Update, "conversations", "c1", values);
        let update = Mutation { sending: sending.clone(), ..update };
        store.commit(|transaction| transaction.write(&update, NOW));
        entry
    };
    let (first, second) = (update(&mut store, &low), update(&mut store, &low));
    let third = update(&mut store, &high);
    store.reject(second);
    assert_eq!(picked(&store, Priority::High), NOTHING);
    store.retry(second);
    assert_eq!(picked(&store, Priority::High), [first, second, third]);
}

#[test]
fn what_is_batched_goes_with_others_or_when_its_window_ends() {
    let mut store = Store::messaging();
    let until = NOW.plus_ms(5_000);
    let batched =
        Sending { send: Some(SendMode::Batched), gather_until: Some(until), ..Sending::default() };
    let gathering = write(&mut store, "a", batched.clone(), NOW);
    assert_eq!(store.due(), NOTHING);
    assert_eq!(store.pick(NOW, 100).next_due, Some(until));
    assert_eq!(store.due_at(until), [gathering]);
    let immediate = store.send("m9", "b");
    assert_eq!(store.due(), [immediate, gathering]);
}

#[test]
fn what_is_scheduled_waits_for_its_time_or_for_a_person() {
    let mut store = Store::messaging();
    let until = NOW.plus_ms(15 * MINUTE_MS);
    let scheduled = Sending {
        send: Some(SendMode::Scheduled),
        gather_until: Some(until),
        ..Sending::default()
    };
    let waiting = write(&mut store, "a", scheduled, NOW);
    let immediate = store.send("m9", "b");
    assert_eq!(store.due(), [immediate]);
    let eager = store.writer.due(NOW, 100, Priority::Low, true, &[]).expect("due");
    let eager: Vec<EntryId> = eager.candidates.iter().map(|candidate| candidate.id).collect();
    assert_eq!(eager, [immediate, waiting]);
    assert_eq!(store.due_at(until), [waiting, immediate], "it was written first");
}

#[test]
fn a_clock_that_stepped_back_does_not_hold_up_what_is_scheduled() {
    let mut store = Store::messaging();
    let scheduled = Sending {
        send: Some(SendMode::Scheduled),
        gather_until: Some(NOW.plus_ms(15 * MINUTE_MS)),
        ..Sending::default()
    };
    let waiting = write(&mut store, "a", scheduled, NOW);
    let planned = |store: &Store, now: Timestamp, schedule_ms: u64| {
        let due = store.pick(now, 100);
        let view = View { candidates: due.candidates, next_due: due.next_due, ..View::default() };
        let policy = Policy { schedule_ms, ..Policy::default() };
        plan(&view, Environment::default(), now, &policy).push
    };
    let stepped = Timestamp(NOW.0 - 3 * 3_600_000);
    assert_eq!(planned(&store, stepped, 15 * MINUTE_MS), [waiting]);
    assert_eq!(planned(&store, stepped, 4 * 60 * MINUTE_MS), NOTHING, "nothing is wrong there");
    let immediate = store.send("m9", "b");
    assert_eq!(planned(&store, NOW, 15 * MINUTE_MS), [immediate]);
}

#[test]
fn a_write_that_does_not_wait_takes_its_lane_along() {
    let mut store = Store::messaging();
    let batched = Sending {
        send: Some(SendMode::Batched),
        gather_until: Some(NOW.plus_ms(5_000)),
        ..Sending::default()
    };
    let first = write(&mut store, "a", batched.clone(), NOW);
    let second = store.send("m9", "a");
    assert_eq!(store.due(), [first, second]);
    store.ack(first, 1, 1);
    assert_eq!(store.due(), [second]);
    let third = write(&mut store, "a", batched, NOW);
    assert_eq!(store.due(), [second, third]);
    store.ack(second, 2, 2);
    assert_eq!(store.due(), NOTHING, "what is left gathers again");
}
