#!/usr/bin/env bash
# Puts the Rust side of the shim into build/bridge: the library that ships, and the one
# whose entries panic on demand, for the tests that provoke it.

. "$(dirname "$0")/lib.sh"

use_pinned_rust

# The whole workspace, so that no dependency is compiled a second time (docs/adr/0007).
build() {
  cargo build --release --workspace --lib --bins --test generated ${CI:+--locked} "${@:2}"
  if ! cmp -s target/release/libmailboat_bridge.a "build/bridge/$1"; then
    cp target/release/libmailboat_bridge.a "build/bridge/$1"
  fi
}

mkdir -p build/bridge
build libmailboat_bridge_panics.a --features mailboat-bridge/panics
build libmailboat_bridge.a
