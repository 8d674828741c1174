//! What the tests share: a store in a folder of its own, and short words for what
//! is done to it.

pub mod action;
pub mod conflict_action;
pub mod conflict_model;
pub mod model;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mailboat_core::{EntryId, Operation, Priority, Reason, Timestamp, Transition};
use mailboat_store::{
    Answered, Changes, Collection, Column, ColumnType, Conflict, ConflictQuestion, Due, Durability,
    HistoryPage, Mutation, Opening, OutboxEntry, QueuedEntry, Reader, RemoteChange, RemoteDeletion,
    Schema, Sending, StoreError, Take, Transaction, Values, Window, Writer,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The time of every write that does not care.
pub const NOW: Timestamp = Timestamp(1_790_000_000_000);
/// No entry.
pub const NOTHING: [EntryId; 0] = [];
/// Position of the first pending row.
pub const PENDING_POSITION: i64 = 1 << 52;

/// Lets tests that start processes, or count the bytes of a disk, run one after the
/// other: a child that is being started holds every open file for a moment, and with it
/// the space of those that were deleted.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An open store whose folder goes when it does.
pub struct Store {
    pub writer: Writer,
    pub reader: Reader,
    pub path: PathBuf,
    entries_made: u128,
    folder: TempDir,
}

/// Opens or makes a file.
pub fn open(path: &Path, schema: &Schema) -> Result<(Writer, Reader), StoreError> {
    Opening::begin(path, schema)?.finish()
}

impl Store {
    /// A fresh store of conversations and messages, in which every write keeps an entry
    /// of its own: most tests are about what becomes of several.
    pub fn messaging() -> Self {
        Self::with(&uncoalesced())
    }

    /// A fresh store of conversations and messages as apps have it: writes fold.
    pub fn coalescing() -> Self {
        Self::with(&Schema::messaging())
    }

    /// A fresh store.
    pub fn with(schema: &Schema) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { entries_made: 0, ..Self::at(folder, schema).expect("a fresh store opens") }
    }

    /// Closes the file without any farewell; its folder stays.
    pub fn close(self) -> TempDir {
        let Self { writer, reader, folder, .. } = self;
        drop((writer, reader));
        folder
    }

    /// Opens the file that an earlier store left in its folder.
    pub fn at(folder: TempDir, schema: &Schema) -> Result<Self, StoreError> {
        let path = folder.path().join("mailboat.db");
        let (writer, reader) = open(&path, schema)?;
        // Entries that earlier stores made keep their ids.
        Ok(Self { writer, reader, path, entries_made: 1_000, folder })
    }

    /// Closes the file, and opens it again.
    pub fn reopen(self) -> Self {
        self.reopen_with(&uncoalesced())
    }

    /// The same with another schema.
    pub fn reopen_with(self, schema: &Schema) -> Self {
        let entries_made = self.entries_made;
        let store = Self::at(self.close(), schema).expect("the store opens again");
        Self { entries_made, ..store }
    }

    /// Closes the file, changes it behind the store's back, and opens it again.
    pub fn tampered(self, tamper: impl FnOnce(&Connection)) -> Self {
        let path = self.path.clone();
        let folder = self.close();
        tamper(&Connection::open(path).expect("the file opens in SQLite"));
        Self::at(folder, &uncoalesced()).expect("the store opens again")
    }

    /// Runs a transaction that must succeed.
    pub fn commit<T>(
        &mut self,
        body: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> T {
        self.commit_with_changes(body).0
    }

    /// The same, with what it changed.
    pub fn commit_with_changes<T>(
        &mut self,
        body: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> (T, Changes) {
        self.writer.transaction(Durability::Normal, body).expect("the transaction commits")
    }

    /// Applies one local write as the engine does: in a savepoint.
    pub fn try_write(&mut self, mutation: &Mutation) -> Result<(), StoreError> {
        let write = |transaction: &mut Transaction<'_>| {
            transaction.savepoint(|transaction| transaction.write(mutation, NOW))
        };
        self.writer.transaction(Durability::Normal, write).map(|_| ())
    }

    /// The id of the next entry.
    pub fn next_entry(&mut self) -> EntryId {
        self.entries_made += 1;
        entry_id(self.entries_made)
    }

    /// Writes at a time, and answers the entry it made.
    pub fn write_at(
        &mut self,
        now: Timestamp,
        operation: Operation,
        collection: &str,
        id: &str,
        columns: Value,
    ) -> EntryId {
        let entry = self.next_entry();
        let mutation = mutation(entry, operation, collection, id, columns);
        self.commit(|transaction| transaction.write(&mutation, now));
        entry
    }

    pub fn create(&mut self, collection: &str, id: &str, columns: Value) -> EntryId {
        self.write_at(NOW, Operation::Create, collection, id, columns)
    }

    pub fn update(&mut self, collection: &str, id: &str, columns: Value) -> EntryId {
        self.write_at(NOW, Operation::Update, collection, id, columns)
    }

    pub fn delete(&mut self, collection: &str, id: &str) -> EntryId {
        self.write_at(NOW, Operation::Delete, collection, id, json!({}))
    }

    /// Creates a message.
    pub fn send(&mut self, id: &str, conversation: &str) -> EntryId {
        self.create("messages", id, message(conversation, &format!("body of {id}")))
    }

    /// Creates a message that the server has acknowledged.
    pub fn sent(&mut self, id: &str, conversation: &str, version: u64, order: u64) {
        let entry = self.send(id, conversation);
        self.ack(entry, version, order);
    }

    /// Creates a conversation, titled like its id: a record in a lane of its own that holds.
    pub fn found(&mut self, id: &str) -> EntryId {
        self.create("conversations", id, conversation(id))
    }

    pub fn attempt(&mut self, entries: &[EntryId]) -> Vec<QueuedEntry> {
        self.commit(|transaction| transaction.mark_attempted(entries, NOW))
    }

    /// Attempts one entry and settles it.
    pub fn settle(&mut self, entry: EntryId, transition: Transition, values: Option<Value>) {
        let batch = self.attempt(&[entry]);
        assert_eq!(batch.len(), 1, "entry {entry} is there to be settled");
        let settled = [(&batch[0], transition, values.map(answered))];
        self.commit(|transaction| transaction.settle(&settled, NOW));
    }

    pub fn ack(&mut self, entry: EntryId, version: u64, order: u64) {
        self.settle(entry, Transition::Acked { version, order }, None);
    }

    pub fn ack_with(&mut self, entry: EntryId, version: u64, order: u64, values: Value) {
        self.settle(entry, Transition::Acked { version, order }, Some(values));
    }

    pub fn reject(&mut self, entry: EntryId) {
        self.settle(entry, dead_letter(), None);
    }

    pub fn put_off(&mut self, entry: EntryId, not_before: Timestamp) {
        self.settle(entry, Transition::Retry { attempts: 1, not_before }, None);
    }

    pub fn retry(&mut self, entry: EntryId) {
        self.commit(|transaction| transaction.retry(entry, NOW));
    }

    pub fn discard(&mut self, entry: EntryId) {
        self.commit(|transaction| transaction.discard(entry, NOW));
    }

    /// The server's version of a record arrives.
    pub fn pull(&mut self, collection: &str, id: &str, version: u64, order: u64, values: Value) {
        let change = remote(collection, id, version, order, values);
        self.commit(|transaction| transaction.apply_changes(&[change], NOW));
    }

    /// The server's word that a record is gone arrives.
    /// Applies a page of the history of a conversation's messages.
    pub fn load_history(
        &mut self,
        lane: &str,
        before: Option<u64>,
        changes: &[RemoteChange],
        more: bool,
    ) -> u32 {
        let page = HistoryPage { collection: "messages", lane, before, changes, more };
        self.commit(|transaction| transaction.apply_history(&page, NOW))
    }

    pub fn pull_deletion(&mut self, collection: &str, id: &str, version: u64) {
        let deletion = RemoteDeletion { collection: collection.into(), id: id.into(), version };
        self.commit(|transaction| transaction.apply_deletions(&[deletion], NOW));
    }

    /// A record as the reader shows it.
    pub fn row(&self, collection: &str, id: &str) -> Option<Value> {
        let row = self
            .reader
            .read(u64::MAX, |reads| reads.record(collection, id))
            .expect("a record can be read");
        row.map(|row| serde_json::from_str(row.get()).expect("a row is JSON"))
    }

    /// The word under `delivery` of a record that is shown.
    pub fn delivery(&self, collection: &str, id: &str) -> String {
        let row = self.row(collection, id).expect("the record is shown");
        row["delivery"].as_str().expect("delivery is a word").to_owned()
    }

    /// The rows of a window.
    pub fn rows(&self, window: &Window) -> Vec<Value> {
        let snapshot = self
            .reader
            .read(u64::MAX, |reads| reads.snapshot(window))
            .expect("the window can be read");
        snapshot.rows.iter().map(|row| serde_json::from_str(row.get()).expect("JSON")).collect()
    }

    /// The ids in a window, in its order.
    pub fn ids(&self, window: &Window) -> Vec<String> {
        self.rows(window)
            .iter()
            .map(|row| row["id"].as_str().expect("an id is a string").to_owned())
            .collect()
    }

    /// Every entry of the outbox, oldest first.
    pub fn outbox(&self) -> Vec<OutboxEntry> {
        self.reader.read(u64::MAX, |reads| reads.outbox(0, 500)).expect("the outbox").entries
    }

    /// The conflict log, oldest first.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let mut page =
            self.reader.read(u64::MAX, |reads| reads.conflicts(None, 500)).expect("the log");
        page.conflicts.reverse();
        page.conflicts
    }

    /// The conflicts that JavaScript is asked about.
    pub fn questions(&self) -> Vec<ConflictQuestion> {
        self.writer.reads().conflict_questions(100).expect("the questions")
    }

    /// Ids of the entries that may go now, in order.
    pub fn due(&self) -> Vec<EntryId> {
        self.due_at(NOW)
    }

    pub fn due_at(&self, now: Timestamp) -> Vec<EntryId> {
        let due = self.pick(now, 100);
        due.candidates.iter().map(|candidate| candidate.id).collect()
    }

    /// What may go, of any priority.
    pub fn pick(&self, now: Timestamp, limit: u32) -> Due {
        self.writer.due(now, limit, Priority::Low, false, &[]).expect("what is due")
    }

    /// Pending entries and dead letters.
    pub fn counts(&self) -> (u32, u32) {
        let counts = self.writer.counts();
        (counts.pending, counts.failed)
    }

    /// One number that a raw look at the file gives.
    pub fn look(&self, sql: &str) -> i64 {
        self.look_for(sql)
    }

    /// One value that a raw look at the file gives.
    pub fn look_for<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        let raw = Connection::open(&self.path).expect("the file opens in SQLite");
        raw.query_row(sql, [], |row| row.get(0)).expect("the look finds a row")
    }
}

