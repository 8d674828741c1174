#!/usr/bin/env bash
# Runs a command that opens windows: on the display that is there, or else on one that
# nobody sees (Xvfb), which ends with the command.
#
#   scripts/with-display.sh COMMAND...

set -euo pipefail

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then exec "$@"; fi

folder=$(mktemp -d)
xvfb=
# shellcheck disable=SC2329 # the trap calls it
end() {
  if [ -n "$xvfb" ]; then kill "$xvfb" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap end EXIT

# It takes a free display by itself and says which one as soon as it serves it.
mkfifo "$folder/number"
Xvfb -displayfd 3 -screen 0 1600x1200x24 -nolisten tcp 3>"$folder/number" >"$folder/log" 2>&1 &
xvfb=$!
if ! read -r number <"$folder/number"; then
  echo 'mailboat: Xvfb did not start:' >&2
  cat "$folder/log" >&2
  exit 1
fi
DISPLAY=":$number" "$@"
