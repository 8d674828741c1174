#!/usr/bin/env bash
# Tests of the Linux host's window under a display of its own (npm run test:window [-- WORDS]):
# WORDS choose the cases whose name has them. The last line says `N passed, 0 failed`.

. "$(dirname "$0")/lib.sh"

scripts/setup.sh --for e2e
scripts/webkit.sh
# A display of its own: a person's windows would take the focus and get the keys.
env -u DISPLAY -u WAYLAND_DISPLAY scripts/with-display.sh \
  node cpp/host/webkit/tests/run.js "$@"
