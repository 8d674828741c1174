//! Answers that are not a success: the contract's codes, and nothing of the data.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mailboat_backends::rest::CURSOR_EXPIRED;
use mailboat_backends::rest::wire::{ErrorAnswer, ErrorBody};

use crate::store::StoreError;

/// A refusal of a whole request.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after_s: Option<u32>,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after_s: None }
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "The bearer token is missing or not good.",
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.")
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    pub(crate) fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The server cannot do it now. Try again.",
        )
    }

    /// What a fault switch asks for.
    pub(crate) fn of_fault(status: StatusCode, retry_after_s: Option<u32>) -> Self {
        let code = match status.as_u16() {
            401 => "unauthorized",
            404 => "not_found",
            410 => CURSOR_EXPIRED,
            413 => "too_large",
            429 => "rate_limited",
            400..=499 => "invalid_request",
            _ => "unavailable",
        };
        Self { retry_after_s, ..Self::new(status, code, "A fault switch answers this.") }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::CursorExpired => Self::new(
                StatusCode::GONE,
                CURSOR_EXPIRED,
                "The cursor is too old or of another database. Pull from the start.",
            ),
            StoreError::Sqlite(_) | StoreError::Corrupt(_) => {
                tracing::error!(%error, "the store refused");
                Self::unavailable()
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body =
            ErrorAnswer { error: ErrorBody { code: self.code.to_owned(), message: self.message } };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
