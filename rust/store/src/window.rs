//! Windows: bounded, ordered views of one collection, and how they change.
//!
//! A watch remembers the ids and revisions it has shown. After a commit that
//! touched it, the query runs again and the difference becomes a patch, so the
//! property that patches applied equal the query run again holds by construction.

use std::collections::BTreeMap;
use std::fmt;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, Row};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use ts_rs::TS;

use crate::delivery::Delivery;
use crate::error::StoreError;
use crate::patch::{PatchOp, difference};
use crate::tables::{Table, quote};
use crate::transaction::{Changes, find_table};
use crate::values::{Stored, filter_to_sql, no_column, unreadable};

/// What every record has beside the columns of its collection.
const ID: &str = "id";

/// Most rows in one window.
pub const MAX_WINDOW_ROWS: u32 = 500;

/// A window on one collection: which rows, in which order, how many.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct Window {
    /// Name of the collection.
    pub collection: String,
    /// Columns, or `id`, and the values they must equal.
    #[serde(default, rename = "where")]
    #[ts(type = "Record<string, string | number | boolean | null>", optional)]
    pub filter: BTreeMap<String, Value>,
    /// The order on screen when left out: acked rows by the server's order, then pending ones.
    #[serde(default)]
    #[ts(optional)]
    pub order_by: Option<OrderBy>,
    /// Which end of the order the window sits at. Its rows are in order either way.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub take: Take,
    /// At most this many rows, 1 to 500.
    pub limit: u32,
}

/// Order by one column; ties go by the order on screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct OrderBy {
    /// Name of the column, or `id`.
    pub column: String,
    /// Largest first.
    #[serde(default)]
    #[ts(as = "Option<_>", optional)]
    pub descending: bool,
}

/// Which end of the order a window sits at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub enum Take {
    /// The first rows.
    #[default]
    First,
    /// The last rows, such as the newest messages.
    Last,
}

/// The rows of a window at one moment.
#[derive(Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "waist.ts")]
pub struct Snapshot {
    /// Each an object: `id`, the columns, and `delivery`.
    #[ts(type = "Row[]")]
    pub rows: Vec<Box<RawValue>>,
    /// A number for each row that changes when the row does.
    #[ts(type = "number[]")]
    pub revisions: Vec<i64>,
    /// Whether rows of this window lie beyond its limit.
    pub more: bool,
}

// Debug by hand: what an app stores or looks for never gets into a log.
impl fmt::Debug for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Window")
            .field("collection", &self.collection)
            .field("filter", &self.filter.keys())
            .field("order_by", &self.order_by)
            .field("take", &self.take)
            .field("limit", &self.limit)
            .finish()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Snapshot")
            .field("rows", &self.rows.len())
            .field("more", &self.more)
            .finish_non_exhaustive()
    }
}

/// A window with its statement written out.
pub(crate) struct Compiled {
    table: usize,
    /// The rows whole, with their rowids.
    rows_sql: String,
    /// Of the same rows only what tells their versions apart: half the price.
    keys_sql: String,
    /// One row whole, by its rowid.
    row_sql: String,
    parameters: Vec<SqlValue>,
    /// The lane that the filter names, if it names one.
    lane: Option<String>,
    limit: usize,
    reversed: bool,
}

impl Compiled {
    /// Checks a window against the schema and writes its statement.
    pub fn new(tables: &[Table], window: &Window) -> Result<Self, StoreError> {
        let (number, table) = find_table(tables, &window.collection)?;
        if window.limit == 0 || window.limit > MAX_WINDOW_ROWS {
            let sentence = format!("limit is {}; it must be 1 to {MAX_WINDOW_ROWS}.", window.limit);
            return Err(StoreError::InvalidArgument(sentence));
        }
        let (filter, parameters) = filter_sql(table, &window.filter)?;
        let reversed = window.take == Take::Last;
        let order = order_sql(table, window.order_by.as_ref(), reversed)?;
        let lane_column = table.collection.lane_column.as_deref();
        let lane = lane_column.and_then(|column| window.filter.get(column)).and_then(Value::as_str);
        let select = |columns: &str| {
            let (name, limit) = (&table.name, window.limit + 1);
            format!(
                "SELECT {columns} FROM {name} WHERE _deleted = 0{filter} ORDER BY {order} LIMIT {limit}"
            )
        };
        Ok(Self {
            table: number,
            rows_sql: select(&format!("{}, _rowid_", table.shown)),
            keys_sql: select("_revision, _rowid_"),
            row_sql: format!("SELECT {} FROM {} WHERE _rowid_ = ?", table.shown, table.name),
            parameters,
            lane: lane.map(str::to_owned),
            limit: window.limit as usize,
            reversed,
        })
    }

