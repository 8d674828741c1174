#!/usr/bin/env bash
# What of the package Linux can check (npm run check:package -- [--quick] [--only ID ...]
# [--plant ID | --plants] [--json FILE]).

. "$(dirname "$0")/lib.sh"

scripts/setup.sh --for package
exec node scripts/package/check.js "$@"
