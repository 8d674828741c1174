//! What must always hold, by name; and what was found not to.

use std::fmt;

/// A rule that holds after every step, or at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// A write that was acknowledged survives whatever happens to the app.
    AcknowledgedIsDurable,
    /// No entry leaves the outbox but to the server, or by the person's will.
    NothingIsLost,
    /// A dead letter is one that the server refused, or asked to retry too often.
    DeadLettersAreDeserved,
    /// No entry is applied twice.
    NoEffectTwice,
    /// One lane's entries are applied in the order of writing.
    LanesKeepOrder,
    /// Whatever is pending is in flight, or something will wake it.
    PendingIsArmed,
    /// In fair weather everything goes, in bounded time.
    NobodyStarves,
    /// The engine opens its file again, and answers its commands.
    TheEngineWorks,
    /// In fair weather every device shows what the server has.
    DevicesConverge,
    /// The patches of a window, applied, are the window read again.
    PatchesEqualTheQuery,
    /// No request before the time that the server asked for.
    RetryAfterIsAFloor,
    /// An entry is marked as attempted, on disk, before it leaves.
    MarkedBeforeItLeaves,
    /// A row shows as on its way only while a request is.
    SendingIsOnItsWay,
    /// A row never goes back to an older version of the server's.
    VersionsOnlyRise,
    /// What stands behind the dead letter of a holding lane waits.
    HeldLanesWait,
    /// What was cancelled leaves the outbox, and has no effect.
    CancelledIsGone,
    /// An atomic group is applied, or refused, as a whole.
    GroupsAreWhole,
    /// What is of low priority does not go where it costs before it has to.
    LowKeepsOff,
    /// What stands after a conflict is what the collection's rule says.
    RulesDecide,
    /// The last word of the only writer of a record is what the server has.
    LastWriteStands,
}

/// What a broken rule means to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    /// Something they wrote is gone.
    Lost,
    /// It happened twice.
    Duplicated,
    /// It happened in another order.
    OutOfOrder,
    /// It does not happen.
    Stuck,
    /// They see something else than others.
    Diverged,
}

impl Invariant {
    /// What it means when it is broken.
    #[must_use]
    pub fn damage(self) -> Damage {
        match self {
            Self::AcknowledgedIsDurable
            | Self::NothingIsLost
            | Self::DeadLettersAreDeserved
            | Self::GroupsAreWhole => Damage::Lost,
            Self::NoEffectTwice | Self::MarkedBeforeItLeaves | Self::CancelledIsGone => {
                Damage::Duplicated
            }
            Self::LanesKeepOrder
            | Self::HeldLanesWait
            | Self::RetryAfterIsAFloor
            | Self::LowKeepsOff => Damage::OutOfOrder,
            Self::PendingIsArmed | Self::NobodyStarves | Self::TheEngineWorks => Damage::Stuck,
            Self::DevicesConverge
            | Self::PatchesEqualTheQuery
            | Self::SendingIsOnItsWay
            | Self::VersionsOnlyRise
            | Self::RulesDecide
            | Self::LastWriteStands => Damage::Diverged,
        }
    }

    /// The rule in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AcknowledgedIsDurable => "acknowledged means durable",
            Self::NothingIsLost => "nothing is lost",
            Self::DeadLettersAreDeserved => "a dead letter was refused",
            Self::NoEffectTwice => "no effect twice",
            Self::LanesKeepOrder => "lanes keep their order",
            Self::PendingIsArmed => "pending implies armed",
            Self::NobodyStarves => "nobody starves",
            Self::TheEngineWorks => "the engine works",
            Self::DevicesConverge => "all devices converge",
            Self::PatchesEqualTheQuery => "patches equal the query run again",
            Self::RetryAfterIsAFloor => "Retry-After is a floor",
            Self::MarkedBeforeItLeaves => "marked before it leaves",
            Self::SendingIsOnItsWay => "sending means on its way",
            Self::VersionsOnlyRise => "versions only rise",
            Self::HeldLanesWait => "a held lane waits",
            Self::CancelledIsGone => "cancelled is gone",
            Self::GroupsAreWhole => "an atomic group is never half applied",
            Self::LowKeepsOff => "no low entry on cellular before its threshold",
            Self::RulesDecide => "a conflict ends as its rule says",
            Self::LastWriteStands => "the last write stands",
        }
    }
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub invariant: Invariant,
    /// Milliseconds since the start.
    pub at_ms: i64,
    /// What exactly, in a sentence.
    pub sentence: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.at_ms as f64 / 3_600_000.0;
        write!(formatter, "{} ({hours:.2} h): {}", self.invariant.words(), self.sentence)
    }
}
