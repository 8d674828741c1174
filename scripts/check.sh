#!/usr/bin/env bash
# The fast inner loop (npm run check): format, lint, types, generated files,
# dependencies, unit tests. `--static` leaves out the unit tests; npm test uses
# it, because it runs every test anyway.

. "$(dirname "$0")/lib.sh"

unit_tests=yes
case "${1:-}" in
  '') ;;
  --static) unit_tests=no ;;
  *) die 'usage: scripts/check.sh [--static]' ;;
esac

scripts/setup.sh --for check
use_pinned_rust

shell_scripts() {
  local files=(scripts/*.sh .ci/run)
  local file
  for file in "${files[@]}"; do bash -n "$file"; done
  if have shellcheck; then shellcheck -x "${files[@]}"; fi
}
export -f shell_scripts have

suite 'rust format' status 60 cargo fmt --all --check
suite 'rust lint' status 900 cargo clippy --release --workspace --all-targets -- -D warnings
suite 'generated files' status 900 cargo test --release --workspace --test generated --test policy --test why
suite 'verified where' status 60 node scripts/package/table.js --check
suite 'shim compiles' status 300 scripts/check-cpp.sh
suite 'js format' status 120 npm run --silent format:js:check
suite 'js lint' status 300 npm run --silent lint:js
suite 'js types' status 300 npm run --silent typecheck
suite 'api docs' status 300 npm run --silent docs -- --emit none
suite 'shell scripts' status 60 bash -euc shell_scripts
if [ -x build/tools/bin/cargo-deny ]; then
  suite 'dependencies' status 120 scripts/check-deny.sh
else
  printf '\n=== dependencies\nnot checked: npm run check:deny does it, and npm test\n'
fi
if [ "$unit_tests" = yes ]; then
  suite 'rust unit tests' cargo 900 cargo test --release --workspace --lib
  suite 'js unit tests' jest 300 npm run --silent test:unit
fi
suite_summary
