#!/usr/bin/env bash
# Cargo's RUSTC_WORKSPACE_WRAPPER: compiles our own crates so that they count what runs
# in them, and leaves dependencies and build scripts as they are. In bash: dash keeps back
# variables with a hyphen in their name, as CARGO_BIN_EXE_mailboat-devserver is one.

compiler=$1
shift
case " $* " in
  *' --crate-name build_script_'*) exec "$compiler" "$@" ;;
  *) exec "$compiler" -Cinstrument-coverage "$@" ;;
esac
