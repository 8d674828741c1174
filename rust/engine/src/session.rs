//! What one JavaScript runtime has open of one engine: its generation, and the
//! events that wait for its next drain.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::runtime::{Hold, Wake};
use crate::waist::{Drained, Event, Progress, SyncStatus};

/// Patch operations that wait for one watch; beyond it the watch is reset.
pub(crate) const MAX_PENDING_OPS: usize = 1_000;

/// One runtime's view of an engine.
pub(crate) struct Session {
    engine: u32,
    pub generation: u32,
    wake: Wake,
    hold: Hold,
    alive: AtomicBool,
    native: bool,
    commands_in_flight: AtomicU32,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    events: Vec<Event>,
    /// Only the latest is worth telling.
    status: Option<SyncStatus>,
    progress: Option<Progress>,
    ops_by_watch: HashMap<u32, usize>,
    woken: bool,
}

/// Whether a patch could be queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queued {
    /// It waits for the next drain.
    Yes,
    /// Too much waits already; the watch was reset and must be dropped.
    Reset,
}

/// A group of wakes and answers that the host may take together.
pub(crate) struct Held(Arc<Session>);

impl Drop for Held {
    fn drop(&mut self) {
        (self.0.hold)(false);
    }
}

impl Session {
    pub fn new(engine: u32, generation: u32, wake: Wake, hold: Hold) -> Arc<Self> {
        Self::with(engine, generation, wake, hold, true)
    }

    /// Of an engine that was opened without JavaScript: nobody is told or asked anything, as
    /// if its runtime had ended.
    pub fn native(engine: u32, generation: u32) -> Arc<Self> {
        Self::with(engine, generation, Arc::new(|_| {}), Arc::new(|_| {}), false)
    }

    /// Of a caller in Rust, for the answers to its commands: it is never an engine's own.
    pub fn of_caller(engine: u32) -> Arc<Self> {
        Self::new(engine, 0, Arc::new(|_| {}), Arc::new(|_| {}))
    }

    fn with(engine: u32, generation: u32, wake: Wake, hold: Hold, has_app: bool) -> Arc<Self> {
        Arc::new(Self {
            engine,
            generation,
            wake,
            hold,
            alive: AtomicBool::new(has_app),
            native: !has_app,
            commands_in_flight: AtomicU32::new(0),
            queue: Mutex::default(),
        })
    }

    pub fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire)
    }

    /// Whether no JavaScript runtime ever was behind it.
    pub fn is_native(&self) -> bool {
        self.native
    }

    /// The runtime is gone, or another one took over: nothing is told any more.
    pub fn end(&self) {
        self.alive.store(false, Ordering::Release);
    }

    /// Wakes and answers follow each other at once until what this answers is dropped.
    pub fn hold(self: &Arc<Self>) -> Held {
        (self.hold)(true);
        Held(Arc::clone(self))
    }

    pub fn command_started(&self) {
        self.commands_in_flight.fetch_add(1, Ordering::Relaxed);
    }

    pub fn command_ended(&self) {
        self.commands_in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    pub fn commands_in_flight(&self) -> u32 {
        self.commands_in_flight.load(Ordering::Relaxed)
    }

    /// Queues an event and wakes the runtime if it sleeps.
    pub fn push(&self, event: Event) {
        // Nobody drains for a runtime that is gone; what waited for it would only grow.
        if !self.is_alive() {
            return;
        }
        self.change(|queue| match event {
            Event::Status(status) => queue.status = Some(status),
            Event::Progress(progress) => queue.progress = Some(progress),
            other => queue.events.push(other),
        });
    }

    /// Queues a patch, or resets the watch when too much waits for it.
    pub fn push_patch(&self, watch: u32, ops: Vec<mailboat_store::PatchOp>, more: bool) -> Queued {
        self.change(|queue| {
            let waiting = queue.ops_by_watch.entry(watch).or_default();
            *waiting += ops.len();
            if *waiting <= MAX_PENDING_OPS {
                queue.events.push(Event::Patch { watch, ops, more });
                return Queued::Yes;
            }
            queue.events.retain(
                |event| !matches!(event, Event::Patch { watch: other, .. } if *other == watch),
            );
            queue.events.push(Event::Reset { watch });
            Queued::Reset
        })
    }

    /// Takes all that waits. The wake is cleared first: what is queued from now on wakes again.
    pub fn drain(&self) -> Drained {
        let mut queue = self.queue();
        queue.woken = false;
        queue.ops_by_watch.clear();
        let mut events = std::mem::take(&mut queue.events);
        events.extend(queue.progress.take().map(Event::Progress));
        events.extend(queue.status.take().map(Event::Status));
        Drained { events }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Queue) -> T) -> T {
        let mut queue = self.queue();
        let answer = change(&mut queue);
        let sleeps = !std::mem::replace(&mut queue.woken, true);
        drop(queue);
        if sleeps && self.is_alive() {
            (self.wake)(self.engine);
        }
        answer
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Each change of the queue is whole in itself, so a panic leaves it usable.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::waist::{ErrorCode, WaistError};

    fn counted() -> (Arc<Session>, Arc<AtomicU32>) {
        let wakes = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&wakes);
        let wake: Wake = Arc::new(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        (Session::new(1, 1, wake, Arc::new(|_| {})), wakes)
    }

    #[test]
    fn at_most_one_wake_is_undelivered() {
        let (session, wakes) = counted();
        session.push(Event::Opened);
        session.push(Event::Opened);
        assert_eq!(wakes.load(Ordering::Relaxed), 1);
        assert_eq!(session.drain().events.len(), 2);
        session.push(Event::Opened);
        assert_eq!(wakes.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_watch_with_too_much_waiting_is_reset() {
        let (session, _) = counted();
        let ops = || vec![mailboat_store::PatchOp::Remove { at: 0 }; 600];
        assert_eq!(session.push_patch(1, ops(), false), Queued::Yes);
        assert_eq!(session.push_patch(2, ops(), false), Queued::Yes);
        assert_eq!(session.push_patch(1, ops(), false), Queued::Reset);
        let events = session.drain().events;
        assert!(matches!(events[0], Event::Patch { watch: 2, .. }));
        assert!(matches!(events[1], Event::Reset { watch: 1 }));
        assert_eq!(events.len(), 2);
    }

    #[test]
    fn a_runtime_that_is_gone_is_told_nothing() {
        let (session, wakes) = counted();
        session.end();
        session.push(Event::Closed { error: WaistError::new(ErrorCode::Closed, "gone") });
        assert_eq!(wakes.load(Ordering::Relaxed), 0);
        assert!(session.drain().events.is_empty());
    }
}
