#!/usr/bin/env bash
# The example app (npm run example): a dev server with some history, and two windows side by
# side, Ann's and Ben's. Without a display it takes pictures of every screen instead, light
# and dark, into artifacts/example.

. "$(dirname "$0")/lib.sh"

scripts/setup.sh --for e2e
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec node example-app/e2e/tour/windows.js
fi

pictures=$PWD/artifacts/example
# Ten screens, each light and dark.
fewest_pictures=20
rm -rf "$pictures"
(
  cd example-app
  export MAILBOAT_PICTURES=$pictures MAILBOAT_ARTIFACTS=$pictures/detox/
  ../scripts/with-display.sh npx detox test --configuration linux.headless --config e2e/tour/jest.config.js
)
node example-app/e2e/pictures/check.js "$pictures" "$fewest_pictures"
printf 'There is no display: every screen is in artifacts/example.\n'
