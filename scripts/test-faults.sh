#!/usr/bin/env bash
# Bad input and broken surroundings, one line a fault (npm run test:faults).

. "$(dirname "$0")/lib.sh"

scripts/setup.sh --for demo
exec node scripts/faults/run.js "$@"
