#!/usr/bin/env bash
# The tables of docs/policy.md: each row is a case that a test runs (npm run test:policy).
# The last line counts the rows that hold; a table that is stale or wrong has failed.

. "$(dirname "$0")/lib.sh"

use_pinned_rust
log=build/logs/policy-tables.log
mkdir -p build/logs
status=0
cargo test --release --workspace --no-fail-fast --test policy --test why -- --nocapture 2>&1 | tee "$log" || status=$?
plain_text <"$log" | awk -v status="$status" '
  /table [a-z]+: [0-9]+ rows hold$/ { rows += $(NF - 2) }
  /^test result: / { failed += $6 }
  END {
    if (status != 0 && failed == 0) failed = 1
    printf "%d passed, %d failed\n", rows, failed
    exit failed > 0
  }'
