//! Reads SQLite files with plain SQL and none of the engine's code, so that the demo and
//! the fault suite count what is on the disk. They run in Node, which has no SQLite.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value, json};

/// Prints what each query answers: one line of JSON a query, a list of rows.
#[derive(Parser)]
#[command(name = "mailboat-recount")]
struct Cli {
    /// The database file. It is opened read-only.
    file: PathBuf,
    /// Queries, in order. All see the same moment.
    #[arg(required = true)]
    queries: Vec<String>,
}

fn main() -> ExitCode {
    let Cli { file, queries } = Cli::parse();
    match answer(&file, &queries) {
        Ok(answers) => {
            answers.iter().for_each(|answer| println!("{answer}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", file.display());
            ExitCode::FAILURE
        }
    }
}

fn answer(file: &Path, queries: &[String]) -> rusqlite::Result<Vec<Value>> {
    let mut connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let transaction = connection.transaction()?;
    queries.iter().map(|query| rows(&transaction, query)).collect()
}

fn rows(connection: &Connection, query: &str) -> rusqlite::Result<Value> {
    let mut statement = connection.prepare(query)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| {
        let columns = names.iter().enumerate();
        let values = columns.map(|(at, name)| Ok((name.clone(), to_json(row.get_ref(at)?))));
        Ok(Value::Object(values.collect::<rusqlite::Result<Map<_, _>>>()?))
    })?;
    Ok(Value::Array(rows.collect::<rusqlite::Result<_>>()?))
}

/// Blobs become hexadecimal text, as SQLite's own `hex()` writes them.
fn to_json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(whole) => json!(whole),
        ValueRef::Real(real) => json!(real),
        ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => {
            json!(bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_sqlite_becomes_json() -> rusqlite::Result<()> {
        let connection = Connection::open_in_memory()?;
        let answer = rows(&connection, "SELECT NULL a, 7 b, 0.5 c, 'é' d, x'0AFF' e")?;
        assert_eq!(answer, json!([{ "a": null, "b": 7, "c": 0.5, "d": "é", "e": "0AFF" }]));
        Ok(())
    }
}
