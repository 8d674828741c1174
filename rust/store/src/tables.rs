//! The table of each collection, and the statements that work on it.
//!
//! Besides `id` and the app's columns a table has: `_position` (order on screen),
//! `_version` (the server's; 0 before the first ack), `_revision` (changes when the
//! row does), `_delivery`, `_deleted` (deleted here, not yet on the server) and
//! `_base` (the last server version as JSON while mutations are unsettled; `null`
//! in it says that the server deleted the record).
//!
//! The app's columns are nullable in SQLite and checked in `values.rs`: a column
//! that a later schema drops must not make the table refuse rows.

use mailboat_core::KeyColumn;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::schema::{Collection, Schema};
use crate::values::Values;

/// Position of the first pending row; every server order lies below it.
pub const PENDING_POSITION: i64 = 1 << 52;

/// A collection with its statements written out.
#[derive(Debug)]
pub(crate) struct Table {
    pub collection: Collection,
    /// Quoted name.
    pub name: String,
    /// `_revision, _delivery, "id", "title", ...`: what a row object is made of.
    pub shown: String,
    /// Every app column, [`OWN_COLUMNS`], then the id.
    pub insert: String,
    /// The same parameters, over the row of that id.
    pub replace: String,
    pub delete: String,
    /// Every app column, then [`OWN_COLUMNS`], by id.
    pub find: String,
    /// Version, delivery and lane, by id.
    pub peek: String,
    /// A row object, by id.
    pub record: String,
    /// Delivery from one state to another: the new one, the revision, the id, the old
    /// one, the lane.
    pub deliver: String,
    /// What an ack of the last unsettled write of a record comes to when it brings a
    /// higher version and no values: version, position, revision, id, collection, lane.
    pub confirm: String,
    /// The lane of a row, as an expression.
    pub lane: String,
    /// Ids of records that the server does not know yet, by the parts of the natural key.
    pub twin: Option<String>,
}

/// Columns that every table has after the app's own.
const OWN_COLUMNS: &str = "_base, _version, _position, _revision, _delivery, _deleted";

impl Table {
    pub fn new(collection: Collection) -> Self {
        let name = quote(&collection.name);
        let columns: Vec<String> =
            collection.columns.iter().map(|column| quote(&column.name)).collect();
        let app = columns.iter().map(|column| format!("{column}, ")).collect::<String>();
        let shown = std::iter::once("_revision, _delivery, \"id\"")
            .chain(columns.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(", ");
        let places = vec!["?"; columns.len() + 7].join(", ");
        let set = columns
            .iter()
            .map(String::as_str)
            .chain(OWN_COLUMNS.split(", "))
            .map(|column| format!("{column} = ?"))
            .collect::<Vec<_>>()
            .join(", ");
        let lane_column = quote(collection.lane_column.as_deref().unwrap_or("id"));
        let lane = format!("coalesce({lane_column}, \"id\")");
        Self {
            insert: format!("INSERT INTO {name} ({app}{OWN_COLUMNS}, \"id\") VALUES ({places})"),
            replace: format!("UPDATE {name} SET {set} WHERE \"id\" = ?"),
            delete: format!("DELETE FROM {name} WHERE \"id\" = ?"),
            find: format!("SELECT {app}{OWN_COLUMNS} FROM {name} WHERE \"id\" = ?"),
            peek: format!("SELECT _version, _delivery, {lane} FROM {name} WHERE \"id\" = ?"),
            record: format!("SELECT {shown} FROM {name} WHERE \"id\" = ? AND _deleted = 0"),
            deliver: format!(
                "UPDATE {name} SET _delivery = ?, _revision = ?
                 WHERE \"id\" = ? AND _delivery = ? AND {lane} = ?"
            ),
            confirm: format!(
                "UPDATE {name} SET _base = NULL, _version = ?1, _position = ?2, _revision = ?3, _delivery = 0
                 WHERE \"id\" = ?4 AND _version < ?1 AND _deleted = 0 AND {lane} = ?6
                 AND NOT EXISTS (SELECT 1 FROM mailboat_outbox WHERE record_id = ?4 AND collection = ?5)
                 AND NOT EXISTS (SELECT 1 FROM mailboat_disputes WHERE record_id = ?4 AND collection = ?5)"
            ),
            twin: twin(&name, &collection.natural_key),
            lane,
            shown,
            name,
            collection,
        }
    }

    /// The lane of a record's entries: the value of the lane column, else the record itself.
    pub fn lane_of<'a>(&self, id: &'a str, values: &'a Values) -> &'a str {
        let column = self.collection.lane_column.as_deref();
        column.and_then(|column| values.get(column)).and_then(|value| value.as_str()).unwrap_or(id)
    }

    fn create(&self) -> Vec<String> {
        let columns = self
            .collection
            .columns
            .iter()
            .map(|column| format!("{} {}, ", quote(&column.name), column.kind.sqlite_type()))
            .collect::<String>();
        let mut statements = vec![format!(
            "CREATE TABLE {} (\"id\" TEXT PRIMARY KEY NOT NULL, {columns}_base TEXT,
             _version INTEGER NOT NULL, _position INTEGER NOT NULL, _revision INTEGER NOT NULL,
             _delivery INTEGER NOT NULL, _deleted INTEGER NOT NULL) STRICT",
            self.name
        )];
        statements.extend(self.create_indexes());
        statements
    }

