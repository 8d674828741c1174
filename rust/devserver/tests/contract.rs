//! docs/openapi.yaml, the wire types, the golden conversations and this server's real
//! answers say the same: a field renamed in one of them fails here.

mod common;
#[allow(dead_code, reason = "the codec's own tests use the rest")]
#[path = "../../backends/tests/common/golden.rs"]
mod golden;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{TestServer, conversation, delete, in_lane, message, note, update};
use jsonschema::Validator;
use mailboat_backends::rest::wire::{
    Change, ErrorAnswer, ErrorBody, OlderPage, Placed, PullPage, PushAnswer, PushEntry,
    PushOutcome, PushRequest, Tombstone, Values,
};
use mailboat_backends::rest::{
    CURSOR_EXPIRED, HINT_EVENT, MAX_BATCH_ENTRIES, MAX_CURSOR_BYTES, MAX_PAGE_CHANGES, MAX_SEQUENCE,
};
use mailboat_core::Reason;
use mailboat_devserver::{EntryFault, EntryVerdict, Fault, FaultKind, On};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The document, with every object closed: clients ignore unknown fields, these tests
/// do not, or a renamed optional field would pass for an absent one.
fn openapi() -> Value {
    let text =
        fs::read_to_string(repository().join("docs/openapi.yaml")).expect("docs/openapi.yaml");
    let mut document: Value = serde_saphyr::from_str(&text).expect("YAML");
    let schemas = document["components"]["schemas"].as_object_mut().expect("schemas");
    for schema in schemas.values_mut() {
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = json!(false);
        }
    }
    document
}

fn validator(document: &Value, schema: &str) -> Validator {
    let root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{schema}"),
        "components": document["components"],
    });
    jsonschema::options().should_validate_formats(true).build(&root).expect("a schema")
}

fn assert_valid(document: &Value, schema: &str, body: &Value) {
    let validator = validator(document, schema);
    let errors: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{schema} does not fit {body}: {errors:?}");
}

fn to_value(body: &impl Serialize) -> Value {
    serde_json::to_value(body).expect("JSON")
}

/// One value of each wire type with every field in it, by the name of its schema.
fn complete_samples() -> Vec<(&'static str, Value)> {
    let id = Uuid::now_v7();
    let values: Values = Map::from_iter([("body".to_owned(), json!("Ahoy"))]);
    let written_at = Some("019c1a524ab8-0000-00000000000000aa".to_owned());
    let placed = Placed {
        version: 2,
        order: 1,
        values: Some(values.clone()),
        written_at: written_at.clone(),
    };
    let reason = Reason { code: "forbidden".into(), message: "No.".into() };
    let change = Change {
        collection: "messages".into(),
        id: "m1".into(),
        version: 2,
        order: 1,
        values,
        written_at: written_at.clone(),
    };
    let tombstone = Tombstone { collection: "messages".into(), id: "m0".into(), version: 3 };
    let changes = vec![change.clone()];
    let entries = vec![PushEntry {
        base_version: Some(1),
        written_at,
        group: Some(id),
        ..message("c1", "m1")
    }];
    let error = ErrorBody { code: "not_found".into(), message: "Nothing.".into() };
    vec![
        ("PushEntry", to_value(&entries[0])),
        ("PushRequest", to_value(&PushRequest { entries })),
        ("AckedOutcome", to_value(&PushOutcome::Acked { id, placed: placed.clone() })),
        ("ConflictOutcome", to_value(&PushOutcome::Conflict { id, placed: placed.clone() })),
        (
            "DuplicateOutcome",
            to_value(&PushOutcome::Duplicate { id, placed, record_id: Some("m7".into()) }),
        ),
        ("RejectedOutcome", to_value(&PushOutcome::Rejected { id, reason: reason.clone() })),
        ("RetryOutcome", to_value(&PushOutcome::Retry { id, after_ms: Some(5) })),
        ("BlockedOutcome", to_value(&PushOutcome::Blocked { id })),
        ("PushAnswer", to_value(&PushAnswer { outcomes: vec![PushOutcome::Blocked { id }] })),
        ("Reason", to_value(&reason)),
        ("Change", to_value(&change)),
        ("Tombstone", to_value(&tombstone)),
        ("OlderPage", to_value(&OlderPage { changes: changes.clone(), more: true })),
        (
            "PullPage",
            to_value(&PullPage {
                changes,
                tombstones: vec![tombstone],
                cursor: "c".into(),
                more: true,
                snapshot: true,
            }),
        ),
        ("ErrorAnswer", to_value(&ErrorAnswer { error: error.clone() })),
        ("ErrorBody", to_value(&error)),
    ]
}

