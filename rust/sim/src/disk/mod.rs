//! Disks that fail on command: an SQLite VFS over the real one.
//!
//! Each simulated device keeps its files in a folder of its own, and a [`Disk`] stands
//! for that folder. A store opened on [`VFS`] does everything through it: the files and
//! their locks are real, but the disk may kill the process at any write, lose on a power
//! cut what was not synced, fail, and be full. Nothing here is random or has a clock: the
//! same calls give the same result.
//!
//! What is modelled is the worst that POSIX allows: a new name is safe only once its
//! folder is synced, an unsynced write may land in part and out of order, and a failed
//! sync gives up for good on what it was to write. `-shm` is memory: it costs no space,
//! and no power cut leaves it.

mod device;
mod image;
mod vfs;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use device::Device;
pub use device::{Counts, Fault};
pub use vfs::VFS;

/// The disk of one device.
pub struct Disk {
    folder: PathBuf,
    device: Arc<Mutex<Device>>,
}

impl Disk {
    /// Takes over a folder; what lies in it counts as synced.
    ///
    /// # Errors
    /// When the folder cannot be read, or SQLite cannot take the VFS.
    ///
    /// # Panics
    /// When another disk has this folder.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let folder = folder.canonicalize()?;
        let device = Arc::new(Mutex::new(Device::of(folder.clone())?));
        vfs::register()?;
        vfs::insert(&folder, &device);
        Ok(Self { folder, device })
    }

    /// The process dies now: every later operation on this disk fails until
    /// [`revive`](Self::revive). Closing what it has open changes nothing.
    pub fn kill(&self) {
        self.lock().kill();
    }

    /// The process dies before the `n`-th write from now; 1 is the next one. A write is
    /// here what [`Counts::changes`] counts.
    ///
    /// # Panics
    /// When `n` is 0.
    pub fn kill_at_write(&self, n: u64) {
        self.lock().die_at(n, None);
    }

    /// The same, in the middle: of a real write, `bytes` modulo its length land.
    ///
    /// # Panics
    /// When `n` is 0.
    pub fn tear_at_write(&self, n: u64, bytes: u64) {
        self.lock().die_at(n, Some(bytes));
    }

    /// Takes back a planned death that has not come.
    pub fn spare(&self) {
        self.lock().spare();
    }

    /// The power goes now, or went when the process died. Of what was not synced, `draw`
    /// decides what survives: nothing, the first writes, any writes, or any sectors.
    pub fn cut_power(&self, draw: &mut dyn FnMut() -> u64) {
        self.lock().cut_power(draw);
    }

    /// The device starts again.
    ///
    /// # Errors
    /// When the files cannot be put as the power cut left them.
    ///
    /// # Panics
    /// When the dead process still has files open: its locks would live on.
    pub fn revive(&self) -> io::Result<()> {
        self.lock().revive()
    }

    /// Whether the process died and the device has not started again.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.lock().is_dead()
    }

    /// Lets `after` operations of the fault's kind pass, then fails the next `times`.
    pub fn fail(&self, fault: Fault, after: u64, times: u64) {
        self.lock().plan(fault, after, times);
    }

    /// Takes back every planned fault.
    pub fn heal(&self) {
        self.lock().heal();
    }

    /// Reads past every planned fault, for an observer who is no part of the world.
    pub fn watch<T>(&self, look: impl FnOnce() -> T) -> T {
        self.lock().is_watched = true;
        let seen = look();
        self.lock().is_watched = false;
        seen
    }

    /// How many bytes all files together may have; `None`: any number.
    pub fn set_capacity_bytes(&self, capacity: Option<u64>) {
        self.lock().capacity_bytes = capacity;
    }

    /// How many bytes all files together have.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.lock().used_bytes()
    }

    /// What was done to this disk, and what went wrong.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    fn lock(&self) -> MutexGuard<'_, Device> {
        self.device.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        vfs::remove(&self.folder);
    }
}
