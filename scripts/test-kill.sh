#!/usr/bin/env bash
# A writer process is killed at random moments while the server drops answers;
# nothing may be lost, doubled or out of order (npm run test:kill -- --kills 200).

. "$(dirname "$0")/lib.sh"

use_pinned_rust
exec cargo test --release --workspace --test kill -- "$@"
