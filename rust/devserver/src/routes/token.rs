//! `POST /dev/token`: anybody gets a token for any user.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;

use crate::app::{Answer, App, blocking};
use crate::failure::Failure;
use crate::store::is_user;

/// Whose token.
#[derive(Deserialize)]
struct TokenRequest {
    user: String,
}

/// Makes a token.
pub(crate) async fn token(State(app): State<Arc<App>>, body: Bytes) -> Answer {
    let request: TokenRequest = serde_json::from_slice(&body)
        .map_err(|_| Failure::invalid_request(r#"The body is {"user": "..."}."#))?;
    if !is_user(&request.user) {
        return Err(Failure::invalid_request("A user's id is a text of 1 to 128 bytes."));
    }
    let token = blocking(move || app.database.issue_token(&request.user)).await?;
    Ok(Json(json!({ "token": token })).into_response())
}
