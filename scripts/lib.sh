# shellcheck shell=bash
# Shell functions that the scripts beside this file share. Sourced, never run:
# it moves to the root of the repository and leaves the caller's arguments alone.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  printf 'mailboat: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# --- Rust -------------------------------------------------------------------

# Whether rustup's toolchain $1 is installed, is version $2, and can lint and format.
toolchain_fits() {
  local version
  version=$(rustup run "$1" rustc --version 2>/dev/null) || return 1
  [ "$(cut -d' ' -f2 <<<"$version")" = "$2" ] &&
    rustup run "$1" cargo-clippy --version >/dev/null 2>&1 &&
    rustup run "$1" cargo-fmt --version >/dev/null 2>&1
}

# Makes `cargo` mean the version in rust-toolchain.toml. A toolchain of that
# version under another name (`stable`) is as good, and needs no download.
use_pinned_rust() {
  local pinned found name
  pinned=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
  have cargo || die "cargo is not installed. Install Rust $pinned and run this again."
  if ! have rustup; then
    found=$(rustc --version | cut -d' ' -f2)
    if [ "$found" = "$pinned" ]; then return; fi
    if [ "$(printf '%s\n' "$pinned" "$found" | sort -V | head -n 1)" != "$pinned" ]; then
      die "Rust $found is older than $pinned, which rust-toolchain.toml names. Install $pinned."
    fi
    echo "Rust $found is newer than $pinned, which rust-toolchain.toml names: lints and formatting may differ."
    return
  fi
  if toolchain_fits "$pinned" "$pinned"; then return; fi
  while read -r name _; do
    if toolchain_fits "$name" "$pinned"; then
      echo "Rust $pinned is here under the name $name."
      export RUSTUP_TOOLCHAIN=$name
      return
    fi
  done < <(rustup toolchain list)
  echo "Rust $pinned with clippy and rustfmt is not installed: asking rustup for it."
  rustup toolchain install "$pinned" --profile minimal --component clippy,rustfmt ||
    die "rustup could not fetch Rust $pinned with clippy and rustfmt. Install it by hand and run this again."
}

# --- Steps of the set-up ----------------------------------------------------

# step TITLE COMMAND...: announces, runs, and says how long it took. Stops the
# script when the command fails.
step() {
  local title=$1 start=$SECONDS status
  shift
  printf '==> %s\n' "$title"
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  if [ "$status" -ne 0 ]; then die "this step failed: $title"; fi
  printf '    done in %d s\n' $((SECONDS - start))
}

# with_log NAME COMMAND...: for commands that say too much or nothing. Their
# words go to build/logs/NAME.log; a line every 10 s shows that it goes on.
with_log() {
  local log=build/logs/$1.log start=$SECONDS status=0 heartbeat
  shift
  mkdir -p build/logs
  while sleep 10 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
    printf '    ... %d s\n' $((SECONDS - start))
  done &
  heartbeat=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$heartbeat" 2>/dev/null || true
  wait "$heartbeat" 2>/dev/null || true
  if [ "$status" -ne 0 ]; then tail -n 40 "$log" >&2; fi
  return "$status"
}

# --- Suites -----------------------------------------------------------------

suite_rows=()
suite_failures=()
# Lines of each failed suite that are shown once more at the end, where CI keeps them:
# from the first that a runner marks as a failure, and the last ones.
FAILURE_LINES=30
suites_passed=0
suites_failed=0
suites_skipped=0
suite_group=

# Ends what a suite started when the script itself is interrupted.
trap 'if [ -n "$suite_group" ]; then kill -TERM -- "-$suite_group" 2>/dev/null || true; fi; exit 130' INT TERM

# suite NAME COUNT LIMIT COMMAND...: runs a suite, shows what it prints, and
# reads its result from the runner's own summary with the function count_COUNT.
# It fails when the command fails, takes longer than LIMIT seconds, or prints no
# summary. The suites after it run all the same.
suite() {
  local name=$1 count=$2 limit=$3 start=$SECONDS status=0 note='' out tee_pid counted passed failed skipped
  shift 3
  local log="build/logs/${name// /-}.log"
  mkdir -p build/logs
  printf '\n=== %s\n' "$name"
  exec {out}> >(tee "$log")
  tee_pid=$!
  # timeout puts the command into a process group of its own, named by its id.
  timeout --kill-after=10 "$limit" "$@" >&"$out" 2>&1 </dev/null &
  suite_group=$!
  exec {out}>&-
  wait "$suite_group" || status=$?
  # What it left running would keep the output open.
  kill -KILL -- "-$suite_group" 2>/dev/null || true
  suite_group=
  wait "$tee_pid" || true
  if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then note="did not end within $limit s"; fi

  counted=$("count_$count" "$status" <"$log")
  if [ -z "$counted" ]; then
    counted='0 1 0'
    note=${note:-'its summary line is missing or is not a good one'}
  fi
  read -r passed failed skipped <<<"$counted"
  if [ "$failed" -eq 0 ]; then
    if [ "$passed" -eq 0 ]; then note=${note:-'ran no test'}; fi
    if [ "$status" -ne 0 ] && [ "$count" != expected_failure ] && [ "$count" != planted ]; then note=${note:-"ended with status $status"}; fi
    if [ -n "$note" ]; then failed=1; fi
  fi
  if [ "$failed" -gt 0 ]; then suite_failures+=("$name"); fi
  suites_passed=$((suites_passed + passed))
  suites_failed=$((suites_failed + failed))
  suites_skipped=$((suites_skipped + skipped))
  suite_rows+=("$(printf '%-22s %7d %7d %8d %6d s  %s' \
    "$name" "$passed" "$failed" "$skipped" $((SECONDS - start)) "$note")")
}

