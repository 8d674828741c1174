#!/usr/bin/env bash
# Writes js/src/generated from the Rust types of the waist, cpp/generated from the bridge
# and from the specification of the native module, the tables of docs/policy.md from the
# tests that check them, and docs/verified.md from the checks of the package (npm run
# generate). npm run check fails when one is stale.

. "$(dirname "$0")/lib.sh"

use_pinned_rust
export MAILBOAT_WRITE_GENERATED=1
cargo test --release --workspace --test generated --test policy --test why
node scripts/generate-spec.js
node scripts/package/table.js
