//! Kills and power cuts at every write: what was acknowledged is there, and the rest
//! is there whole or not at all.

use std::ops::RangeInclusive;

use mailboat_sim::disk::Counts;
use mailboat_store::{Durability, StoreError};

use super::workload::{Content, Device, LARGE_PAGE_BYTES, SMALL_PAGE_BYTES, Step, workload};

/// How a life ended.
struct Life {
    device: Device,
    /// Steps that the store acknowledged.
    acknowledged: usize,
    /// Of these, how many a power cut must leave.
    durable: usize,
    completed: bool,
}

/// Runs the workload until the disk dies.
fn live(
    steps: &[Step],
    plan: impl FnOnce(&Device),
    durability: impl Fn(&Step) -> Durability,
) -> Life {
    let device = Device::new();
    plan(&device);
    let mut life = Life { device, acknowledged: 0, durable: 0, completed: false };
    let mut store = None;
    for step in steps {
        if let Err(error) = step.run(&life.device, &mut store, durability(step)) {
            assert!(life.device.disk.is_dead(), "{step:?} failed on a disk that works: {error}");
            return life;
        }
        life.acknowledged += 1;
        if step.durability() == Durability::Full {
            life.durable = life.acknowledged;
        }
    }
    life.completed = true;
    life
}

/// The content after each number of steps, starting with none.
fn history(steps: &[Step]) -> Vec<Content> {
    (0..=steps.len())
        .map(|count| {
            let device = Device::new();
            let mut store = Some(device.open().expect("a fresh store"));
            for step in &steps[..count] {
                let done = step.run(&device, &mut store, step.durability());
                done.expect("nothing is planned to fail");
            }
            // Opened once more, as after a crash: what was on its way waits again.
            device.disk.kill();
            drop(store);
            device.restart().expect("it opens again")
        })
        .collect()
}

/// Which step the file stands at, of those it may stand at.
fn check(life: &Life, history: &[Content], allowed: RangeInclusive<usize>) -> Result<(), String> {
    let content = life.device.restart().map_err(|error| format!("it does not open: {error}"))?;
    let last = *allowed.end().min(&(history.len() - 1));
    if history[*allowed.start()..=last].contains(&content) {
        return Ok(());
    }
    let stands = history.iter().position(|after| *after == content);
    Err(format!("it stands at step {stands:?}, and may stand at {allowed:?}"))
}

