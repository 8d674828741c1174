//! The entries from C++: read the arguments, pass the call on, let no panic through.

use std::fmt;
use std::sync::Arc;

use cxx::{CxxString, UniquePtr};
use mailboat_engine::waist::{WaistError, whole_number};
use mailboat_engine::{Mailbox, Outcome, Ring, Runtime, guard};

use crate::ffi::{Bell, Mail, Settled};
use crate::panics::may_panic;

/// One JavaScript runtime's side of the waist. Its calls come from the JavaScript thread;
/// it may be dropped on any.
pub(crate) struct Waist {
    runtime: Runtime,
    mailbox: Arc<Mailbox<ShimBell>>,
}

/// The bell that C++ handed over.
struct ShimBell(UniquePtr<Bell>);

/// What a call throws: C++ reads the JSON of the error from `what()`.
#[derive(Debug)]
pub(crate) struct Thrown(WaistError);

/// Begins for a JavaScript runtime.
pub(crate) fn start(bell: UniquePtr<Bell>) -> Result<Box<Waist>, Thrown> {
    let waist = guard(|| {
        may_panic();
        let mailbox = Mailbox::new(ShimBell(bell));
        Ok(Box::new(Waist { runtime: mailbox.runtime(), mailbox }))
    });
    Ok(waist?)
}

impl Waist {
    pub fn open(&self, config: &CxxString) -> Result<String, Thrown> {
        let opened = guard(|| {
            may_panic();
            self.runtime.open(text(config)?)
        });
        Ok(opened?)
    }

    pub fn query(&self, engine: f64, request: &CxxString) -> Result<String, Thrown> {
        self.on_engine(engine, |runtime, engine| runtime.query(engine, text(request)?))
    }

    pub fn watch(&self, engine: f64, request: &CxxString) -> Result<String, Thrown> {
        self.on_engine(engine, |runtime, engine| runtime.watch(engine, text(request)?))
    }

    pub fn unwatch(&self, engine: f64, watch: f64) -> Result<(), Thrown> {
        self.on_engine(engine, |runtime, engine| {
            runtime.unwatch(engine, whole_number(watch)?);
            Ok(())
        })
    }

    pub fn drain(&self, engine: f64) -> Result<String, Thrown> {
        self.on_engine(engine, Runtime::drain)
    }

    pub fn execute(&self, engine: f64, command: &CxxString, request: u64) {
        // Whatever goes wrong drops or settles the ticket, and so rejects the promise.
        let ticket = self.mailbox.ticket(request);
        let _ = guard(|| {
            let arguments = whole_number(engine).and_then(|engine| Ok((engine, text(command)?)));
            let (engine, command) = match arguments {
                Ok(arguments) => arguments,
                Err(error) => {
                    ticket.settle(Err(error));
                    return Ok(());
                }
            };
            self.runtime.guard(engine, |runtime| {
                may_panic();
                let completion = move |answer: Result<_, _>| ticket.settle(answer.map(Some));
                runtime.execute(engine, command, Box::new(completion));
                Ok(())
            })
        });
    }

    pub fn take_mail(&self, mail: &mut Mail) -> bool {
        let taken = guard(|| {
            may_panic();
            let Some(taken) = self.mailbox.take() else { return Ok(false) };
            mail.wakes = taken.wakes;
            mail.settled = taken.settled.into_iter().map(settled).collect();
            Ok(true)
        });
        taken.unwrap_or_else(|_| {
            // The mail lies there still, and the bell counts as rung.
            self.mailbox.ring();
            false
        })
    }

    pub fn ring_again(&self) {
        let rung = guard(|| {
            may_panic();
            self.mailbox.ring();
            Ok(())
        });
        if rung.is_err() {
            self.mailbox.ring();
        }
    }

    fn on_engine<T>(
        &self,
        engine: f64,
        entry: impl FnOnce(&Runtime, u32) -> Result<T, WaistError>,
    ) -> Result<T, Thrown> {
        let answer = guard(|| {
            let engine = whole_number(engine)?;
            self.runtime.guard(engine, |runtime| {
                may_panic();
                entry(runtime, engine)
            })
        });
        Ok(answer?)
    }
}

impl Drop for Waist {
    /// Any thread, without waiting for one: nothing rings after this, watches are freed,
    /// commands in flight are committed and nobody hears of them.
    fn drop(&mut self) {
        let _ = guard(|| {
            self.mailbox.close();
            self.runtime.end();
            may_panic();
            Ok(())
        });
    }
}

impl Ring for ShimBell {
    fn ring(&self) {
        if let Some(bell) = self.0.as_ref() {
            bell.ring();
        }
    }
}

impl fmt::Display for Thrown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.to_json())
    }
}

impl From<WaistError> for Thrown {
    fn from(error: WaistError) -> Self {
        Self(error)
    }
}

fn text(text: &CxxString) -> Result<&str, WaistError> {
    text.to_str().map_err(|_| WaistError::invalid("A text holds bytes that are no characters."))
}

fn settled((request, outcome): (u64, Outcome)) -> Settled {
    match outcome {
        Ok(text) => {
            Settled { request, resolved: true, text: text.unwrap_or_else(|| "null".into()) }
        }
        Err(error) => Settled { request, resolved: false, text: error.to_json() },
    }
}
