//! What `require("build/mailboat.node")` answers; `js/src/node/addon.ts` has its types.
//!
//! Each throws, or rejects with, an `Error` whose message is a `WaistError` as JSON.

use std::rc::Rc;

use mailboat_engine::waist::WaistError;
use mailboat_engine::{Runtime, guard};
use napi::Env;
use napi::bindgen_prelude::Function;
use napi_derive::napi;

use crate::argument::{Callback, Number, Text};
use crate::bell::Ticket;
use crate::environment::Environment;
use crate::failure::to_js;
use crate::promises::Promise;

/// Takes a `Config`, answers an `Opened`. The same config again: the same engine.
#[napi]
pub fn open(env: Env, config: Text) -> napi::Result<String> {
    call(&env, |environment| environment.runtime()?.open(&config.get()?))
}

/// Takes a `Query`, answers what it says. Synchronous, bounded in rows and steps.
#[napi]
pub fn query(env: Env, engine: Number, request: Text) -> napi::Result<String> {
    on_engine(&env, &engine, |runtime, engine| runtime.query(engine, &request.get()?))
}

/// Takes a `Window`, answers a `Watched`.
#[napi]
pub fn watch(env: Env, engine: Number, request: Text) -> napi::Result<String> {
    on_engine(&env, &engine, |runtime, engine| runtime.watch(engine, &request.get()?))
}

/// Releases a watch; one that is unknown or released is no error.
#[napi]
pub fn unwatch(env: Env, engine: Number, watch: Number) -> napi::Result<()> {
    on_engine(&env, &engine, |runtime, engine| {
        runtime.unwatch(engine, watch.get()?);
        Ok(())
    })
}

/// Takes a `Command`; resolves, once it is durable, with its answer.
///
/// While it waits, Node keeps running.
#[napi]
pub fn execute(env: Env, engine: Number, command: Text) -> napi::Result<Promise> {
    promise(&env, engine.get().ok(), move |environment, ticket| {
        let arguments = engine.get().and_then(|engine| Ok((engine, command.get()?)));
        match arguments.and_then(|arguments| Ok((environment.runtime()?, arguments))) {
            Ok((runtime, (engine, command))) => {
                let completion = move |answer: Result<_, _>| ticket.settle(answer.map(Some));
                // A panic drops the ticket, and so rejects the promise.
                let _ = runtime.guard(engine, |runtime| {
                    runtime.execute(engine, &command, Box::new(completion));
                    Ok(())
                });
            }
            Err(error) => ticket.settle(Err(error)),
        }
    })
}

/// Answers a `Drained`: everything that happened since the last drain.
#[napi]
pub fn drain(env: Env, engine: Number) -> napi::Result<String> {
    on_engine(&env, &engine, Runtime::drain)
}

/// Calls `listener` with the number of an engine that has something to drain; at most
/// one such call is undelivered for an engine. Answers a function that ends it.
///
/// Listening does not keep Node running. What the listener throws is an
/// `uncaughtException`.
#[napi]
pub fn on_wake(env: &Env, listener: Callback) -> napi::Result<Function<'_, (), ()>> {
    let (environment, id) = call(env, |environment| {
        let id = environment.listeners.add(listener.get()?);
        Ok((environment, id))
    })?;
    // Weak: Node frees the function only after the environment has ended.
    let environment = Rc::downgrade(&environment);
    env.create_function_from_closure("stopListening", move |_| {
        if let Some(environment) = environment.upgrade() {
            environment.listeners.remove(id);
        }
        Ok(())
    })
}

/// Starts a dev server for tests. Takes `{"dir", "port"?, "forgetLedger"?}`, resolves with
/// `{"id", "url", "port"}` when it listens.
///
/// A server that runs does not keep Node running; one that starts or stops does.
#[napi]
pub fn start_dev_server(env: Env, options: Text) -> napi::Result<Promise> {
    promise(&env, None, move |environment, ticket| {
        environment.dev_servers.start(options.get(), ticket);
    })
}

/// Stops a dev server; resolves when its port is free. Its data stays in its folder.
#[napi]
pub fn stop_dev_server(env: Env, id: Number) -> napi::Result<Promise> {
    promise(&env, None, move |environment, ticket| {
        environment.dev_servers.stop(id.get(), ticket);
    })
}

/// For tests: stops an engine as a killed process would, and returns when its file is
/// free. What is not committed is gone; promises of its commands never settle, and
/// nothing waits for them.
#[napi]
pub fn abandon(env: Env, engine: Number) -> napi::Result<()> {
    call(&env, |environment| {
        let engine = engine.get()?;
        environment.promises.forget(&env, engine);
        environment.runtime()?.abandon(engine);
        Ok(())
    })
}

/// A synchronous entry.
fn call<T>(
    env: &Env,
    entry: impl FnOnce(Rc<Environment>) -> Result<T, WaistError>,
) -> napi::Result<T> {
    guard(|| entry(Environment::of(env)?)).map_err(to_js)
}

/// A synchronous entry that concerns one engine.
fn on_engine<T>(
    env: &Env,
    engine: &Number,
    entry: impl FnOnce(&Runtime, u32) -> Result<T, WaistError>,
) -> napi::Result<T> {
    call(env, |environment| {
        let engine = engine.get()?;
        environment.runtime()?.guard(engine, |runtime| entry(runtime, engine))
    })
}

/// An entry that answers with a promise; whatever goes wrong settles the ticket.
fn promise(
    env: &Env,
    engine: Option<u32>,
    entry: impl FnOnce(&Environment, Ticket),
) -> napi::Result<Promise> {
    call(env, |environment| {
        let (promise, ticket) = environment.promises.make(env, engine)?;
        // A panic drops the ticket, and the promise is rejected with INTERNAL.
        let _ = guard(|| {
            entry(&environment, ticket);
            Ok(())
        });
        Ok(promise)
    })
}
