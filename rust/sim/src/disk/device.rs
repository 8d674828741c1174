//! The disk of one device: its files, what is planned to go wrong, and what has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use libsqlite3_sys::{
    SQLITE_FULL, SQLITE_IOERR_DELETE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_READ, SQLITE_IOERR_TRUNCATE,
    SQLITE_IOERR_WRITE,
};

use super::image::{Image, Survivors};

/// What a disk may answer instead of doing what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A read fails.
    Read,
    /// A write fails halfway.
    Write,
    /// A sync fails, and what was not yet synced never will be.
    Sync,
    /// A write finds no space, halfway.
    Full,
}

/// What was done to a disk, and how often each fault really fired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Reads asked for.
    pub reads: u64,
    /// Writes asked for.
    pub writes: u64,
    /// Truncations asked for.
    pub truncates: u64,
    /// Syncs asked for.
    pub syncs: u64,
    /// Deletions asked for.
    pub deletes: u64,
    /// The process died.
    pub kills: u64,
    /// The process died in the middle of a write.
    pub torn: u64,
    /// The power went.
    pub power_cuts: u64,
    /// Writes that a power cut undid, in whole or in part.
    pub lost_writes: u64,
    /// Reads that failed.
    pub read_errors: u64,
    /// Writes that failed.
    pub write_errors: u64,
    /// Syncs that failed.
    pub sync_errors: u64,
    /// Writes that found no space.
    pub full: u64,
}

impl Counts {
    /// Everything that changes the disk, or what a power cut would leave of it. This is
    /// what [`kill_at_write`](super::Disk::kill_at_write) counts.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.writes + self.truncates + self.syncs + self.deletes
    }
}

/// What becomes of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Done,
    /// It answers this code; of a write, so many bytes land all the same.
    Fails {
        code: i32,
        lands: usize,
    },
}

/// Names a file, whatever its names are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId(u64);

/// When the process dies.
struct Death {
    changes_left: u64,
    /// Bytes of the fatal write that land, modulo its length; `None`: it dies before.
    tear: Option<u64>,
}

struct Plan {
    fault: Fault,
    after: u64,
    times: u64,
}

/// What a [`Disk`](super::Disk) and its open files share.
pub(super) struct Device {
    folder: PathBuf,
    files: BTreeMap<FileId, Image>,
    /// Names as a process sees them, and as a power cut leaves them.
    names: BTreeMap<PathBuf, FileId>,
    synced_names: BTreeMap<PathBuf, FileId>,
    next_file: u64,
    open_files: usize,
    /// A process: those before the last `revive` are dead for good.
    process: u64,
    is_dead: bool,
    power_was_cut: bool,
    death: Option<Death>,
    plans: Vec<Plan>,
    /// Nothing that is planned happens: somebody looks who is no part of the world.
    pub is_watched: bool,
    pub capacity_bytes: Option<u64>,
    pub counts: Counts,
}

impl Device {
    /// What lies in the folder counts as synced.
    pub fn of(folder: PathBuf) -> io::Result<Self> {
        let mut device = Self {
            folder,
            files: BTreeMap::new(),
            names: BTreeMap::new(),
            synced_names: BTreeMap::new(),
            next_file: 0,
            open_files: 0,
            process: 0,
            is_dead: false,
            power_was_cut: false,
            death: None,
            plans: Vec::new(),
            is_watched: false,
            capacity_bytes: None,
            counts: Counts::default(),
        };
        let mut found = device.files_on_disk()?;
        found.sort();
        for path in found {
            device.adopt(&path)?;
        }
        Ok(device)
    }

    pub fn process(&self) -> u64 {
        self.process
    }

    /// Whether this process may no longer do anything.
    pub fn is_dead_for(&self, process: u64) -> bool {
        self.is_dead || process != self.process
    }

    pub fn is_dead(&self) -> bool {
        self.is_dead
    }

    // --- what a test plans ---------------------------------------------------

    pub fn die_at(&mut self, change: u64, tear: Option<u64>) {
        assert!(change > 0, "the next write is number 1");
        self.death = Some(Death { changes_left: change - 1, tear });
    }

    pub fn spare(&mut self) {
        self.death = None;
    }

    pub fn plan(&mut self, fault: Fault, after: u64, times: u64) {
        self.plans.push(Plan { fault, after, times });
    }

    pub fn heal(&mut self) {
        self.plans.clear();
    }

