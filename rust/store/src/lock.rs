//! One engine a file: a lock on a small file beside the database.
//!
//! SQLite would let a second process write; two schedulers on one outbox would send
//! twice. The operating system drops the lock when the process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Held for as long as the file is open.
pub(crate) struct FileLock {
    file: File,
}

impl FileLock {
    /// Whether the database ever had a lock. Its file stays when the lock goes: to
    /// remove it would let two processes lock two files of one name.
    pub fn is_beside(database: &Path) -> bool {
        beside(database, "-lock").exists()
    }

    /// Takes the lock beside `database`.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database, "-lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| unreachable(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked),
            Err(TryLockError::Error(error)) => Err(unreachable(&error)),
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing alone would not do: a process that this one is just starting holds a
        // copy of the file between its fork and its exec, and with it the lock.
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "the lock goes when the file is closed");
        }
    }
}

/// The path with a suffix to its file name, as SQLite names its `-wal`.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// The operating system's words, without the path: paths hold user names.
pub(crate) fn unreachable(error: &std::io::Error) -> StoreError {
    let words = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => return StoreError::DiskFull,
        ErrorKind::NotFound => "its folder does not exist".into(),
        ErrorKind::PermissionDenied => "permission is denied".into(),
        ErrorKind::ReadOnlyFilesystem => "its folder is on a read-only file system".into(),
        kind => kind.to_string(),
    };
    StoreError::Unreachable(words)
}
