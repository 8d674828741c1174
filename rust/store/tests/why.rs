//! Where an entry stands, as `why` needs it.

use mailboat_core::{EntryId, Place, Timestamp, Transition, Waiting};

use crate::common::{NOW, Store, entry_id};

fn place(store: &Store, id: EntryId) -> Place {
    store.writer.reads().place(id).expect("read").0
}

fn waiting(place: Place) -> Waiting {
    match place {
        Place::Waiting(waiting) => waiting,
        other => panic!("it waits: {other:?}"),
    }
}

#[test]
fn an_entry_knows_how_many_of_its_lane_go_before_it() {
    let mut store = Store::messaging();
    let (first, second) = (store.send("m1", "c1"), store.send("m2", "c1"));
    let elsewhere = store.send("m3", "c2");
    assert_eq!(waiting(place(&store, first)).ahead, 0);
    assert_eq!(waiting(place(&store, second)).ahead, 1);
    assert_eq!(waiting(place(&store, elsewhere)).ahead, 0);
    let (_, lane) = store.writer.reads().place(second).expect("read");
    assert_eq!(lane, "c1");
}

#[test]
fn an_entry_that_is_to_be_tried_again_knows_when() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let not_before = NOW.plus_ms(4_000);
    store.settle(entry, Transition::Retry { attempts: 1, not_before }, None);
    assert_eq!(waiting(place(&store, entry)).not_before, Some(not_before));
}

#[test]
fn a_dead_letter_has_its_reason_and_names_itself_to_whom_it_holds() {
    let mut store = Store::messaging();
    let create = store.create("conversations", "c1", crate::common::conversation("Boats"));
    let update = store.update("conversations", "c1", serde_json::json!({ "title": "Ships" }));
    store.reject(create);
    let Place::Dead(Some(reason)) = place(&store, create) else { panic!("it is dead") };
    assert_eq!(reason.code, "forbidden");
    assert_eq!(waiting(place(&store, update)).held_by, Some(create));
}

#[test]
fn what_left_the_outbox_is_remembered_by_its_last_transition() {
    let mut store = Store::messaging();
    let (acked, discarded) = (store.send("m1", "c1"), store.send("m2", "c1"));
    store.ack(acked, 1, 1);
    store.reject(discarded);
    store.discard(discarded);
    assert_eq!(place(&store, acked), Place::Acked);
    assert_eq!(place(&store, discarded), Place::Discarded);
    assert_eq!(place(&store, entry_id(999)), Place::Unknown);
}

#[test]
fn the_oldest_that_waits_is_no_dead_letter() {
    let mut store = Store::messaging();
    let oldest = |store: &Store| store.writer.reads().oldest_waiting().expect("read");
    assert_eq!(oldest(&store), None);
    let first = store.send("m1", "c1");
    assert_eq!(oldest(&store), Some(NOW));
    store.reject(first);
    assert_eq!(oldest(&store), None::<Timestamp>);
}