# suite_summary: what failed, the table, and one plain line to end with. Fails if a suite did.
suite_summary() {
  local name
  for name in "${suite_failures[@]}"; do
    printf '\n=== %s failed: its first failure and its last lines, of build/logs/%s.log\n' "$name" "${name// /-}"
    plain_text <"build/logs/${name// /-}.log" | first_failure | cut -c 1-300
    printf '    ...\n'
    plain_text <"build/logs/${name// /-}.log" | tail -n "$FAILURE_LINES" | cut -c 1-300
  done
  printf '\n%-22s %7s %7s %8s %8s\n' suite passed failed skipped time
  printf '%s\n' "${suite_rows[@]}"
  printf '\n%d passed, %d failed' "$suites_passed" "$suites_failed"
  if [ "$suites_skipped" -gt 0 ]; then printf ', %d skipped' "$suites_skipped"; fi
  printf '\n'
  [ "$suites_failed" -eq 0 ]
}

# The lines of a suite's output from the first that Jest, cargo, GoogleTest or one of our
# own runners marks as a failure.
first_failure() {
  awk -v limit="$FAILURE_LINES" '
    !left && !seen && /^ *(●.* › |✕ )|^---- .* stdout ----$|panicked at|\[  FAILED  \]|^FAIL |^FAILED |^[a-z0-9-]+ FAILED / { seen = 1; left = limit }
    left { print; left-- }'
}

# The counters read a suite's output and print `passed failed skipped`, or
# nothing when the runner's summary is not there. Colour codes are dropped.
plain_text() { sed $'s/\e\\[[0-9;]*m//g; s/\r$//'; }

# One check without numbers of its own: its exit status decides.
count_status() {
  if [ "$1" -eq 0 ]; then echo '1 0 0'; else echo '0 1 0'; fi
}

# `test result: ok. 5 passed; 0 failed; 1 ignored; ...`, one line a test binary.
count_cargo() {
  plain_text | awk '
    /^test result: / { passed += $4; failed += $6; ignored += $8; lines++ }
    END { if (lines) print passed, failed, ignored }'
}

# `Tests:       1 failed, 2 skipped, 3 todo, 12 passed, 18 total`
count_jest() {
  plain_text | awk '
    /^Tests: / {
      passed = failed = skipped = 0
      for (i = 2; i < NF; i++) {
        if ($(i + 1) ~ /^passed/) passed = $i
        if ($(i + 1) ~ /^failed/) failed = $i
        if ($(i + 1) ~ /^(skipped|todo)/) skipped += $i
      }
      found = 1
    }
    END { if (found) print passed, failed, skipped }'
}

# `[  PASSED  ] 12 tests.`, `[  FAILED  ] 1 test, listed below:`, one pair a test binary.
count_gtest() {
  plain_text | awk '
    /^\[  PASSED  \] [0-9]+ tests?\.$/ { passed += $4; lines++ }
    /^\[  FAILED  \] [0-9]+ tests?, listed below:$/ { failed += $4 }
    /^\[  SKIPPED \] [0-9]+ tests?, listed below:$/ { skipped += $4 }
    END { if (lines) print passed + 0, failed + 0, skipped + 0 }'
}

# `12 passed, 0 failed` or `12 passed, 0 failed, 1 skipped`, alone on a line; the last one counts.
count_plain() {
  plain_text | awk '
    /^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ { result = $1 + 0 " " $3 + 0 " " $5 + 0 }
    END { if (result) print result }'
}

# `12 ok, 0 failed, 0 skipped`, the last line of the checks of the package.
count_ok() {
  plain_text | awk '
    /^[0-9]+ ok, [0-9]+ failed, [0-9]+ skipped$/ { result = $1 + 0 " " $3 + 0 " " $5 + 0 }
    END { if (result) print result }'
}
