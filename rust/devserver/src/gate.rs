//! What happens to a request before and after its route: counting, the bearer token,
//! and faults. The routes know nothing of faults.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use futures::StreamExt as _;
use mailboat_backends::rest::MAX_LONE_ENTRY_BYTES;

use crate::app::{App, blocking};
use crate::cut::Knife;
use crate::failure::Failure;
use crate::faults::{Ending, On};

/// What is read of a body that is too large, so that its sender sees the refusal.
const MAX_DISCARDED_BYTES: usize = 16 * MAX_LONE_ENTRY_BYTES;
/// What a captive portal answers.
pub(crate) const PORTAL_PAGE: &str =
    "<!doctype html><title>Welcome</title><p>Please accept our terms.";

/// The user whose bearer token came with the request.
#[derive(Clone)]
pub(crate) struct User(pub(crate) String);

/// Lets a request through to its route, or does not.
pub(crate) async fn gate(
    State(app): State<Arc<App>>,
    ConnectInfo(knife): ConnectInfo<Knife>,
    request: Request,
    next: Next,
) -> Response {
    let Some(endpoint) = On::at_path(request.uri().path()) else { return next.run(request).await };
    app.requests.count(endpoint);
    let (head, body) = request.into_parts();
    // Read before anything is answered: closing a socket that still holds a request
    // resets it, and the answer may never be seen.
    let body = read_body(body).await;
    let admitted = admit(&app, endpoint, &head.headers).await;
    let (user, body) = match (admitted, body) {
        (Ok(user), Ok(body)) => (user, body),
        (Err(failure), _) | (_, Err(failure)) => return failure.into_response(),
    };
    let mut request = Request::from_parts(head, Body::from(body));
    let firing = app.faults.fire(endpoint, user.as_ref().map(|User(name)| name.as_str()));
    if !firing.delay.is_zero() {
        tokio::time::sleep(firing.delay).await;
    }
    if let Some(user) = user {
        request.extensions_mut().insert(user);
    }
    match firing.ending {
        None => next.run(request).await,
        Some(Ending::DropAfterCommit) => {
            next.run(request).await;
            cut(&knife)
        }
        Some(Ending::Truncate) => truncate(next.run(request).await, endpoint, &knife).await,
        Some(Ending::DropBeforeCommit) => cut(&knife),
        Some(Ending::Garbage) => Html(PORTAL_PAGE).into_response(),
        Some(Ending::Status { status, retry_after_s }) => {
            Failure::of_fault(status, retry_after_s).into_response()
        }
        Some(Ending::Unauthorized { user }) => {
            let revoked = blocking(move || app.database.revoke_tokens(user.as_deref())).await;
            revoked.err().unwrap_or_else(Failure::unauthorized).into_response()
        }
    }
}

/// The whole body, or a refusal after all of it (up to a limit) has come in.
async fn read_body(body: Body) -> Result<Bytes, Failure> {
    let mut pieces = body.into_data_stream();
    let mut whole = Vec::new();
    let mut length = 0_usize;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Failure::invalid_request("The body broke off."))?;
        length += piece.len();
        if length <= MAX_LONE_ENTRY_BYTES {
            whole.extend_from_slice(&piece);
        } else if length > MAX_DISCARDED_BYTES {
            break;
        }
    }
    if length <= MAX_LONE_ENTRY_BYTES {
        Ok(whole.into())
    } else {
        Err(Failure::too_large("The body is larger than any entry may be."))
    }
}

/// Who asks. `POST /dev/token` is how a token begins, so it needs none.
async fn admit(app: &Arc<App>, endpoint: On, headers: &HeaderMap) -> Result<Option<User>, Failure> {
    if endpoint == On::Token {
        return Ok(None);
    }
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let authorization = authorization.map(str::to_owned);
    let app = Arc::clone(app);
    blocking(move || signed_in(&app, authorization.as_deref()).map(Some)).await
}

/// Whose bearer token is in the header `Authorization`.
pub(crate) fn signed_in(app: &App, authorization: Option<&str>) -> Result<User, Failure> {
    let token = authorization.and_then(bearer_token).ok_or_else(Failure::unauthorized)?;
    let user = app.database.user_of(token)?;
    user.map(User).ok_or_else(Failure::unauthorized)
}

fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// An answer of which nothing will be sent.
fn cut(knife: &Knife) -> Response {
    knife.cut();
    StatusCode::NO_CONTENT.into_response()
}

/// Sends the head and half of the body (of a stream: its first piece), then cuts.
async fn truncate(response: Response, endpoint: On, knife: &Knife) -> Response {
    let (head, body) = response.into_parts();
    let beginning = if endpoint == On::Hints {
        body.into_data_stream().take(1).boxed()
    } else {
        let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let half = whole.slice(..whole.len() / 2);
        futures::stream::iter([Ok::<Bytes, axum::Error>(half)]).boxed()
    };
    let knife = knife.clone();
    let end = futures::stream::once(async move {
        // Gives hyper a turn to send the beginning before the connection goes.
        tokio::task::yield_now().await;
        knife.cut();
        Err::<Bytes, axum::Error>(axum::Error::new(io::Error::from(io::ErrorKind::ConnectionReset)))
    });
    Response::from_parts(head, Body::from_stream(beginning.chain(end)))
}
