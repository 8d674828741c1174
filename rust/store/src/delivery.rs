//! How far a row's own writes have come; part of every row.

/// As `_delivery` stores it and a row object shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Nothing of this row waits: it is as the server has it.
    Sent,
    /// A write waits in the outbox.
    Queued,
    /// A write is on its way.
    Sending,
    /// A write is a dead letter.
    Failed,
}

impl Delivery {
    /// The number in the column.
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Sent => 0,
            Self::Queued => 1,
            Self::Sending => 2,
            Self::Failed => 3,
        }
    }

    /// Reads the column; an unknown number shows as `failed`, which a person looks into.
    pub(crate) fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Sent,
            1 => Self::Queued,
            2 => Self::Sending,
            _ => Self::Failed,
        }
    }

    /// The word in a row object.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Failed => "failed",
        }
    }
}
