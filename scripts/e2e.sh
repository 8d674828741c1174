#!/usr/bin/env bash
# The example app under Detox, in windows of this machine (npm run e2e):
#
#   scripts/e2e.sh                  sets up, then the suite, its controls and its pictures
#   scripts/e2e.sh suite [WORD...]  only tests whose files are named so
#   scripts/e2e.sh controls         only the tests that must fail
#
# Without a display it starts one that nobody sees.

. "$(dirname "$0")/lib.sh"

artifacts=$PWD/artifacts/e2e
control_artifacts=$PWD/artifacts/e2e-controls
results=$PWD/build/e2e-controls.json
# Each test leaves at least a picture of how it ended.
fewest_pictures=18

# detox ARGUMENTS...: of its `test` command, on this machine.
detox_test() {
  local display=$PWD/scripts/with-display.sh
  cd example-app
  "$display" npx detox test --configuration linux.headless "$@"
}

# Every control fails, so the status says nothing; the judge reads why each has failed.
run_controls() {
  rm -rf "$results" "$control_artifacts"
  (
    export MAILBOAT_ARTIFACTS=$control_artifacts/
    detox_test --config e2e/controls/jest.config.js --json --outputFile "$results" || true
  )
  node example-app/e2e/controls/judge.js "$results"
}

# `24 controls, 24 red as expected`
count_controls() {
  plain_text | awk '
    /^[0-9]+ controls, [0-9]+ red as expected$/ { result = $3 + 0 " " $1 - $3 " 0" }
    END { if (result) print result }'
}

# `31 pictures, 0 blank`: one check.
count_pictures() {
  plain_text | awk -v status="$1" '
    /^[1-9][0-9]* pictures, 0 blank$/ { fine = 1 }
    END { print (fine && status == 0) ? "1 0 0" : "0 1 0" }'
}

part=${1:-all}
if [ $# -gt 0 ]; then shift; fi
case "$part" in
  suite)
    rm -rf "$artifacts"
    detox_test "$@"
    ;;
  controls) run_controls ;;
  all)
    scripts/setup.sh --for e2e
    suite 'e2e' jest 1500 scripts/e2e.sh suite
    suite 'e2e controls' controls 900 scripts/e2e.sh controls
    suite 'e2e pictures' pictures 60 node example-app/e2e/pictures/check.js "$artifacts" "$fewest_pictures"
    suite_summary
    ;;
  *) die 'usage: scripts/e2e.sh [suite [WORD...] | controls]' ;;
esac
