//! A short life of a store: steps of every kind, and what the file holds after each.

use std::path::PathBuf;

use mailboat_core::{EntryId, Operation, Reason, Timestamp, Transition};
use mailboat_sim::disk::{Disk, VFS};
use mailboat_store::{
    Durability, Mutation, Opening, Reader, RemoteChange, RemoteDeletion, Schema, StoreError, Take,
    Values, Window, Writer,
};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// A device with one store.
pub struct Device {
    pub disk: Disk,
    folder: TempDir,
}

/// Writer and reader, as the engine has them.
pub type Store = (Writer, Reader);

impl Device {
    pub fn new() -> Self {
        // Memory where there is some: nothing here is about the machine's own disk.
        let shared_memory = PathBuf::from("/dev/shm");
        let folder = if shared_memory.is_dir() {
            tempfile::tempdir_in(shared_memory)
        } else {
            tempfile::tempdir()
        };
        let folder = folder.expect("a folder");
        Self { disk: Disk::new(folder.path()).expect("a disk"), folder }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("mailboat.db")
    }

    pub fn open(&self) -> Result<Store, StoreError> {
        Opening::begin_on(Some(VFS), &self.path(), &schema())?.finish()
    }

    /// Starts a dead device again, opens the store, closes it, and reads all of it.
    pub fn restart(&self) -> Result<Content, StoreError> {
        self.disk.revive().expect("the disk starts again");
        drop(self.open()?);
        Ok(self.content())
    }

    /// What the closed file holds; SQLite finds it whole.
    pub fn content(&self) -> Content {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection =
            Connection::open_with_flags_and_vfs(self.path(), flags, VFS).expect("it opens");
        let check: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("it can be checked");
        assert_eq!(check, "ok");
        let tables: Vec<String> =
            rows(&connection, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
                .into_iter()
                .flatten()
                .collect();
        let mut content = Vec::new();
        for table in tables {
            for row in rows(&connection, &select(&connection, &table)) {
                content.push(format!("{table}: {}", row.join(", ")));
            }
        }
        content
    }
}

/// Every row of every table, but for what differs from opening to opening.
pub type Content = Vec<String>;

fn select(connection: &Connection, table: &str) -> String {
    let statement = connection.prepare(&format!("SELECT * FROM \"{table}\"")).expect("a table");
    let columns: Vec<String> = statement
        .column_names()
        .into_iter()
        .filter(|name| !["_revision", "execution_time", "installed_on"].contains(name))
        .map(|name| format!("\"{name}\""))
        .collect();
    let without = if table == "mailboat_state" { "WHERE name <> 'openings'" } else { "" };
    format!("SELECT {} FROM \"{table}\" {without} ORDER BY 1", columns.join(", "))
}

fn rows(connection: &Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = connection.prepare(sql).expect("a statement");
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns)
            .map(|column| {
                Ok(match row.get::<_, SqlValue>(column)? {
                    SqlValue::Text(text) => text,
                    other => format!("{other:?}"),
                })
            })
            .collect::<Result<Vec<_>, _>>()
    });
    rows.and_then(Iterator::collect).expect("rows")
}

// --- steps -----------------------------------------------------------------------

/// One transaction of the workload.
#[derive(Clone, Debug)]
pub enum Step {
    Write {
        entry: u128,
        operation: Operation,
        collection: &'static str,
        id: &'static str,
        values: Value,
    },
    /// Marked, and sent as far as the store knows.
    Mark(Vec<u128>),
    Ack {
        entry: u128,
        version: u64,
    },
    Reject(u128),
    Retry(u128),
    Discard(u128),
    PutBack(Vec<u128>),
    /// A page of messages, the deletion of one, and the cursor.
    Page {
        first: u64,
        page_bytes: usize,
        deletes: Option<&'static str>,
        cursor: &'static str,
    },
    Checkpoint,
    /// Closed and opened again.
    Reopen,
}

