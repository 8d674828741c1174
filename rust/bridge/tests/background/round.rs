//! One call of the C entry, and what there is to say of it.

use std::ffi::{CString, c_char};
use std::fs::OpenOptions;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use mailboat_bridge::MailboatSyncReport;

use crate::audit::pending;

/// Longest wait for a file to be closed.
const PATIENCE: Duration = Duration::from_secs(10);

unsafe extern "C" {
    // As C sees it, by its name alone.
    fn mailboat_sync_once(
        path: *const c_char,
        budget_ms: u32,
        report: *mut MailboatSyncReport,
    ) -> i32;
}

/// The ends that a round may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Done,
    Budget,
    Waiting,
    /// Any that a round must not have, by its number.
    Other(i32),
}

/// What came of a call.
#[derive(Debug)]
pub struct Round {
    pub ended: Ended,
    pub sent: u32,
    pub received: u32,
    /// Entries that wait, by the report.
    pub left: u32,
    pub took: Duration,
    /// The file was still being closed when the call returned.
    pub closed_late: bool,
    /// What the report says and the file does not, in sentences.
    pub flaws: Vec<String>,
}

/// Calls the entry on a file in which so many entries wait.
pub fn sync_once(file: &Path, budget_ms: u32, waiting: u32) -> Round {
    let path = CString::new(file.to_str().expect("a plain path")).expect("without a zero byte");
    let mut report = MailboatSyncReport::default();
    let began = Instant::now();
    // SAFETY: the path ends in a zero byte, and the report is ours.
    let ended = unsafe { mailboat_sync_once(path.as_ptr(), budget_ms, &raw mut report) };
    let took = began.elapsed();
    let MailboatSyncReport { sent, received, left } = report;
    let ended = match ended {
        0 => Ended::Done,
        1 => Ended::Budget,
        2 => Ended::Waiting,
        other => Ended::Other(other),
    };
    // Before SQLite is asked: it would tidy up what the engine has left.
    let closed_late = !is_closed(file);
    let flaws = flaws(file, waiting, report);
    Round { ended, sent, received, left, took, closed_late, flaws }
}

fn flaws(file: &Path, waiting: u32, report: MailboatSyncReport) -> Vec<String> {
    let mut flaws = Vec::new();
    let patience = Instant::now() + PATIENCE;
    while !is_closed(file) {
        if Instant::now() > patience {
            flaws.push("the file is never closed".into());
            break;
        }
        thread::yield_now();
    }
    let found = pending(file);
    if found != report.left {
        flaws.push(format!("{} are said to be left, the file has {found}", report.left));
    }
    if waiting.checked_sub(found) != Some(report.sent) {
        flaws.push(format!("{} are said to be sent, of {waiting} {found} wait", report.sent));
    }
    flaws
}

/// Whether nobody has the file open: no lock, no log.
fn is_closed(file: &Path) -> bool {
    let beside = |suffix: &str| {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        path
    };
    let lock = OpenOptions::new().write(true).open(beside("-lock")).expect("a lock's file");
    let is_free = lock.try_lock().is_ok();
    is_free && !Path::new(&beside("-wal")).exists()
}
