//! Whatever happens in whatever order, the store holds what the model holds.

use proptest::prelude::*;

use crate::common::action::{World, any_action, cases};
use crate::common::window;

fn check(world: &World) -> Result<(), TestCaseError> {
    let World { store, model, .. } = world;
    for collection in ["messages", "conversations"] {
        prop_assert_eq!(store.rows(&window(collection)), model.rows(collection));
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
    let failed = u32::try_from(expected.iter().filter(|(_, dead, _)| *dead).count()).expect("few");
    let pending = u32::try_from(expected.len()).expect("few") - failed;
    prop_assert_eq!(store.counts(), (pending, failed));
    Ok(())
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn the_store_holds_what_the_model_holds(
        actions in proptest::collection::vec(any_action(), 1..80),
        reopen_at in 0..80_usize,
    ) {
        let mut world = World::new();
        for (number, action) in actions.iter().enumerate() {
            world.act(action, &mut |_, _| {});
            check(&world)?;
            if number == reopen_at {
                world.store = world.store.reopen();
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
    }
}
