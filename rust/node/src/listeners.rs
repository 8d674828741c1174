//! Who is told of wakes.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::{FunctionRef, ToNapiValue};
use napi::{Env, JsValue, sys};

use crate::failure::check;

/// The functions given to `onWake`, in the order they came.
#[derive(Default)]
pub(crate) struct Listeners {
    next_id: Cell<u64>,
    listening: RefCell<Vec<Listener>>,
}

#[derive(Clone)]
struct Listener {
    id: u64,
    function: Rc<FunctionRef<u32, ()>>,
}

impl Listeners {
    /// Adds a listener; answers what `remove` takes.
    pub fn add(&self, function: FunctionRef<u32, ()>) -> u64 {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        self.listening.borrow_mut().push(Listener { id, function: Rc::new(function) });
        id
    }

    /// Ends a subscription. Ending it twice is no error.
    pub fn remove(&self, id: u64) {
        let removed: Vec<Listener> =
            self.listening.borrow_mut().extract_if(.., |listener| listener.id == id).collect();
        drop(removed);
    }

    /// Tells all listeners of an engine that wants to be drained. Nothing is borrowed
    /// while they run, since they may listen, end listening, or end the process.
    pub fn call(&self, env: &Env, engine: u32) {
        let listening = self.listening.borrow().clone();
        for Listener { id, function } in listening {
            let still_listens = self.listening.borrow().iter().any(|other| other.id == id);
            if still_listens && let Err(error) = call(env, &function, engine) {
                // A worker that is being terminated runs no JavaScript.
                tracing::debug!(%error, "a listener could not be called");
            }
        }
    }

    /// The environment ends.
    pub fn clear(&self) {
        let listening = self.listening.take();
        drop(listening);
    }
}

/// Calls a listener. What it throws becomes an `uncaughtException`, as if a timer had
/// thrown it: there is no JavaScript below this that could catch it.
fn call(env: &Env, function: &FunctionRef<u32, ()>, engine: u32) -> napi::Result<()> {
    let function = function.borrow_back(env)?;
    let env = env.raw();
    // SAFETY: having an `Env` means that it is live and being on its thread, inside the
    // handle scope that Node opened; all values belong to it.
    let status = unsafe {
        let argument = ToNapiValue::to_napi_value(env, engine)?;
        let this = ToNapiValue::to_napi_value(env, ())?;
        sys::napi_call_function(env, this, function.raw(), 1, &argument, ptr::null_mut())
    };
    if status != sys::Status::napi_pending_exception {
        return check(status).map_err(crate::failure::to_js);
    }
    let mut thrown = ptr::null_mut();
    // SAFETY: as above; `thrown` takes what the listener threw, which may be any value.
    unsafe {
        check(sys::napi_get_and_clear_last_exception(env, &mut thrown))
            .and_then(|()| check(sys::napi_fatal_exception(env, thrown)))
            .map_err(crate::failure::to_js)
    }
}
