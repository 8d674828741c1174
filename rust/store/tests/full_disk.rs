//! A disk that is full, for real: a small file system of its own, filled to the brim.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::MutexGuard;

use mailboat_core::{Operation, Transition};
use mailboat_store::{
    Collection, Column, ColumnType, Durability, Mutation, Opening, Reader, Schema, StoreError,
    Writer,
};
use serde_json::json;

use crate::common::{NOW, alone, columns, entry_id, mutation, open, things, window};

/// A file system of two megabytes, gone when this is.
struct SmallDisk {
    folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl SmallDisk {
    fn mount() -> Self {
        let alone = alone();
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "mailboat-test"])
            .arg(folder.path())
            .status();
        assert!(
            mounted.as_ref().is_ok_and(std::process::ExitStatus::success),
            "a full disk can only be tested where a small tmpfs may be mounted; run as root on Linux ({mounted:?})"
        );
        Self { folder, _alone: alone }
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("mailboat.db")
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }

    /// Leaves this many bytes free, in whole pages.
    fn fill_but(&self, free: usize) {
        let block = [0_u8; 4096];
        let mut filler = fs::File::create(self.filler()).expect("a filler");
        while std::io::Write::write_all(&mut filler, &block).is_ok() {}
        let length = filler.metadata().expect("its length").len();
        filler.set_len(length - free as u64).expect("the filler shrinks");
    }

    fn make_room(&self) {
        fs::remove_file(self.filler()).expect("the filler goes");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, since the store may still have files open while a failed test unwinds.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

fn schema() -> Schema {
    things(vec![Column { max_bytes: 1024 * 1024, ..Column::new("body", ColumnType::Text) }])
}

fn thing(number: u128, bytes: usize) -> Mutation {
    let body = json!({ "body": "x".repeat(bytes) });
    mutation(entry_id(number), Operation::Create, "things", &format!("t{number}"), body)
}

fn write(writer: &mut Writer, mutation: &Mutation) -> Result<(), StoreError> {
    let written = writer.transaction(Durability::Full, |transaction| {
        Ok(transaction.savepoint(|transaction| transaction.write(mutation, NOW)))
    });
    written.and_then(|(result, _)| result).map(|_| ())
}

fn ids(reader: &Reader) -> Vec<String> {
    let snapshot = reader.read(u64::MAX, |reads| reads.snapshot(&window("things")));
    let rows = snapshot.expect("a full disk can be read").rows;
    let id = |row: &serde_json::value::RawValue| {
        let row: serde_json::Value = serde_json::from_str(row.get()).expect("JSON");
        row["id"].as_str().expect("an id").to_owned()
    };
    rows.iter().map(|row| id(row)).collect()
}

fn pending(writer: &Writer) -> u32 {
    writer.counts().pending
}

#[test]
fn a_write_that_does_not_fit_is_refused_and_the_next_one_that_fits_is_kept() {
    let disk = SmallDisk::mount();
    let (mut writer, reader) = open(&disk.database(), &schema()).expect("a fresh store");
    write(&mut writer, &thing(1, 100)).expect("there is room");
    disk.fill_but(64 * 1024);

    assert_eq!(write(&mut writer, &thing(2, 500_000)), Err(StoreError::DiskFull));
    assert_eq!((ids(&reader), pending(&writer)), (vec!["t1".to_owned()], 1));
    assert_eq!(write(&mut writer, &thing(3, 100)), Ok(()));
    assert_eq!((ids(&reader), pending(&writer)), (vec!["t1".to_owned(), "t3".into()], 2));

    disk.make_room();
    assert_eq!(write(&mut writer, &thing(2, 500_000)), Ok(()));
    assert_eq!(pending(&writer), 3);
}

#[test]
fn a_full_disk_inside_a_group_loses_the_group_and_says_so() {
    let disk = SmallDisk::mount();
    let (mut writer, reader) = open(&disk.database(), &schema()).expect("a fresh store");
    write(&mut writer, &thing(1, 100)).expect("there is room");
    disk.fill_but(64 * 1024);

    // More than the page cache holds, so that SQLite writes before the commit.
    let mut answers = Vec::new();
    let group = writer.transaction(Durability::Normal, |transaction| {
        for number in 2..40 {
            let large = thing(number, 500_000);
            answers.push(transaction.savepoint(|transaction| transaction.write(&large, NOW)));
        }
        Ok(())
    });
    assert_eq!(group.err(), Some(StoreError::DiskFull));
    let first = answers.iter().position(Result::is_err).expect("one did not fit");
    assert!(first > 0, "some fitted at first");
    assert!(
        answers[first..].iter().all(|answer| *answer == Err(StoreError::DiskFull)),
        "once lost, the transaction refuses everything"
    );
    assert_eq!((ids(&reader), pending(&writer)), (vec!["t1".to_owned()], 1));
    drop((writer, reader));
    let (writer, reader) = open(&disk.database(), &schema()).expect("it opens again");
    assert_eq!((ids(&reader), pending(&writer)), (vec!["t1".to_owned()], 1));
}

#[test]
fn a_lost_transaction_stores_nothing_even_for_a_caller_that_goes_on() {
    let disk = SmallDisk::mount();
    let (mut writer, _reader) = open(&disk.database(), &schema()).expect("a fresh store");
    disk.fill_but(64 * 1024);
    let mut after = None;
    let group = writer.transaction(Durability::Normal, |transaction| {
        // Errors are dropped and no savepoint is used: the caller is careless.
        let failed = (1..40).any(|number| transaction.write(&thing(number, 500_000), NOW).is_err());
        assert!(failed, "the disk is full by now");
        after = Some([
            transaction.set_cursor(Some("a cursor without its page")),
            transaction.start_over(),
        ]);
        Ok(())
    });
    assert!(group.is_err());
    assert!(after.expect("both were tried").iter().all(Result::is_err));
    assert_eq!(writer.cursor(), Ok(None));
}

#[test]
fn a_full_disk_opens_and_shows_what_it_holds() {
    let disk = SmallDisk::mount();
    let (mut writer, reader) = open(&disk.database(), &schema()).expect("a fresh store");
    write(&mut writer, &thing(1, 100)).expect("there is room");
    let marked = writer
        .transaction(Durability::Full, |transaction| {
            transaction.mark_attempted(&[entry_id(1)], NOW)
        })
        .expect("there is room");
    assert_eq!(marked.0.len(), 1);
    drop((writer, reader));
    // Room for the shared memory that SQLite reads through, not for a commit.
    disk.fill_but(32 * 1024);

    let (mut writer, reader) = open(&disk.database(), &schema()).expect("a full disk opens");
    assert_eq!((ids(&reader), pending(&writer)), (vec!["t1".to_owned()], 1));
    assert_eq!(write(&mut writer, &thing(2, 100)), Err(StoreError::DiskFull));

    disk.make_room();
    assert_eq!(write(&mut writer, &thing(2, 100)), Ok(()));
    let settled = [(&marked.0[0], Transition::Acked { version: 1, order: 1 }, None)];
    writer
        .transaction(Durability::Normal, |transaction| transaction.settle(&settled, NOW))
        .expect("there is room again");
    assert_eq!(pending(&writer), 1);
}

#[test]
fn a_store_that_cannot_be_made_says_that_the_disk_is_full() {
    let disk = SmallDisk::mount();
    disk.fill_but(0);
    assert_eq!(open(&disk.database(), &schema()).err(), Some(StoreError::DiskFull));
    disk.fill_but(12 * 1024);
    assert_eq!(open(&disk.database(), &schema()).err(), Some(StoreError::DiskFull));
    disk.make_room();
    let (mut writer, _reader) =
        open(&disk.database(), &schema()).expect("what failed left no trap");
    assert_eq!(write(&mut writer, &thing(1, 100)), Ok(()));
}

#[test]
fn a_schema_that_cannot_be_registered_for_lack_of_room_leaves_the_old_one() {
    let disk = SmallDisk::mount();
    let (mut writer, reader) = open(&disk.database(), &schema()).expect("a fresh store");
    write(&mut writer, &thing(1, 100)).expect("there is room");
    drop((writer, reader));
    // Room for looking at it (32 KB of shared memory), not for thirty tables.
    disk.fill_but(96 * 1024);

    let mut wider = schema();
    let extra = |number: usize| Collection::new(&format!("extra{number}"), vec![]);
    wider.collections.extend((0..30).map(extra));
    let opening = Opening::begin(&disk.database(), &wider).expect("it can be looked at");
    assert!(!opening.is_quick());
    assert_eq!(opening.finish().err(), Some(StoreError::DiskFull));
    let (writer, reader) = open(&disk.database(), &schema()).expect("the old schema opens");
    assert_eq!((ids(&reader), pending(&writer)), (vec!["t1".to_owned()], 1));
}

#[test]
fn a_full_disk_under_a_pulled_page_keeps_the_old_cursor() {
    let disk = SmallDisk::mount();
    let (mut writer, reader) = open(&disk.database(), &schema()).expect("a fresh store");
    disk.fill_but(64 * 1024);
    let page: Vec<_> = (1..10)
        .map(|number| {
            let values = columns(json!({ "body": "x".repeat(100_000) }));
            let (collection, id) = ("things".into(), format!("t{number}"));
            mailboat_store::RemoteChange {
                collection,
                id,
                version: number,
                order: number,
                values,
                written_at: None,
            }
        })
        .collect();
    let mut store_page = || {
        writer.transaction(Durability::Normal, |transaction| {
            transaction.apply_changes(&page, NOW)?;
            transaction.set_cursor(Some("after"))
        })
    };
    assert_eq!(store_page().err(), Some(StoreError::DiskFull));
    assert_eq!(ids(&reader), [""; 0]);
    disk.make_room();
    assert_eq!(store_page().err(), None);
    assert_eq!((writer.cursor(), ids(&reader).len()), (Ok(Some("after".into())), 9));
}
