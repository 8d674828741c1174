#!/usr/bin/env bash
# Builds the program of the contest `jsi`: Mailboat's module and op-sqlite on Hermes, in
# build/bench/jsi. Hermes and the Rust library must be there; scripts/setup.sh --for
# bench-jsi sees to that, and runs this.

. "$(dirname "$0")/../../scripts/lib.sh"

# Pinned: figures are beside this one. It is no dependency, and too large to be one.
op_sqlite=@op-engineering/op-sqlite
version=18.2.5
folder=build/op-sqlite

fetch_op_sqlite() {
  local found
  found=$(node -p "require('./$folder/package/package.json').version" 2>/dev/null || true)
  if [ "$found" = "$version" ]; then
    echo '    current'
    return
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
  with_log op-sqlite npm pack --pack-destination "$folder" "$op_sqlite@$version"
  # Most of it are binaries for phones.
  tar -xzf "$folder"/*.tgz -C "$folder" package/package.json package/cpp package/lib/module
  rm "$folder"/*.tgz
}

# The folder of the sqlite3.h that belongs to the SQLite in the Rust library.
sqlite_include() {
  local host
  host=$(rustc -vV | sed -n 's/^host: //p')
  cargo metadata --format-version 1 --locked --filter-platform "$host" | node -e '
    const { packages } = JSON.parse(require("fs").readFileSync(0, "utf8"))
    const { manifest_path } = packages.find(({ name }) => name === "libsqlite3-sys")
    console.log(require("path").join(manifest_path, "../sqlite3"))'
}

build_program() {
  local include hermes source
  include=$(sqlite_include)
  hermes=$(scripts/hermes.sh --path)
  source=$(scripts/hermes.sh --source)
  cmake -S bench/jsi -B build/bench/jsi -G Ninja --log-level=WARNING \
    -DMAILBOAT_ENGINE=hermes \
    -DMAILBOAT_REACT_NATIVE="$PWD/node_modules/react-native" \
    -DMAILBOAT_BRIDGE="$PWD/build/bridge/libmailboat_bridge.a" \
    -DMAILBOAT_HERMES="$hermes" \
    -DMAILBOAT_HERMES_SOURCE="$source" \
    -DOP_SQLITE="$PWD/$folder/package" \
    -DSQLITE_INCLUDE="$include" >/dev/null
  with_log bench-jsi ninja -C build/bench/jsi mailboat-bench-jsi
}

use_pinned_rust
step "op-sqlite $version, to compare with (115 MB to fetch the first time)" fetch_op_sqlite
step 'its program on Hermes (about a minute the first time)' build_program
