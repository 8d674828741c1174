//! A device's network: what it is now, and what becomes of a request on it.

use mailboat_core::{Network, NetworkKind};

use crate::dice::Dice;
use crate::fault::{Fault, Faults};
use crate::scenario::Profile;

/// A sender that gets no sign of the other side's end gives up after so many milliseconds.
pub const REQUEST_TIMEOUT_MS: i64 = 30_000;
/// A request is not delayed longer than this in the network, in milliseconds.
const LONGEST_DELAY_MS: i64 = 600_000;

/// What the device is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Offline,
    /// Wi-Fi.
    Wifi,
    /// A mobile network.
    Cellular,
    /// A network that answers everything itself until somebody signs in.
    Captive,
}

/// A network.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// What it is.
    pub kind: Kind,
    latency_ms: (i64, i64),
    loss: f64,
    oddity: f64,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// When it reaches the server, in milliseconds from now; `None` for never.
    pub arrives_ms: Option<i64>,
    /// When it reaches the server once more.
    pub again_ms: Option<i64>,
    /// What comes back.
    pub back: Back,
    /// What went wrong.
    pub faults: Vec<Fault>,
}

/// What comes back to the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// The server's answer, so many milliseconds after it was given.
    Answer(i64),
    /// Half of it.
    Half(i64),
    /// Nothing; the sender knows so many milliseconds from now.
    Nothing(i64),
    /// A portal's page, so many milliseconds from now.
    Portal(i64),
}

impl Link {
    /// A network without faults.
    pub const FAIR: Self = Self { kind: Kind::Wifi, latency_ms: (10, 40), loss: 0.0, oddity: 0.0 };

    /// The next network of a device, and for how many milliseconds it lasts.
    pub fn next(profile: Profile, before: Option<Self>, dice: &mut Dice) -> (Self, i64) {
        let wifi = Self { kind: Kind::Wifi, latency_ms: (10, 60), loss: 0.001, oddity: 0.001 };
        let mobile =
            Self { kind: Kind::Cellular, latency_ms: (300, 2_500), loss: 0.03, oddity: 0.01 };
        let offline = Self { kind: Kind::Offline, ..wifi };
        match profile {
            Profile::Wifi => (wifi, dice.spread(6 * 3_600_000, 48 * 3_600_000)),
            Profile::Slow3g => (mobile, dice.spread(3_600_000, 12 * 3_600_000)),
            Profile::Flapping => match before {
                Some(Self { kind: Kind::Wifi, .. }) => (offline, dice.spread(1_000, 120_000)),
                _ => (Self { loss: 0.02, oddity: 0.01, ..wifi }, dice.spread(2_000, 1_800_000)),
            },
            Profile::Roaming => {
                let lasts_ms = dice.spread(5_000, 3 * 3_600_000);
                let (loss, oddity) = (dice.spread(10, 400) as f64 / 1_000.0, 0.06);
                let kinds = [wifi, mobile, offline, Self { kind: Kind::Captive, ..wifi }];
                let weights = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3];
                let kind = kinds[*dice.pick(&weights)];
                (Self { loss, oddity, ..kind }, lasts_ms)
            }
        }
    }

    /// What the platform says of it. It does not always know a portal.
    pub fn word(&self, dice: &mut Dice) -> Network {
        let knows = dice.chance(0.5);
        let kind = match self.kind {
            Kind::Offline => NetworkKind::None,
            Kind::Wifi | Kind::Captive => NetworkKind::Wifi,
            Kind::Cellular => NetworkKind::Cellular,
        };
        let validated = knows.then_some(self.kind != Kind::Captive);
        Network { validated: validated.filter(|_| kind != NetworkKind::None), ..Network::of(kind) }
    }

    /// How likely a request meets each of the server's own troubles.
    pub fn trouble(&self) -> f64 {
        self.oddity / 2.0
    }

    /// Draws what becomes of a request that is made now.
    pub fn fate(&self, faults: Faults, dice: &mut Dice) -> Fate {
        // Everything is drawn whatever happens, so that leaving one kind out leaves the rest.
        let (up_ms, down_ms) = (self.latency(dice), self.latency(dice));
        let mut happens = |fault, probability| dice.chance(probability) && faults.has(fault);
        let lost_before = happens(Fault::LostBefore, self.loss / 2.0);
        let lost_after = happens(Fault::LostAfter, self.loss / 2.0);
        let truncated = happens(Fault::Truncated, self.oddity / 2.0);
        let duplicated = happens(Fault::Duplicated, self.oddity);
        let reordered = happens(Fault::Reordered, self.oddity / 2.0);
        let slow = happens(Fault::Latency, self.oddity);
        let (silent, extra_ms) = (dice.chance(0.5), dice.spread(1_000, 20_000));
        let late_ms = dice.spread(REQUEST_TIMEOUT_MS + 1, LONGEST_DELAY_MS);
        let gives_up_ms = if silent { REQUEST_TIMEOUT_MS } else { dice.spread(5, 5_000) };
        let mut fate = Fate {
            arrives_ms: Some(up_ms),
            again_ms: None,
            back: Back::Answer(down_ms),
            faults: vec![],
        };
        if slow {
            fate.faults.push(Fault::Latency);
            fate.arrives_ms = Some(up_ms + extra_ms);
        }
        if duplicated {
            fate.faults.push(Fault::Duplicated);
            fate.again_ms = Some(late_ms);
        }
        match self.kind {
            Kind::Offline => {
                fate = Fate {
                    arrives_ms: None,
                    again_ms: None,
                    back: Back::Nothing(gives_up_ms),
                    faults: vec![Fault::Offline],
                };
            }
            Kind::Captive if faults.has(Fault::CaptivePortal) => {
                fate = Fate {
                    arrives_ms: None,
                    again_ms: None,
                    back: Back::Portal(up_ms + down_ms),
                    faults: vec![Fault::CaptivePortal],
                };
            }
            _ if lost_before => {
                fate = Fate {
                    arrives_ms: None,
                    again_ms: None,
                    back: Back::Nothing(gives_up_ms),
                    faults: vec![Fault::LostBefore],
                };
            }
            _ if reordered => {
                fate.faults.push(Fault::Reordered);
                fate.arrives_ms = Some(late_ms);
                fate.back = Back::Nothing(REQUEST_TIMEOUT_MS);
            }
            _ if lost_after => {
                fate.faults.push(Fault::LostAfter);
                fate.back = Back::Nothing(gives_up_ms.max(fate.arrives_ms.unwrap_or(0) + 1));
            }
            _ if truncated => {
                fate.faults.push(Fault::Truncated);
                fate.back = Back::Half(down_ms);
            }
            _ => {}
        }
        fate
    }

    fn latency(&self, dice: &mut Dice) -> i64 {
        dice.spread(self.latency_ms.0, self.latency_ms.1)
    }
}
