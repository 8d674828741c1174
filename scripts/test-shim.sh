#!/usr/bin/env bash
# The C++ tests of the shim and of the console host, and React Native's own tests of JSI,
# on one JavaScript engine (npm run test:shim [-- --engine jsc|hermes]). On JavaScriptCore
# all of our code is under AddressSanitizer and UndefinedBehaviorSanitizer.

. "$(dirname "$0")/lib.sh"

engine=(jsc --sanitize address)
# Only JavaScriptCore is in a page.
suites=(module panics console jsi severable)
case "${1:-} ${2:-}" in
  ' ' | '--engine jsc') ;;
  '--engine hermes')
    engine=(hermes)
    suites=(module panics console jsi)
    ;;
  *) die 'usage: npm run test:shim [-- --engine jsc|hermes]' ;;
esac

scripts/setup.sh --for shim
targets=("${suites[@]/#/mailboat-}")
scripts/cpp.sh "${engine[@]}" "${targets[@]/%/-tests}"
# The panics that tests provoke need no pages of backtrace.
export RUST_BACKTRACE=0
status=0
for tests in "${suites[@]}"; do
  echo "--- mailboat-$tests-tests"
  "$(scripts/cpp.sh "${engine[@]}" --folder)/tests/mailboat-$tests-tests" --gtest_brief=1 || status=1
done
exit "$status"
