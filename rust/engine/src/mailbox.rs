//! What Rust's threads have to say to the JavaScript thread of one runtime. Hosts differ
//! in how they get onto that thread; what waits for it there is the same.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::{mem, thread};

use crate::guard::panicked;
use crate::runtime::Runtime;
use crate::waist::{ErrorCode, WaistError};

/// What a request came to: a text, `undefined`, or an error.
pub type Outcome = Result<Option<String>, WaistError>;

/// A host's way onto the JavaScript thread.
pub trait Ring: Send + Sync + 'static {
    /// Has the JavaScript thread look into the mailbox. Called on any thread; returns at
    /// once, and never looks itself.
    fn ring(&self);
}

/// Filled on any thread, emptied on the JavaScript thread. The bell rings once for all
/// that gathers until the mailbox has been found empty: a hundred answers of one commit
/// cost a ring or two, not a hundred.
pub struct Mailbox<B> {
    gathered: Mutex<Gathered>,
    /// `None` when the JavaScript runtime has ended.
    bell: RwLock<Option<B>>,
}

/// What waits.
#[derive(Default)]
pub struct Mail {
    /// Engines that want to be drained, each at most once.
    pub wakes: Vec<u32>,
    /// Requests that have come to something, in the order they did.
    pub settled: Vec<(u64, Outcome)>,
}

#[derive(Default)]
struct Gathered {
    mail: Mail,
    /// The JavaScript runtime has ended: nobody comes for mail any more.
    closed: bool,
    /// Engines that are in the middle of a group.
    held: usize,
    /// The JavaScript thread was told, and has not found the mailbox empty since.
    rung: bool,
}

/// The way back of one request. Dropped unused it rejects, so that nobody waits for an
/// answer that will not come.
pub struct Ticket<B: Ring> {
    mailbox: Arc<Mailbox<B>>,
    request: u64,
    used: bool,
}

impl<B: Ring> Mailbox<B> {
    /// An empty mailbox.
    pub fn new(bell: B) -> Arc<Self> {
        Arc::new(Self { gathered: Mutex::default(), bell: RwLock::new(Some(bell)) })
    }

    /// A runtime whose wakes gather here.
    #[must_use]
    pub fn runtime(self: &Arc<Self>) -> Runtime {
        let (woken, held) = (Arc::clone(self), Arc::clone(self));
        Runtime::with_hold(
            Arc::new(move |engine| woken.wake(engine)),
            Arc::new(move |begins| held.hold(begins)),
        )
    }

    /// An engine has something to drain.
    fn wake(&self, engine: u32) {
        self.post(|mail| {
            // Whoever drains without being told may be ahead of the wake that is waiting.
            if !mail.wakes.contains(&engine) {
                mail.wakes.push(engine);
            }
        });
    }

    /// An engine begins or ends a group of wakes and answers. The bell waits for the
    /// end: rung at the first of them, it would have the JavaScript thread take the
    /// only core from the engine for every single one.
    fn hold(&self, begins: bool) {
        let mut gathered = self.gathered();
        if begins {
            gathered.held += 1;
        } else {
            gathered.held = gathered.held.saturating_sub(1);
            self.ring_for(gathered);
        }
    }

    /// The way back of a request.
    pub fn ticket(self: &Arc<Self>, request: u64) -> Ticket<B> {
        Ticket { mailbox: Arc::clone(self), request, used: false }
    }

    /// Takes what waits. `None`: nothing does, and what comes from now on rings again.
    pub fn take(&self) -> Option<Mail> {
        let mut gathered = self.gathered();
        if gathered.mail.is_empty() {
            gathered.rung = false;
            return None;
        }
        Some(mem::take(&mut gathered.mail))
    }

    /// Rings for what comes while the JavaScript thread does something else.
    pub fn ring(&self) {
        self.with_bell(Ring::ring);
    }

    /// Does something with the bell, unless the JavaScript runtime has ended.
    pub fn with_bell(&self, act: impl FnOnce(&B)) {
        if let Some(bell) = &*self.bell.read().unwrap_or_else(PoisonError::into_inner) {
            act(bell);
        }
    }

    /// The JavaScript runtime ends: nothing rings after this.
    pub fn close(&self) {
        *self.bell.write().unwrap_or_else(PoisonError::into_inner) = None;
        let mut gathered = self.gathered();
        gathered.closed = true;
        gathered.mail = Mail::default();
    }

    fn post(&self, put: impl FnOnce(&mut Mail)) {
        let mut gathered = self.gathered();
        if gathered.closed {
            return;
        }
        put(&mut gathered.mail);
        self.ring_for(gathered);
    }

    fn ring_for(&self, mut gathered: MutexGuard<'_, Gathered>) {
        if gathered.rung || gathered.held > 0 || gathered.mail.is_empty() {
            return;
        }
        gathered.rung = true;
        drop(gathered);
        self.ring();
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        // Each change is a single push, so a panic leaves it whole.
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mail {
    fn is_empty(&self) -> bool {
        self.wakes.is_empty() && self.settled.is_empty()
    }
}

impl<B: Ring> Ticket<B> {
    /// Says what the request came to. Any thread.
    pub fn settle(mut self, outcome: Outcome) {
        self.post(outcome);
    }

    fn post(&mut self, outcome: Outcome) {
        self.used = true;
        self.mailbox.post(|mail| mail.settled.push((self.request, outcome)));
    }
}

impl<B: Ring> Drop for Ticket<B> {
    fn drop(&mut self) {
        if self.used {
            return;
        }
        let error = if thread::panicking() {
            panicked()
        } else {
            WaistError::new(
                ErrorCode::Closed,
                "Another JavaScript runtime has this engine now; a command under way may have been stored. Open it again with createMailboat().",
            )
        };
        self.post(Err(error));
    }
}
