//! The VFS: what SQLite calls, and how it reaches the real one.
//!
//! All of the crate's `unsafe` is here. SQLite gives each open file a piece of memory of
//! the size we ask for: our [`Handle`] comes first, the real VFS's own file right after
//! it. Every method finds its handle, asks the [`Device`] whether the operation happens,
//! and passes it on to the real file.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use libsqlite3_sys::{
    SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_IOERR_ACCESS, SQLITE_IOERR_CHECKRESERVEDLOCK,
    SQLITE_IOERR_FSTAT, SQLITE_IOERR_LOCK, SQLITE_IOERR_SHMLOCK, SQLITE_IOERR_SHMMAP, SQLITE_OK,
    SQLITE_OPEN_CREATE, SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_SUPER_JOURNAL, SQLITE_OPEN_WAL,
    SQLITE_SHM_LOCK, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs,
    sqlite3_vfs_find, sqlite3_vfs_register,
};

use super::device::{Device, FileId, Verdict};

/// Name of the VFS, for whoever opens a connection.
pub const VFS: &str = "mailboat-sim";
const VFS_NAME: &CStr = c"mailboat-sim";

/// Every disk, by its folder.
static DISKS: Mutex<BTreeMap<PathBuf, Arc<Mutex<Device>>>> = Mutex::new(BTreeMap::new());

fn disks() -> MutexGuard<'static, BTreeMap<PathBuf, Arc<Mutex<Device>>>> {
    DISKS.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn insert(folder: &Path, device: &Arc<Mutex<Device>>) {
    let before = disks().insert(folder.to_owned(), Arc::clone(device));
    assert!(before.is_none(), "two disks on one folder");
}

pub(super) fn remove(folder: &Path) {
    disks().remove(folder);
}

fn disk_of(path: &Path) -> Option<Arc<Mutex<Device>>> {
    let disks = disks();
    path.ancestors().skip(1).find_map(|folder| disks.get(folder)).map(Arc::clone)
}

