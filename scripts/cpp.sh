#!/usr/bin/env bash
# Builds the C++ side for this machine:
#
#   scripts/cpp.sh jsc|hermes|none [--sanitize address|thread] [TARGET...]
#   scripts/cpp.sh jsc|hermes|none [--sanitize address|thread] --folder
#
# The second prints the folder that the first builds in. The Rust library must be
# there (scripts/setup.sh builds it), and for hermes the cache of scripts/hermes.sh.

. "$(dirname "$0")/lib.sh"

usage='usage: scripts/cpp.sh jsc|hermes|none [--sanitize address|thread] [TARGET... | --folder]'
engine=${1:-}
sanitize=''
shift || die "$usage"
if [ "${1:-}" = --sanitize ]; then
  sanitize=${2:-}
  shift 2 || die "$usage"
fi
case "$engine" in jsc | hermes | none) ;; *) die "$usage" ;; esac
case "$sanitize" in '' | address | thread) ;; *) die "$usage" ;; esac

folder=build/cpp/$engine${sanitize:+-$sanitize}
if [ "${1:-}" = --folder ]; then
  echo "$folder"
  exit
fi
options=(
  -DMAILBOAT_ENGINE="$engine"
  -DMAILBOAT_SANITIZE="$sanitize"
  -DMAILBOAT_REACT_NATIVE="$PWD/node_modules/react-native"
  -DMAILBOAT_BRIDGE="$PWD/${MAILBOAT_BRIDGE:-build/bridge/libmailboat_bridge.a}"
  -DMAILBOAT_BRIDGE_PANICS="$PWD/build/bridge/libmailboat_bridge_panics.a"
)
if [ "$engine" = hermes ]; then
  options+=(
    -DMAILBOAT_HERMES="$(scripts/hermes.sh --path)"
    -DMAILBOAT_HERMES_SOURCE="$(scripts/hermes.sh --source)"
  )
fi
cmake -S cpp -B "$folder" -G Ninja --log-level=WARNING "${options[@]}"
with_log ninja ninja -C "$folder" "$@"
