#!/usr/bin/env bash
# The demo (npm run demo -- [--keep DIR] [--sabotage]).

. "$(dirname "$0")/lib.sh"

scripts/setup.sh --for demo
exec node scripts/demo/run.js "$@"
