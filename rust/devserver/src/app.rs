//! What all requests share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::failure::Failure;
use crate::faults::{FaultBoard, On};
use crate::hints::Hints;
use crate::store::{Database, StoreError};

/// The server's state, shared by its requests.
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) faults: FaultBoard,
    pub(crate) hints: Hints,
    pub(crate) requests: RequestCounts,
    pub(crate) forget_ledger: bool,
}

impl App {
    /// Without faults and without anybody who waits for hints.
    pub(crate) fn new(database: Database, forget_ledger: bool) -> Self {
        Self {
            database,
            faults: FaultBoard::default(),
            hints: Hints::default(),
            requests: RequestCounts::default(),
            forget_ledger,
        }
    }
}

/// What a route answers.
pub(crate) type Answer = Result<Response, Failure>;

/// Runs SQLite work off the thread that serves connections.
pub(crate) async fn blocking<T: Send + 'static, E: Into<Failure> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(Into::into),
        Err(panicked) => {
            tracing::error!(%panicked, "a request failed inside the store");
            Err(Failure::unavailable())
        }
    }
}

/// A body of JSON. Made where the work is done, not on the thread that serves connections.
pub(crate) fn to_json(answer: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    Ok(serde_json::to_vec(answer)?)
}

/// A success with such a body.
pub(crate) fn json(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// How many requests each endpoint has seen since the start.
#[derive(Default)]
pub(crate) struct RequestCounts {
    push: AtomicU64,
    pull: AtomicU64,
    older: AtomicU64,
    hints: AtomicU64,
    token: AtomicU64,
}

impl RequestCounts {
    pub(crate) fn count(&self, endpoint: On) {
        if let Some(counter) = self.counter(endpoint) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn by_endpoint(&self) -> BTreeMap<&'static str, u64> {
        On::ENDPOINTS
            .iter()
            .filter_map(|on| Some((on.as_str(), self.counter(*on)?.load(Ordering::Relaxed))))
            .collect()
    }

    fn counter(&self, endpoint: On) -> Option<&AtomicU64> {
        match endpoint {
            On::Push => Some(&self.push),
            On::Pull => Some(&self.pull),
            On::Older => Some(&self.older),
            On::Hints => Some(&self.hints),
            On::Token => Some(&self.token),
            On::Any => None,
        }
    }
}
