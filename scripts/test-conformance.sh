#!/usr/bin/env bash
# One suite for the waist and the engine object, on one JavaScript engine
# (npm run test:conformance -- --host node|jsc|hermes [--only TEXT]).

. "$(dirname "$0")/lib.sh"

case "${1:-} ${2:-}" in
  '--host node') scripts/setup.sh --for demo ;;
  '--host jsc')
    scripts/setup.sh --for shim
    scripts/cpp.sh jsc mailboat-console
    ;;
  '--host hermes')
    scripts/setup.sh --for shim
    scripts/hermes.sh
    scripts/cpp.sh hermes mailboat-console
    ;;
  *) die 'usage: npm run test:conformance -- --host node|jsc|hermes [--only TEXT]' ;;
esac
exec node scripts/conformance/run.js "$@"
