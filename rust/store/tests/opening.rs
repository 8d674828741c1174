//! Opening: what a file may turn out to be, and that nothing else is touched.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use mailboat_store::{Opening, SCHEMA_VERSION, StoreError};
use rusqlite::Connection;

use crate::common::{Store, alone, conversation, open, uncoalesced, window};

fn begin(path: &Path) -> Result<Opening, StoreError> {
    Opening::begin(path, &uncoalesced())
}

fn refusal(path: &Path) -> StoreError {
    match begin(path) {
        Ok(_) => panic!("the file was opened"),
        Err(error) => error,
    }
}

/// Name and content of every file in a folder, but for the lock.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.to_string_lossy().ends_with("-lock"))
        .map(|path| (path.clone(), fs::read(&path).expect("a file")))
        .collect();
    files.sort();
    files
}

#[test]
fn a_fresh_file_opens_quickly_and_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.db");
    let opening = begin(&path).expect("a fresh file");
    assert!(opening.is_quick());
    let (writer, _reader) = opening.finish().expect("it opens");
    assert_eq!((writer.counts().pending, writer.counts().failed), (0, 0));
    assert_eq!(writer.cursor(), Ok(None));
}

#[test]
fn a_current_file_opens_quickly() {
    let store = Store::messaging();
    let path = store.path.clone();
    let folder = store.close();
    assert!(begin(&path).expect("a current file").is_quick());
    drop(folder);
}

#[test]
fn looking_at_a_file_changes_nothing_in_it() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    let folder = store.close();
    let before = contents(folder.path());
    for schema in [uncoalesced(), crate::common::things(vec![])] {
        let opening = Opening::begin(&folder.path().join("mailboat.db"), &schema);
        drop(opening.expect("a file of ours"));
    }
    // The connection of a dropped opening closes behind its back.
    let (writer, reader) = open(&folder.path().join("mailboat.db"), &uncoalesced()).expect("ours");
    drop((writer, reader));
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn rows_are_read_before_the_writer_is_open_and_hear_of_what_it_puts_back() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    store.attempt(&[entry]);
    let path = store.path.clone();
    let _folder = store.close();

    let (reader, opening) = begin(&path).expect("a current file").read().expect("it can be read");
    let watch = |reads: mailboat_store::Reads<'_>| reads.watch(&window("messages"));
    let (mut watched, snapshot) = reader.read(u64::MAX, watch).expect("a watch");
    assert!(snapshot.rows[0].get().contains("\"sending\""), "as the kill left it");
    let writer = opening.write().expect("the writer opens");
    let patch = writer.catch_up(&mut watched).expect("a patch").expect("a change");
    let [mailboat_store::PatchOp::Update { at: 0, row, .. }] = patch.0.as_slice() else {
        panic!("the row is updated: {patch:?}");
    };
    assert!(row.get().contains("\"queued\""));
}

#[test]
fn an_empty_file_counts_as_fresh() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.db");
    fs::write(&path, b"").expect("an empty file");
    let opening = begin(&path).expect("an empty file");
    assert!(opening.is_quick());
    opening.finish().expect("it opens");
}

#[test]
fn a_first_opening_that_was_interrupted_is_finished_by_the_next() {
    // The states that a kill can leave: marked as ours, switched to a log, and with
    // the table of the migrations but none of ours.
    let stops = [
        "PRAGMA application_id = 1296191316;",
        "PRAGMA application_id = 1296191316; PRAGMA journal_mode = WAL;",
        "PRAGMA application_id = 1296191316; PRAGMA journal_mode = WAL;
         CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
           installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
           checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);",
    ];
    for stop in stops {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cut.db");
        Connection::open(&path).expect("SQLite").execute_batch(stop).expect("the state is made");
        let opening = begin(&path).unwrap_or_else(|error| panic!("after {stop}: {error}"));
        assert!(opening.is_quick());
        opening.finish().expect("it opens");
        assert!(begin(&path).expect("ours").is_quick());
    }
}

#[test]
fn a_file_without_its_schema_is_registered_again() {
    let mut store = Store::messaging();
    let entry = store.send("m1", "c1");
    let store = store.tampered(|raw| {
        raw.execute_batch("DELETE FROM mailboat_state").expect("the note is gone");
    });
    assert_eq!(store.due(), [entry]);
    assert_eq!(store.ids(&window("messages")), ["m1"]);
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let letters = "Dear Ann, the boat is late. ".repeat(200);
    let cut_off = b"SQLite format 3\0 and then nothing".to_vec();
    for bytes in [letters.into_bytes(), cut_off, vec![0; 4096], vec![7]] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("letter.txt");
        fs::write(&path, &bytes).expect("a file");
        let sentence = "The file is not a database. It was left as it is.";
        assert_eq!(refusal(&path), StoreError::Corrupt(sentence.into()));
        assert_eq!(contents(folder.path()), [(path, bytes)]);
    }
}

