//! The golden files are whole conversations: the codec must make their requests to the
//! byte and read their answers to the fact.

#[path = "common/golden.rs"]
mod golden;

use std::path::Path;

use golden::Exchange;
use mailboat_backends::rest::wire::{Change, PushRequest, Values};
use mailboat_backends::rest::{
    HttpAnswer, HttpRequest, OlderQuery, PullQuery, RestCodec, Settled, read_older, read_pull,
    read_push,
};
use mailboat_core::{BackendFailure, Outcome, Timestamp};

/// Sun, 06 Nov 1994 08:49:37 GMT.
const RECEIVED_AT: Timestamp = Timestamp(784_111_777_000);
const BASE_URL: &str = "https://chat.example/api";

fn exchanges() -> Vec<Exchange> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let exchanges = golden::read_golden_files(&folder);
    assert!(exchanges.len() >= 20, "only {} exchanges were read", exchanges.len());
    exchanges
}

#[test]
fn requests_are_made_to_the_byte() {
    let codec = RestCodec::new(BASE_URL).expect("a good address");
    for exchange in exchanges() {
        let request = build(&codec, &exchange);
        assert_eq!(request.method.as_str(), exchange.method, "{}", exchange.name);
        assert_eq!(request.url, format!("{BASE_URL}{}", exchange.target), "{}", exchange.name);
        let headers: Vec<(&str, &str)> = request.headers.clone();
        let golden: Vec<(&str, &str)> = exchange
            .request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(headers, golden, "{}", exchange.name);
        let body = String::from_utf8(request.body).expect("a body is text");
        assert_eq!(body, exchange.request.body, "{}", exchange.name);
    }
}

#[test]
fn answers_are_read_to_the_fact() {
    for exchange in exchanges() {
        let facts = read(&exchange).unwrap_or_else(|failure| format!("{failure:?}"));
        assert_eq!(facts, exchange.facts, "{}", exchange.name);
    }
}

fn build(codec: &RestCodec, exchange: &Exchange) -> HttpRequest {
    let limit = || number(exchange, "limit").expect("a limit") as u32;
    match path(exchange) {
        "/v1/push" => codec.push(sent(exchange).entries),
        "/v1/pull" => {
            let cursor = parameter(exchange, "cursor");
            let recent = number(exchange, "recent").unwrap_or(0) as u32;
            codec.pull(PullQuery { cursor: cursor.as_deref(), limit: limit(), recent })
        }
        "/v1/older" => {
            let collection = parameter(exchange, "collection").expect("a collection");
            let lane = parameter(exchange, "lane").expect("a lane");
            let before = number(exchange, "before");
            codec.older(OlderQuery { collection: &collection, lane: &lane, before, limit: limit() })
        }
        other => panic!("{}: {other} is not of the contract", exchange.name),
    }
}

fn read(exchange: &Exchange) -> Result<String, BackendFailure> {
    let answer = HttpAnswer {
        status: exchange.status,
        content_type: exchange.answer.header("content-type"),
        retry_after: exchange.answer.header("retry-after"),
        body: exchange.answer.body.as_bytes(),
        received_at: RECEIVED_AT,
    };
    let lines: Vec<String> = match path(exchange) {
        "/v1/push" => {
            let ids: Vec<_> = sent(exchange).entries.iter().map(|entry| entry.id).collect();
            read_push(answer, &ids)?.iter().map(settled_fact).collect()
        }
        "/v1/pull" => {
            let page = read_pull(answer, parameter(exchange, "cursor").as_deref())?;
            let tombstones = page.tombstones.iter().map(|tombstone| {
                format!(
                    "tombstone {}/{} version={}",
                    tombstone.collection, tombstone.id, tombstone.version
                )
            });
            let end = format!("cursor={} more={}", page.cursor, page.more);
            page.changes.iter().map(change_fact).chain(tombstones).chain([end]).collect()
        }
        _ => {
            let page = read_older(answer, number(exchange, "before"))?;
            page.changes.iter().map(change_fact).chain([format!("more={}", page.more)]).collect()
        }
    };
    Ok(lines.join("\n"))
}

fn settled_fact(settled: &Settled) -> String {
    let word = if settled.duplicate { "duplicate" } else { "acked" };
    let fact = match &settled.outcome {
        Outcome::Acked { version, order } => format!("{word} version={version} order={order}"),
        Outcome::Retry { after_ms: Some(after) } => format!("retry after={after}"),
        Outcome::Retry { after_ms: None } => "retry".into(),
        Outcome::Rejected(reason) => format!("rejected {}", reason.code),
        Outcome::Conflict { version, order } => format!("conflict version={version} order={order}"),
        Outcome::Blocked => "blocked".into(),
    };
    let written_at = written_fact(settled.written_at.as_deref());
    let record_id =
        settled.record_id.as_ref().map(|id| format!(" record={id}")).unwrap_or_default();
    let values =
        settled.values.as_ref().map(|it| format!(" values={}", columns(it))).unwrap_or_default();
    format!("{} {fact}{values}{written_at}{record_id}", settled.id)
}

fn change_fact(change: &Change) -> String {
    let Change { collection, id, version, order, values, written_at } = change;
    let (values, written_at) = (columns(values), written_fact(written_at.as_deref()));
    format!("change {collection}/{id} version={version} order={order} values={values}{written_at}")
}

fn written_fact(written_at: Option<&str>) -> String {
    written_at.map(|stamp| format!(" written={stamp}")).unwrap_or_default()
}

fn columns(values: &Values) -> String {
    values.keys().map(String::as_str).collect::<Vec<_>>().join(",")
}

fn sent(exchange: &Exchange) -> PushRequest {
    serde_json::from_str(&exchange.request.body).expect("a golden push is a push")
}

fn path(exchange: &Exchange) -> &str {
    exchange.target.split('?').next().unwrap_or_default()
}

fn number(exchange: &Exchange, name: &str) -> Option<u64> {
    parameter(exchange, name).map(|value| value.parse().expect("a number"))
}

/// A parameter of the query; the goldens escape nothing but a space.
fn parameter(exchange: &Exchange, name: &str) -> Option<String> {
    let (_, query) = exchange.target.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(its_name, _)| *its_name == name)
        .map(|(_, value)| value.replace("%20", " "))
}