fn field_names(object: &Value) -> BTreeSet<String> {
    object.as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn the_wire_types_and_the_document_have_the_same_fields() {
    let document = openapi();
    for (schema, sample) in complete_samples() {
        let properties = &document["components"]["schemas"][schema]["properties"];
        assert_eq!(field_names(&sample), field_names(properties), "{schema}");
        assert_valid(&document, schema, &sample);
    }
}

#[test]
fn each_schema_with_fields_has_its_wire_type() {
    let document = openapi();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let with_fields: BTreeSet<&str> = schemas
        .iter()
        .filter(|(_, schema)| schema.get("properties").is_some())
        .map(|(name, _)| name.as_str())
        .collect();
    let sampled: BTreeSet<&str> = complete_samples().iter().map(|(name, _)| *name).collect();
    assert_eq!(with_fields, sampled);
}

#[test]
fn a_field_renamed_on_either_side_is_noticed() {
    let document = openapi();
    for (schema, sample) in complete_samples() {
        for field in field_names(&sample) {
            let mut renamed = sample.clone();
            let fields = renamed.as_object_mut().expect("an object");
            let value = fields.remove(&field).expect("the field");
            fields.insert(format!("{field}Renamed"), value);
            assert!(!validator(&document, schema).is_valid(&renamed), "{schema}.{field}");
        }
    }
}

#[test]
fn the_golden_conversations_fit_the_document() {
    let document = openapi();
    let mut checked = 0;
    for exchange in golden::read_golden_files(&repository().join("rust/backends/tests/golden")) {
        if exchange.method == "POST" {
            let body: Value = serde_json::from_str(&exchange.request.body).expect("a push");
            assert_valid(&document, "PushRequest", &body);
        }
        let is_json = exchange.answer.header("content-type").is_some_and(|it| it.contains("json"));
        let Ok(mut body) = serde_json::from_str::<Value>(&exchange.answer.body) else { continue };
        if !is_json {
            continue;
        }
        let path = exchange.target.split('?').next().unwrap_or_default();
        let schema = match (exchange.status, path) {
            (200, "/v1/push") => "PushAnswer",
            (200, "/v1/pull") => "PullPage",
            (200, "/v1/older") => "OlderPage",
            _ => "ErrorAnswer",
        };
        forgive(&mut body);
        // What a client must not take may break the document too.
        if exchange.facts.trim() != "Unreadable" {
            assert_valid(&document, schema, &body);
        }
        checked += 1;
    }
    assert!(checked >= 15, "only {checked} answers were checked");
}

/// Two goldens show what a client tolerates beyond the document.
fn forgive(body: &mut Value) {
    if body.get("changes").is_some()
        && body.get("cursor").is_some()
        && body.get("tombstones").is_none()
    {
        body["tombstones"] = json!([]);
    }
    for outcome in body.get_mut("outcomes").and_then(Value::as_array_mut).into_iter().flatten() {
        outcome.as_object_mut().expect("an outcome").remove("since");
    }
}

#[test]
fn the_servers_real_answers_fit_the_document() {
    let document = openapi();
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let retried = EntryFault {
        outcome: EntryVerdict::Retry,
        record_id: Some("late".into()),
        lane: None,
        after_ms: Some(5),
    };
    server.fault(Fault::once(On::Push, FaultKind::Entry(retried)));
    let known = note("n1");
    ann.push_one(&known);
    let entries = [
        conversation("c1", &["ann", "ben"]),
        message("c1", "m1"),
        message("c1", "m2"),
        known,
        update("notes", "n1", json!({ "done": true })),
        delete("messages", "m1"),
        update("notes", "nowhere", json!({})),
        in_lane(note("late"), "late"),
        in_lane(note("later"), "late"),
    ];
    assert_valid(&document, "PushRequest", &json!({ "entries": entries }));
    let answer = ann.try_push(&entries).expect("an answer").json();
    let words: BTreeSet<&str> = answer["outcomes"]
        .as_array()
        .expect("outcomes")
        .iter()
        .map(|outcome| outcome["outcome"].as_str().expect("a word"))
        .collect();
    assert_eq!(words, BTreeSet::from(["acked", "blocked", "duplicate", "rejected", "retry"]));
    assert_valid(&document, "PushAnswer", &answer);

    let snapshot = ann.get("/v1/pull?limit=2").json();
    assert_valid(&document, "PullPage", &snapshot);
    let (_, _, cursor) = ann.pull_all(None, "");
    ann.push_one(&delete("messages", "m2"));
    let changes = ann.get(&format!("/v1/pull?cursor={cursor}")).json();
    assert_eq!(changes["tombstones"][0]["id"], "m2");
    assert_valid(&document, "PullPage", &changes);
    ann.push_one(&message("c1", "m3"));
    assert_valid(&document, "OlderPage", &ann.get("/v1/older?collection=messages&lane=c1").json());
    for target in ["/v1/pull?limit=0", "/v1/pull?cursor=x", "/v1/nowhere"] {
        assert_valid(&document, "ErrorAnswer", &ann.get(target).json());
    }
}

#[test]
fn every_address_of_the_document_is_the_servers() {
    let document = openapi();
    let server = TestServer::start();
    let mut ann = server.user("ann");
    let paths = document["paths"].as_object().expect("paths");
    assert_eq!(paths.len(), 4);
    for (path, operations) in paths {
        let method = operations.as_object().expect("operations").keys().next().expect("a method");
        server.fault(Fault::once(On::Any, FaultKind::Status { status: 429, retry_after_s: None }));
        let answer = ann.request(&method.to_uppercase(), path, b"").expect("an answer");
        assert_eq!(answer.status, 429, "{method} {path}");
    }
}

#[test]
fn the_limits_of_the_document_are_those_of_the_code() {
    let document = openapi();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["PushRequest"]["properties"]["entries"]["maxItems"], MAX_BATCH_ENTRIES);
    assert_eq!(schemas["PullPage"]["properties"]["cursor"]["maxLength"], MAX_CURSOR_BYTES);
    assert_eq!(schemas["Sequence"]["maximum"], MAX_SEQUENCE - 1);
    let parameters =
        document["paths"]["/v1/pull"]["get"]["parameters"].as_array().expect("parameters");
    let limit = parameters.iter().find(|it| it["name"] == "limit").expect("limit");
    assert_eq!(limit["schema"]["maximum"], MAX_PAGE_CHANGES);
    let codes = schemas["ErrorBody"]["properties"]["code"]["enum"].as_array().expect("codes");
    assert!(codes.contains(&json!(CURSOR_EXPIRED)));
    let page =
        fs::read_to_string(repository().join("docs/rest-contract.md")).expect("the contract");
    for code in codes {
        assert!(page.contains(&format!("`{}`", code.as_str().expect("a code"))), "{code}");
    }
    assert!(page.contains(&format!("`event: {HINT_EVENT}`")));
}
