//! One N-API environment: what a JavaScript thread that loaded the add-on owns.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use mailboat_engine::waist::{ErrorCode, WaistError};
use mailboat_engine::{Mail, Runtime, guard};
use napi::Env;

use crate::bell::{Bell, Mailbox};
use crate::dev_servers::DevServers;
use crate::failure::to_js;
use crate::listeners::Listeners;
use crate::promises::Promises;

/// How often one delivery looks into the mailbox before other work of the JavaScript
/// thread gets its turn. While it works, answers of the same commit go on coming in: to
/// look again is cheaper than to be rung for each of them.
const MAX_DELIVERY_ROUNDS: usize = 64;

/// Lives in the environment's instance data, on its thread.
pub(crate) struct Environment {
    /// `None` when the environment ends.
    runtime: RefCell<Option<Rc<Runtime>>>,
    mailbox: Arc<Mailbox>,
    pub promises: Promises,
    pub listeners: Listeners,
    pub dev_servers: DevServers,
}

impl Environment {
    /// Makes what an environment needs, and sees to its end.
    pub fn install(env: &Env) -> Result<(), WaistError> {
        let mailbox = Mailbox::new(Bell::new(env)?);
        let runtime = mailbox.runtime();
        let environment = Rc::new(Self {
            runtime: RefCell::new(Some(Rc::new(runtime))),
            promises: Promises::new(Arc::clone(&mailbox)),
            mailbox,
            listeners: Listeners::default(),
            dev_servers: DevServers::default(),
        });
        env.set_instance_data(Rc::clone(&environment), (), |_| {}).map_err(refused)?;
        // Node runs such hooks last one first, so this is before it closes the bell.
        env.add_env_cleanup_hook(environment, |environment| environment.end()).map_err(refused)?;
        Ok(())
    }

    /// The environment that a call came from.
    pub fn of(env: &Env) -> Result<Rc<Self>, WaistError> {
        let environment = env.get_instance_data::<Rc<Self>>().map_err(refused)?;
        environment.cloned().ok_or_else(WaistError::closed)
    }

    /// The engine's side of this environment.
    pub fn runtime(&self) -> Result<Rc<Runtime>, WaistError> {
        self.runtime.borrow().clone().ok_or_else(WaistError::closed)
    }

    /// Empties the mailbox. Wakes come first, so that what is on the screen has changed
    /// when promises settle; nothing relies on it, since whoever awaits a command drains
    /// before going on.
    pub fn deliver(env: &Env) {
        let delivered = Self::of(env).and_then(|environment| {
            let emptied = guard(|| Ok(environment.empty_mailbox(env)));
            if !matches!(emptied, Ok(true)) {
                environment.mailbox.ring();
            }
            emptied
        });
        if let Err(error) = delivered {
            env.fatal_exception(to_js(error));
        }
    }

    /// Answers whether the mailbox was found empty, and so rings for what comes next.
    fn empty_mailbox(&self, env: &Env) -> bool {
        for _ in 0..MAX_DELIVERY_ROUNDS {
            let Some(Mail { wakes, settled }) = self.mailbox.take() else {
                return true;
            };
            for engine in wakes {
                self.listeners.call(env, engine);
            }
            self.promises.settle(env, settled);
        }
        false
    }

    /// The JavaScript thread ends. First nothing rings any more, then the engines are
    /// told; what they have in flight is committed, and nobody hears of it.
    fn end(&self) {
        let ended = guard(|| {
            self.mailbox.close();
            let runtime = self.runtime.take();
            drop(runtime);
            self.listeners.clear();
            self.promises.clear();
            self.dev_servers.stop_all();
            Ok(())
        });
        if let Err(error) = ended {
            tracing::error!(%error, "an environment did not end well");
        }
    }
}

fn refused(error: napi::Error) -> WaistError {
    WaistError {
        cause: Some(error.reason.to_string()),
        ..WaistError::new(ErrorCode::Internal, "Node refused a call.")
    }
}
