#!/usr/bin/env bash
# Benchmarks beside raw SQLite and op-sqlite
# (npm run bench -- [sends] [open] [drain] [outbox] [jsi] [--json FILE]).
# Without a name all of them run, but jsi only where Hermes is built (scripts/hermes.sh).

. "$(dirname "$0")/lib.sh"

# Whether these words ask for the contest jsi.
wants_jsi() {
  local named=''
  while [ $# -gt 0 ]; do
    case "$1" in
      jsi) return 0 ;;
      --json) shift ;;
      *) named=$1 ;;
    esac
    shift || true
  done
  [ -z "$named" ] && scripts/hermes.sh --path >/dev/null 2>&1
}

if wants_jsi "$@"; then purpose=bench-jsi; else purpose=bench; fi
scripts/setup.sh --for "$purpose"
exec node bench/run.js "$@"
