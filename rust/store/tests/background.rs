//! What a file keeps so that it can be synced without the app's JavaScript.

use std::fs;
use std::path::Path;

use mailboat_store::{Durability, SCHEMA_VERSION, StoreError, background_config};
use rusqlite::Connection;

use crate::common::Store;

const CONFIG: &str = r#"{"anything":"the engine says"}"#;
/// Too long for one page of SQLite's.
const LONG_TOKEN_REPEATS: usize = 2_000;

fn keep(store: &mut Store, config: Option<&str>, token: Option<&str>) {
    let kept = store.writer.transaction_that_wipes(Durability::Normal, |transaction| {
        transaction.set_background_config(config)?;
        transaction.set_background_token(token)
    });
    kept.expect("it is kept");
}

fn kept(store: &Store) -> (Option<String>, Option<String>) {
    let reads = store.writer.reads();
    let config = reads.background_config().expect("a read");
    (config, reads.background_token().expect("a read"))
}

/// Whether any file of the folder has these bytes.
fn holds(folder: &Path, bytes: &str) -> bool {
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let content = fs::read(entry.expect("an entry").path()).expect("a file");
        content.windows(bytes.len()).any(|window| window == bytes.as_bytes())
    })
}

#[test]
fn what_is_kept_is_there_after_the_file_was_closed() {
    let mut store = Store::messaging();
    assert_eq!(kept(&store), (None, None));
    keep(&mut store, Some(CONFIG), Some("a token"));
    let mut store = store.reopen();
    assert_eq!(kept(&store), (Some(CONFIG.into()), Some("a token".into())));
    keep(&mut store, None, None);
    assert_eq!(kept(&store.reopen()), (None, None));
}

#[test]
fn a_token_that_is_removed_or_replaced_leaves_no_byte_in_the_file_or_its_log() {
    for token in ["sesame-".repeat(3), "sesame-".repeat(LONG_TOKEN_REPEATS)] {
        let mut store = Store::messaging();
        let folder = store.path.parent().expect("a folder").to_owned();
        keep(&mut store, Some(CONFIG), Some(&token));
        assert!(holds(&folder, "sesame-sesame-"), "it is in the file");
        keep(&mut store, Some(CONFIG), Some("another"));
        assert!(!holds(&folder, "sesame-sesame-"), "it was replaced");
        keep(&mut store, Some(CONFIG), Some(&token));
        keep(&mut store, None, None);
        assert!(!holds(&folder, "sesame-sesame-"), "it was removed");
    }
}

#[test]
fn the_config_is_read_of_a_file_whose_schema_nobody_knows() {
    let mut store = Store::messaging();
    keep(&mut store, Some(CONFIG), None);
    let path = store.path.clone();
    assert_eq!(background_config(&path), Err(StoreError::Locked), "while it is open");
    let _folder = store.close();
    assert_eq!(background_config(&path), Ok(Some(CONFIG.into())));
}

#[test]
fn a_file_that_never_wished_for_it_has_no_config() {
    let store = Store::messaging();
    let path = store.path.clone();
    let _folder = store.close();
    assert_eq!(background_config(&path), Ok(None));
}

#[test]
fn looking_for_a_config_makes_no_file_and_leaves_those_of_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing.db");
    let unreachable = StoreError::Unreachable("there is none".into());
    assert_eq!(background_config(&missing), Err(unreachable));
    let text = folder.path().join("notes.txt");
    fs::write(&text, "x".repeat(200)).expect("a file");
    assert!(matches!(background_config(&text), Err(StoreError::Corrupt(_))));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_newer_file_is_left_alone() {
    let store = Store::messaging();
    let path = store.path.clone();
    let _folder = store.close();
    let newer = SCHEMA_VERSION + 1;
    let connection = Connection::open(&path).expect("the file opens in SQLite");
    connection.pragma_update(None, "user_version", newer).expect("a number");
    drop(connection);
    let found = StoreError::NewerVersion { found: newer, known: SCHEMA_VERSION };
    assert_eq!(background_config(&path), Err(found));
}
