//! A world replays, notices what is broken on purpose, and is cut down to its core.

use mailboat_sim::finding::{Damage, Invariant};
use mailboat_sim::run::{command, play, shrink};
use mailboat_sim::scenario::{Cut, LEAST_WRITES, Scenario};
use mailboat_sim::world::{Outcome, Sabotage};

fn run(seed: u64) -> Outcome {
    play(seed, &Cut::default(), false, Sabotage::None)
}

/// The first of a few seeds with this sabotage that breaks this rule.
fn caught(sabotage: Sabotage, invariant: Invariant) -> Option<u64> {
    let breaks = |outcome: &Outcome| outcome.findings.iter().any(|it| it.invariant == invariant);
    (1..20).find(|seed| breaks(&play(*seed, &Cut::default(), false, sabotage)))
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in [1, 2, 3, 4] {
        let (once, again) = (run(seed), run(seed));
        assert_eq!(once.hash, again.hash, "seed {seed}");
        assert_eq!(once.fired, again.fired, "seed {seed}");
    }
    assert_ne!(run(1).hash, run(2).hash);
}

#[test]
fn telling_the_story_changes_nothing() {
    let told = play(5, &Cut::default(), true, Sabotage::None);
    assert_eq!(told.hash, run(5).hash);
    assert!(!told.story.is_empty());
}

#[test]
fn every_world_has_messages_enough() {
    for seed in 1..300 {
        let scenario = Scenario::new(seed, &Cut::default());
        let sends = |device: &mailboat_sim::scenario::DevicePlan| {
            let is_send = |act: &&_| {
                matches!(
                    act,
                    mailboat_sim::scenario::Act { what: mailboat_sim::scenario::Deed::Send, .. }
                )
            };
            device.acts.iter().filter(is_send).count()
        };
        let planned: usize = scenario.devices.iter().map(sends).sum();
        assert!(planned >= LEAST_WRITES, "seed {seed}");
    }
}

#[test]
fn a_server_that_forgets_its_ledger_is_caught() {
    assert!(caught(Sabotage::ForgetLedger, Invariant::NoEffectTwice).is_some());
}

#[test]
fn a_file_that_is_lost_is_caught() {
    let invariant = Invariant::AcknowledgedIsDurable;
    assert!(caught(Sabotage::LoseFile, invariant).is_some());
    assert_eq!(invariant.damage(), Damage::Lost);
}

#[test]
fn a_failing_run_is_cut_down_and_still_fails() {
    let (sabotage, invariant) = (Sabotage::LoseFile, Invariant::AcknowledgedIsDurable);
    let seed = caught(sabotage, invariant).expect("it is caught");
    let cut = shrink(seed, &Cut::default(), invariant, sabotage);
    let before = Scenario::new(seed, &Cut::default());
    let after = Scenario::new(seed, &cut);
    let acts = |it: &Scenario| it.devices.iter().map(|device| device.acts.len()).sum::<usize>();
    assert!(after.devices.len() <= before.devices.len());
    assert!(acts(&after) < acts(&before), "{}", command(seed, &cut));
    let outcome = play(seed, &cut, true, sabotage);
    assert!(outcome.findings.iter().any(|it| it.invariant == invariant));
    assert!(outcome.story.iter().any(|line| line.contains("BROKEN")));
    assert!(command(seed, &cut).starts_with(&format!("npm run sim -- --seed {seed} ")));
}
