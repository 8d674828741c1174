//! The addresses the server answers at.

mod dev;
mod hints;
pub(crate) mod pull;
pub(crate) mod push;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::failure::Failure;
use crate::gate::gate;

/// All routes behind the gate.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/push", post(push::push))
        .route("/v1/pull", get(pull::pull))
        .route("/v1/older", get(pull::older))
        .route("/v1/hints", get(hints::hints))
        .route("/dev/token", post(token::token))
        .route("/dev/faults", post(dev::post_faults).delete(dev::delete_faults))
        .route("/dev/state", get(dev::state))
        .route("/dev/effects", get(dev::effects))
        .method_not_allowed_fallback(nothing_here)
        // The gate has its own limit, with the contract's answer.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(&app), gate))
        .fallback(nothing_here)
        .with_state(app)
}

async fn nothing_here() -> Failure {
    Failure::not_found()
}