#[test]
fn a_database_of_another_program_is_left_as_it_is() {
    let makings = [
        "CREATE TABLE letters (body TEXT); INSERT INTO letters VALUES ('Dear Ann');",
        "PRAGMA application_id = 7; CREATE TABLE letters (body TEXT);",
        "PRAGMA journal_mode = WAL; CREATE TABLE letters (body TEXT);",
        "PRAGMA user_version = 1; CREATE TABLE mailboat_state (name TEXT, value TEXT);",
    ];
    for making in makings {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("other.db");
        Connection::open(&path).expect("SQLite").execute_batch(making).expect("a database");
        let before = contents(folder.path());
        let sentence = "The file is a database of another program. It was left as it is.";
        assert_eq!(refusal(&path), StoreError::Corrupt(sentence.into()), "{making}");
        assert_eq!(contents(folder.path()), before, "{making}");
    }
}

#[test]
fn another_programs_log_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (live, path) = (folder.path().join("live.db"), folder.path().join("copy.db"));
    let other = Connection::open(&live).expect("SQLite");
    other
        .execute_batch(
            "PRAGMA journal_mode = WAL; CREATE TABLE letters (body TEXT);
             INSERT INTO letters VALUES ('Dear Ann');",
        )
        .expect("a database");
    // As after a crash: the log has not been copied into the file.
    fs::copy(&live, &path).expect("a copy");
    fs::copy(folder.path().join("live.db-wal"), folder.path().join("copy.db-wal"))
        .expect("its log");
    drop(other);
    let before = contents(folder.path());
    assert!(matches!(refusal(&path), StoreError::Corrupt(_)));
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_file_of_a_newer_version_is_left_as_it_is() {
    let mut store = Store::messaging();
    store.send("m1", "c1");
    let folder = store.close();
    let path = folder.path().join("mailboat.db");
    let newer = format!("PRAGMA user_version = {}", SCHEMA_VERSION + 1);
    Connection::open(&path).expect("SQLite").execute_batch(&newer).expect("a newer version");
    let before = contents(folder.path());
    let refused = StoreError::NewerVersion { found: SCHEMA_VERSION + 1, known: SCHEMA_VERSION };
    assert_eq!(refusal(&path), refused);
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_newer_version_that_is_still_in_the_log_is_seen() {
    let store = Store::messaging();
    let path = store.path.clone();
    let folder = store.close();
    let raw = Connection::open(&path).expect("SQLite");
    let newer =
        format!("PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = {}", SCHEMA_VERSION + 1);
    raw.execute_batch(&newer).expect("a newer version");
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).expect("a copy");
    fs::copy(folder.path().join("mailboat.db-wal"), folder.path().join("copy.db-wal"))
        .expect("its log");
    assert!(matches!(refusal(&copy), StoreError::NewerVersion { .. }));
}

#[test]
fn a_second_engine_of_this_process_finds_the_file_locked() {
    let store = Store::messaging();
    assert_eq!(refusal(&store.path), StoreError::Locked);
    let Store { writer, reader, path, .. } = store;
    drop(writer);
    assert_eq!(refusal(&path), StoreError::Locked, "the reader still has it");
    drop(reader);
}

#[test]
fn a_file_can_be_opened_again_as_soon_as_it_is_closed() {
    let mut store = Store::messaging();
    for round in 0..20 {
        store.send(&format!("m{round}"), "c1");
        store = store.reopen();
    }
    assert_eq!(store.counts(), (20, 0));
}

/// The name under which the next test tells its child what to open.
const CHILD_OPENS: &str = "MAILBOAT_TEST_CHILD_OPENS";

#[test]
fn another_process_finds_the_file_locked() {
    if let Some(path) = std::env::var_os(CHILD_OPENS) {
        println!("child: {:?}", begin(Path::new(&path)).map(|_| "opened"));
        return;
    }
    let _alone = alone();
    let store = Store::messaging();
    let child = |path: &Path| {
        let output = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "opening::another_process_finds_the_file_locked", "--nocapture"])
            .env(CHILD_OPENS, path)
            .output()
            .expect("a child runs");
        String::from_utf8(output.stdout).expect("text")
    };
    let path = store.path.clone();
    assert!(child(&path).contains("child: Err(Locked)"));
    let folder = store.close();
    assert!(child(&path).contains("child: Ok(\"opened\")"));
    drop(folder);
}