    pub fn kill(&mut self) {
        if !self.is_dead {
            self.is_dead = true;
            self.death = None;
            self.counts.kills += 1;
        }
    }

    /// Decides what is left of everything that was not synced.
    pub fn cut_power(&mut self, draw: &mut dyn FnMut() -> u64) {
        self.is_dead = true;
        self.death = None;
        self.power_was_cut = true;
        self.counts.power_cuts += 1;
        let survivors = match draw() % 4 {
            0 => Survivors::None,
            1 => Survivors::First,
            2 => Survivors::Any,
            _ => Survivors::Sectors,
        };
        for image in self.files.values_mut() {
            self.counts.lost_writes += image.cut_power(survivors, draw);
        }
        let all: BTreeSet<PathBuf> =
            self.names.keys().chain(self.synced_names.keys()).cloned().collect();
        for path in all {
            let (seen, synced) = (self.names.get(&path), self.synced_names.get(&path));
            let survives =
                seen == synced || !matches!(survivors, Survivors::None) && draw() % 2 == 1;
            if survives {
                match seen.copied() {
                    Some(id) => self.synced_names.insert(path, id),
                    None => self.synced_names.remove(&path),
                };
            }
        }
        self.names.clone_from(&self.synced_names);
        self.forget_nameless();
    }

    /// Another process starts. After a power cut it finds what the disk has.
    pub fn revive(&mut self) -> io::Result<()> {
        assert_eq!(
            self.open_files, 0,
            "the dead process still has files open: drop its store first"
        );
        if std::mem::take(&mut self.power_was_cut) {
            for path in self.files_on_disk()? {
                if !self.names.contains_key(&path) {
                    fs::remove_file(path)?;
                }
            }
            for (path, id) in &self.names {
                fs::write(path, self.files[id].on_disk())?;
            }
        }
        self.process += 1;
        self.is_dead = false;
        Ok(())
    }

    // --- what a process does -------------------------------------------------

    /// A file was opened; `existed` before.
    pub fn opened(&mut self, path: &Path, existed: bool) -> io::Result<FileId> {
        let known = self.names.get(path).copied().filter(|_| existed);
        let length = fs::metadata(path)?.len();
        let id = match known.filter(|id| self.files[id].length() == length) {
            Some(id) => id,
            // Somebody made or changed it without asking this disk.
            None if existed => self.adopt(path)?,
            None => self.create(path),
        };
        self.open_files += 1;
        Ok(id)
    }

    fn create(&mut self, path: &Path) -> FileId {
        let id = self.add(Image::default());
        self.names.insert(path.to_owned(), id);
        id
    }

    pub fn closed(&mut self) {
        self.open_files -= 1;
    }

    pub fn read(&mut self, process: u64) -> Verdict {
        if self.is_dead_for(process) {
            return fails(SQLITE_IOERR_READ);
        }
        self.counts.reads += 1;
        if self.strikes(Fault::Read) {
            self.counts.read_errors += 1;
            return fails(SQLITE_IOERR_READ);
        }
        Verdict::Done
    }

    pub fn write(&mut self, process: u64, id: FileId, at: u64, length: usize) -> Verdict {
        if self.is_dead_for(process) {
            return fails(SQLITE_IOERR_WRITE);
        }
        self.counts.writes += 1;
        if let Some(tear) = self.dies_now() {
            let lands = tear.map_or(0, |bytes| (bytes % length.max(1) as u64) as usize);
            self.counts.torn += u64::from(lands > 0);
            return Verdict::Fails { code: SQLITE_IOERR_WRITE, lands };
        }
        if self.strikes(Fault::Write) {
            self.counts.write_errors += 1;
            return Verdict::Fails { code: SQLITE_IOERR_WRITE, lands: length / 2 };
        }
        if self.strikes(Fault::Full) {
            self.counts.full += 1;
            return Verdict::Fails { code: SQLITE_FULL, lands: length / 2 };
        }
        let missing = self.missing_bytes(id, at + length as u64);
        if missing > 0 {
            self.counts.full += 1;
            let lands = (length as u64).saturating_sub(missing) as usize;
            return Verdict::Fails { code: SQLITE_FULL, lands };
        }
        Verdict::Done
    }

    pub fn wrote(&mut self, id: FileId, at: u64, bytes: &[u8]) {
        if let Some(image) = self.files.get_mut(&id) {
            image.write(at, bytes);
        }
    }