/// Registers the VFS with SQLite, once a process.
pub(super) fn register() -> io::Result<()> {
    static REGISTERED: OnceLock<c_int> = OnceLock::new();
    let code = *REGISTERED.get_or_init(|| {
        // SAFETY: a null name asks for the default VFS, which lives as long as the process.
        let real = unsafe { sqlite3_vfs_find(std::ptr::null()) };
        if real.is_null() {
            return SQLITE_IOERR;
        }
        // SAFETY: not null, and SQLite changes only `pNext`, under a lock that is not
        // held for long; the copy's own is set by the registration.
        let template = unsafe { *real };
        let vfs = sqlite3_vfs {
            iVersion: 2,
            szOsFile: size_of::<Handle>() as c_int + template.szOsFile,
            pNext: null_mut(),
            zName: VFS_NAME.as_ptr(),
            pAppData: real.cast(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: Some(last_error),
            xCurrentTimeInt64: Some(current_time_int64),
            ..template
        };
        // SAFETY: the VFS is leaked, so it lives as long as SQLite may use it.
        unsafe { sqlite3_vfs_register(Box::leak(Box::new(vfs)), 0) }
    });
    if code == SQLITE_OK { Ok(()) } else { Err(io::Error::other(format!("SQLite says {code}"))) }
}

/// What stands at the beginning of each open file's memory.
#[repr(C)]
struct Handle {
    base: sqlite3_file,
    /// Where the file lies; null for a temporary file without a name.
    place: *mut Place,
}

/// Where an open file lies.
struct Place {
    device: Arc<Mutex<Device>>,
    id: FileId,
    process: u64,
    /// The real VFS syncs the folder with the first sync of a new journal or log.
    syncs_folder: AtomicBool,
}

impl Place {
    fn device(&self) -> MutexGuard<'_, Device> {
        self.device.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_dead(&self) -> bool {
        self.device().is_dead_for(self.process)
    }
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The real VFS.
///
/// # Safety
/// `vfs` is the one that [`register`] made.
unsafe fn real_vfs(vfs: *mut sqlite3_vfs) -> *mut sqlite3_vfs {
    // SAFETY: SQLite passes the VFS that it was given, and `pAppData` never changes.
    unsafe { (*vfs).pAppData.cast() }
}

/// The real file behind ours.
///
/// # Safety
/// `file` is one that [`open`] was given.
unsafe fn real_file(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: SQLite gave `szOsFile` bytes, which is a handle and the real file. Both are
    // aligned to eight bytes, as a handle's size is a multiple of it.
    unsafe { file.cast::<Handle>().add(1).cast() }
}

/// Where a file lies; `None` for a temporary file without a name.
///
/// # Safety
/// `file` is open, and the answer is not used after it is closed.
unsafe fn place<'a>(file: *mut sqlite3_file) -> Option<&'a Place> {
    // SAFETY: `open` set the pointer, and only `close` frees it, as the last call of all.
    unsafe { (*file.cast::<Handle>()).place.as_ref() }
}

/// Calls a method of the real VFS or the real file with its own first argument.
macro_rules! real {
    (vfs $vfs:ident . $method:ident ( $($argument:expr),* )) => {{
        // SAFETY: the arguments are SQLite's own, meant for exactly this method; every
        // VFS of version 2 has it.
        unsafe {
            let real = real_vfs($vfs);
            (*real).$method.expect("the default VFS is whole")(real, $($argument),*)
        }
    }};
    (file $file:ident . $method:ident ( $($argument:expr),* )) => {{
        // SAFETY: the arguments are SQLite's own, meant for exactly this method of an
        // open file, and the real file was opened together with ours.
        unsafe {
            let real = real_file($file);
            (*(*real).pMethods).$method.expect("a file of the default VFS is whole")(real, $($argument),*)
        }
    }};
}

/// Answers with a code when the file's process is dead.
macro_rules! dead {
    ($file:ident, $code:expr) => {
        // SAFETY: SQLite calls methods of open files only.
        if unsafe { place($file) }.is_some_and(Place::is_dead) {
            return $code;
        }
    };
}

fn path_of(name: *const c_char) -> PathBuf {
    // SAFETY: names that SQLite passes are strings that end with a zero.
    let name = unsafe { CStr::from_ptr(name) };
    Path::new(OsStr::from_bytes(name.to_bytes())).to_owned()
}

// --- the VFS -------------------------------------------------------------------

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let handle = file.cast::<Handle>();
    // SAFETY: SQLite gave `szOsFile` bytes. Without methods it will not close the file.
    unsafe {
        handle
            .write(Handle { base: sqlite3_file { pMethods: std::ptr::null() }, place: null_mut() })
    };
    // A temporary file: it dies with its process, and no fault is played on it.
    if name.is_null() {
        // SAFETY: the arguments are SQLite's own.
        return unsafe { open_real(vfs, name, file, flags, out_flags) };
    }
    let path = path_of(name);
    // A file that is on no disk is a mistake of the simulation.
    let Some(disk) = disk_of(&path) else { return SQLITE_CANTOPEN };
    let mut device = disk.lock().unwrap_or_else(PoisonError::into_inner);
    if device.is_dead() {
        return SQLITE_CANTOPEN;
    }
    let existed = path.exists();
    // SAFETY: the arguments are SQLite's own.
    let code = unsafe { open_real(vfs, name, file, flags, out_flags) };
    if code != SQLITE_OK {
        return code;
    }
    let Ok(id) = device.opened(&path, existed) else { return SQLITE_CANTOPEN };
    let journal = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    let syncs_folder = flags & SQLITE_OPEN_CREATE != 0 && flags & journal != 0;
    let process = device.process();
    drop(device);
    let place = Place { device: disk, id, process, syncs_folder: AtomicBool::new(syncs_folder) };
    // SAFETY: as above.
    unsafe { (*handle).place = Box::into_raw(Box::new(place)) };
    SQLITE_OK
}

/// Opens the real file, and makes ours one that has methods.
///
/// # Safety
/// The arguments are those of [`open`].
unsafe fn open_real(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    let real = unsafe { real_file(file) };
    let code = real!(vfs vfs.xOpen(name, real, flags, out_flags));
    if code == SQLITE_OK {
        // SAFETY: the caller's promise.
        unsafe { (*file).pMethods = &raw const METHODS };
    }
    code
}

unsafe extern "C" fn delete(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    let path = path_of(name);
    let Some(disk) = disk_of(&path) else { return SQLITE_IOERR };
    let mut device = disk.lock().unwrap_or_else(PoisonError::into_inner);
    let process = device.process();
    if let Verdict::Fails { code, .. } = device.delete(process) {
        return code;
    }
    let code = real!(vfs vfs.xDelete(name, 0));
    if code == SQLITE_OK {
        device.deleted(&path, sync_folder != 0);
    }
    code
}

unsafe extern "C" fn access(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    answer: *mut c_int,
) -> c_int {
    let disk = disk_of(&path_of(name));
    if disk.is_some_and(|disk| disk.lock().unwrap_or_else(PoisonError::into_inner).is_dead()) {
        return SQLITE_IOERR_ACCESS;
    }
    real!(vfs vfs.xAccess(name, flags, answer))
}

unsafe extern "C" fn full_pathname(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    length: c_int,
    out: *mut c_char,
) -> c_int {
    real!(vfs vfs.xFullPathname(name, length, out))
}

unsafe extern "C" fn randomness(vfs: *mut sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    real!(vfs vfs.xRandomness(length, out))
}

unsafe extern "C" fn sleep(vfs: *mut sqlite3_vfs, microseconds: c_int) -> c_int {
    real!(vfs vfs.xSleep(microseconds))
}

unsafe extern "C" fn current_time(vfs: *mut sqlite3_vfs, out: *mut f64) -> c_int {
    real!(vfs vfs.xCurrentTime(out))
}

unsafe extern "C" fn current_time_int64(vfs: *mut sqlite3_vfs, out: *mut sqlite3_int64) -> c_int {
    real!(vfs vfs.xCurrentTimeInt64(out))
}

unsafe extern "C" fn last_error(vfs: *mut sqlite3_vfs, length: c_int, out: *mut c_char) -> c_int {
    real!(vfs vfs.xGetLastError(length, out))
}

// --- an open file --------------------------------------------------------------

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let code = real!(file file.xClose());
    let handle = file.cast::<Handle>();
    // SAFETY: the handle is ours until this returns, and its place came from a box.
    let place = unsafe { std::mem::replace(&mut (*handle).place, null_mut()) };
    if !place.is_null() {
        // SAFETY: as above; the pointer was taken out, so that nobody frees it twice.
        let place = unsafe { Box::from_raw(place) };
        place.device().closed();
    }
    code
}

