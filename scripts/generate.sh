#!/usr/bin/env bash
# Writes js/src/generated from the Rust types of the waist, and cpp/generated from the
# bridge and from the specification of the native module (npm run generate). npm run
# check fails when one is stale.

. "$(dirname "$0")/lib.sh"

use_pinned_rust
export MAILBOAT_WRITE_GENERATED=1
cargo test --release --workspace --test generated
node scripts/generate-spec.js
