//! `GET /v1/pull` and `GET /v1/older`.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query, State};
use mailboat_backends::rest::{DEFAULT_RECENT, MAX_PAGE_CHANGES};
use serde::Deserialize;

use crate::app::{Answer, App, blocking, json, to_json};
use crate::failure::Failure;
use crate::gate::User;
use crate::store::{OlderRequest, PullRequest};

/// Most of the newest records of a lane that a snapshot holds.
const MAX_RECENT: u32 = 500;
/// Records in a page of history that names no limit.
const DEFAULT_OLDER: u32 = 50;

/// The query of a pull.
#[derive(Deserialize)]
pub(crate) struct PullParameters {
    cursor: Option<String>,
    limit: Option<u32>,
    recent: Option<u32>,
}

/// The query for a page of history.
#[derive(Deserialize)]
pub(crate) struct OlderParameters {
    collection: String,
    lane: String,
    before: Option<u64>,
    limit: Option<u32>,
}

/// A snapshot, or what has changed since a cursor.
pub(crate) async fn pull(
    State(app): State<Arc<App>>,
    Extension(User(user)): Extension<User>,
    parameters: Result<Query<PullParameters>, QueryRejection>,
) -> Answer {
    let Query(parameters) = parameters.map_err(refused_query)?;
    blocking(move || pull_page(&app, &user, &parameters)).await
}

/// The same, on the caller's thread.
pub(crate) fn pull_page(app: &App, user: &str, parameters: &PullParameters) -> Answer {
    let limit = read_limit(parameters.limit, MAX_PAGE_CHANGES)?;
    let recent = parameters.recent.unwrap_or(DEFAULT_RECENT);
    if recent > MAX_RECENT {
        return Err(Failure::invalid_request(format!("recent is 0 to {MAX_RECENT}.")));
    }
    let cursor = parameters.cursor.as_deref();
    let page = app.database.pull(&PullRequest { user, cursor, limit, recent })?;
    Ok(json(to_json(&page)?))
}

/// A page of a lane's history.
pub(crate) async fn older(
    State(app): State<Arc<App>>,
    Extension(User(user)): Extension<User>,
    parameters: Result<Query<OlderParameters>, QueryRejection>,
) -> Answer {
    let Query(parameters) = parameters.map_err(refused_query)?;
    blocking(move || older_page(&app, &user, &parameters)).await
}

/// The same, on the caller's thread.
pub(crate) fn older_page(app: &App, user: &str, parameters: &OlderParameters) -> Answer {
    let limit = read_limit(parameters.limit, DEFAULT_OLDER)?;
    let OlderParameters { collection, lane, before, .. } = parameters;
    let request = OlderRequest { user, collection, lane, before: *before, limit };
    let page = app.database.older(&request)?;
    Ok(json(to_json(&page)?))
}

fn read_limit(limit: Option<u32>, default: u32) -> Result<usize, Failure> {
    match limit.unwrap_or(default) {
        limit @ 1..=MAX_PAGE_CHANGES => Ok(limit as usize),
        _ => Err(Failure::invalid_request(format!("limit is 1 to {MAX_PAGE_CHANGES}."))),
    }
}

pub(crate) fn refused_query(_: QueryRejection) -> Failure {
    Failure::invalid_request("The query lacks a parameter, or one is not a number.")
}
