//! What tests use: faults, and what the server holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

use crate::app::{Answer, App, blocking};
use crate::failure::Failure;
use crate::faults::{FaultReport, read_faults};
use crate::store::Tally;

/// Most effects in one page, and how many a request that names no limit gets.
const MAX_EFFECTS: usize = 10_000;

/// The answer of `GET /dev/state`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateAnswer {
    #[serde(flatten)]
    tally: Tally,
    forget_ledger: bool,
    /// Requests since the start, refused ones included.
    requests: BTreeMap<&'static str, u64>,
    /// The faults posted since the last `DELETE /dev/faults`.
    faults: Vec<FaultReport>,
    /// Those of them that can still happen.
    faults_waiting: usize,
    /// How often each kind has happened since the start.
    fired: BTreeMap<&'static str, u64>,
}

/// The query of `GET /dev/effects`.
#[derive(Deserialize)]
pub(crate) struct EffectsParameters {
    after: Option<u64>,
    limit: Option<usize>,
}

/// Adds faults to those that wait.
pub(crate) async fn post_faults(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let faults = read_faults(&body).map_err(Failure::invalid_request)?;
    app.faults.add(faults);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Ends all faults.
pub(crate) async fn delete_faults(State(app): State<Arc<App>>) -> StatusCode {
    app.faults.clear();
    StatusCode::NO_CONTENT
}

/// Counts.
pub(crate) async fn state(State(app): State<Arc<App>>) -> Answer {
    let tally = blocking({
        let app = Arc::clone(&app);
        move || app.database.tally()
    })
    .await?;
    let faults = app.faults.report();
    let answer = StateAnswer {
        tally,
        forget_ledger: app.forget_ledger,
        requests: app.requests.by_endpoint(),
        faults_waiting: faults.iter().filter(|report| report.waiting).count(),
        faults,
        fired: app.faults.fired(),
    };
    Ok(Json(answer).into_response())
}

/// A page of the effects.
pub(crate) async fn effects(
    State(app): State<Arc<App>>,
    parameters: Result<Query<EffectsParameters>, QueryRejection>,
) -> Answer {
    let Query(parameters) =
        parameters.map_err(|_| Failure::invalid_request("after and limit are numbers."))?;
    let limit = parameters.limit.unwrap_or(MAX_EFFECTS).clamp(1, MAX_EFFECTS);
    let page = blocking(move || app.database.effects(parameters.after.unwrap_or(0), limit)).await?;
    Ok(Json(page).into_response())
}
