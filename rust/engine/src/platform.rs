//! What the platform around the app says, before the first engine is open and after: the
//! folder for databases, the network, whether the app is in front, the power.
//!
//! Kotlin and Objective-C++ call this through `rust/bridge`, on any thread. What was said
//! last is the start of every engine that opens later. It has a lock of its own, which is
//! held for a few sends: the registry's may be held while a file is opened, and the
//! platform calls on its main thread.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mailboat_core::Environment;
pub use mailboat_core::{AppState, Network, NetworkKind, Power};

use crate::actor::Input;

static PLATFORM: Mutex<Platform> =
    Mutex::new(Platform { folder: None, words: Words::SILENCE, engines: Vec::new() });

struct Platform {
    folder: Option<PathBuf>,
    words: Words,
    /// Engines that are told, by their numbers.
    engines: Vec<(u32, Sender<Input>)>,
}

/// One thing that is said of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Network(Network),
    AppState(AppState),
    Power(Power),
}

/// What one speaker, the platform or the app, has said last of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub network: Option<Network>,
    pub app_state: Option<AppState>,
    pub power: Option<Power>,
}

impl Words {
    const SILENCE: Self = Self { network: None, app_state: None, power: None };

    pub fn hear(&mut self, word: Word) {
        match word {
            Word::Network(network) => self.network = Some(network),
            Word::AppState(state) => self.app_state = Some(state),
            Word::Power(power) => self.power = Some(power),
        }
    }

    /// The device as it is by these.
    pub fn environment(self) -> Environment {
        Environment {
            network: self.network.unwrap_or_default(),
            app_state: self.app_state.unwrap_or_default(),
            power: self.power.unwrap_or_default(),
        }
    }

    /// These, and where they say nothing, what `other` says.
    pub fn or(self, other: Self) -> Self {
        Self {
            network: self.network.or(other.network),
            app_state: self.app_state.or(other.app_state),
            power: self.power.or(other.power),
        }
    }
}

/// Relative paths of configs lie in this folder from now on. An empty one is ignored.
pub fn set_database_folder(folder: &Path) {
    if !folder.as_os_str().is_empty() {
        platform().folder = Some(folder.to_owned());
    }
}

/// The platform's word on the network. An app with a source of its own is not overruled.
pub fn set_network(network: Network) {
    say(Word::Network(network));
}

/// Whether the app is in front. What the app itself says of it counts more.
pub fn set_app_state(state: AppState) {
    say(Word::AppState(state));
}

/// What the device lives on. What the app itself says of it counts more.
pub fn set_power(power: Power) {
    say(Word::Power(power));
}

/// An engine's place among those that are told. Dropping it ends that.
pub(crate) struct Following {
    engine: u32,
    /// What was said before; nothing is missed between that and what is told.
    pub words: Words,
}

/// Tells the engine of this number, by its inbox, from now on.
pub(crate) fn follow(engine: u32, inbox: &Sender<Input>) -> Following {
    let mut platform = platform();
    platform.engines.push((engine, inbox.clone()));
    Following { engine, words: platform.words }
}

impl Drop for Following {
    fn drop(&mut self) {
        platform().engines.retain(|(engine, _)| *engine != self.engine);
    }
}

/// Where a path of a config lies: a relative one in the folder for databases, if there is one.
pub(crate) fn place(path: &Path) -> PathBuf {
    database_folder().map_or_else(|| path.to_owned(), |folder| folder.join(path))
}

/// The folder for databases, once the platform has named it.
pub(crate) fn database_folder() -> Option<PathBuf> {
    platform().folder.clone()
}

fn say(word: Word) {
    let mut platform = platform();
    platform.words.hear(word);
    // Sent under the lock, so that two threads cannot cross; a send waits for nobody.
    for (_, inbox) in &platform.engines {
        // An engine that closes just now needs no word.
        let _ = inbox.send(Input::Platform(word));
    }
}

fn platform() -> MutexGuard<'static, Platform> {
    // Each change is whole in itself, so a panic leaves it usable.
    PLATFORM.lock().unwrap_or_else(PoisonError::into_inner)
}
