//! What the device says of itself. Hints only: outcomes decide what is reachable.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything outside the outbox that a plan depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The platform's word on the network.
    pub network: Network,
    /// Whether the app is in front.
    pub app_state: AppState,
    /// What the device lives on.
    pub power: Power,
}

/// The platform's word on the network. What it does not say is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts", optional_fields)]
pub struct Network {
    /// What carries it.
    pub kind: NetworkKind,
    /// Whether it costs by volume. Where the platform does not say, cellular does and
    /// nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metered: Option<bool>,
    /// Whether the platform has reached the internet through it; `false` behind a
    /// captive portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validated: Option<bool>,
}

/// What carries the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum NetworkKind {
    /// Nobody told; treated as online and not metered.
    #[default]
    Unknown,
    /// The platform sees no network. Only a rare probe is sent.
    None,
    /// Wi-Fi.
    Wifi,
    /// The network of a phone company.
    Cellular,
    /// A cable.
    Ethernet,
    /// Some other network, or one whose kind the platform does not tell.
    Other,
}

/// Whether the app is in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum AppState {
    /// In front: pulls also by interval.
    #[default]
    Foreground,
    /// Behind: pulls only when something else asks for it.
    Background,
}

/// What the device lives on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Power {
    /// Nobody told; treated as a battery that will do.
    #[default]
    Unknown,
    /// The mains.
    Charging,
    /// A battery that will do.
    Battery,
    /// A battery that is nearly empty, or the user asked to save it.
    Low,
}

/// What kind of network something waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum NetworkNeed {
    /// Any will do.
    #[default]
    Any,
    /// One that does not cost by volume.
    Unmetered,
}

impl Network {
    /// A network of this kind, of which the platform says no more.
    #[must_use]
    pub const fn of(kind: NetworkKind) -> Self {
        Self { kind, metered: None, validated: None }
    }

    /// Whether the platform sees no network at all.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.kind == NetworkKind::None
    }

    /// Whether it costs by volume, as far as anybody knows.
    #[must_use]
    pub fn is_metered(self) -> bool {
        self.metered.unwrap_or(self.kind == NetworkKind::Cellular)
    }

    /// Whether nothing that the platform says speaks against sending.
    #[must_use]
    pub fn is_usable(self) -> bool {
        !self.is_none() && self.validated != Some(false)
    }

    /// Whether it is what something waits for.
    #[must_use]
    pub fn satisfies(self, need: NetworkNeed) -> bool {
        self.is_usable() && (need == NetworkNeed::Any || !self.is_metered())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cellular_costs_by_volume_unless_the_platform_says_otherwise() {
        assert!(Network::of(NetworkKind::Cellular).is_metered());
        let flat = Network { metered: Some(false), ..Network::of(NetworkKind::Cellular) };
        assert!(!flat.is_metered());
        let hotspot = Network { metered: Some(true), ..Network::of(NetworkKind::Wifi) };
        assert!(hotspot.is_metered());
        for kind in [NetworkKind::Unknown, NetworkKind::Wifi, NetworkKind::Other] {
            assert!(Network::of(kind).satisfies(NetworkNeed::Unmetered), "{kind:?}");
        }
    }

    #[test]
    fn behind_a_captive_portal_nothing_that_can_wait_goes() {
        let portal = Network { validated: Some(false), ..Network::of(NetworkKind::Wifi) };
        assert!(!portal.satisfies(NetworkNeed::Any));
        assert!(!portal.is_none(), "but what is urgent is tried all the same");
    }
}
