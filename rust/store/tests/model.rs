//! Whatever happens in whatever order, the store holds what the model holds.

use mailboat_store::OutboxEntry;
use proptest::prelude::*;

use crate::common::action::{World, any_action, cases};
use crate::common::model::Write;
use crate::common::{schema, window};

fn check(world: &World) -> Result<(), TestCaseError> {
    let World { store, model, .. } = world;
    for collection in ["messages", "conversations"] {
        prop_assert_eq!(store.rows(&window(collection)), model.rows(collection));
    }
    let outbox = store.outbox();
    let found: Vec<_> = outbox
        .iter()
        .map(|entry| {
            let OutboxEntry { id, failed, blocked, priority, attempted, .. } = *entry;
            (id, failed, blocked, priority, attempted, entry.lane.as_str())
        })
        .collect();
    let expected: Vec<_> = model
        .outbox
        .iter()
        .map(|write| {
            let Write { entry, dead, priority, attempted, .. } = *write;
            let blocked = !dead && model.is_blocked(entry);
            (entry, dead, blocked, priority, attempted, write.lane.as_str())
        })
        .collect();
    prop_assert_eq!(&found, &expected);
    prop_assert_eq!(store.due(), model.due());
    let failed = u32::try_from(model.outbox.iter().filter(|write| write.dead).count());
    let pending = u32::try_from(model.outbox.iter().filter(|write| !write.dead).count());
    prop_assert_eq!(store.counts(), (pending.expect("few"), failed.expect("few")));
    // What is counted along the way is what a count finds.
    let counted = store.reader.read(u64::MAX, |reads| reads.counts());
    prop_assert_eq!(Ok(store.writer.counts()), counted);
    Ok(())
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn the_store_holds_what_the_model_holds(
        actions in proptest::collection::vec(any_action(), 1..80),
        reopen_at in 0..80_usize,
        coalesces: bool,
    ) {
        let mut world = World::new(coalesces);
        for (number, action) in actions.iter().enumerate() {
            world.act(action, &mut |_, _| {});
            check(&world)?;
            if number == reopen_at {
                world.store = world.store.reopen_with(&schema(coalesces));
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
            "SELECT count(*) FROM mailboat_dependencies
             WHERE needed NOT IN (SELECT sequence FROM mailboat_outbox)
                OR dependent NOT IN (SELECT sequence FROM mailboat_outbox)"), 0);
    }
}
