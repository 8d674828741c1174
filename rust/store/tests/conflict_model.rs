//! Whatever the rule, and in whatever order versions meet and answers come, the store
//! holds what the model of conflicts holds.

use mailboat_core::{ConflictRule, OnRemoteDelete};
use mailboat_store::{Loser, Values};
use proptest::prelude::*;

use crate::common::action::cases;
use crate::common::conflict_action::{World, any_action};
use crate::common::window;

fn check(world: &World) -> Result<(), TestCaseError> {
    let World { store, model, .. } = world;
    for collection in ["messages", "conversations"] {
        let mut rows = store.rows(&window(collection));
        // What is on its way has not come any further.
        for row in rows.iter_mut().filter(|row| row["delivery"] == "sending") {
            row["delivery"] = "queued".into();
        }
        prop_assert_eq!(rows, model.rows(collection));
    }
    let outbox = store.outbox();
    let found: Vec<_> =
        outbox.iter().map(|entry| (entry.id, entry.failed, entry.lane.as_str())).collect();
    let expected: Vec<_> = model
        .outbox()
        .into_iter()
        .map(|(_, write)| (write.entry, write.dead, write.lane.as_str()))
        .collect();
    prop_assert_eq!(&found, &expected);
    prop_assert_eq!(store.due(), model.due());
    let lost: Vec<_> = store
        .conflicts()
        .into_iter()
        .map(|conflict| {
            let side = if conflict.lost == Loser::Local { "local" } else { "server" };
            let values: Values = serde_json::from_str(conflict.values.get()).expect("columns");
            (side, conflict.collection, conflict.record_id, values)
        })
        .collect();
    let expected_losses: Vec<_> = model
        .losses
        .iter()
        .map(|(side, key, values)| (*side, key.0.to_owned(), key.1.clone(), values.clone()))
        .collect();
    prop_assert_eq!(lost, expected_losses);
    let failed = u32::try_from(expected.iter().filter(|(_, dead, _)| *dead).count()).expect("few");
    let pending = u32::try_from(expected.len()).expect("few") - failed;
    prop_assert_eq!(store.counts(), (pending, failed));
    Ok(())
}

fn any_rule() -> impl Strategy<Value = ConflictRule> {
    prop_oneof![
        Just(ConflictRule::ServerWins),
        Just(ConflictRule::ClientWins),
        Just(ConflictRule::LastWriteWins),
        Just(ConflictRule::Merge),
        Just(ConflictRule::Custom),
    ]
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_store_holds_what_the_rules_leave(
        rule in any_rule(),
        accepts in any::<bool>(),
        actions in proptest::collection::vec(any_action(), 1..80),
        reopen_at in 0..80_usize,
    ) {
        let on_remote_delete =
            if accepts { OnRemoteDelete::Accept } else { OnRemoteDelete::KeepLocal };
        let mut world = World::with(rule, on_remote_delete);
        for (number, action) in actions.iter().enumerate() {
            world.act(action, &mut |_, _| {});
            check(&world)?;
            if number == reopen_at {
                world.reopen();
                check(&world)?;
            }
        }
        let store = &world.store;
        // What is settled keeps no second copy, and lanes that are done are gone.
        prop_assert_eq!(store.look(
            "SELECT count(*) FROM messages WHERE _delivery = 0 AND (_base IS NOT NULL OR _deleted)"), 0);
        prop_assert_eq!(store.look(
            "SELECT count(*) FROM mailboat_lanes
             WHERE lane NOT IN (SELECT lane FROM mailboat_outbox)"), 0);
        prop_assert_eq!(store.look(
            "SELECT count(*) FROM mailboat_disputes
             WHERE record_id NOT IN (SELECT record_id FROM mailboat_outbox)"), 0);
    }
}