/// A generator that is the same everywhere: draws from a counter by multiplication.
fn draws(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Runs a life that ends at every write, or at each `stride`-th, until one is not ended;
/// answers how many were.
fn at_every_write(stride: usize, mut ends_at: impl FnMut(u64) -> bool) -> u64 {
    let mut ended = 0;
    for write in (1..).step_by(stride) {
        if !ends_at(write) {
            break;
        }
        ended += 1;
    }
    ended
}

/// Kills at every `stride`-th write; answers how many there were, and how many were torn.
fn kill_at_every_write(page_bytes: usize, stride: usize, tear: Option<u64>) -> (u64, u64) {
    let steps = workload(page_bytes);
    let history = history(&steps);
    let mut torn = 0;
    let kills = at_every_write(stride, |write| {
        let plan = |device: &Device| match tear {
            None => device.disk.kill_at_write(write),
            Some(bytes) => device.disk.tear_at_write(write, bytes),
        };
        let life = live(&steps, plan, Step::durability);
        let allowed = life.acknowledged..=life.acknowledged + 1;
        check(&life, &history, allowed)
            .unwrap_or_else(|error| panic!("killed at write {write}, torn {tear:?}: {error}"));
        torn += life.device.disk.counts().torn;
        !life.completed
    });
    (kills, torn)
}

#[test]
fn a_kill_before_any_write_loses_nothing_acknowledged_and_leaves_no_half() {
    let (kills, _) = kill_at_every_write(SMALL_PAGE_BYTES, 1, None);
    assert!(kills > 300, "a workload of {kills} writes is too short");
}

#[test]
fn a_kill_in_the_middle_of_any_write_loses_nothing_acknowledged_and_leaves_no_half() {
    for bytes in [1, 2_001] {
        let (_, torn) = kill_at_every_write(SMALL_PAGE_BYTES, 1, Some(bytes));
        assert!(torn > 200, "only {torn} writes were torn");
    }
}

#[test]
fn a_kill_around_a_checkpoint_loses_nothing_acknowledged_and_leaves_no_half() {
    let (kills, _) = kill_at_every_write(LARGE_PAGE_BYTES, 47, None);
    assert!(kills > 30, "a workload of {kills} times 47 writes is too short");
}

/// Cuts the power at every `stride`-th write; answers what was found lost, and what the
/// disks did.
fn cut_power_at_every_write(
    page_bytes: usize,
    stride: usize,
    seed: u64,
    durability: impl Fn(&Step) -> Durability + Copy,
) -> (Vec<String>, Counts) {
    let steps = workload(page_bytes);
    let history = history(&steps);
    let mut losses = Vec::new();
    let mut sum = Counts::default();
    at_every_write(stride, |write| {
        let life = live(&steps, |device| device.disk.kill_at_write(write), durability);
        life.device.disk.cut_power(&mut draws(seed << 32 | write));
        let allowed = life.durable..=life.acknowledged + 1;
        if let Err(error) = check(&life, &history, allowed) {
            losses.push(format!("cut at write {write}, seed {seed}: {error}"));
        }
        let counts = life.device.disk.counts();
        sum.power_cuts += counts.power_cuts;
        sum.lost_writes += counts.lost_writes;
        !life.completed
    });
    (losses, sum)
}

#[test]
fn a_power_cut_at_any_write_loses_nothing_that_was_promised_to_survive_it() {
    for seed in 0..3 {
        let (losses, sum) = cut_power_at_every_write(SMALL_PAGE_BYTES, 1, seed, Step::durability);
        assert_eq!(losses, Vec::<String>::new());
        assert!(sum.power_cuts > 300 && sum.lost_writes > 300, "the cuts did not bite: {sum:?}");
    }
}

#[test]
fn a_power_cut_around_a_checkpoint_loses_nothing_that_was_promised_to_survive_it() {
    let (losses, sum) = cut_power_at_every_write(LARGE_PAGE_BYTES, 47, 9, Step::durability);
    assert_eq!(losses, Vec::<String>::new());
    assert!(sum.lost_writes > 1_000, "the cuts did not bite: {sum:?}");
}

#[test]
fn the_check_finds_the_loss_when_local_writes_are_not_synced() {
    let weak = |_: &Step| Durability::Normal;
    let (losses, _) = cut_power_at_every_write(SMALL_PAGE_BYTES, 1, 0, weak);
    assert!(losses.len() > 100, "a power cut that loses nothing: {losses:?}");
    let is_a_loss = |loss: &String| loss.contains("it stands at step Some");
    assert!(losses.iter().all(is_a_loss), "older, but whole: {losses:?}");
}

#[test]
fn the_same_calls_give_the_same_disk() {
    let run = || {
        let plan = |device: &Device| device.disk.tear_at_write(90, 700);
        let life = live(&workload(SMALL_PAGE_BYTES), plan, Step::durability);
        life.device.disk.cut_power(&mut draws(7));
        let content = life.device.restart();
        (life.acknowledged, content, life.device.disk.counts())
    };
    assert_eq!(run(), run());
}

#[test]
fn a_dead_disk_refuses_everything_with_an_error_that_has_a_type() {
    let device = Device::new();
    let mut store = Some(device.open().expect("a fresh store"));
    device.disk.kill();
    let before = device.disk.counts();
    let step = &workload(SMALL_PAGE_BYTES)[0];
    let refused = step.run(&device, &mut store, step.durability());
    assert!(matches!(refused, Err(StoreError::Io(_))), "{refused:?}");
    drop(store);
    assert!(matches!(device.open().err(), Some(StoreError::Unreachable(_))));
    assert_eq!(device.disk.counts(), before, "the dead write nothing, not even when they close");
}
