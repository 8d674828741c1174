//! The border that no panic crosses: every entry from JavaScript runs inside it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::waist::{ErrorCode, WaistError};

/// Runs an entry from JavaScript; a panic becomes `INTERNAL`.
///
/// # Errors
/// What the entry answers, or `INTERNAL`.
pub fn guard<T>(entry: impl FnOnce() -> Result<T, WaistError>) -> Result<T, WaistError> {
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
        "Mailboat met a bug; what was acknowledged is stored. Open the engine again, and please report it.",
    )
}
