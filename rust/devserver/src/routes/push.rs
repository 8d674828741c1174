//! `POST /v1/push`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, State};
use mailboat_backends::rest::wire::{PushAnswer, PushRequest};
use mailboat_backends::rest::{MAX_BATCH_BYTES, MAX_BATCH_ENTRIES};

use crate::app::{Answer, App, blocking, json, to_json};
use crate::failure::Failure;
use crate::gate::User;
use crate::store::now_ms;

/// Applies entries; the answer leaves after the commit.
pub(crate) async fn push(
    State(app): State<Arc<App>>,
    Extension(User(user)): Extension<User>,
    body: Bytes,
) -> Answer {
    blocking(move || apply(&app, &user, &body, now_ms())).await
}

/// The same, on the caller's thread and at a time of the caller's.
pub(crate) fn apply(app: &App, user: &str, body: &[u8], now_ms: i64) -> Answer {
    let request = read(body)?;
    let count = request.entries.len();
    let faults = |entry: &_| app.faults.fire_entry(user, entry);
    let applied = app.database.push(user, &request.entries, now_ms, app.forget_ledger, &faults)?;
    let answer = to_json(&PushAnswer { outcomes: applied.outcomes })?;
    app.hints.tell(&applied.audience);
    tracing::debug!(entries = count, told = applied.audience.len(), "push");
    Ok(json(answer))
}

fn read(body: &[u8]) -> Result<PushRequest, Failure> {
    // serde's message may quote what was sent; the line and column suffice.
    let request: PushRequest = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::invalid_request(format!("The body is no push: line {line}, column {column}."))
    })?;
    let count = request.entries.len();
    if count > MAX_BATCH_ENTRIES {
        return Err(Failure::too_large(format!(
            "A push holds at most {MAX_BATCH_ENTRIES} entries."
        )));
    }
    if count > 1 && body.len() > MAX_BATCH_BYTES {
        let message = format!("A push of several entries holds at most {MAX_BATCH_BYTES} bytes.");
        return Err(Failure::too_large(message));
    }
    Ok(request)
}