    pub fn truncate(&mut self, process: u64) -> Verdict {
        if self.is_dead_for(process) {
            return fails(SQLITE_IOERR_TRUNCATE);
        }
        self.counts.truncates += 1;
        if self.dies_now().is_some() { fails(SQLITE_IOERR_TRUNCATE) } else { Verdict::Done }
    }

    pub fn truncated(&mut self, id: FileId, length: u64) {
        if let Some(image) = self.files.get_mut(&id) {
            image.truncate(length);
        }
    }

    /// A sync; it takes the folder along for the first sync of a new journal or log.
    pub fn sync(&mut self, process: u64, id: FileId, with_folder: bool) -> Verdict {
        if self.is_dead_for(process) {
            return fails(SQLITE_IOERR_FSYNC);
        }
        self.counts.syncs += 1;
        if self.dies_now().is_some() {
            return fails(SQLITE_IOERR_FSYNC);
        }
        let fails_now = self.strikes(Fault::Sync);
        if let Some(image) = self.files.get_mut(&id) {
            if fails_now { image.fail_sync() } else { image.sync() }
        }
        if fails_now {
            self.counts.sync_errors += 1;
            return fails(SQLITE_IOERR_FSYNC);
        }
        if with_folder {
            self.sync_folder();
        }
        Verdict::Done
    }

    pub fn delete(&mut self, process: u64) -> Verdict {
        if self.is_dead_for(process) {
            return fails(SQLITE_IOERR_DELETE);
        }
        self.counts.deletes += 1;
        if self.dies_now().is_some() { fails(SQLITE_IOERR_DELETE) } else { Verdict::Done }
    }

    pub fn deleted(&mut self, path: &Path, with_folder: bool) {
        self.names.remove(path);
        if with_folder {
            self.sync_folder();
        }
    }

    // --- inside --------------------------------------------------------------

    /// Bytes that a process sees in all files.
    pub fn used_bytes(&self) -> u64 {
        self.names.values().map(|id| self.files[id].length()).sum()
    }

    /// By how much a file that grows to `end` would not fit.
    fn missing_bytes(&self, id: FileId, end: u64) -> u64 {
        let Some(capacity) = self.capacity_bytes else { return 0 };
        let grows = end.saturating_sub(self.files.get(&id).map_or(0, Image::length));
        // A full disk still takes what overwrites.
        if grows == 0 { 0 } else { grows.min((self.used_bytes() + grows).saturating_sub(capacity)) }
    }

    /// Counts down to the planned death; answers with its tear when it has come.
    fn dies_now(&mut self) -> Option<Option<u64>> {
        let death = self.death.as_mut()?;
        if death.changes_left > 0 {
            death.changes_left -= 1;
            return None;
        }
        let tear = death.tear;
        self.kill();
        Some(tear)
    }

    /// Whether a planned fault fires on this operation.
    fn strikes(&mut self, fault: Fault) -> bool {
        if self.is_watched {
            return false;
        }
        let mut strikes = false;
        for plan in self.plans.iter_mut().filter(|plan| plan.fault == fault) {
            if plan.after > 0 {
                plan.after -= 1;
            } else if plan.times > 0 {
                plan.times -= 1;
                strikes = true;
            }
        }
        self.plans.retain(|plan| plan.times > 0);
        strikes
    }

    fn sync_folder(&mut self) {
        self.synced_names.clone_from(&self.names);
        self.forget_nameless();
    }

    fn forget_nameless(&mut self) {
        let (names, synced) = (&self.names, &self.synced_names);
        let named: BTreeSet<FileId> = names.values().chain(synced.values()).copied().collect();
        self.files.retain(|id, _| named.contains(id));
    }

    fn add(&mut self, image: Image) -> FileId {
        let id = FileId(self.next_file);
        self.next_file += 1;
        self.files.insert(id, image);
        id
    }

    /// Takes a file as it lies there.
    fn adopt(&mut self, path: &Path) -> io::Result<FileId> {
        let id = self.add(Image::synced(fs::read(path)?));
        self.names.insert(path.to_owned(), id);
        self.synced_names.insert(path.to_owned(), id);
        self.forget_nameless();
        Ok(id)
    }

    /// Files of the folder that a power cut can touch. A lock file holds nothing.
    fn files_on_disk(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let is_lock = entry.file_name().to_string_lossy().ends_with("-lock");
            if entry.file_type()?.is_file() && !is_lock {
                found.push(entry.path());
            }
        }
        Ok(found)
    }
}

fn fails(code: i32) -> Verdict {
    Verdict::Fails { code, lands: 0 }
}
