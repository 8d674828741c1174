//! The one way from Rust's threads onto the JavaScript thread of an environment.

use std::ffi::c_void;
use std::ptr;

use mailboat_engine::Ring;
use mailboat_engine::waist::WaistError;
use napi::{Env, sys};

use crate::environment::Environment;
use crate::failure::check;

/// Seen in Node's diagnostics.
const NAME: &str = "mailboat";

/// The mailbox of an environment.
pub(crate) type Mailbox = mailboat_engine::Mailbox<Bell>;
/// The way back of one request.
pub(crate) type Ticket = mailboat_engine::Ticket<Bell>;

/// A threadsafe function without arguments: "look into the mailbox".
///
/// It does not keep Node alive unless [`keep_alive`](Self::keep_alive) says so.
pub(crate) struct Bell {
    function: sys::napi_threadsafe_function,
}

// SAFETY: Node makes calling and releasing a threadsafe function safe on every thread;
// what may only be done on the JavaScript thread asks for an `Env`, which lives there.
unsafe impl Send for Bell {}
// SAFETY: as above.
unsafe impl Sync for Bell {}

impl Bell {
    /// A bell that has the environment deliver its mailbox.
    pub fn new(env: &Env) -> Result<Self, WaistError> {
        let mut function = ptr::null_mut();
        let mut name = ptr::null_mut();
        // SAFETY: `env` is live and on its thread; the text has the length that is passed.
        check(unsafe {
            sys::napi_create_string_utf8(
                env.raw(),
                NAME.as_ptr().cast(),
                NAME.len() as isize,
                &mut name,
            )
        })?;
        // SAFETY: `env` is live and on its thread, `name` is a value of it. There is no
        // function, so that only `ring` runs; it needs neither context nor data.
        check(unsafe {
            sys::napi_create_threadsafe_function(
                env.raw(),
                ptr::null_mut(),
                ptr::null_mut(),
                name,
                0,
                1,
                ptr::null_mut(),
                None,
                ptr::null_mut(),
                Some(ring),
                &mut function,
            )
        })?;
        let bell = Self { function };
        bell.keep_alive(env, false);
        Ok(bell)
    }

    /// Whether Node goes on running for what this bell may bring.
    pub fn keep_alive(&self, env: &Env, keep: bool) {
        // SAFETY: having an `Env` means being on its thread; the function lives until `drop`.
        unsafe {
            if keep {
                sys::napi_ref_threadsafe_function(env.raw(), self.function);
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), self.function);
            }
        }
    }
}

impl Ring for Bell {
    fn ring(&self) {
        // SAFETY: the function lives until `drop` releases it.
        let status = unsafe {
            sys::napi_call_threadsafe_function(
                self.function,
                ptr::null_mut(),
                sys::ThreadsafeFunctionCallMode::nonblocking,
            )
        };
        if status != sys::Status::napi_ok {
            tracing::debug!(status, "the JavaScript thread takes no calls any more");
        }
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        // SAFETY: the function is released once, here; nothing rings it after that.
        unsafe {
            sys::napi_release_threadsafe_function(
                self.function,
                sys::ThreadsafeFunctionReleaseMode::abort,
            );
        }
    }
}

/// Runs on the JavaScript thread. Node opens a handle scope and a callback scope around
/// it, so that promise reactions run as soon as it returns.
unsafe extern "C" fn ring(
    env: sys::napi_env,
    _function: sys::napi_value,
    _context: *mut c_void,
    _data: *mut c_void,
) {
    // Node passes no environment when it throws away the calls of one that has ended.
    if !env.is_null() {
        Environment::deliver(&Env::from_raw(env));
    }
}
