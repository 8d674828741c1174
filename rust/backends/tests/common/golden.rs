//! Reads golden files: conversations with a backend, written down.
//!
//! ```text
//! # A comment, or what the conversation shows.
//! >>> GET /v1/pull?limit=500&recent=50      the request line; what is left out is empty
//! accept: application/json                  headers, then an empty line and the body
//!
//! <<< 200                                   the status of the answer
//! content-type: application/json            headers, then an empty line and the body
//!
//! {"changes":[],...}
//! ===                                       the facts that the codec reads from it
//! more=false cursor=abc
//! ```

use std::fs;
use std::path::Path;

/// One request, its answer, and what the answer means.
pub struct Exchange {
    /// File and request line, for messages.
    pub name: String,
    /// `GET` or `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The request's headers and body.
    pub request: Part,
    /// The answer's status.
    pub status: u16,
    /// The answer's headers and body.
    pub answer: Part,
    /// One fact a line.
    pub facts: String,
}

/// Headers and a body.
#[derive(Default)]
pub struct Part {
    /// In their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Without the line break at its end.
    pub body: String,
}

impl Part {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(its_name, _)| its_name == name).map(|(_, value)| value.as_str())
    }

    fn parse(text: &str) -> Self {
        let text = text.trim_end_matches('\n');
        let (head, body) = match text.strip_prefix('\n') {
            Some(body) => ("", body),
            None => text.split_once("\n\n").unwrap_or((text, "")),
        };
        let headers = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { headers, body: body.to_owned() }
    }
}

/// All exchanges of all files in `folder`, files by name.
pub fn read_golden_files(folder: &Path) -> Vec<Exchange> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the folder of golden files")
        .map(|entry| entry.expect("a golden file").path())
        .collect();
    paths.sort();
    paths.iter().flat_map(|path| read_file(path)).collect()
}

fn read_file(path: &Path) -> Vec<Exchange> {
    let text = fs::read_to_string(path).expect("a golden file is text");
    let file = path.file_name().expect("a golden file has a name").to_string_lossy().into_owned();
    let text: String =
        text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    text.split(">>> ").skip(1).map(|exchange| parse_exchange(&file, exchange)).collect()
}

fn parse_exchange(file: &str, text: &str) -> Exchange {
    let (request, rest) = text.split_once("<<< ").expect("an exchange has an answer");
    let (answer, facts) = rest.split_once("===\n").expect("an exchange has facts");
    let (request_line, request) = request.split_once('\n').expect("a request has a line");
    let (status, answer) = answer.split_once('\n').expect("an answer has a status");
    let (method, target) =
        request_line.split_once(' ').expect("a request has a method and a target");
    Exchange {
        name: format!("{file}: {request_line}"),
        method: method.to_owned(),
        target: target.to_owned(),
        request: Part::parse(request),
        status: status.trim().parse().expect("a status is a number"),
        answer: Part::parse(answer),
        facts: facts.trim_end().to_owned(),
    }
}
