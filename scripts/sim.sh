#!/usr/bin/env bash
# The simulator (npm run sim -- [--runs N] [--first-seed N] [--fresh] [--seed N]): years of
# bad weather against the real engine; every seed replays. With --mutants: faults built
# into the product on purpose, each of which must be found.

. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = --mutants ]; then
  shift
  exec scripts/sim-mutants.sh "$@"
fi
scripts/setup.sh --for sim
use_pinned_rust
exec target/release/mailboat-sim "$@"
