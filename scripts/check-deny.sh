#!/usr/bin/env bash
# Licences, bans and sources of the Rust dependencies (npm run check:deny), by
# the rules in deny.toml. The advisories are checked in the GitHub workflow.

. "$(dirname "$0")/lib.sh"

if [ ! -x build/tools/bin/cargo-deny ]; then scripts/setup.sh --for test; fi
use_pinned_rust
exec build/tools/bin/cargo-deny --locked check --hide-inclusion-graph licenses bans sources
