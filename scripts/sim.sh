#!/usr/bin/env bash
# The simulator (npm run sim -- [--runs N] [--first-seed N] [--fresh] [--seed N]): years of
# bad weather against the real engine; every seed replays.

. "$(dirname "$0")/lib.sh"

scripts/setup.sh --for sim
use_pinned_rust
exec target/release/mailboat-sim "$@"
