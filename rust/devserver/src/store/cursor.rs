//! Cursors: opaque to the client, and only good for the database that made them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Sequence;

/// The form of the text inside; a server that changes it changes this too.
const FORM: &str = "1";

/// Where a client's next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// In a snapshot begun at `began_at`: behind the record of version `after`.
    Snapshot { began_at: Sequence, after: Sequence, recent: u32 },
    /// In the changes: behind version `after`.
    Changes { after: Sequence },
}

impl Cursor {
    /// As the client keeps it.
    pub(super) fn encode(self, epoch: &str) -> String {
        let text = match self {
            Self::Snapshot { began_at, after, recent } => {
                format!("{FORM}.{epoch}.snapshot.{began_at}.{after}.{recent}")
            }
            Self::Changes { after } => format!("{FORM}.{epoch}.changes.{after}"),
        };
        URL_SAFE_NO_PAD.encode(text)
    }

    /// Reads one made by [`Self::encode`] with the same epoch; `None` for any other text.
    pub(super) fn decode(text: &str, epoch: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let parts: Vec<&str> = text.split('.').collect();
        match parts.as_slice() {
            [FORM, its_epoch, "snapshot", began_at, after, recent] if *its_epoch == epoch => {
                Some(Self::Snapshot {
                    began_at: read_sequence(began_at)?,
                    after: read_sequence(after)?,
                    recent: recent.parse().ok()?,
                })
            }
            [FORM, its_epoch, "changes", after] if *its_epoch == epoch => {
                Some(Self::Changes { after: read_sequence(after)? })
            }
            _ => None,
        }
    }

    /// The oldest deletion this cursor's holder may not have heard of comes after this.
    pub(super) fn knows_up_to(self) -> Sequence {
        match self {
            Self::Snapshot { began_at, .. } => began_at,
            Self::Changes { after } => after,
        }
    }
}

fn read_sequence(text: &str) -> Option<Sequence> {
    text.parse().ok().filter(|sequence| *sequence >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_encoding() {
        for cursor in [
            Cursor::Snapshot { began_at: 90, after: 7, recent: 50 },
            Cursor::Changes { after: 1 << 51 },
        ] {
            assert_eq!(Cursor::decode(&cursor.encode("e1"), "e1"), Some(cursor));
        }
    }

    #[test]
    fn a_cursor_of_another_epoch_or_form_is_none() {
        let cursor = Cursor::Changes { after: 7 };
        assert_eq!(Cursor::decode(&cursor.encode("e1"), "e2"), None);
        for text in ["", "%%%", "MS5lMS5jaGFuZ2VzLi03", "aGVsbG8"] {
            assert_eq!(Cursor::decode(text, "e1"), None, "{text}");
        }
    }
}
