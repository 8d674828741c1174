//! What goes wrong on the way in or out, as the JavaScript side reads it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mailboat_engine::waist::{ErrorCode, WaistError};
use napi::sys;

/// Runs an entry from JavaScript. No panic may cross into Node: it becomes `INTERNAL`.
pub(crate) fn guard<T>(entry: impl FnOnce() -> Result<T, WaistError>) -> Result<T, WaistError> {
    // What a panic leaves behind half-done is behind locks that outlive poisoning.
    catch_unwind(AssertUnwindSafe(entry)).unwrap_or_else(|_| {
        // What it said may quote a message body; Rust's own hook has named the place.
        tracing::error!("an entry from JavaScript panicked");
        Err(panicked())
    })
}

/// What a caller hears of a panic.
pub(crate) fn panicked() -> WaistError {
    WaistError::new(
        ErrorCode::Internal,
        "Mailboat met a bug in this call; what was acknowledged is stored. Please report it.",
    )
}

/// The error that JavaScript throws; its message is the JSON of `error`.
pub(crate) fn to_js(error: WaistError) -> napi::Error {
    napi::Error::from_reason(error.to_json())
}

/// Turns the status of an N-API call into a result.
pub(crate) fn check(status: sys::napi_status) -> Result<(), WaistError> {
    if status == sys::Status::napi_ok {
        return Ok(());
    }
    let status = napi::Status::from(status);
    Err(WaistError::new(ErrorCode::Internal, format!("Node refused a call ({status}).")))
}
