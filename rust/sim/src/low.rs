//! What is of low priority keeps off a network that costs, until the person, its age or
//! something more urgent behind it in its lane says otherwise.

use mailboat_core::{NetworkKind, Priority};
use uuid::Uuid;

use crate::book::Entry;
use crate::finding::Invariant;
use crate::world::{HOUR_MS, World};

/// So old goes on any network. So far in the future nobody knows how old it is: then it
/// goes as well.
const OLD_MS: i64 = 24 * HOUR_MS;

impl World<'_> {
    /// A push leaves with these entries. What waits in a run is never so much that it
    /// would go for its volume, which is 1 MB.
    pub(crate) fn check_low(&mut self, device: usize, entries: &[Uuid]) {
        let it = &self.devices[device];
        let word = it.network;
        let costs = word.metered.unwrap_or(word.kind == NetworkKind::Cellular);
        if !costs || it.asks_to_sync() {
            return;
        }
        let clock = it.clock(self.now).0;
        let waits = |entry: &&Entry| !entry.failed && !entry.blocked;
        let is_low = |entry: &&Entry| entry.priority == Priority::Low;
        let mut low = it.outbox.iter().filter(|entry| !entry.failed).filter(is_low);
        if low.any(|entry| (clock - entry.enqueued_at).abs() >= OLD_MS) {
            return;
        }
        let is_raised = |entry: &Entry| {
            let of_lane = it.outbox.iter().filter(waits).filter(|other| other.lane == entry.lane);
            of_lane.max_by_key(|other| other.priority).is_some_and(|it| it.priority > Priority::Low)
        };
        let early: Vec<Uuid> = it
            .outbox
            .iter()
            .filter(|entry| entries.contains(&entry.id))
            .filter(is_low)
            .filter(|entry| !is_raised(entry))
            .map(|entry| entry.id)
            .collect();
        for id in early {
            let sentence = format!("sends entry {id}, which is of low priority, where it costs");
            self.find_at(device, Invariant::LowKeepsOff, sentence);
        }
    }
}
