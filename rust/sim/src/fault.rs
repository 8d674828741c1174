//! What can go wrong, by name; and how often it did.

use std::fmt;
use std::ops::AddAssign;

macro_rules! faults {
    ($($kind:ident $word:literal $sentence:literal,)*) => {
        /// A kind of fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $(#[doc = $sentence] $kind,)*
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The word for it on the command line.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }
        }
    };
}

faults! {
    Kill "kill" "The app is killed, and opened again later.",
    KillAtWrite "kill-at-write" "The app is killed right before a write of its store.",
    TornWrite "torn-write" "The app is killed in the middle of a write of its store.",
    PowerCut "power-cut" "The power goes: what was not synced is lost, in whole or in part.",
    ReadError "read-error" "The disk fails to read.",
    WriteError "write-error" "The disk fails to write.",
    SyncError "sync-error" "The disk fails to sync, and forgets what it was to write.",
    DiskFull "disk-full" "A write finds no space.",
    ClockForward "clock-forward" "A device's clock steps forward, by up to hours.",
    ClockBack "clock-back" "A device's clock steps back, by up to hours.",
    NetworkChange "network-change" "A device comes onto another network.",
    Offline "offline" "A request is made while there is no network.",
    LostBefore "lost-before" "A request is lost before the server sees it.",
    LostAfter "lost-after" "The server commits, and its answer is lost.",
    Duplicated "duplicated" "A request reaches the server twice.",
    Reordered "reordered" "A request reaches the server long after its sender gave it up.",
    Truncated "truncated" "Half an answer arrives.",
    CaptivePortal "captive-portal" "A portal answers 200 and a page of HTML.",
    Latency "latency" "A request takes seconds.",
    ServerError "server-error" "The server answers 500 or 503.",
    ServerErrorFloor "server-error-floor" "The server answers 503 with Retry-After.",
    RateLimited "rate-limited" "The server answers 429 with Retry-After.",
    EntryRetry "entry-retry" "The server asks to try one entry again.",
    EntryRejected "entry-rejected" "The server refuses one entry for good.",
    TokenExpired "token-expired" "A user's tokens end.",
    TokenUnanswered "token-unanswered" "The app gives no token when it is asked.",
    CursorExpired "cursor-expired" "The server cannot continue a cursor.",
    HintsCut "hints-cut" "The live connection breaks.",
    ServerRestart "server-restart" "The server stops, and starts again later.",
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults(u64);

impl Faults {
    /// Every kind.
    #[must_use]
    pub fn all() -> Self {
        Self(Fault::ALL.iter().fold(0, |bits, fault| bits | 1 << *fault as u64))
    }

    /// No kind.
    #[must_use]
    pub fn none() -> Self {
        Self(0)
    }

    /// Whether a kind is in it.
    #[must_use]
    pub fn has(self, fault: Fault) -> bool {
        self.0 & 1 << fault as u64 != 0
    }

    /// The same with one more.
    #[must_use]
    pub fn with(self, fault: Fault) -> Self {
        Self(self.0 | 1 << fault as u64)
    }

    /// The same without one.
    #[must_use]
    pub fn without(self, fault: Fault) -> Self {
        Self(self.0 & !(1 << fault as u64))
    }
}

/// How often each kind fired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fired([u64; Fault::ALL.len()]);

impl Fired {
    /// Once more.
    pub fn count(&mut self, fault: Fault) {
        self.0[fault as usize] += 1;
    }

    /// So many times more.
    pub fn count_times(&mut self, fault: Fault, times: u64) {
        self.0[fault as usize] += times;
    }

    /// How often.
    #[must_use]
    pub fn times(&self, fault: Fault) -> u64 {
        self.0[fault as usize]
    }
}

impl AddAssign<&Self> for Fired {
    fn add_assign(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }
}

impl fmt::Display for Fired {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in Fault::ALL {
            writeln!(formatter, "  {:<20} {:>9}", fault.word(), self.times(*fault))?;
        }
        Ok(())
    }
}
