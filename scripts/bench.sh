#!/usr/bin/env bash
# Benchmarks beside raw SQLite (npm run bench -- [sends] [open] [drain] [--json FILE]).

. "$(dirname "$0")/lib.sh"

scripts/setup.sh --for bench
exec node bench/run.js "$@"
