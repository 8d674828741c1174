#!/usr/bin/env bash
# How Rust's threads hand over to the JavaScript thread, under ThreadSanitizer and without
# JavaScript (cpp/tests/handover; npm run test:handover [-- --plant]). All of it is compiled
# for ThreadSanitizer: C++ and SQLite by clang, our Rust and its dependencies by rustc, from
# which the runtime comes as well. With --plant the bells race on purpose, and it must fail.

. "$(dirname "$0")/lib.sh"

usage='usage: npm run test:handover [-- --plant]'
case "$*" in '' | --plant) ;; *) die "$usage" ;; esac

scripts/setup.sh --for shim
use_pinned_rust
export CC=clang CXX=clang++

host=$(rustc -vV | sed -n 's/^host: //p')
rust=build/handover/rust

# In a folder of its own, for other flags mean other libraries. `--target` keeps the flags
# away from build scripts and macros. The standard library comes compiled, without
# ThreadSanitizer: the compiler has to be told that this is meant.
build_rust() {
  RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS='-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer' \
    CFLAGS='-O1 -fsanitize=thread' CXXFLAGS='-O1 -fsanitize=thread' \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    cargo build --release -p mailboat-bridge --target "$host" --target-dir "$rust" ${CI:+--locked}
}

log=build/logs/handover.log
mkdir -p "$(dirname "$log")"
status=0
step 'Rust engine for ThreadSanitizer (one to two minutes the first time)' with_log handover-rust build_rust
MAILBOAT_BRIDGE=$rust/$host/release/libmailboat_bridge.a scripts/cpp.sh none --sanitize thread mailboat-handover
# The history is what a report needs to show both sides of a race.
TSAN_OPTIONS=history_size=4 "$(scripts/cpp.sh none --sanitize thread --folder)/tests/handover/mailboat-handover" "$@" 2>&1 |
  tee "$log" || status=1

# Races count as one more test, which the program itself cannot see.
reports=$(grep -c 'WARNING: ThreadSanitizer' "$log" || true)
summary=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" || echo '0 passed, 1 failed')
read -r passed _ failed _ <<<"$summary"
echo "reports=$reports"
if [ "$reports" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
echo "$passed passed, $failed failed"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ]
