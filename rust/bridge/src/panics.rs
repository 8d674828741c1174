//! Panics on demand: tests provoke one at every entry (feature `panics`). Without the
//! feature nothing of it is left.

#[cfg(feature = "panics")]
mod provoked {
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Entries until one panics; 0 for never.
    static COUNTDOWN: AtomicU32 = AtomicU32::new(0);

    /// The `nth` entry from now on panics, on whatever thread; 1 is the next.
    #[unsafe(no_mangle)]
    pub extern "C" fn mailboat_panic_at_entry(nth: u32) {
        COUNTDOWN.store(nth, Ordering::SeqCst);
    }

    pub(crate) fn may_panic() {
        let count_down = |left: u32| left.checked_sub(1);
        let before = COUNTDOWN.fetch_update(Ordering::SeqCst, Ordering::SeqCst, count_down);
        assert!(before != Ok(1), "provoked by a test");
    }
}

#[cfg(not(feature = "panics"))]
mod provoked {
    #[inline(always)]
    pub(crate) const fn may_panic() {}
}

#[cfg(feature = "panics")]
pub use provoked::mailboat_panic_at_entry;
pub(crate) use provoked::may_panic;
