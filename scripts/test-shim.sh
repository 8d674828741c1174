#!/usr/bin/env bash
# The C++ tests of the shim and React Native's own tests of JSI, on one JavaScript engine
# (npm run test:shim [-- --engine jsc|hermes]).

. "$(dirname "$0")/lib.sh"

engine=jsc
case "${1:-} ${2:-}" in
  ' ') ;;
  '--engine jsc' | '--engine hermes') engine=$2 ;;
  *) die 'usage: npm run test:shim [-- --engine jsc|hermes]' ;;
esac

scripts/setup.sh --for shim
scripts/cpp.sh "$engine" mailboat-module-tests mailboat-panics-tests mailboat-jsi-tests
status=0
for tests in module panics jsi; do
  build/cpp/"$engine"/tests/mailboat-$tests-tests --gtest_brief=1 || status=1
done
exit "$status"
