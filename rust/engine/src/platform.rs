//! What the platform around the app says.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static FOLDER: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Relative paths of configs lie in this folder from now on. An empty one is ignored.
pub fn set_database_folder(folder: &Path) {
    if !folder.as_os_str().is_empty() {
        *lock() = Some(folder.to_owned());
    }
}

/// The folder for databases, once the platform has named it.
pub(crate) fn database_folder() -> Option<PathBuf> {
    lock().clone()
}

fn lock() -> MutexGuard<'static, Option<PathBuf>> {
    FOLDER.lock().unwrap_or_else(PoisonError::into_inner)
}
