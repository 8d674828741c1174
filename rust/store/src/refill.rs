//! A newer schema may name collections and columns that the server has sent values of
//! before, when nobody kept them. The cursor has passed those, so it is forgotten: a pull
//! from the start brings everything again. Rows keep their versions; those that were
//! there take in the same version once more, with what they lack.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::error::StoreError;
use crate::initial_sync;
use crate::pull::set_state;
use crate::resync;
use crate::schema::{Collection, Schema};
use crate::tables::quote;

/// Names in `mailboat_state` begin so, and end in the collection. The value is the highest
/// version that the collection had when it got columns.
const PREFIX: &str = "refill/";

/// By collection, the highest version whose rows may lack columns.
pub(crate) type Refills = HashMap<String, i64>;

/// Has everything pulled again when `after` names what `before` did not.
pub(crate) fn ask_for_what_is_new(
    connection: &Connection,
    before: &Schema,
    after: &Schema,
) -> Result<(), StoreError> {
    let mut is_new = false;
    for collection in &after.collections {
        let known = before.collection(&collection.name);
        if known.is_some_and(|known| holds_all_columns(known, collection)) {
            continue;
        }
        is_new = true;
        if known.is_none() {
            initial_sync::forget(connection, &collection.name)?;
        }
        let highest = format!("SELECT coalesce(max(_version), 0) FROM {}", quote(&collection.name));
        let highest: i64 = connection.query_row(&highest, [], |row| row.get(0))?;
        if highest > 0 {
            let name = format!("{PREFIX}{}", collection.name);
            set_state(connection, &name, Some(&highest.to_string()))?;
        }
    }
    if is_new {
        resync::start_over(connection)?;
    }
    Ok(())
}

fn holds_all_columns(known: &Collection, wanted: &Collection) -> bool {
    wanted.columns.iter().all(|column| known.column(&column.name).is_some())
}

/// What may lack columns.
pub(crate) fn refills(connection: &Connection) -> Result<Refills, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT substr(name, 8), CAST(value AS INTEGER) FROM mailboat_state
         WHERE name >= 'refill/' AND name < 'refill0'",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
