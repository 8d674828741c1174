//! Windows: bounded, ordered views of one collection, and how they change.
//!
//! A watch remembers the ids and revisions it has shown. After a commit that
//! touched it, the query runs again and the difference becomes a patch, so the
//! property that patches applied equal the query run again holds by construction.

use std::collections::{BTreeMap, HashMap};
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

/// Most rows in one window.
pub const MAX_WINDOW_ROWS: u32 = 500;

/// A window on one collection: which rows, in which order, how many.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "waist.ts")]
pub struct Window {
    /// Name of the collection.
    pub collection: String,
    /// Columns and the values they must equal.
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
    sql: String,
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
        Ok(Self {
            table: number,
            sql: format!(
                "SELECT {} FROM {} WHERE _deleted = 0{filter} ORDER BY {order} LIMIT {}",
                table.shown,
                table.name,
                window.limit + 1
            ),
            parameters,
            lane: lane.map(str::to_owned),
            limit: window.limit as usize,
            reversed,
        })
    }

    /// Runs the query. `known` says which rows need no object made: those that were shown already.
    fn run(
        &self,
        connection: &Connection,
        tables: &[Table],
        known: &HashMap<&str, i64>,
    ) -> Result<Run, StoreError> {
        let table = &tables[self.table];
        let mut statement = connection.prepare_cached(&self.sql)?;
        for (index, parameter) in self.parameters.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, parameter)?;
        }
        let mut rows = statement.raw_query();
        let mut run = Run { rows: Vec::new(), more: false };
        while let Some(row) = rows.next()? {
            if run.rows.len() == self.limit {
                run.more = true;
                break;
            }
            let revision: i64 = row.get(0)?;
            let id: String = row.get(2)?;
            let object = if known.get(id.as_str()) == Some(&revision) {
                None
            } else {
                Some(to_raw_value(&RowObject { table, row }).map_err(|_| unreadable())?)
            };
            run.rows.push(RunRow { id, revision, object });
        }
        if self.reversed {
            run.rows.reverse();
        }
        Ok(run)
    }
}

/// What a window holds now.
struct Run {
    rows: Vec<RunRow>,
    more: bool,
}

/// A row of a [`Run`]; without an object where the reader has it already.
pub(crate) struct RunRow {
    pub id: String,
    pub revision: i64,
    pub object: Option<Box<RawValue>>,
}

/// A watch: a window, and what it has shown.
pub struct WatchedWindow {
    compiled: Compiled,
    shown: Vec<(String, i64)>,
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
        let run = compiled.run(connection, tables, &HashMap::new())?;
        let shown = run.rows.iter().map(|row| (row.id.clone(), row.revision)).collect();
        let more = run.more;
        let snapshot = Snapshot {
            revisions: run.rows.iter().map(|row| row.revision).collect(),
            rows: run.rows.into_iter().filter_map(|row| row.object).collect(),
            more,
        };
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
        let known = self.shown.iter().map(|(id, revision)| (id.as_str(), *revision)).collect();
        let run = self.compiled.run(connection, tables, &known)?;
        let shown = run.rows.iter().map(|row| (row.id.clone(), row.revision)).collect();
        let ops = difference(&self.shown, run.rows);
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
        let column =
            table.collection.column(name).ok_or_else(|| no_column(&table.collection, name))?;
        let parameter = filter_to_sql(column, value).ok_or_else(|| {
            let sentence = format!("where.{name} has another type than its column.");
            StoreError::InvalidArgument(sentence)
        })?;
        sql.push_str(&format!(" AND {} IS ?", quote(name)));
        parameters.push(parameter);
    }
    Ok((sql, parameters))
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
    if column != "id" && table.collection.column(column).is_none() {
        return Err(no_column(&table.collection, column));
    }
    Ok(format!("{} {}, {ties}", quote(column), direction(*descending)))
}