unsafe extern "C" fn read(
    file: *mut sqlite3_file,
    into: *mut c_void,
    length: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: the file is open.
    if let Some(place) = unsafe { place(file) }
        && let Verdict::Fails { code, .. } = place.device().read(place.process)
    {
        return code;
    }
    real!(file file.xRead(into, length, at))
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    length: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: the file is open.
    let Some(place) = (unsafe { place(file) }) else {
        return real!(file file.xWrite(from, length, at));
    };
    // SAFETY: SQLite passes so many bytes that stay as they are while this runs.
    let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), length as usize) };
    // Held until it is done, so that the disk notes writes in the order of writing.
    let mut device = place.device();
    let (answer, lands) = match device.write(place.process, place.id, at as u64, bytes.len()) {
        Verdict::Done => (SQLITE_OK, bytes.len()),
        Verdict::Fails { code, lands } => (code, lands),
    };
    if lands > 0 {
        let code = real!(file file.xWrite(from, lands as c_int, at));
        if code != SQLITE_OK {
            return code;
        }
        device.wrote(place.id, at as u64, &bytes[..lands]);
    }
    answer
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, length: sqlite3_int64) -> c_int {
    // SAFETY: the file is open.
    let Some(place) = (unsafe { place(file) }) else {
        return real!(file file.xTruncate(length));
    };
    let mut device = place.device();
    if let Verdict::Fails { code, .. } = device.truncate(place.process) {
        return code;
    }
    let code = real!(file file.xTruncate(length));
    if code == SQLITE_OK {
        device.truncated(place.id, length as u64);
    }
    code
}

/// What is synced is known to the [`Device`]; the machine's own disk need not work for it.
unsafe extern "C" fn sync(file: *mut sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let Some(place) = (unsafe { place(file) }) else { return SQLITE_OK };
    let with_folder = place.syncs_folder.load(Ordering::Relaxed);
    let verdict = place.device().sync(place.process, place.id, with_folder);
    match verdict {
        Verdict::Done => {
            place.syncs_folder.store(false, Ordering::Relaxed);
            SQLITE_OK
        }
        Verdict::Fails { code, .. } => code,
    }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    dead!(file, SQLITE_IOERR_FSTAT);
    real!(file file.xFileSize(size))
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    dead!(file, SQLITE_IOERR_LOCK);
    real!(file file.xLock(level))
}

/// Locks are the process's, not the disk's: they are released also when it is dead.
unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    real!(file file.xUnlock(level))
}

unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, answer: *mut c_int) -> c_int {
    dead!(file, SQLITE_IOERR_CHECKRESERVEDLOCK);
    real!(file file.xCheckReservedLock(answer))
}

unsafe extern "C" fn file_control(
    file: *mut sqlite3_file,
    operation: c_int,
    argument: *mut c_void,
) -> c_int {
    dead!(file, SQLITE_IOERR);
    real!(file file.xFileControl(operation, argument))
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    real!(file file.xSectorSize())
}

unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    real!(file file.xDeviceCharacteristics())
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    page: c_int,
    page_size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    dead!(file, SQLITE_IOERR_SHMMAP);
    real!(file file.xShmMap(page, page_size, extend, out))
}

unsafe extern "C" fn shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    if flags & SQLITE_SHM_LOCK != 0 {
        dead!(file, SQLITE_IOERR_SHMLOCK);
    }
    real!(file file.xShmLock(offset, count, flags))
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    real!(file file.xShmBarrier());
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: the file is open.
    let is_dead = unsafe { place(file) }.is_some_and(Place::is_dead);
    real!(file file.xShmUnmap(if is_dead { 0 } else { delete }))
}
