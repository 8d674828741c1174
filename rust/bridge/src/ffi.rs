//! What crosses between Rust and C++: the calls of the waist, texts, numbers, and the
//! bell. No JavaScript value does. The header that C++ includes is generated from here
//! (`cpp/generated/bridge.h`, `npm run generate`).

// The macro writes items that nobody documents.
#![allow(missing_docs)]

use crate::waist::{Waist, start};

#[cxx::bridge(namespace = "mailboat")]
mod bridge {
    /// What a request of `execute` came to.
    struct Settled {
        /// The number that C++ gave with the request.
        request: u64,
        /// Whether `text` is the answer; else it is a `WaistError`. Both are JSON.
        resolved: bool,
        text: String,
    }

    /// What waits for the JavaScript thread.
    struct Mail {
        /// Engines that want to be drained, each once.
        wakes: Vec<u32>,
        /// In the order they came to something.
        settled: Vec<Settled>,
    }

    unsafe extern "C++" {
        include!("Bell.h");

        type Bell;

        fn ring(self: &Bell);
    }

    extern "Rust" {
        /// One JavaScript runtime's side of the waist.
        type Waist;

        /// Begins; the bell is rung on any thread when there is mail.
        fn start(bell: UniquePtr<Bell>) -> Result<Box<Waist>>;

        // The calls of the waist, as js/src/engine/host.ts describes them. What they throw
        // has a `WaistError` as JSON for its `what()`.
        fn open(self: &Waist, config: &CxxString) -> Result<String>;
        fn query(self: &Waist, engine: f64, request: &CxxString) -> Result<String>;
        fn watch(self: &Waist, engine: f64, request: &CxxString) -> Result<String>;
        fn unwatch(self: &Waist, engine: f64, watch: f64) -> Result<()>;
        fn drain(self: &Waist, engine: f64) -> Result<String>;

        /// Whatever becomes of it, mail with this request's number follows.
        fn execute(self: &Waist, engine: f64, command: &CxxString, request: u64);

        /// Takes what waits. `false`: nothing does, and what comes from now on rings again.
        fn take_mail(self: &Waist, mail: &mut Mail) -> bool;

        /// Rings for what is left, after the other work of the JavaScript thread.
        fn ring_again(self: &Waist);
    }
}

pub(crate) use bridge::{Bell, Mail, Settled};

// SAFETY: `Bell.h` says that `ring` may be called, and a bell destroyed, on any thread.
unsafe impl Send for Bell {}
// SAFETY: as above.
unsafe impl Sync for Bell {}
