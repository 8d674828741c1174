#!/usr/bin/env bash
# Writes js/src/generated from the Rust types of the waist (npm run generate).
# npm run check fails when it is stale.

. "$(dirname "$0")/lib.sh"

use_pinned_rust
export MAILBOAT_WRITE_GENERATED=1
exec cargo test --release --workspace --test generated
