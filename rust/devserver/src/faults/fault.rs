//! The shape of a fault, as `POST /dev/faults` takes it.

use mailboat_backends::rest::wire::PushEntry;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One thing to do wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The requests it waits for.
    pub on: On,
    /// How often it happens: once when left out, for ever when `null`.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// How likely it happens to a request it waits for, 0 to 1; always when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Happens to this user's requests only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// The requests a fault waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum On {
    /// `POST /v1/push`.
    Push,
    /// `GET /v1/pull`.
    Pull,
    /// `GET /v1/older`.
    Older,
    /// `GET /v1/hints`.
    Hints,
    /// `POST /dev/token`.
    Token,
    /// All of them.
    Any,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FaultKind {
    /// The connection closes; nothing was done.
    DropBeforeCommit,
    /// Everything is done and committed; then the connection closes without an answer.
    DropAfterCommit,
    /// This status instead of anything else; nothing was done.
    Status {
        /// The HTTP status.
        status: u16,
        /// The header `Retry-After`, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_s: Option<u32>,
    },
    /// The request waits before anything is done; other faults still happen to it.
    Delay {
        /// For so many milliseconds.
        ms: u64,
    },
    /// The tokens made so far end (those of `user`, if the fault names one), and the
    /// request is answered 401. New ones come from `POST /dev/token`.
    UnauthorizedUntilRefreshed,
    /// One entry of a push is answered so, unless the ledger knows it. Every entry hit counts.
    Entry(EntryFault),
    /// Status 200 and a page of HTML, as from a captive portal; nothing was done.
    Garbage,
    /// Everything is done and committed; the connection closes in the middle of the answer.
    Truncate,
}

/// Which entries of a push are hit, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryFault {
    /// What they are answered.
    pub outcome: EntryVerdict,
    /// Only entries of this record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// Only entries of this lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<String>,
    /// The floor that goes with `retry`, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
}

/// The outcomes a fault can give an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EntryVerdict {
    /// Try again.
    Retry,
    /// Never; the reason's code is `fault`.
    Rejected,
    /// Not looked at.
    Blocked,
}

/// Every field of the shape above; anything else is a slip of the pen, and a fault that
/// never happens would make a test pass for the wrong reason.
const FIELDS: &[&str] = &[
    "on",
    "times",
    "probability",
    "user",
    "kind",
    "status",
    "retryAfterS",
    "ms",
    "outcome",
    "recordId",
    "lane",
    "afterMs",
];

fn once() -> Option<u32> {
    Some(1)
}

/// Reads the body of `POST /dev/faults`.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn read_faults(body: &[u8]) -> Result<Vec<Fault>, String> {
    let values: Vec<Value> = serde_json::from_slice(body)
        .map_err(|error| format!("The body is no list of faults: {error}."))?;
    values.into_iter().map(read_fault).collect()
}

fn read_fault(value: Value) -> Result<Fault, String> {
    let fields = value.as_object().ok_or("A fault is an object.")?;
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(format!("A fault has no field {unknown}."));
    }
    let fault: Fault =
        serde_json::from_value(value).map_err(|error| format!("A fault is wrong: {error}."))?;
    fault.check()?;
    Ok(fault)
}

impl Fault {
    /// A fault that happens once to a request of `on`.
    #[must_use]
    pub fn once(on: On, kind: FaultKind) -> Self {
        Self { on, times: Some(1), probability: None, user: None, kind }
    }

    /// The same fault, for ever.
    #[must_use]
    pub fn always(self) -> Self {
        Self { times: None, ..self }
    }

    fn check(&self) -> Result<(), String> {
        if self.probability.is_some_and(|it| !(0.0..=1.0).contains(&it)) {
            return Err("A probability lies between 0 and 1.".into());
        }
        match &self.kind {
            FaultKind::Status { status, .. } if !(200..=599).contains(status) => {
                Err("A status lies between 200 and 599.".into())
            }
            FaultKind::Entry(_) if !matches!(self.on, On::Push | On::Any) => {
                Err("Entries are on push only.".into())
            }
            _ => Ok(()),
        }
    }
}

impl EntryFault {
    pub(super) fn hits(&self, entry: &PushEntry) -> bool {
        self.record_id.as_ref().is_none_or(|id| *id == entry.record_id)
            && self.lane.as_ref().is_none_or(|lane| *lane == entry.lane)
    }
}

impl FaultKind {
    /// The word for it in JSON.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::DropBeforeCommit => "dropBeforeCommit",
            Self::DropAfterCommit => "dropAfterCommit",
            Self::Status { .. } => "status",
            Self::Delay { .. } => "delay",
            Self::UnauthorizedUntilRefreshed => "unauthorizedUntilRefreshed",
            Self::Entry(_) => "entry",
            Self::Garbage => "garbage",
            Self::Truncate => "truncate",
        }
    }
}

impl On {
    /// All that are one endpoint.
    pub const ENDPOINTS: [Self; 5] =
        [Self::Push, Self::Pull, Self::Older, Self::Hints, Self::Token];

    /// The word for it in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Older => "older",
            Self::Hints => "hints",
            Self::Token => "token",
            Self::Any => "any",
        }
    }

    /// The endpoint at a path; `None` where faults do not happen.
    pub(crate) fn at_path(path: &str) -> Option<Self> {
        match path {
            "/v1/push" => Some(Self::Push),
            "/v1/pull" => Some(Self::Pull),
            "/v1/older" => Some(Self::Older),
            "/v1/hints" => Some(Self::Hints),
            "/dev/token" => Some(Self::Token),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_as_it_is_written() {
        let body = br#"[
            {"on": "push", "kind": "dropAfterCommit"},
            {"on": "any", "times": null, "kind": "status", "status": 503, "retryAfterS": 2},
            {"on": "push", "times": 3, "user": "ann", "kind": "entry", "outcome": "retry", "recordId": "m1", "afterMs": 5}
        ]"#;
        let faults = read_faults(body).expect("three faults");
        assert_eq!(faults[0], Fault::once(On::Push, FaultKind::DropAfterCommit));
        assert_eq!(faults[1].times, None);
        assert_eq!(faults[1].kind, FaultKind::Status { status: 503, retry_after_s: Some(2) });
        let again = serde_json::to_vec(&faults).expect("faults are JSON");
        assert_eq!(read_faults(&again).expect("the same faults"), faults);
    }

    #[test]
    fn a_fault_with_a_slip_of_the_pen_is_refused() {
        let slips = [
            r#"{"on": "push", "kind": "garbage"}"#,
            r#"[{"on": "push", "kind": "garbage", "time": 3}]"#,
            r#"[{"on": "push", "kind": "drop"}]"#,
            r#"[{"on": "pusch", "kind": "garbage"}]"#,
            r#"[{"on": "push", "kind": "status"}]"#,
            r#"[{"on": "push", "kind": "status", "status": 42}]"#,
            r#"[{"on": "push", "kind": "garbage", "probability": 2}]"#,
            r#"[{"on": "pull", "kind": "entry", "outcome": "retry"}]"#,
            r#"[7]"#,
        ];
        for slip in slips {
            assert!(read_faults(slip.as_bytes()).is_err(), "{slip}");
        }
    }
}
