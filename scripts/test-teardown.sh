#!/usr/bin/env bash
# JavaScript runtimes with the native module are destroyed at random moments, with calls,
# watches and a sync in flight (cpp/tests/teardown):
#
#   npm run test:teardown [-- --rounds N] [--engine jsc|hermes] [--seed S] [--plant]
#
# On JavaScriptCore the rounds run twice: under AddressSanitizer (with its leak check) and
# UndefinedBehaviorSanitizer, for their reports; and plainly, for the memory: the sanitizer
# keeps each stack that ever allocated, so that under it memory grows with nothing leaked.
# Hermes is built without sanitizers and runs once.
#
# It fails for a report, for a write that was acknowledged and is not in its file exactly
# once, for rounds without calls in flight, and for memory that grows. With --plant it runs
# a variant with a use-after-free on purpose, and must fail.

. "$(dirname "$0")/lib.sh"

# What resident memory may grow by over the last half of the rounds.
max_growth_kb=2048

usage='usage: npm run test:teardown [-- --rounds N] [--engine jsc|hermes] [--seed S] [--plant]'
rounds=1000
engine=jsc
program=mailboat-teardown
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    --rounds) rounds=${2:-} ;;
    --engine) engine=${2:-} ;;
    --seed) arguments+=(--seed "${2:-}") ;;
    --plant) program=mailboat-teardown-planted ;;
    *) die "$usage" ;;
  esac
  if [ "$1" != --plant ]; then shift || die "$usage"; fi
  shift || die "$usage"
done
[[ $rounds =~ ^[1-9][0-9]*$ ]] || die "$usage"
case "$engine" in jsc | hermes) ;; *) die "$usage" ;; esac
if [ "$program" = mailboat-teardown-planted ] && [ "$engine" != jsc ]; then
  die 'only the sanitizers, and so only JavaScriptCore, see what --plant does'
fi
arguments+=(--rounds "$rounds")

scripts/setup.sh --for shim
# An assertion of the engine that fails is a report as well.
export ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=64:handle_abort=1
export UBSAN_OPTIONS=print_stacktrace=1
# With an arena for each thread, memory that one thread freed is not used by the next.
export MALLOC_ARENA_MAX=1

log=build/logs/teardown.log
mkdir -p "$(dirname "$log")"
: >"$log"
status=0

# run BUILD...: builds the fuzz with the words of scripts/cpp.sh, and runs it.
run() {
  echo "--- $program, $*"
  scripts/cpp.sh "$@" "$program"
  "$(scripts/cpp.sh "$@" --folder)/tests/teardown/$program" "${arguments[@]}" 2>&1 | tee -a "$log" || status=1
}

if [ "$engine" = jsc ]; then run jsc --sanitize address; else run hermes; fi
if [ "$engine" = jsc ] && [ "$status" -eq 0 ]; then run jsc; fi

# A run that a report ended has no last line: then its last word on how far it was counts.
read -r rounds in_flight < <(
  sed -n 's/^\([0-9]*\) rounds, \([0-9]*\) in flight.*/\1 \2/p; s/^rounds=\([0-9]*\) in_flight=\([0-9]*\) .*/\1 \2/p' "$log" |
    sort -n | tail -n 1
) || true
reports=$(grep -cE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$log" || true)
growth_kb=$(sed -n 's/^rounds=.* growth_kb=//p' "$log" | tail -n 1)
if [ "$reports" -gt 0 ] || [ "${in_flight:-0}" -eq 0 ] || [ "${growth_kb:-0}" -ge "$max_growth_kb" ]; then status=1; fi
echo "rounds=${rounds:-0} in_flight=${in_flight:-0} reports=$reports growth_kb=${growth_kb:-0}"
exit "$status"
