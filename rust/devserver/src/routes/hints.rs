//! `GET /v1/hints`: server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use mailboat_backends::rest::HINT_EVENT;
use tokio_stream::wrappers::WatchStream;

use crate::app::App;
use crate::gate::User;

/// A comment goes out after so long without a hint, so that dead connections show.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// One hint at once, then one after every commit that the user can see.
pub(crate) async fn hints(
    State(app): State<Arc<App>>,
    Extension(User(user)): Extension<User>,
) -> Response {
    // The stream begins with the present value: what was committed before is hinted too.
    let commits = WatchStream::new(app.hints.listen(&user));
    let events =
        commits.map(|()| Ok::<_, Infallible>(Event::default().event(HINT_EVENT).data("{}")));
    Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response()
}