    /// Reads the window whole.
    fn read(&self, connection: &Connection, tables: &[Table]) -> Result<Run, StoreError> {
        let table = &tables[self.table];
        let rowid = table.collection.columns.len() + 3;
        self.run(connection, &self.rows_sql, |row| {
            let shown = ShownRow { rowid: row.get(rowid)?, revision: row.get(0)?, id: row.get(2)? };
            Ok(RunRow { was: None, shown, object: Some(object(table, row)?) })
        })
    }

    /// Reads the window for somebody who has most of its rows: only the others are read
    /// whole. Takes the ids out of `old`.
    fn read_again(
        &self,
        connection: &Connection,
        tables: &[Table],
        old: &mut [ShownRow],
    ) -> Result<Run, StoreError> {
        let table = &tables[self.table];
        let mut whole = connection.prepare_cached(&self.row_sql)?;
        let mut last = None;
        self.run(connection, &self.keys_sql, |row| {
            let (revision, rowid) = (row.get(0)?, row.get(1)?);
            // A rowid may be another record's by now, but not with the same revision.
            if let Some(was) = self.find(old, last, rowid, revision) {
                last = Some(was);
                let id = std::mem::take(&mut old[was].id);
                let shown = ShownRow { rowid, revision, id };
                return Ok(RunRow { was: Some(was), shown, object: None });
            }
            let mut rows = whole.query([rowid])?;
            let row = rows.next()?.ok_or_else(unreadable)?;
            let id: String = row.get(2)?;
            let was = old.iter().position(|old| old.id == id);
            let shown = ShownRow { rowid, revision, id };
            Ok(RunRow { was, shown, object: Some(object(table, row)?) })
        })
    }

    /// Where a row was shown in this version. Most rows follow the one that they followed.
    fn find(
        &self,
        old: &[ShownRow],
        last: Option<usize>,
        rowid: i64,
        revision: i64,
    ) -> Option<usize> {
        let is_it = |row: &ShownRow| row.rowid == rowid && row.revision == revision;
        let next = match (self.reversed, last) {
            (false, last) => last.map_or(0, |last| last + 1),
            (true, last) => last.unwrap_or(old.len()).wrapping_sub(1),
        };
        if old.get(next).is_some_and(is_it) {
            return Some(next);
        }
        old.iter().position(is_it)
    }

    fn run(
        &self,
        connection: &Connection,
        sql: &str,
        mut take: impl FnMut(&Row<'_>) -> Result<RunRow, StoreError>,
    ) -> Result<Run, StoreError> {
        let mut statement = connection.prepare_cached(sql)?;
        for (index, parameter) in self.parameters.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, parameter)?;
        }
        let mut rows = statement.raw_query();
        let mut run = Run { rows: Vec::with_capacity(self.limit), more: false };
        while let Some(row) = rows.next()? {
            if run.rows.len() == self.limit {
                run.more = true;
                break;
            }
            run.rows.push(take(row)?);
        }
        if self.reversed {
            run.rows.reverse();
        }
        Ok(run)
    }
}

fn object(table: &Table, row: &Row<'_>) -> Result<Box<RawValue>, StoreError> {
    to_raw_value(&RowObject { table, row }).map_err(|_| unreadable())
}

/// What a window holds now.
struct Run {
    rows: Vec<RunRow>,
    more: bool,
}

/// A row of a [`Run`].
pub(crate) struct RunRow {
    /// Its index among the rows that were shown, if it was, in whatever version.
    pub was: Option<usize>,
    pub shown: ShownRow,
    /// Without one the reader has this version already.
    pub object: Option<Box<RawValue>>,
}

/// What is remembered of a row that was shown.
pub(crate) struct ShownRow {
    rowid: i64,
    pub revision: i64,
    id: String,
}

/// A watch: a window, and what it has shown.
pub struct WatchedWindow {
    compiled: Compiled,
    shown: Vec<ShownRow>,
    more: bool,
}

impl fmt::Debug for WatchedWindow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WatchedWindow")
            .field("shown", &self.shown.len())
            .field("more", &self.more)
            .finish_non_exhaustive()
    }
}