impl Step {
    /// What the engine asks for: local writes and marks survive a power cut.
    pub fn durability(&self) -> Durability {
        match self {
            Self::Write { .. } | Self::Mark(_) | Self::Retry(_) | Self::Discard(_) => {
                Durability::Full
            }
            _ => Durability::Normal,
        }
    }

    /// Runs the step; the entries that are to be settled are read back first. A store
    /// that does not open again is gone.
    pub fn run(
        &self,
        device: &Device,
        store: &mut Option<Store>,
        durability: Durability,
    ) -> Result<(), StoreError> {
        if let Self::Reopen = self {
            drop(store.take());
        }
        if store.is_none() {
            *store = Some(device.open()?);
        }
        let (writer, _) = store.as_mut().expect("it is open");
        match self {
            Self::Reopen => Ok(()),
            Self::Checkpoint => writer.checkpoint_when_idle(),
            _ => self.commit(writer, durability),
        }
    }

    fn commit(&self, writer: &mut Writer, durability: Durability) -> Result<(), StoreError> {
        let done = writer.transaction(durability, |transaction| match self {
            Self::Write { entry, operation, collection, id, values } => {
                let mutation = Mutation {
                    entry: EntryId::from_u128(*entry),
                    collection: (*collection).into(),
                    record_id: (*id).into(),
                    operation: *operation,
                    values: columns(values.clone()),
                    sending: Default::default(),
                };
                transaction.savepoint(|transaction| transaction.write(&mutation, NOW)).map(|_| ())
            }
            Self::Mark(entries) => transaction.mark_attempted(&ids(entries), NOW).map(|_| ()),
            Self::Ack { entry, version } => {
                let acked = Transition::Acked { version: *version, order: *version };
                let queued = transaction.mark_attempted(&ids(&[*entry]), NOW)?;
                transaction.settle(&[(&queued[0], acked, None)], NOW)
            }
            Self::Reject(entry) => {
                let reason = Reason { code: "forbidden".into(), message: "Not yours.".into() };
                let queued = transaction.mark_attempted(&ids(&[*entry]), NOW)?;
                let dead = Transition::DeadLetter { attempts: 1, reason };
                transaction.settle(&[(&queued[0], dead, None)], NOW)
            }
            Self::Retry(entry) => transaction.retry(EntryId::from_u128(*entry), NOW),
            Self::Discard(entry) => transaction.discard(EntryId::from_u128(*entry), NOW),
            Self::PutBack(entries) => {
                let queued = transaction.mark_attempted(&ids(entries), NOW)?;
                transaction.put_back(&queued)
            }
            Self::Page { first, page_bytes, deletes, cursor } => {
                let body_bytes = page_bytes / PAGE_ROWS as usize;
                let page: Vec<RemoteChange> =
                    (*first..first + PAGE_ROWS).map(|number| pulled(number, body_bytes)).collect();
                transaction.apply_changes(&page, NOW)?;
                let gone = deletes.iter().map(|id| RemoteDeletion {
                    collection: "messages".into(),
                    id: (*id).into(),
                    version: 1 << 40,
                });
                transaction.apply_deletions(&gone.collect::<Vec<_>>(), NOW)?;
                transaction.set_cursor(Some(cursor))
            }
            Self::Checkpoint | Self::Reopen => unreachable!("it is no transaction"),
        });
        done.map(|_| ())
    }
}

/// Conversations and messages, in which every write keeps an entry of its own: the steps
/// name them.
fn schema() -> Schema {
    let mut schema = Schema::messaging();
    schema.collections.iter_mut().for_each(|collection| collection.coalesce = false);
    schema
}

fn ids(entries: &[u128]) -> Vec<EntryId> {
    entries.iter().map(|entry| EntryId::from_u128(*entry)).collect()
}

fn columns(values: Value) -> Values {
    serde_json::from_value(values).expect("an object")
}

