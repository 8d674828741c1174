#!/usr/bin/env bash
# Builds the window of the Linux host (cpp/host/webkit) into build/webkit: the program
# mailboat-window, the extension that WebKit loads, and the Detox agent. The Rust library
# must be there (scripts/setup.sh builds it).

. "$(dirname "$0")/lib.sh"

folder=build/webkit
cmake -S cpp -B "$folder" -G Ninja --log-level=WARNING \
  -DMAILBOAT_ENGINE=jsc \
  -DMAILBOAT_WINDOW=ON \
  -DBUILD_TESTING=OFF \
  -DMAILBOAT_REACT_NATIVE="$PWD/node_modules/react-native" \
  -DMAILBOAT_BRIDGE="$PWD/build/bridge/libmailboat_bridge.a" \
  -DCMAKE_RUNTIME_OUTPUT_DIRECTORY="$PWD/$folder"
with_log ninja ninja -C "$folder" mailboat-window mailboat-extension
node_modules/.bin/esbuild cpp/host/webkit/agent/main.mjs --bundle --format=iife --log-level=warning \
  --outfile="$folder/agent.js"
