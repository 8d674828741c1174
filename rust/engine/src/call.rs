//! A command's way back to JavaScript.

use std::sync::Arc;

use crate::session::Session;
use crate::waist::WaistError;

/// Takes the answer of one command to the host, on any thread.
pub type Completion = Box<dyn FnOnce(Result<String, WaistError>) + Send>;

/// A command that waits for its answer. Dropped without one, it answers `CLOSED`:
/// nobody is left waiting for an engine that is gone.
pub(crate) struct Call {
    session: Arc<Session>,
    completion: Option<Completion>,
}

impl Call {
    /// Counts the command as in flight until it is answered.
    pub fn new(session: Arc<Session>, completion: Completion) -> Self {
        session.command_started();
        Self { session, completion: Some(completion) }
    }

    /// Whether this session's runtime made it.
    pub fn is_of(&self, session: &Arc<Session>) -> bool {
        Arc::ptr_eq(&self.session, session)
    }

    /// Gives the answer. A runtime that is gone gets none.
    pub fn answer(mut self, answer: Result<String, WaistError>) {
        self.finish(answer);
    }

    /// Leaves the command unanswered, as a killed process would.
    pub fn forget(mut self) {
        self.session.command_ended();
        self.completion = None;
    }

    fn finish(&mut self, answer: Result<String, WaistError>) {
        let Some(completion) = self.completion.take() else { return };
        self.session.command_ended();
        if self.session.is_alive() {
            completion(answer);
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.finish(Err(WaistError::closed()));
    }
}
