//! The property of watches: patches applied to what was shown are the query run again.

use std::collections::BTreeMap;

use mailboat_store::{Changes, OrderBy, PatchOp, Snapshot, Take, WatchedWindow, Window};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::action::{Action, World, any_action, cases};
use crate::common::{Store, in_conversation, window};

/// One row as JavaScript holds it.
type Row = (Value, i64);

/// A screen: a watch, and the rows that its patches have made.
struct Screen {
    window: Window,
    watched: WatchedWindow,
    rows: Vec<Row>,
    more: bool,
    /// A commit since the last patch said that it touched this window.
    touched: bool,
}

impl Screen {
    fn open(store: &Store, window: Window) -> Self {
        let (watched, snapshot) =
            store.reader.read(u64::MAX, |reads| reads.watch(&window)).expect("a watch");
        let (rows, more) = (rows_of(&snapshot), snapshot.more);
        Self { window, watched, rows, more, touched: false }
    }

    fn shown(&self) -> (Vec<Row>, bool) {
        (self.rows.clone(), self.more)
    }

    fn catch_up(&mut self, store: &Store) {
        self.touched = false;
        let Some((ops, more)) = store.writer.catch_up(&mut self.watched).expect("a patch") else {
            return;
        };
        self.more = more;
        for op in ops {
            match op {
                PatchOp::Insert { at, row, revision } => {
                    self.rows.insert(at as usize, (parse(row.get()), revision));
                }
                PatchOp::Update { at, row, revision } => {
                    let before = &mut self.rows[at as usize];
                    let after = (parse(row.get()), revision);
                    assert_eq!(before.0["id"], after.0["id"], "an update stays on its row");
                    assert_ne!(before.1, after.1, "an update has another revision");
                    *before = after;
                }
                PatchOp::Move { from, to } => {
                    assert_ne!(from, to, "a move moves");
                    let row = self.rows.remove(from as usize);
                    self.rows.insert(to as usize, row);
                }
                PatchOp::Remove { at } => {
                    self.rows.remove(at as usize);
                }
            }
        }
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("a row is JSON")
}

fn rows_of(snapshot: &Snapshot) -> Vec<Row> {
    let rows = snapshot.rows.iter().map(|row| parse(row.get()));
    rows.zip(snapshot.revisions.iter().copied()).collect()
}

fn run_again(store: &Store, window: &Window) -> (Vec<Row>, bool) {
    let snapshot = store.reader.read(u64::MAX, |reads| reads.snapshot(window)).expect("a snapshot");
    (rows_of(&snapshot), snapshot.more)
}

fn windows() -> Vec<Window> {
    let by = |column: &str, descending| Some(OrderBy { column: column.into(), descending });
    let from = |sender: &str| {
        let filter = [("senderId".to_owned(), json!(sender))].into();
        Window { filter, ..window("messages") }
    };
    vec![
        window("messages"),
        window("conversations"),
        in_conversation("c0"),
        Window { limit: 3, ..in_conversation("c1") },
        Window { limit: 3, take: Take::Last, ..in_conversation("c1") },
        Window { limit: 5, take: Take::Last, ..window("messages") },
        Window { limit: 4, order_by: by("sentAt", true), ..window("messages") },
        Window { order_by: by("sentAt", false), take: Take::Last, ..in_conversation("c2") },
        Window { limit: 2, order_by: by("id", true), ..window("conversations") },
        Window { order_by: by("body", false), ..from("s1") },
    ]
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn patches_applied_are_the_query_run_again(
        actions in proptest::collection::vec((any_action(), any::<u16>()), 1..80),
        coalesces: bool,
    ) {
        let mut world = World::new(coalesces);
        let mut screens: Vec<Screen> =
            windows().into_iter().map(|window| Screen::open(&world.store, window)).collect();
        for (action, looks) in &actions {
            let before: BTreeMap<String, Row> = all_rows(&world.store);
            let (mut went_past, mut strayed) = (None, None);
            let mut told = |store: &Store, changes: &Changes| {
                for (number, screen) in screens.iter_mut().enumerate() {
                    screen.touched |= screen.watched.is_touched_by(changes);
                    let again = run_again(store, &screen.window);
                    if !screen.touched && screen.shown() != again {
                        went_past = Some(number);
                    }
                    // Some screens look after every commit, others let several pass.
                    if looks >> number & 1 == 1 {
                        screen.catch_up(store);
                        if screen.shown() != again {
                            strayed = Some(number);
                        }
                    }
                }
            };
            let Some(records) = world.act(action, &mut told) else { continue };
            prop_assert_eq!(went_past, None, "{:?} did not touch a window it changed", action);
            prop_assert_eq!(strayed, None, "{:?} led to a patch that strays", action);
            let after = all_rows(&world.store);
            for (key, row) in &before {
                prop_assert!(
                    row.0["id"].as_str().is_some_and(|id| records.contains(id)) || after.get(key) == Some(row),
                    "{action:?} changed {key}, which it has nothing to do with"
                );
            }
        }
        for screen in &mut screens {
            screen.catch_up(&world.store);
            prop_assert_eq!(screen.shown(), run_again(&world.store, &screen.window));
        }
    }
}

fn all_rows(store: &Store) -> BTreeMap<String, Row> {
    ["messages", "conversations"]
        .into_iter()
        .flat_map(|collection| {
            let (rows, _) = run_again(store, &window(collection));
            rows.into_iter().map(move |row| (format!("{collection} {}", row.0["id"]), row))
        })
        .collect()
}

#[test]
fn a_window_of_a_large_reordering_takes_no_more_moves_than_it_must() {
    let mut world = World::new(false);
    for id in 0..12 {
        let create = Action::Create { chat: true, id, lane: 0, priority: 1, after: None };
        world.act(&create, &mut |_, _| {});
    }
    let mut screen = Screen::open(&world.store, in_conversation("c0"));
    // The newest is acked first: it alone moves.
    let entries: Vec<_> = world.store.outbox().iter().map(|entry| entry.id).collect();
    world.store.ack(entries[11], 1, 1);
    let (ops, _) =
        world.store.writer.catch_up(&mut screen.watched).expect("a patch").expect("a change");
    let shapes: Vec<String> = ops.iter().map(|op| format!("{op:?}")).collect();
    assert_eq!(shapes.len(), 2, "{shapes:?}");
    assert!(shapes[0].starts_with("Move(11 -> 0)") && shapes[1].starts_with("Update(0,"));
}
