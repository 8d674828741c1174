//! What goes wrong on the way in or out, as the JavaScript side reads it.

use mailboat_engine::waist::{ErrorCode, WaistError};
use napi::sys;

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
