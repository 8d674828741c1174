//! What `open` takes and answers.

use mailboat_core::{Network, Policy};
use mailboat_store::Schema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything an engine needs to know. Equal configs on one file share one engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct Config {
    /// The database file; its folder must exist and be writable. A relative path lies in the
    /// platform's folder for databases; without one, in the working directory.
    pub path: String,
    /// The app's collections.
    pub schema: Schema,
    /// Where mutations go; without one they stay in the outbox.
    #[serde(default)]
    #[ts(optional)]
    pub backend: Option<BackendConfig>,
    /// How a local write reaches the disk.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub durability: Durability,
    /// Delays and limits of sending; what is left out keeps its default.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub policy: Policy,
    /// The app has a network source of its own, so the platform's word does not count, and
    /// this is taken for the network until `setNetwork` says it. It makes no other config.
    #[serde(default)]
    #[ts(optional)]
    pub network: Option<Network>,
    /// Allows syncing without JavaScript.
    #[serde(default)]
    #[ts(optional)]
    pub background: Option<BackgroundConfig>,
}

/// What a sync without JavaScript may use. With it the file keeps schema, backend, policy and
/// durability; the next `open` without it removes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[ts(export_to = "waist.ts", optional_fields)]
pub struct BackgroundConfig {
    /// Whether the file keeps the last token that the app gave, too. Without it, a server
    /// that wants one is not asked until the app runs.
    #[ts(as = "Option<bool>")]
    pub keep_token: bool,
}

/// Where mutations go and changes come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(export_to = "waist.ts")]
pub enum BackendConfig {
    /// A server of the REST contract (`docs/rest-contract.md`).
    Rest {
        /// Such as `https://api.example.com/sync`; `/v1/push` and the others go below it.
        base_url: String,
        /// Allows `http://` to hosts other than this device. For development only.
        #[serde(default)]
        #[ts(as = "Option<_>", optional)]
        allow_insecure: bool,
    },
    /// `{ push, pull }` written in JavaScript, asked through questions.
    JavaScript,
}

/// What a local write survives once it is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Durability {
    /// A killed process and a power cut (SQLite `synchronous = FULL`).
    #[default]
    Full,
    /// A killed process; a power cut may lose the last moments (`NORMAL`).
    Normal,
}

/// Answer of `open`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Opened {
    /// Names the engine in every other call.
    pub engine: u32,
    /// Grows each time another JavaScript runtime takes the engine over.
    pub generation: u32,
    /// Whether reads work already.
    pub state: OpenState,
}

/// How far `open` came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum OpenState {
    /// Reads and writes work.
    Ready,
    /// A migration is running; the event `opened` or `openFailed` follows.
    Opening,
}
