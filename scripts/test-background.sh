#!/usr/bin/env bash
# Files with 10 000 entries are synced without JavaScript, through the C entry that phones
# call, in budgets of 1, 5 and 25 s that a slow server makes too short; no budget may be
# overrun, nothing lost or doubled (npm run test:background).
# With --sabotage the server forgets its ledger, and the run must fail.

. "$(dirname "$0")/lib.sh"

use_pinned_rust
exec cargo test --release --workspace --test background -- "$@"
