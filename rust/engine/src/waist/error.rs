//! What goes wrong, as JavaScript sees it: a stable word and a sentence.

use mailboat_core::BackendFailure;
use mailboat_store::StoreError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The stable words of every error that reaches JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[ts(export_to = "waist.ts")]
pub enum ErrorCode {
    /// The backend could not be reached or did not answer as the contract says.
    Network,
    /// The backend does not accept the token.
    Unauthorized,
    /// The backend refused the request for good.
    Rejected,
    /// Two versions that cannot both stand.
    Conflict,
    /// The database file is damaged, or is not a database.
    Corrupt,
    /// The device has no space left.
    DiskFull,
    /// A named limit of the engine is reached.
    Quota,
    /// Another process has the file open.
    Locked,
    /// The app is suspended and its files are closed.
    Suspended,
    /// The engine is closed, or belongs to a JavaScript runtime that is gone.
    Closed,
    /// The call was given up before it took effect.
    Cancelled,
    /// The file was written by a newer version of Mailboat.
    NewerVersion,
    /// The key does not open the file.
    WrongKey,
    /// A synchronous read went over its step budget; ask asynchronously.
    TooExpensive,
    /// The arguments do not fit; nothing was done.
    InvalidArgument,
    /// This version or configuration cannot do it.
    Unsupported,
    /// A bug in Mailboat, or a failing disk.
    Internal,
}

/// An error on its way to JavaScript, where it becomes a `MailboatError`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code:?}: {message}")]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct WaistError {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what happened and what to do. Never holds bodies, tokens or keys.
    pub message: String,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// What lies under it, where that helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cause: Option<String>,
}

impl WaistError {
    /// An error without a cause; whether it may be retried follows from its code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        use ErrorCode::{
            Cancelled, DiskFull, Locked, Network, Suspended, TooExpensive, Unauthorized,
        };
        let retryable = matches!(
            code,
            Network | Unauthorized | DiskFull | Locked | Suspended | Cancelled | TooExpensive
        );
        Self { code, message: message.into(), retryable, cause: None }
    }

    /// The arguments do not fit.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, message)
    }

    /// The engine is closed.
    #[must_use]
    pub fn closed() -> Self {
        Self::new(ErrorCode::Closed, "The engine is closed. Open it again with createMailboat().")
    }

    /// The JSON text that a host puts into the message of the error it throws.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an error of plain strings always becomes JSON")
    }
}

impl From<serde_json::Error> for WaistError {
    fn from(error: serde_json::Error) -> Self {
        // serde's sentence may quote a value, which may be a message body: say where, not what.
        Self::invalid(format!(
            "The call is not JSON of the expected shape (line {}, column {}). Call Mailboat through its TypeScript API.",
            error.line(),
            error.column()
        ))
    }
}

impl From<StoreError> for WaistError {
    fn from(error: StoreError) -> Self {
        use ErrorCode as Code;
        match error {
            StoreError::InvalidSchema(sentence) | StoreError::InvalidArgument(sentence) => {
                Self::invalid(sentence)
            }
            StoreError::Unsupported(sentence) => Self::new(Code::Unsupported, sentence),
            StoreError::Conflict(sentence) => Self::new(Code::Conflict, sentence),
            StoreError::Exists { collection } => Self::new(
                Code::Conflict,
                format!(
                    "{collection} has a record of this id. Update it, or create with another id."
                ),
            ),
            StoreError::Unreachable(why) => Self::invalid(format!(
                "The database file cannot be opened: {why}. Choose a folder that exists and is writable."
            )),
            StoreError::Locked => Self::new(
                Code::Locked,
                "The database file is open in another process. Close it there first.",
            ),
            StoreError::Corrupt(sentence) => Self::new(Code::Corrupt, sentence),
            StoreError::NewerVersion { found, known } => Self::new(
                Code::NewerVersion,
                format!(
                    "The database file has version {found}; this app knows versions up to {known}. Update the app."
                ),
            ),
            StoreError::DiskFull => Self::new(
                Code::DiskFull,
                "The device has no space left, so nothing was stored. Free some space and try again.",
            ),
            StoreError::TooExpensive { .. } => Self::new(
                Code::TooExpensive,
                "This read takes too long for the JavaScript thread. Ask asynchronously, or add an index.",
            ),
            StoreError::Io(code) => Self {
                retryable: true,
                ..Self::new(Code::Internal, format!("The disk failed (SQLite error {code})."))
            },
            StoreError::Sqlite { code, message } => Self {
                cause: Some(message),
                ..Self::new(
                    Code::Internal,
                    format!(
                        "SQLite refused a statement (error {code}). This is a bug in Mailboat."
                    ),
                )
            },
        }
    }
}

impl WaistError {
    /// What stands in the way of syncing.
    #[must_use]
    pub fn of_backend(failure: &BackendFailure) -> Self {
        match failure {
            BackendFailure::Transport => Self::new(
                ErrorCode::Network,
                "The backend cannot be reached. Mailboat tries again by itself.",
            ),
            BackendFailure::Timeout => Self::new(
                ErrorCode::Network,
                "The backend did not answer in time. Mailboat tries again by itself.",
            ),
            BackendFailure::Unavailable { status, .. } => Self::new(
                ErrorCode::Network,
                format!("The backend answered {status}. Mailboat tries again by itself."),
            ),
            BackendFailure::Unreadable => Self::new(
                ErrorCode::Network,
                "What answered is not the backend: a captive portal, a proxy, or a wrong address.",
            ),
            BackendFailure::Unauthorized => Self::new(
                ErrorCode::Unauthorized,
                "The backend does not accept the token. Sign in again, or check getToken().",
            ),
            BackendFailure::CursorExpired => {
                Self::new(ErrorCode::Network, "The backend asks to fetch everything again.")
            }
            BackendFailure::Refused { status } => Self::new(
                ErrorCode::Rejected,
                format!(
                    "The backend refuses the request as such (status {status}). Check its address and version."
                ),
            ),
        }
    }
}
