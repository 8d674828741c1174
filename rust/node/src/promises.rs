//! The promises that wait, by the number of their request. They never leave the
//! JavaScript thread: Rust's other threads know the number only.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

use mailboat_engine::Outcome;
use mailboat_engine::waist::WaistError;
use napi::bindgen_prelude::{ToNapiValue, Undefined};
use napi::{Env, JsError, sys};

use crate::bell::{Mailbox, Ticket};
use crate::failure::{check, to_js};

/// A promise on its way to JavaScript.
pub struct Promise(sys::napi_value);

/// The table of an environment. Node runs on while there is anything in it.
pub(crate) struct Promises {
    mailbox: Arc<Mailbox>,
    next_request: Cell<u64>,
    waiting: RefCell<HashMap<u64, Waiting>>,
}

struct Waiting {
    deferred: sys::napi_deferred,
    /// `None` for what no engine answers.
    engine: Option<u32>,
}

impl Promises {
    pub fn new(mailbox: Arc<Mailbox>) -> Self {
        Self { mailbox, next_request: Cell::new(1), waiting: RefCell::default() }
    }

    /// Makes a promise and the ticket that settles it.
    pub fn make(&self, env: &Env, engine: Option<u32>) -> Result<(Promise, Ticket), WaistError> {
        let mut deferred = ptr::null_mut();
        let mut promise = ptr::null_mut();
        // SAFETY: having an `Env` means that it is live and being on its thread.
        check(unsafe { sys::napi_create_promise(env.raw(), &mut deferred, &mut promise) })?;
        let request = self.next_request.get();
        self.next_request.set(request + 1);
        let mut waiting = self.waiting.borrow_mut();
        waiting.insert(request, Waiting { deferred, engine });
        if waiting.len() == 1 {
            self.mailbox.with_bell(|bell| bell.keep_alive(env, true));
        }
        Ok((Promise(promise), self.mailbox.ticket(request)))
    }

    /// Settles promises. Their reactions run when the callback that this is part of returns.
    pub fn settle(&self, env: &Env, settled: Vec<(u64, Outcome)>) {
        for (request, outcome) in settled {
            // One that was forgotten meanwhile is not there.
            let waiting = self.waiting.borrow_mut().remove(&request);
            if let Some(Waiting { deferred, .. }) = waiting
                && let Err(error) = conclude(env, deferred, outcome)
            {
                // A worker that is being terminated takes no answers.
                tracing::debug!(%error, "a promise could not be settled");
            }
        }
        self.let_go_if_idle(env);
    }

    /// Leaves the promises of an engine for ever unsettled, as a killed process would.
    pub fn forget(&self, env: &Env, engine: u32) {
        // Node keeps an unsettled promise until the environment ends; tests can afford that.
        self.waiting.borrow_mut().retain(|_, waiting| waiting.engine != Some(engine));
        self.let_go_if_idle(env);
    }

    /// The environment ends, and its promises with it.
    pub fn clear(&self) {
        self.waiting.borrow_mut().clear();
    }

    fn let_go_if_idle(&self, env: &Env) {
        if self.waiting.borrow().is_empty() {
            self.mailbox.with_bell(|bell| bell.keep_alive(env, false));
        }
    }
}

impl ToNapiValue for Promise {
    unsafe fn to_napi_value(_env: sys::napi_env, promise: Self) -> napi::Result<sys::napi_value> {
        Ok(promise.0)
    }
}

/// Resolves or rejects; the deferred is used up.
fn conclude(env: &Env, deferred: sys::napi_deferred, outcome: Outcome) -> napi::Result<()> {
    let env = env.raw();
    // SAFETY: having an `Env` means that it is live and being on its thread; the values
    // belong to it, and a deferred leaves the table only once, to come here.
    let status = unsafe {
        match outcome {
            Ok(Some(text)) => {
                let value = ToNapiValue::to_napi_value(env, text)?;
                sys::napi_resolve_deferred(env, deferred, value)
            }
            Ok(None) => {
                let value = Undefined::to_napi_value(env, ())?;
                sys::napi_resolve_deferred(env, deferred, value)
            }
            Err(error) => {
                let value = JsError::from(to_js(error)).into_value(env);
                sys::napi_reject_deferred(env, deferred, value)
            }
        }
    };
    check(status).map_err(to_js)
}
