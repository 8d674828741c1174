//! The same server without a socket, a thread or a clock: a request in, an answer
//! out, at a time that the caller names. The simulator's way in.

use std::path::Path;

use axum::body::to_bytes;
use axum::extract::Query;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use futures::executor::block_on;
use mailboat_backends::rest::HttpRequest;
use mailboat_backends::rest::wire::Change;
use tokio::sync::watch;
use uuid::Uuid;

use crate::DATABASE_FILE;
use crate::app::{Answer, App};
use crate::failure::Failure;
use crate::faults::{Ending, Fault, On};
use crate::gate::{PORTAL_PAGE, User, signed_in};
use crate::routes::pull::{older_page, pull_page, refused_query};
use crate::routes::push::apply;
use crate::server::DevServerError;
use crate::store::{Database, EffectRow};

/// An open server. Dropping it is as good as stopping it; its data stays in its folder.
pub struct InProcess {
    app: App,
}

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The whole body; empty for a stream of hints, which [`InProcess::listen`] stands for.
    pub body: Vec<u8>,
}

/// One who waits for hints.
pub struct Listener(watch::Receiver<()>);

impl Listener {
    /// Whether something was committed since the last look that the user can see.
    pub fn take_hint(&mut self) -> bool {
        let told = self.0.has_changed().unwrap_or(false);
        self.0.mark_unchanged();
        told
    }
}

impl InProcess {
    /// Opens the data in `dir` as if at `now_ms`. A database that is made takes
    /// `fresh_epoch`, which tells its cursors from those of any other.
    ///
    /// # Errors
    /// [`DevServerError`] when the folder or the file cannot be had.
    pub fn open(dir: &Path, now_ms: i64, fresh_epoch: Uuid) -> Result<Self, DevServerError> {
        std::fs::create_dir_all(dir)?;
        let database = Database::open(&dir.join(DATABASE_FILE), now_ms, fresh_epoch)?;
        Ok(Self { app: App::new(database, false) })
    }

    /// Neither looks at the ledger nor writes it from now on: for tests that must fail.
    pub fn forget_ledger(&mut self) {
        self.app.forget_ledger = true;
    }

    /// Takes `token` for one of `user` from now on.
    ///
    /// # Errors
    /// [`DevServerError::Database`] when it cannot be stored.
    pub fn accept_token(&self, user: &str, token: &str) -> Result<(), DevServerError> {
        Ok(self.app.database.accept_token(user, token)?)
    }

    /// Ends the tokens of `user`.
    ///
    /// # Errors
    /// [`DevServerError::Database`] when the file refuses.
    pub fn revoke_tokens(&self, user: &str) -> Result<(), DevServerError> {
        Ok(self.app.database.revoke_tokens(Some(user))?)
    }

    /// Adds faults to those that wait.
    pub fn add_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.app.faults.add(faults);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.app.faults.clear();
    }

    /// Answers a request as if it came at `now_ms`; `None` when a fault cuts its
    /// connection. A fault's delay is the caller's affair.
    #[must_use]
    pub fn answer(
        &self,
        request: &HttpRequest,
        authorization: Option<&str>,
        now_ms: i64,
    ) -> Option<Reply> {
        self.serve(request, authorization, now_ms).map(reply)
    }

    /// Waits for hints for `user`. What was committed before is not told.
    #[must_use]
    pub fn listen(&self, user: &str) -> Listener {
        Listener(self.app.hints.listen(user))
    }

    /// The effects behind sequence `after`, in the order of their commits; at most `limit`.
    ///
    /// # Errors
    /// [`DevServerError::Database`] when the file refuses.
    pub fn effects(&self, after: u64, limit: usize) -> Result<Vec<EffectRow>, DevServerError> {
        Ok(self.app.database.effects(after, limit)?.effects)
    }

    /// Every record that `user` sees, as it is now.
    ///
    /// # Errors
    /// [`DevServerError::Database`] when the file refuses.
    pub fn visible(&self, user: &str) -> Result<Vec<Change>, DevServerError> {
        Ok(self.app.database.visible(user)?)
    }

    fn serve(
        &self,
        request: &HttpRequest,
        authorization: Option<&str>,
        now_ms: i64,
    ) -> Option<Response> {
        let Ok(uri) = request.url.parse::<Uri>() else {
            return Some(Failure::not_found().into_response());
        };
        let Some(endpoint) = On::at_path(uri.path()) else {
            return Some(Failure::not_found().into_response());
        };
        self.app.requests.count(endpoint);
        let User(user) = match signed_in(&self.app, authorization) {
            Ok(user) => user,
            Err(failure) => return Some(failure.into_response()),
        };
        let routed = || self.route(endpoint, &user, &uri, request, now_ms).into_response();
        Some(match self.app.faults.fire(endpoint, Some(&user)).ending {
            None => routed(),
            Some(Ending::DropBeforeCommit) => return None,
            Some(Ending::DropAfterCommit | Ending::Truncate) => {
                routed();
                return None;
            }
            Some(Ending::Garbage) => Html(PORTAL_PAGE).into_response(),
            Some(Ending::Status { status, retry_after_s }) => {
                Failure::of_fault(status, retry_after_s).into_response()
            }
            Some(Ending::Unauthorized { user }) => {
                let revoked = self.app.database.revoke_tokens(user.as_deref());
                revoked.map_or_else(Failure::from, |()| Failure::unauthorized()).into_response()
            }
        })
    }

    fn route(
        &self,
        endpoint: On,
        user: &str,
        uri: &Uri,
        request: &HttpRequest,
        now_ms: i64,
    ) -> Answer {
        match endpoint {
            On::Push => apply(&self.app, user, &request.body, now_ms),
            On::Pull => {
                let Query(parameters) = Query::try_from_uri(uri).map_err(refused_query)?;
                pull_page(&self.app, user, &parameters)
            }
            On::Older => {
                let Query(parameters) = Query::try_from_uri(uri).map_err(refused_query)?;
                older_page(&self.app, user, &parameters)
            }
            On::Hints => {
                let stream = HeaderValue::from_static("text/event-stream");
                Ok(([(header::CONTENT_TYPE, stream)], ()).into_response())
            }
            On::Token | On::Any => Err(Failure::not_found()),
        }
    }
}

fn reply(response: Response) -> Reply {
    let (head, body) = response.into_parts();
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
    Reply {
        status: head.status.as_u16(),
        content_type: header(header::CONTENT_TYPE).map(str::to_owned),
        retry_after: header(header::RETRY_AFTER).map(str::to_owned),
        // Every body but a stream's is there whole; nothing is waited for.
        body: block_on(to_bytes(body, usize::MAX)).unwrap_or_default().into(),
    }
}
