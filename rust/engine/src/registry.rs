//! The engines of this process, by file: the only global there is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::Engine;
use crate::platform;
use crate::waist::WaistError;

static ENGINES: Mutex<Option<HashMap<PathBuf, Arc<Engine>>>> = Mutex::new(None);
static NEXT_ENGINE: AtomicU32 = AtomicU32::new(1);

/// The registry, locked. Opening holds it from the look-up to the entry, so that two
/// runtimes cannot open one file side by side.
pub(crate) struct Registry {
    engines: MutexGuard<'static, Option<HashMap<PathBuf, Arc<Engine>>>>,
}

impl Registry {
    pub fn lock() -> Self {
        Self { engines: ENGINES.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// The engine that has this file open.
    pub fn find(&mut self, path: &Path) -> Option<Arc<Engine>> {
        let engines = self.engines.get_or_insert_default();
        let engine = engines.get(path)?;
        if engine.ends() {
            // On its way there it still holds its file.
            engine.wait_until_closed();
            engines.remove(path);
            return None;
        }
        Some(Arc::clone(engine))
    }

    /// Enters an engine under its file.
    pub fn insert(&mut self, engine: &Arc<Engine>) {
        self.engines.get_or_insert_default().insert(engine.path.clone(), Arc::clone(engine));
    }

    /// Forgets an engine, if it is still the one of its file.
    pub fn remove(&mut self, engine: &Arc<Engine>) {
        let engines = self.engines.get_or_insert_default();
        if engines.get(&engine.path).is_some_and(|kept| Arc::ptr_eq(kept, engine)) {
            engines.remove(&engine.path);
        }
    }

    /// A number that no engine of this process had.
    pub fn next_id() -> u32 {
        NEXT_ENGINE.fetch_add(1, Ordering::Relaxed)
    }
}

/// The file as every spelling of its path agrees on. A relative path lies in the
/// platform's folder for databases, if it has named one.
pub(crate) fn canonical(path: &str) -> Result<PathBuf, WaistError> {
    if Path::new(path).file_name().is_none() {
        return Err(WaistError::invalid("path must name a file."));
    }
    let given = platform::place(Path::new(path));
    let name = given.file_name().expect("a name stays one below a folder");
    let folder = match given.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let folder = folder.canonicalize().map_err(|_| {
        WaistError::invalid("path lies in a folder that does not exist. Make the folder first.")
    })?;
    Ok(folder.join(name))
}
