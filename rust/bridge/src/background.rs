//! `mailboat_sync_once` and `mailboat_stop_sync` of `cpp/MailboatPlatform.h`: reads the
//! arguments, passes the call on, lets no panic through.

use std::ffi::{CStr, c_char};

use mailboat_engine::waist::{SyncEnd, SyncReport, WaistError};
use mailboat_engine::{guard, stop_sync, sync_once};

use crate::panics::may_panic;

/// `MailboatSyncReport`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailboatSyncReport {
    /// Entries that the server has acknowledged.
    pub sent: u32,
    /// Changes that were pulled and stored.
    pub received: u32,
    /// Entries that still wait.
    pub left: u32,
}

/// Pushes and pulls without JavaScript, and returns before the budget is over.
///
/// # Safety
/// `path` is null or a text that ends in a zero byte; `report` is null or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mailboat_sync_once(
    path: *const c_char,
    budget_ms: u32,
    report: *mut MailboatSyncReport,
) -> i32 {
    let done = guard(|| {
        may_panic();
        // SAFETY: the caller's promise.
        let path = (!path.is_null()).then(|| unsafe { CStr::from_ptr(path) });
        let path = path.map(CStr::to_str).transpose();
        let path = path.map_err(|_| WaistError::invalid("path holds bytes that are no text."))?;
        Ok(sync_once(path, budget_ms))
    });
    let failed = SyncReport { sent: 0, received: 0, left: 0, ended: SyncEnd::Failed };
    let SyncReport { sent, received, left, ended } = done.unwrap_or(failed);
    // SAFETY: the caller's promise. It may not have set the memory before, so it is written
    // as a whole.
    if !report.is_null() {
        unsafe { report.write(MailboatSyncReport { sent, received, left }) };
    }
    number(ended)
}

/// Makes a running `mailboat_sync_once` return soon.
#[unsafe(no_mangle)]
pub extern "C" fn mailboat_stop_sync() {
    let _ = guard(|| {
        may_panic();
        stop_sync();
        Ok(())
    });
}

/// The number that `MailboatSyncEnd` gives it.
const fn number(ended: SyncEnd) -> i32 {
    match ended {
        SyncEnd::Done => 0,
        SyncEnd::Budget => 1,
        SyncEnd::Waiting => 2,
        SyncEnd::Unauthorized => 3,
        SyncEnd::NotEnabled => 4,
        SyncEnd::Failed => 5,
        SyncEnd::Stopped => 6,
    }
}

#[cfg(test)]
mod tests {
    use std::mem::{align_of, offset_of, size_of};
    use std::ptr::null_mut;

    use super::*;

    const HEADER: &str = include_str!("../../../cpp/MailboatPlatform.h");

    /// What stands between the braces of a declaration, without its comments.
    fn body_of(declaration: &str) -> Vec<&'static str> {
        let (_, after) = HEADER.split_once(declaration).expect("the header declares it");
        let (body, _) = after.split_once('}').expect("the declaration ends");
        let body = body.trim_start_matches([' ', '{']);
        body.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with("//")).collect()
    }

    #[test]
    fn ends_have_the_numbers_of_the_header() {
        let ends = [
            ("MailboatSyncDone", SyncEnd::Done),
            ("MailboatSyncBudget", SyncEnd::Budget),
            ("MailboatSyncWaiting", SyncEnd::Waiting),
            ("MailboatSyncUnauthorized", SyncEnd::Unauthorized),
            ("MailboatSyncNotEnabled", SyncEnd::NotEnabled),
            ("MailboatSyncFailed", SyncEnd::Failed),
            ("MailboatSyncStopped", SyncEnd::Stopped),
        ];
        let ours = ends.map(|(name, ended)| format!("{name} = {},", number(ended)));
        assert_eq!(body_of("typedef enum MailboatSyncEnd"), ours);
    }

    #[test]
    fn the_report_is_laid_out_as_in_the_header() {
        let fields = body_of("typedef struct MailboatSyncReport");
        assert_eq!(fields, ["uint32_t sent;", "uint32_t received;", "uint32_t left;"]);
        let offsets = [
            offset_of!(MailboatSyncReport, sent),
            offset_of!(MailboatSyncReport, received),
            offset_of!(MailboatSyncReport, left),
        ];
        assert_eq!(offsets, [0, 4, 8]);
        assert_eq!((size_of::<MailboatSyncReport>(), align_of::<MailboatSyncReport>()), (12, 4));
    }

    #[test]
    fn the_functions_are_declared_as_they_are_defined() {
        for declaration in [
            "int32_t mailboat_sync_once(const char* path, uint32_t budgetMs, MailboatSyncReport* report);",
            "void mailboat_stop_sync(void);",
        ] {
            assert!(HEADER.contains(declaration), "{declaration}");
        }
    }

    #[test]
    fn what_is_no_text_and_what_is_null_do_no_harm() {
        let mut report = MailboatSyncReport { sent: 7, received: 7, left: 7 };
        // SAFETY: both texts end in a zero byte, and the report is ours.
        unsafe {
            let bytes = c"\xff\xfe".as_ptr();
            assert_eq!(mailboat_sync_once(bytes, 1_000, &raw mut report), number(SyncEnd::Failed));
            assert_eq!(report, MailboatSyncReport::default(), "it is written all the same");
            let path = c"/nowhere/at/all.db".as_ptr();
            assert_eq!(mailboat_sync_once(path, 1_000, null_mut()), number(SyncEnd::Failed));
            assert_eq!(mailboat_sync_once(path, 0, null_mut()), number(SyncEnd::Budget));
        }
    }
}