    fn create_indexes(&self) -> impl Iterator<Item = String> {
        let by_position = std::iter::once(Vec::new());
        let indexes =
            by_position.chain(self.collection.indexes.iter().cloned()).map(|mut columns| {
                columns.push("_position".into());
                let index = quote(&format!("{} by {}", self.collection.name, columns.join(", ")));
                let list =
                    columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(", ");
                format!("CREATE INDEX IF NOT EXISTS {index} ON {} ({list})", self.name)
            });
        indexes.chain(self.create_twin_index())
    }

    /// Of the few records that the server does not know yet, and no others. What must be
    /// equal comes first: SQLite searches up to the first column that is given as a range.
    fn create_twin_index(&self) -> Option<String> {
        let mut key: Vec<&KeyColumn> = self.collection.natural_key.iter().collect();
        key.sort_by(|left, right| left.tolerance.total_cmp(&right.tolerance));
        let columns: Vec<&str> = key.iter().map(|part| part.column.as_str()).collect();
        let index = quote(&format!("{} by key {}", self.collection.name, columns.join(", ")));
        let list = columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(", ");
        (!key.is_empty()).then(|| {
            format!(
                "CREATE INDEX IF NOT EXISTS {index} ON {} ({list}) WHERE _version = 0",
                self.name
            )
        })
    }
}

/// One parameter for each part of the key, and two where it is a range.
fn twin(table: &str, key: &[KeyColumn]) -> Option<String> {
    let parts = key.iter().map(|part| {
        let is_in = if part.tolerance > 0.0 { "BETWEEN ? AND ?" } else { "= ?" };
        format!(" AND {} {is_in}", quote(&part.column))
    });
    let parts: String = parts.collect();
    // The plus keeps SQLite on the index of the key.
    (!key.is_empty()).then(|| {
        format!("SELECT \"id\" FROM {table} WHERE _version = 0{parts} ORDER BY +_position LIMIT 8")
    })
}

/// Makes the file fit the schema: new collections, columns and indexes are added.
/// Nothing is ever dropped, since unsent writes may be all that is left of it.
pub(crate) fn register(connection: &Connection, schema: &Schema) -> Result<(), StoreError> {
    for collection in &schema.collections {
        let table = Table::new(collection.clone());
        let existing = existing_columns(connection, &collection.name)?;
        if existing.is_empty() {
            for statement in table.create() {
                connection.execute_batch(&statement)?;
            }
            continue;
        }
        for column in &collection.columns {
            let wanted = column.kind.sqlite_type();
            match existing.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column.name)) {
                Some((_, kind)) if kind == wanted => {}
                Some(_) => {
                    return Err(StoreError::InvalidSchema(format!(
                        "{}.{} has another type in the file. Give the column a new name.",
                        collection.name, column.name
                    )));
                }
                None => connection.execute_batch(&format!(
                    "ALTER TABLE {} ADD COLUMN {} {wanted}",
                    table.name,
                    quote(&column.name)
                ))?,
            }
        }
        for statement in table.create_indexes() {
            connection.execute_batch(&statement)?;
        }
    }
    Ok(())
}

fn existing_columns(
    connection: &Connection,
    table: &str,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = connection.prepare("SELECT name, type FROM pragma_table_info(?)")?;
    let rows = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Quotes a name for SQL. Names are checked when the schema is; this is the second lock.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
