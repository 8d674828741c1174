#!/usr/bin/env bash
# Builds the engine for Node from source: build/mailboat.node. It needs Rust and a C compiler,
# and no npm packages. An app on a platform that no package is published for names the file
# that it prints in MAILBOAT_NODE_ADDON.

. "$(dirname "$0")/lib.sh"

use_pinned_rust
case "$(uname -s)" in
  Darwin) library=libmailboat_node.dylib ;;
  MINGW* | MSYS* | CYGWIN*) library=mailboat_node.dll ;;
  *) library=libmailboat_node.so ;;
esac
cargo build --release --lib --package mailboat-node ${CI:+--locked}
# Beside and into place: a process that has the old one loaded keeps it.
mkdir -p build
cp "target/release/$library" build/mailboat.node.new
mv build/mailboat.node.new build/mailboat.node
printf '%s\n' "$PWD/build/mailboat.node"
