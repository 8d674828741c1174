//! `js/src/generated/` is what the Rust types say. This test fails when it is stale;
//! with `MAILBOAT_WRITE_GENERATED=1` it writes it.

use std::fs;
use std::path::{Path, PathBuf};

use mailboat_core::{Policy, Why};
use mailboat_engine::waist::{
    Command, Config, Counters, Drained, LoadedOlder, Opened, Query, SyncReport, SyncStatus,
    WaistError, Watched, Written, WrittenBatch,
};
use mailboat_store::{ConflictPage, OutboxPage, Schema, Snapshot, Window};
use ts_rs::TS;

const HEADER: &str = "// Written by rust/engine/tests/generated.rs from the Rust types. Never edit: run `npm run generate`.\n";

/// What an editor says of `messagingSchema`.
const ABOUT_MESSAGING: &str = r#"/**
 * The collections that ship with the package, `conversations` and `messages`: what an engine
 * has when its config names no schema.
 *
 * @example With a collection of the app's own beside them.
 * ```ts
 * const collections = [
 *   ...messagingSchema.collections,
 *   { name: "boats", columns: [{ name: "name", type: "text" }] },
 * ] as const;
 * const mailboat = createMailboat({ path, schema: { collections } });
 * ```
 */
"#;

#[test]
fn the_typescript_of_the_waist_is_current() {
    check("waist.ts", &waist());
}

#[test]
fn the_typescript_of_the_messaging_schema_is_current() {
    let schema = serde_json::to_value(Schema::messaging()).expect("a schema becomes JSON");
    // Without what is null: TypeScript's optional properties are left out, not null.
    let text = serde_json::to_string_pretty(&without_nulls(schema)).expect("JSON prints");
    check(
        "messagingSchema.ts",
        &format!("{HEADER}{ABOUT_MESSAGING}export const messagingSchema = {text} as const;\n"),
    );
}

#[test]
fn the_typescript_of_the_preset_is_current() {
    let policy = serde_json::to_value(Policy::field_data()).expect("a policy becomes JSON");
    let text = serde_json::to_string_pretty(&policy).expect("JSON prints");
    let import = "import type { Policy } from \"./waist\";\n\n";
    let about = "/**\n * For apps that collect data in the field: three retries, Wi-Fi first. The rest of the preset\n * belongs to collections: conflicts settled as `clientWins`, `operations` of create and update,\n * `initialSync: \"required\"`.\n */\n";
    check(
        "fieldData.ts",
        &format!(
            "{HEADER}{import}{about}export const fieldData = {text} as const satisfies Policy;\n"
        ),
    );
}

fn waist() -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = ts_rs::Config::new().with_out_dir(folder.path());
    let export = "the type can be written as TypeScript";
    Config::export_all(&config).expect(export);
    Opened::export_all(&config).expect(export);
    Query::export_all(&config).expect(export);
    Window::export_all(&config).expect(export);
    Watched::export_all(&config).expect(export);
    Snapshot::export_all(&config).expect(export);
    OutboxPage::export_all(&config).expect(export);
    ConflictPage::export_all(&config).expect(export);
    SyncStatus::export_all(&config).expect(export);
    Counters::export_all(&config).expect(export);
    Command::export_all(&config).expect(export);
    Written::export_all(&config).expect(export);
    WrittenBatch::export_all(&config).expect(export);
    SyncReport::export_all(&config).expect(export);
    LoadedOlder::export_all(&config).expect(export);
    Why::export_all(&config).expect(export);
    Drained::export_all(&config).expect(export);
    WaistError::export_all(&config).expect(export);
    let types = fs::read_to_string(folder.path().join("waist.ts")).expect("ts-rs wrote the file");
    format!("{HEADER}import type {{ Row }} from \"../row\";\n\n{types}")
}

fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, field)| !field.is_null())
            .map(|(name, field)| (name, without_nulls(field)))
            .collect(),
        Value::Array(elements) => elements.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn check(name: &str, wanted: &str) {
    let path = generated().join(name);
    if std::env::var_os("MAILBOAT_WRITE_GENERATED").is_some() {
        fs::write(&path, wanted).expect("js/src/generated is writable");
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "js/src/generated/{name} is stale: run `npm run generate`");
}

fn generated() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../js/src/generated")
}
