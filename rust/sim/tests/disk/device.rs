//! The disk itself, under a bare SQLite connection.

use mailboat_sim::disk::{Disk, Fault, VFS};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::workload::Device;

fn connect(device: &Device) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    Connection::open_with_flags_and_vfs(device.path(), flags, VFS)
}

/// One table of numbers, in a log, everything synced.
fn numbers(device: &Device) -> Connection {
    let connection = connect(device).expect("it opens");
    let setup = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE numbers (number INTEGER)";
    connection.execute_batch(setup).expect("a table");
    connection
}

fn insert(connection: &Connection, number: i64) -> Result<(), ErrorCode> {
    let inserted = connection.execute("INSERT INTO numbers VALUES (?)", [number]);
    inserted.map(|_| ()).map_err(|error| error.sqlite_error_code().expect("SQLite's own error"))
}

fn sum(connection: &Connection) -> i64 {
    let sql = "SELECT coalesce(sum(number), 0) FROM numbers";
    connection.query_row(sql, [], |row| row.get(0)).expect("a sum")
}

#[test]
fn several_connections_share_one_log_and_its_memory() {
    let device = Device::new();
    let writer = numbers(&device);
    let reader = connect(&device).expect("a second connection");
    insert(&writer, 1).expect("it works");
    assert_eq!(sum(&reader), 1);
    reader.execute_batch("BEGIN; SELECT * FROM numbers").expect("a snapshot");
    insert(&writer, 2).expect("a reader is in nobody's way");
    assert_eq!((sum(&reader), sum(&writer)), (1, 3));
    reader.execute_batch("COMMIT").expect("it ends");
    assert_eq!(sum(&reader), 3);
}

#[test]
fn a_file_outside_of_every_disk_does_not_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Disk::new(folder.path()).expect("a disk");
    drop(disk);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let opened = Connection::open_with_flags_and_vfs(folder.path().join("mailboat.db"), flags, VFS);
    let code = opened.err().and_then(|error| error.sqlite_error_code());
    assert_eq!(code, Some(ErrorCode::CannotOpen));
}

#[test]
fn closing_after_a_kill_leaves_the_log_to_the_next_process() {
    let device = Device::new();
    let connection = numbers(&device);
    insert(&connection, 5).expect("it works");
    let wal = device.path().with_extension("db-wal");
    let before = std::fs::read(&wal).expect("a log");
    device.disk.kill();
    drop(connection);
    assert_eq!(std::fs::read(&wal).expect("it is still there"), before);
    device.disk.revive().expect("it starts again");
    assert_eq!(sum(&connect(&device).expect("it opens")), 5);
}

#[test]
#[should_panic(expected = "still has files open")]
fn a_device_does_not_start_again_under_a_dead_process() {
    let device = Device::new();
    let _connection = numbers(&device);
    device.disk.kill();
    let _ = device.disk.revive();
}

#[test]
fn a_power_cut_takes_a_file_whose_folder_was_never_synced() {
    let device = Device::new();
    let connection = connect(&device).expect("it opens");
    connection
        .execute_batch("PRAGMA synchronous = OFF; CREATE TABLE numbers (number INTEGER)")
        .expect("a table");
    assert!(device.path().exists());
    device.disk.cut_power(&mut || 0);
    drop(connection);
    device.disk.revive().expect("it starts again");
    assert!(!device.path().exists());
    assert_eq!(device.disk.used_bytes(), 0);
}

#[test]
fn a_power_cut_brings_back_a_journal_whose_deletion_was_not_synced() {
    let device = Device::new();
    let connection = connect(&device).expect("it opens");
    let setup = "PRAGMA synchronous = FULL; CREATE TABLE numbers (number INTEGER);
        INSERT INTO numbers VALUES (1); PRAGMA synchronous = NORMAL";
    connection.execute_batch(setup).expect("a table");
    insert(&connection, 2).expect("it works");
    device.disk.cut_power(&mut || 0);
    drop(connection);
    device.disk.revive().expect("it starts again");
    // Its deletion is the commit: without it, the journal undoes the write.
    assert_eq!(sum(&connect(&device).expect("it opens")), 1);
}

#[test]
fn each_fault_fires_when_and_as_often_as_it_was_planned() {
    let device = Device::new();
    let connection = numbers(&device);
    let code = |fault| match fault {
        Fault::Full => ErrorCode::DiskFull,
        _ => ErrorCode::SystemIoFailure,
    };
    for (number, fault) in (1..).zip([Fault::Write, Fault::Sync, Fault::Full]) {
        // An insert is two or three writes to the log, and one sync.
        device.disk.fail(fault, 0, 1);
        assert_eq!(insert(&connection, number), Err(code(fault)), "{fault:?}");
        assert_eq!(insert(&connection, number), Ok(()), "{fault:?} fires once");
    }
    let counts = device.disk.counts();
    assert_eq!((counts.write_errors, counts.sync_errors, counts.full), (1, 1, 1));
    drop(connection);
    device.disk.fail(Fault::Read, 1, 1);
    let connection = connect(&device).expect("the header is read later");
    let read = connection.query_row("SELECT count(*) FROM numbers", [], |row| row.get::<_, i64>(0));
    let code = read.err().and_then(|error| error.sqlite_error_code());
    assert_eq!((code, device.disk.counts().read_errors), (Some(ErrorCode::SystemIoFailure), 1));
    assert_eq!(sum(&connection), 6);
}

#[test]
fn a_disk_of_some_bytes_is_full_until_it_grows() {
    let device = Device::new();
    let connection = numbers(&device);
    device.disk.set_capacity_bytes(Some(device.disk.used_bytes() + 10_000));
    let mut stored = 0;
    let full = (1..100).find_map(|_| match insert(&connection, 1) {
        Ok(()) => {
            stored += 1;
            None
        }
        Err(code) => Some(code),
    });
    assert_eq!(full, Some(ErrorCode::DiskFull));
    assert!(stored > 0 && sum(&connection) == stored);
    device.disk.set_capacity_bytes(None);
    assert_eq!(insert(&connection, 1), Ok(()));
    assert_eq!(sum(&connection), stored + 1);
}
