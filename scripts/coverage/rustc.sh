#!/bin/sh
# Cargo's RUSTC_WORKSPACE_WRAPPER: compiles our own crates so that they count what runs in
# them, and leaves dependencies and build scripts as they are.

compiler=$1
shift
case " $* " in
  *' --crate-name build_script_'*) exec "$compiler" "$@" ;;
  *) exec "$compiler" -Cinstrument-coverage "$@" ;;
esac
