//! Who waits for hints. A hint says "pull now" and nothing else, so any number of
//! them that a slow client has not read are one.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// One signal for each user who has ever listened.
#[derive(Default)]
pub(crate) struct Hints {
    by_user: Mutex<HashMap<String, watch::Sender<()>>>,
}

impl Hints {
    /// A receiver that is told of every commit the user can see.
    pub(crate) fn listen(&self, user: &str) -> watch::Receiver<()> {
        // Nothing in here can leave the map half changed.
        let mut by_user = self.by_user.lock().unwrap_or_else(PoisonError::into_inner);
        by_user.entry(user.to_owned()).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    /// Tells those of `users` who listen.
    pub(crate) fn tell(&self, users: &BTreeSet<String>) {
        let by_user = self.by_user.lock().unwrap_or_else(PoisonError::into_inner);
        for user in users {
            if let Some(sender) = by_user.get(user) {
                sender.send_replace(());
            }
        }
    }
}
