//! Disks that fail and disks that are full, at every operation: errors that have a
//! type, nothing acknowledged lost, and a store that works again afterwards.

use mailboat_sim::disk::Fault;
use mailboat_store::{Durability, StoreError};

use super::workload::{Content, Device, SMALL_PAGE_BYTES, Store, seen, workload};

/// How often a step may be refused before the disk must be well again.
const MAX_TRIES: usize = 4;

fn has_a_type(error: &StoreError) -> bool {
    matches!(error, StoreError::Io(_) | StoreError::DiskFull | StoreError::Unreachable(_))
}

/// Tries until it works; each failure is one that an app can be told of.
fn insist(
    device: &Device,
    what: &str,
    mut attempt: impl FnMut() -> Result<(), StoreError>,
) -> usize {
    for refused in 0..MAX_TRIES {
        match attempt() {
            Ok(()) => return refused,
            Err(error) => assert!(has_a_type(&error), "{what}: {error:?}"),
        }
        // Space comes back, the disk is well again.
        if refused > 0 {
            device.disk.heal();
            device.disk.set_capacity_bytes(None);
        }
    }
    panic!("{what}: refused by a disk that is well");
}

/// Runs the workload on a disk that fails; answers how often the store refused.
fn live(device: &Device, plan: impl FnOnce(&Device), context: &str) -> (Store, usize) {
    plan(device);
    let (mut store, mut refusals) = (None, 0);
    for step in workload(SMALL_PAGE_BYTES) {
        refusals += insist(device, &format!("{context}, {step:?}"), || {
            step.run(device, &mut store, step.durability())
        });
    }
    device.disk.heal();
    device.disk.set_capacity_bytes(None);
    (store.expect("it is open"), refusals)
}

fn expected() -> Content {
    let device = Device::new();
    let (store, refusals) = live(&device, |_| {}, "a disk that works");
    assert_eq!(refusals, 0);
    seen(&store).expect("it can be read")
}

/// Checks a store that has seen the whole workload: now, and after a power cut.
fn check(device: &Device, store: Store, expected: &Content, context: &str) {
    let same = |store: &Store, when: &str| {
        let seen = seen(store).expect("it can be read");
        let differs = seen.iter().zip(expected).find(|(seen, expected)| seen != expected);
        assert!(&seen == expected, "{context}, {when}: {} lines, {differs:?}", seen.len());
    };
    same(&store, "at the end");
    // The last step is a local write: all before it is durable with it.
    device.disk.cut_power(&mut || 0);
    drop(store);
    device.disk.revive().expect("the disk starts again");
    let store = device.open().unwrap_or_else(|error| panic!("{context}: {error}"));
    same(&store, "after a power cut");
    drop(store);
    device.content();
}

/// Plays a fault at every operation of its kind, `times` in a row.
fn at_every_operation(fault: Fault, times: u64) -> u64 {
    let expected = expected();
    let (mut fired, mut refusals) = (0, 0);
    for after in 0.. {
        let device = Device::new();
        let context = format!("{fault:?} after {after}, {times} times");
        let (store, refused) =
            live(&device, |device| device.disk.fail(fault, after, times), &context);
        let counts = device.disk.counts();
        let hits = counts.read_errors + counts.write_errors + counts.sync_errors + counts.full;
        if hits == 0 {
            break;
        }
        fired += hits;
        refusals += refused;
        check(&device, store, &expected, &context);
    }
    assert!(refusals > 0, "no fault was ever seen");
    fired
}

#[test]
fn a_failing_write_anywhere_is_refused_and_then_made_good() {
    assert!(at_every_operation(Fault::Write, 1) > 100);
}

#[test]
fn a_failing_sync_anywhere_is_refused_and_then_made_good() {
    assert!(at_every_operation(Fault::Sync, 1) > 10);
}

#[test]
fn a_write_that_was_refused_for_a_failing_sync_is_not_there_after_a_kill() {
    let steps = workload(SMALL_PAGE_BYTES);
    let mut refused = 0;
    for (number, step) in steps.iter().enumerate() {
        if step.durability() == Durability::Normal {
            continue;
        }
        let device = Device::new();
        let mut store = Some(device.open().expect("a fresh store"));
        for step in &steps[..number] {
            step.run(&device, &mut store, step.durability()).expect("a disk that works");
        }
        device.disk.kill();
        drop(store.take());
        let before = device.restart().expect("it opens again");
        store = Some(device.open().expect("it opens again"));
        // The first sync is of the new log's header, the second of the commit.
        device.disk.fail(Fault::Sync, 1, 1);
        assert!(step.run(&device, &mut store, step.durability()).is_err(), "{step:?}");
        refused += device.disk.counts().sync_errors;
        device.disk.kill();
        drop(store.take());
        assert!(device.restart().expect("it opens again") == before, "{step:?} came back");
    }
    assert!(refused > 10, "only {refused} writes were refused");
}

#[test]
fn a_failing_read_anywhere_is_refused_and_then_made_good() {
    assert!(at_every_operation(Fault::Read, 1) > 10);
}

#[test]
fn a_write_without_space_anywhere_is_refused_and_then_made_good() {
    assert!(at_every_operation(Fault::Full, 1) > 100);
}

#[test]
fn a_disk_of_any_size_fills_up_and_the_store_goes_on_when_it_has_grown() {
    let expected = expected();
    let mut full = 0;
    for kilobytes in (0..400).step_by(9) {
        let device = Device::new();
        let context = format!("{kilobytes} KB");
        let capacity = |device: &Device| device.disk.set_capacity_bytes(Some(kilobytes * 1024));
        let (store, _) = live(&device, capacity, &context);
        full += device.disk.counts().full;
        check(&device, store, &expected, &context);
    }
    assert!(full > 20, "the disk was full {full} times");
}
