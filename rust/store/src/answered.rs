//! What the server said of a record in its answer to a push.

use crate::values::Values;

/// What an outcome says of the entry's record, beside its version and order.
#[derive(Clone, Default)]
pub struct Answered {
    /// The whole record, where the server sent it.
    pub values: Option<Values>,
    /// When the record was written, as text of a stamp.
    pub written_at: Option<String>,
    /// Whether an earlier attempt had applied the entry: others may have changed the
    /// record since.
    pub is_duplicate: bool,
    /// The id under which the server knows the record, where that is another one.
    pub record_id: Option<String>,
}
