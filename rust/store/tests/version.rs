//! Files of every version that was ever released open with their outbox intact.
//!
//! `tests/fixtures/v1.db` was written by the build that had version 1, and so on. The
//! newest is compared with what this build writes, which fails when the format changes
//! without a new version. To write it again, before a version is released only:
//!
//! ```text
//! MAILBOAT_WRITE_FIXTURE=1 cargo test --release -p mailboat-store version
//! ```

use std::path::{Path, PathBuf};

use mailboat_core::{Operation, Timestamp};
use mailboat_store::{Opening, SCHEMA_VERSION};
use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;
use serde_json::json;

use crate::common::{
    NOW, Store, conversation, entry_id, in_conversation, message, optional, uncoalesced, window,
};

const WRITE: &str = "MAILBOAT_WRITE_FIXTURE";

fn fixture(version: i64) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/v{version}.db"))
}

/// A store with something of everything: acked, pending, attempted, put off, dead.
fn something_of_everything() -> Store {
    let mut store = Store::messaging();
    store.pull("conversations", "c1", 1, 1, conversation("Boats"));
    store.pull("messages", "m1", 2, 2, message("c1", "from the server"));
    let at = |milliseconds| Timestamp(NOW.0 + milliseconds);
    let mut write = |milliseconds, operation, collection: &str, id: &str, values| {
        store.write_at(at(milliseconds), operation, collection, id, values)
    };
    let _pending = write(1, Operation::Create, "messages", "m2", message("c1", "pending"));
    let put_off = write(2, Operation::Create, "messages", "m3", message("c2", "put off"));
    let refused = write(3, Operation::Update, "conversations", "c1", json!({ "title": "Ships" }));
    let _held = write(4, Operation::Update, "conversations", "c1", json!({ "memberIds": [] }));
    let attempted = write(5, Operation::Delete, "messages", "m1", json!({}));
    store.put_off(put_off, at(60_000));
    store.reject(refused);
    store.attempt(&[attempted]);
    store.commit(|transaction| {
        transaction.set_cursor(Some("page 7"))?;
        transaction.set_last_synced_at(NOW)
    });
    store
}

/// Everything in a file but what tells the time of its making.
fn dump(path: &Path) -> Vec<(String, Vec<Vec<SqlValue>>)> {
    // A copy, since SQLite makes files beside the one it reads.
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.db");
    std::fs::copy(path, &copy).expect("a file to look at");
    let raw = Connection::open(&copy).expect("a database");
    let rows = |sql: &str| {
        let mut statement = raw.prepare(sql).expect("a statement");
        let width = statement.column_count();
        let mut rows = statement.query([]).expect("rows");
        let mut found: Vec<Vec<SqlValue>> = Vec::new();
        while let Some(row) = rows.next().expect("a row") {
            found.push((0..width).map(|index| row.get(index).expect("a value")).collect());
        }
        found
    };
    let names = rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
    let mut dumped = vec![
        ("schema".to_owned(), rows("SELECT type, name, sql FROM sqlite_master ORDER BY name")),
        ("application_id".to_owned(), rows("PRAGMA application_id")),
        ("user_version".to_owned(), rows("PRAGMA user_version")),
    ];
    for name in names {
        let [SqlValue::Text(name)] = name.as_slice() else { panic!("a name is a text") };
        let columns = match name.as_str() {
            "_sqlx_migrations" => "version, description, success, checksum",
            _ => "*",
        };
        dumped.push((name.clone(), rows(&format!("SELECT {columns} FROM \"{name}\" ORDER BY 1"))));
    }
    dumped
}

#[test]
fn the_newest_fixture_is_what_this_build_writes() {
    let store = something_of_everything();
    let file = store.path.clone();
    let folder = store.close();
    if std::env::var_os(WRITE).is_some() {
        std::fs::copy(&file, fixture(SCHEMA_VERSION)).expect("the fixture is written");
    }
    assert_eq!(
        dump(&file),
        dump(&fixture(SCHEMA_VERSION)),
        "the format has changed: raise SCHEMA_VERSION and add a migration (see this file's head)"
    );
    drop(folder);
}

#[test]
fn a_file_of_every_version_opens_with_its_outbox_intact() {
    let mut newer = uncoalesced();
    newer.collections[1].columns.push(optional("editedAt", mailboat_store::ColumnType::Integer));
    for version in 1..=SCHEMA_VERSION {
        for schema in [uncoalesced(), newer.clone()] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("mailboat.db");
            std::fs::copy(fixture(version), &path).expect("a fixture");
            let is_current = version == SCHEMA_VERSION && schema == uncoalesced();
            let opening = Opening::begin(&path, &schema).expect("it is looked at");
            assert_eq!(opening.is_quick(), is_current);
            drop(opening.finish().expect("it opens"));
            check_contents(Store::at(folder, &schema).expect("it opens again"));
        }
    }
}

fn check_contents(mut store: Store) {
    let [pending, put_off, refused, held, attempted] = [1, 2, 3, 4, 5].map(entry_id);
    let entries: Vec<_> =
        store.outbox().into_iter().map(|entry| (entry.id, entry.failed, entry.attempts)).collect();
    assert_eq!(
        entries,
        [
            (pending, false, 0),
            (put_off, false, 1),
            (refused, true, 1),
            (held, false, 0),
            (attempted, false, 0)
        ]
    );
    assert_eq!(store.counts(), (4, 1));
    assert_eq!(store.due(), [pending], "the others are put off, or wait behind the refused one");
    assert_eq!(store.due_at(NOW.plus_ms(60_000)), [pending, put_off]);
    assert_eq!(store.look("SELECT attempted FROM mailboat_outbox WHERE sequence = 5"), 1);

    assert_eq!(store.ids(&in_conversation("c1")), ["m2"], "the deleted one is hidden");
    assert_eq!(store.delivery("messages", "m2"), "queued");
    let shown = store.rows(&window("conversations"));
    let expected = json!({ "id": "c1", "title": "Ships", "memberIds": [], "delivery": "failed" });
    assert_eq!(shown, [expected]);
    assert_eq!(store.writer.cursor(), Ok(Some("page 7".into())));
    assert_eq!(store.writer.reads().last_synced_at(), Ok(Some(NOW)));

    let batch = store.attempt(&[pending]);
    assert_eq!(json!(batch[0].values), message("c1", "pending"));
    store.discard(refused);
    assert_eq!(store.row("conversations", "c1").expect("a row")["title"], "Boats");
    assert_eq!(store.due(), [pending, held, attempted]);
}
