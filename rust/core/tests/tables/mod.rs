//! Tables of the documentation that are written from the cases a test runs. A test that
//! has checked its cases calls [`keep`]: it fails when the page says otherwise, and with
//! `MAILBOAT_WRITE_GENERATED=1` it writes the page.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The tests of one binary run side by side and share a page.
static PAGE: Mutex<()> = Mutex::new(());

/// Keeps the table between `<!-- begin NAME -->` and `<!-- end NAME -->` on a page of
/// `docs` as the rows say, and says how many cases hold.
pub fn keep(page: &str, name: &str, columns: &[&str], rows: &[Vec<String>]) {
    let _alone = PAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = fs::read_to_string(&path).expect("the page is there");
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
    let (before, rest) = text.split_once(&begin).expect("the page marks where the table begins");
    let (found, after) = rest.split_once(&end).expect("the page marks where it ends");
    let wanted = format!("\n{}\n", table(columns, rows));
    if std::env::var_os("MAILBOAT_WRITE_GENERATED").is_some() {
        let text = format!("{before}{begin}{wanted}{end}{after}");
        fs::write(&path, text).expect("docs is writable");
    } else {
        assert!(found == wanted, "docs/{page}, table {name}, is stale: run `npm run generate`");
    }
    println!("table {name}: {} rows hold", rows.len());
}

/// A table in Markdown, its columns aligned as the formatter of the project does it.
fn table(columns: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let width = |column: usize| {
        let cells = std::iter::once(&head).chain(rows).map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(3)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    line(&head) + &line(&rule) + &rows.iter().map(|row| line(row)).collect::<String>()
}