fn pulled(number: u64, body_bytes: usize) -> RemoteChange {
    RemoteChange {
        collection: "messages".into(),
        id: format!("p{number}"),
        version: number,
        order: number,
        values: columns(message("c1", &"pulled ".repeat(body_bytes / 7 + 1))),
        written_at: None,
    }
}

fn message(conversation: &str, body: &str) -> Value {
    json!({ "conversationId": conversation, "senderId": "ann", "body": body, "sentAt": 1 })
}

fn create(entry: u128, id: &'static str, conversation: &str, body: &str) -> Step {
    let values = message(conversation, body);
    Step::Write { entry, operation: Operation::Create, collection: "messages", id, values }
}

/// Writes, sending, answers of every kind, pages of `page_bytes` each, closing and
/// opening again. It ends with a pulled page under a local write.
pub fn workload(page_bytes: usize) -> Vec<Step> {
    let conversation = Step::Write {
        entry: 1,
        operation: Operation::Create,
        collection: "conversations",
        id: "c1",
        values: json!({ "title": "Fishing", "memberIds": ["ann", "ben"] }),
    };
    let rename = Step::Write {
        entry: 2,
        operation: Operation::Update,
        collection: "conversations",
        id: "c1",
        values: json!({ "title": "Fishing on Friday" }),
    };
    let delete = Step::Write {
        entry: 8,
        operation: Operation::Delete,
        collection: "messages",
        id: "p3",
        values: json!({}),
    };
    let page = |first, deletes, cursor| Step::Page { first, page_bytes, deletes, cursor };
    vec![
        conversation,
        create(3, "m1", "c1", "Shall we?"),
        rename,
        page(1, None, "one"),
        create(4, "m2", "c1", &"A long story. ".repeat(400)),
        Step::Mark(vec![1, 3, 4]),
        create(5, "m3", "c1", "Written while those are on their way"),
        Step::Ack { entry: 1, version: 30 },
        Step::Ack { entry: 3, version: 31 },
        Step::Reject(4),
        page(40, Some("p2"), "two"),
        Step::Retry(4),
        create(6, "m4", "c2", "Another lane"),
        Step::Checkpoint,
        create(7, "m5", "c1", "After the checkpoint"),
        Step::Reopen,
        Step::Mark(vec![2, 4, 5, 6]),
        Step::PutBack(vec![2, 4, 5, 6]),
        delete,
        Step::Reject(6),
        Step::Discard(6),
        Step::Ack { entry: 2, version: 120 },
        page(130, Some("m1"), "three"),
        create(9, "m6", "c1", "Over an unsynced page"),
        page(160, None, "four"),
        create(10, "m7", "c1", "The last one"),
    ]
}

/// Pages of a size that makes a life short.
pub const SMALL_PAGE_BYTES: usize = 4_000;
/// Pages of a size that makes the log long enough for a checkpoint.
pub const LARGE_PAGE_BYTES: usize = 600_000;
const PAGE_ROWS: u64 = 10;

/// What an app sees, without opening anew: rows, outbox, counts and cursor. Sequence
/// numbers may have gaps where a transaction failed, so they are left out.
pub fn seen((writer, reader): &Store) -> Result<Content, StoreError> {
    let mut content = Vec::new();
    for collection in ["conversations", "messages"] {
        let window = Window {
            collection: collection.into(),
            filter: Default::default(),
            order_by: None,
            take: Take::First,
            limit: 500,
        };
        let rows = reader.read(u64::MAX, |reads| reads.snapshot(&window))?.rows;
        content.extend(rows.iter().map(|row| row.get().to_owned()));
    }
    let outbox = writer.reads().outbox(0, 500)?;
    for entry in outbox.entries {
        content
            .push(format!("{} {} {} {:?}", entry.id, entry.failed, entry.attempts, entry.reason));
    }
    content.push(format!("{:?} {:?}", writer.counts(), writer.cursor()?));
    Ok(content)
}
