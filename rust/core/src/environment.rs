//! What the device says of itself. Hints only: outcomes decide what is reachable.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything outside the outbox that a plan depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The platform's word on the network.
    pub network: Network,
    /// Whether the app is in front.
    pub app_state: AppState,
}

/// The platform's word on the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Network {
    /// Nobody told; treated as online.
    #[default]
    Unknown,
    /// The platform sees no network. Only a rare probe is sent.
    Offline,
    /// The platform sees a network.
    Online,
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
