#!/usr/bin/env bash
# The npm packages as tarballs in build/pack, ready to be published or installed:
#
#   scripts/pack.sh            the package, and the engine for Node on this platform
#   scripts/pack.sh main       the package, with the libraries for phones that are there
#   scripts/pack.sh node       the engine for Node, which scripts/build-node.sh has built
#
# It compiles TypeScript, nothing else.

. "$(dirname "$0")/lib.sh"

rm -rf dist
npm run --silent build:js
exec node scripts/package/pack.js "$@"
