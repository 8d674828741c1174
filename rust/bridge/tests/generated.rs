//! `cpp/generated` holds the headers that cxx writes. This test fails when one is stale;
//! with `MAILBOAT_WRITE_GENERATED=1` it writes them.

use std::fs;
use std::path::Path;

/// The bridge.
const BRIDGE: &str =
    include_str!(concat!(env!("OUT_DIR"), "/cxxbridge/include/mailboat-bridge/src/ffi.rs.h"));
/// What every bridge shares: `rust::String`, `rust::Error`.
const CXX: &str = include_str!(concat!(env!("OUT_DIR"), "/cxxbridge/include/rust/cxx.h"));

#[test]
fn the_header_of_the_bridge_is_current() {
    check("bridge.h", BRIDGE, "rust/bridge/src/ffi.rs");
}

#[test]
fn the_header_of_cxx_is_current() {
    check("cxx.h", CXX, "the crate cxx");
}

fn check(name: &str, text: &str, source: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cpp/generated").join(name);
    let wanted =
        format!("// Written by cxx from {source}. Never edit: run `npm run generate`.\n{text}");
    if std::env::var_os("MAILBOAT_WRITE_GENERATED").is_some() {
        fs::write(&path, wanted).expect("cpp/generated is writable");
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "cpp/generated/{name} is stale: run `npm run generate`");
}
