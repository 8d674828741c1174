#!/usr/bin/env bash
# The connection between engine and server is cut after every byte of a push and of a
# pull, once each; the server's effects must equal the sends (npm run test:bytes).
# With --sabotage the server forgets its ledger, and the run must fail.

. "$(dirname "$0")/lib.sh"

use_pinned_rust
exec cargo test --release --workspace --test bytes -- "$@"