/// The messaging schema without folding.
pub fn uncoalesced() -> Schema {
    schema(false)
}

/// The messaging schema, in which writes fold or do not.
pub fn schema(coalesces: bool) -> Schema {
    let mut schema = Schema::messaging();
    schema.collections.iter_mut().for_each(|collection| collection.coalesce = coalesces);
    schema
}

pub fn entry_id(number: u128) -> EntryId {
    EntryId::from_u128(number)
}

pub fn columns(value: Value) -> Values {
    match value {
        Value::Object(columns) => columns,
        other => panic!("columns are an object, not {other}"),
    }
}

/// An answer that holds the whole record.
pub fn answered(values: Value) -> Answered {
    Answered { values: Some(columns(values)), ..Answered::default() }
}

pub fn message(conversation: &str, body: &str) -> Value {
    json!({ "conversationId": conversation, "senderId": "ann", "body": body, "sentAt": 5 })
}

pub fn conversation(title: &str) -> Value {
    json!({ "title": title, "memberIds": ["ann", "ben"] })
}

pub fn mutation(
    entry: EntryId,
    operation: Operation,
    collection: &str,
    id: &str,
    values: Value,
) -> Mutation {
    let (collection, record_id) = (collection.into(), id.into());
    let sending = Sending::default();
    Mutation { entry, collection, record_id, operation, values: columns(values), sending }
}

