//! Panics on demand: tests provoke one at every entry (feature `panics`). Without the
//! feature nothing of it is left.

#[cfg(feature = "panics")]
mod provoked {
    use std::sync::atomic::{AtomicBool, Ordering};

    static ARMED: AtomicBool = AtomicBool::new(false);

    /// The next entry panics, on whatever thread.
    #[unsafe(no_mangle)]
    pub extern "C" fn mailboat_panic_at_next_entry() {
        ARMED.store(true, Ordering::SeqCst);
    }

    pub(crate) fn may_panic() {
        assert!(!ARMED.swap(false, Ordering::SeqCst), "provoked by a test");
    }
}

#[cfg(not(feature = "panics"))]
mod provoked {
    #[inline(always)]
    pub(crate) const fn may_panic() {}
}

#[cfg(feature = "panics")]
pub use provoked::mailboat_panic_at_next_entry;
pub(crate) use provoked::may_panic;