#[test]
fn a_missing_folder_is_named_as_the_trouble() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("missing/mailboat.db");
    assert_eq!(refusal(&path), StoreError::Unreachable("its folder does not exist".into()));
}

#[test]
fn a_place_that_takes_no_files_is_unreachable() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("file"), b"x").expect("a file");
    let read_only = Path::new("/proc/mailboat.db");
    for path in [folder.path().to_owned(), folder.path().join("file/mailboat.db"), read_only.into()]
    {
        let refused = refusal(&path);
        assert!(matches!(refused, StoreError::Unreachable(_)), "{path:?}: {refused:?}");
    }
}

#[test]
fn a_read_only_disk_is_named_as_the_trouble() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let mount = |arguments: &[&str]| {
        let done = Command::new("mount").args(arguments).arg(folder.path()).status();
        assert!(
            done.as_ref().is_ok_and(std::process::ExitStatus::success),
            "a read-only disk can only be tested where a tmpfs may be mounted; run as root on Linux ({done:?})"
        );
    };
    mount(&["-t", "tmpfs", "-o", "size=2m", "mailboat-test"]);
    let path = folder.path().join("mailboat.db");
    drop(open(&path, &uncoalesced()).expect("a fresh store"));
    mount(&["-o", "remount,ro"]);
    let refused = begin(&path).err();
    let _ = Command::new("umount").arg(folder.path()).status();
    let words = "its folder is on a read-only file system".into();
    assert_eq!(refused, Some(StoreError::Unreachable(words)));
}

#[test]
fn names_that_mean_something_in_an_address_are_only_names() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in
        ["a b.db", "100%.db", "what?.db", "#1&2=3.db", "file:x.db", "ünï\u{1F6A2}.db", "'.db"]
    {
        let path = folder.path().join(name);
        drop(open(&path, &uncoalesced()).unwrap_or_else(|error| panic!("{name}: {error}")));
        assert!(fs::metadata(&path).expect("the file has that name").len() > 0);
        assert!(begin(&path).expect("it is found again").is_quick());
    }
}

#[test]
fn a_damaged_file_is_corrupt_and_not_deleted() {
    let mut store = Store::messaging();
    for number in 0..200 {
        store.pull(
            "conversations",
            &format!("c{number}"),
            1,
            number,
            conversation(&"x".repeat(500)),
        );
    }
    let folder = store.close();
    let path = folder.path().join("mailboat.db");
    let mut bytes = fs::read(&path).expect("the file");
    // The header stands, the tables behind it do not.
    for byte in &mut bytes[100..] {
        *byte ^= 0x5A;
    }
    fs::write(&path, &bytes).expect("damage");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("permissions");
    let refused = begin(&path).map(|_| ()).expect_err("it cannot be read");
    assert!(matches!(refused, StoreError::Corrupt(_)), "{refused:?}");
    assert_eq!(fs::read(&path).expect("the file is still there"), bytes);
}

#[test]
fn halves_of_a_store_may_live_on_different_threads() {
    fn sendable<T: Send>(_: &T) {}
    fn shareable<T: Send + Sync>(_: &T) {}
    let mut store = Store::messaging();
    sendable(&store.writer);
    shareable(&store.reader);
    store.send("m1", "c1");
    let Store { mut writer, reader, .. } = store;
    let reading = std::thread::spawn(move || {
        reader.read(u64::MAX, |reads| reads.record("messages", "m1")).map(|row| row.is_some())
    });
    let writing = std::thread::spawn(move || {
        writer.transaction(mailboat_store::Durability::Normal, |transaction| {
            transaction.set_cursor(Some("x"))
        })
    });
    assert_eq!(reading.join().expect("no panic"), Ok(true));
    assert!(writing.join().expect("no panic").is_ok());
}

#[test]
fn a_child_that_is_being_started_does_not_hold_the_lock() {
    let _alone = alone();
    let mut rounds = 0..200;
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let child = Command::new("true").status();
                assert!(child.expect("a child runs").success());
            }
        });
        let folder = Store::messaging().close();
        let path = folder.path().join("mailboat.db");
        let failed = rounds.find_map(|_| open(&path, &uncoalesced()).err());
        stop.store(true, Ordering::Relaxed);
        assert_eq!(failed, None);
    });
}
