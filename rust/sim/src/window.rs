//! A window as a screen keeps it: rows that patches change.

use mailboat_engine::waist::Watched;
use mailboat_store::{PatchOp, Snapshot, Take, Window};
use serde_json::json;

/// Rows that a screen of a conversation shows.
const SCREEN_ROWS: u32 = 20;

/// A watched window.
pub struct Screen {
    /// The watch.
    pub watch: u32,
    /// What is watched.
    pub window: Window,
    rows: Vec<(String, i64)>,
    more: bool,
}

/// The newest messages of a conversation.
#[must_use]
pub fn conversation(id: &str) -> Window {
    Window {
        collection: "messages".into(),
        filter: [("conversationId".to_owned(), json!(id))].into(),
        order_by: None,
        take: Take::Last,
        limit: SCREEN_ROWS,
    }
}

/// All of a collection, up to the largest window.
#[must_use]
pub fn whole(collection: &str) -> Window {
    Window {
        collection: collection.into(),
        filter: Default::default(),
        order_by: None,
        take: Take::First,
        limit: mailboat_store::MAX_WINDOW_ROWS,
    }
}

impl Screen {
    /// What was read when the watch began.
    #[must_use]
    pub fn new(window: Window, watched: Watched) -> Self {
        let Watched { watch, snapshot } = watched;
        Self { watch, window, more: snapshot.more, rows: rows_of(snapshot) }
    }

    /// Applies a patch; `false` when it does not fit what is shown.
    pub fn apply(&mut self, ops: &[PatchOp], more: bool) -> bool {
        self.more = more;
        ops.iter().all(|op| self.step(op))
    }

    /// Whether this is what the window reads now.
    #[must_use]
    pub fn equals(&self, snapshot: Snapshot) -> bool {
        self.more == snapshot.more && self.rows == rows_of(snapshot)
    }

    fn step(&mut self, op: &PatchOp) -> bool {
        let rows = &mut self.rows;
        let index = |at: u32| at as usize;
        match op {
            PatchOp::Insert { at, row, revision } if index(*at) <= rows.len() => {
                rows.insert(index(*at), (row.get().to_owned(), *revision));
            }
            PatchOp::Update { at, row, revision } if index(*at) < rows.len() => {
                rows[index(*at)] = (row.get().to_owned(), *revision);
            }
            PatchOp::Move { from, to } if index(*from) < rows.len() && index(*to) < rows.len() => {
                let row = rows.remove(index(*from));
                rows.insert(index(*to), row);
            }
            PatchOp::Remove { at } if index(*at) < rows.len() => {
                rows.remove(index(*at));
            }
            _ => return false,
        }
        true
    }
}

fn rows_of(snapshot: Snapshot) -> Vec<(String, i64)> {
    let rows = snapshot.rows.iter().map(|row| row.get().to_owned());
    rows.zip(snapshot.revisions).collect()
}