pub fn remote(collection: &str, id: &str, version: u64, order: u64, values: Value) -> RemoteChange {
    let (collection, id) = (collection.into(), id.into());
    let values = columns(values);
    RemoteChange { collection, id, version, order, values, written_at: None }
}

pub fn dead_letter() -> Transition {
    let reason = Reason { code: "forbidden".into(), message: "Not yours.".into() };
    Transition::DeadLetter { attempts: 1, reason }
}

/// A window on everything in a collection.
pub fn window(collection: &str) -> Window {
    Window {
        collection: collection.into(),
        filter: Default::default(),
        order_by: None,
        take: Take::First,
        limit: 500,
    }
}

/// A window on the messages of one conversation.
pub fn in_conversation(conversation: &str) -> Window {
    let filter = [("conversationId".to_owned(), json!(conversation))].into();
    Window { filter, ..window("messages") }
}

/// A schema of one collection, `things`, whose records are lanes of their own.
pub fn things(columns: Vec<Column>) -> Schema {
    Schema { collections: vec![Collection::new("things", columns)] }
}

/// A column that a record may leave out.
pub fn optional(name: &str, kind: ColumnType) -> Column {
    Column { optional: true, ..Column::new(name, kind) }
}

/// The sentence of a write that was refused for its arguments.
pub fn refusal(result: Result<(), StoreError>) -> String {
    match result {
        Err(StoreError::InvalidArgument(sentence)) => sentence,
        other => panic!("expected a refusal, got {other:?}"),
    }
}