impl WatchedWindow {
    /// Reads the window and remembers what it shows.
    pub(crate) fn open(
        connection: &Connection,
        tables: &[Table],
        window: &Window,
    ) -> Result<(Self, Snapshot), StoreError> {
        let compiled = Compiled::new(tables, window)?;
        let run = compiled.read(connection, tables)?;
        let more = run.more;
        let mut snapshot = Snapshot { rows: Vec::new(), revisions: Vec::new(), more };
        let mut shown = Vec::with_capacity(run.rows.len());
        for row in run.rows {
            snapshot.rows.extend(row.object);
            snapshot.revisions.push(row.shown.revision);
            shown.push(row.shown);
        }
        Ok((Self { compiled, shown, more }, snapshot))
    }

    /// Whether these changes may have changed the window.
    #[must_use]
    pub fn is_touched_by(&self, changes: &Changes) -> bool {
        let Some(lanes) = changes.touched.get(&self.compiled.table) else { return false };
        self.compiled.lane.as_ref().is_none_or(|lane| lanes.contains(lane))
    }

    /// Reads the window again and answers the steps from what was shown to what is
    /// there, with `more`; `None` when nothing changed.
    pub(crate) fn catch_up(
        &mut self,
        connection: &Connection,
        tables: &[Table],
    ) -> Result<Option<(Vec<PatchOp>, bool)>, StoreError> {
        let before = self.shown.len();
        let run = self.compiled.read_again(connection, tables, &mut self.shown)?;
        let (ops, shown) = difference(before, run.rows);
        let changed = !ops.is_empty() || run.more != self.more;
        self.shown = shown;
        self.more = run.more;
        Ok(changed.then_some((ops, run.more)))
    }
}

/// Reads one record as a row object.
pub(crate) fn record(
    connection: &Connection,
    tables: &[Table],
    collection: &str,
    id: &str,
) -> Result<Option<Box<RawValue>>, StoreError> {
    let (_, table) = find_table(tables, collection)?;
    let mut statement = connection.prepare_cached(&table.record)?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    to_raw_value(&RowObject { table, row }).map(Some).map_err(|_| unreadable())
}

/// A row of `SELECT {shown}` as the JSON object that JavaScript sees.
struct RowObject<'a, 'stmt> {
    table: &'a Table,
    row: &'a Row<'stmt>,
}

impl Serialize for RowObject<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = &self.table.collection.columns;
        let mut object = serializer.serialize_map(Some(columns.len() + 2))?;
        let id =
            self.row.get_ref(2).map_err(S::Error::custom)?.as_str().map_err(S::Error::custom)?;
        object.serialize_entry("id", id)?;
        for (index, column) in columns.iter().enumerate() {
            let value = self.row.get_ref(index + 3).map_err(S::Error::custom)?;
            object.serialize_entry(&column.name, &Stored { kind: column.kind, value })?;
        }
        let delivery = self.row.get::<_, i64>(1).map_err(S::Error::custom)?;
        object.serialize_entry("delivery", Delivery::from_code(delivery).word())?;
        object.end()
    }
}

fn filter_sql(
    table: &Table,
    filter: &BTreeMap<String, Value>,
) -> Result<(String, Vec<SqlValue>), StoreError> {
    let mut sql = String::new();
    let mut parameters = Vec::new();
    for (name, value) in filter {
        // Other than a column, an id is never null; `=` on it finds the one row at once.
        let operator = if name == ID { "=" } else { "IS" };
        sql.push_str(&format!(" AND {} {operator} ?", quote(name)));
        parameters.push(filter_parameter(table, name, value)?);
    }
    Ok((sql, parameters))
}

fn filter_parameter(table: &Table, name: &str, value: &Value) -> Result<SqlValue, StoreError> {
    let parameter = if name == ID {
        value.as_str().map(|id| SqlValue::Text(id.into()))
    } else {
        let column = table.collection.column(name);
        filter_to_sql(column.ok_or_else(|| no_column(&table.collection, name))?, value)
    };
    parameter.ok_or_else(|| {
        let sentence = format!("where.{name} has another type than its column.");
        StoreError::InvalidArgument(sentence)
    })
}

fn order_sql(
    table: &Table,
    order_by: Option<&OrderBy>,
    reversed: bool,
) -> Result<String, StoreError> {
    let direction = |descending: bool| if descending == reversed { "ASC" } else { "DESC" };
    // Rows that a server put at the same place keep the order in which they came.
    let ties = format!("_position {0}, _rowid_ {0}", direction(false));
    let Some(OrderBy { column, descending }) = order_by else { return Ok(ties) };
    if column != ID && table.collection.column(column).is_none() {
        return Err(no_column(&table.collection, column));
    }
    Ok(format!("{} {}, {ties}", quote(column), direction(*descending)))
}
