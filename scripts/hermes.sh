#!/usr/bin/env bash
# Builds Hermes, the JavaScript engine of phones, for this machine. Once: it is kept
# outside the work tree, in ${MAILBOAT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mailboat}, and
# a later run only looks whether it is current. About 8 minutes on two cores.
#
#   scripts/hermes.sh             builds it unless it is there
#   scripts/hermes.sh --path      prints the build folder; fails if it is not there
#   scripts/hermes.sh --source    prints the folder of its source; fails likewise

. "$(dirname "$0")/lib.sh"

# The crate carries the whole source of Hermes; the version decides which one.
crate=hermes-engine
version=0.0.1
options=(
  -DCMAKE_BUILD_TYPE=Release
  -DHERMES_ENABLE_DEBUGGER=OFF
  -DHERMES_ENABLE_TEST_SUITE=OFF
  -DHERMES_BUILD_SHARED_JSI=OFF
)
targets=(hermesvm jsi)

cache=${MAILBOAT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mailboat}
build=$cache/$crate-$version
stamp=$build/mailboat-stamp

# What must be equal for a build to be current.
fingerprint() { echo "$crate $version ${options[*]} ${targets[*]}"; }

# The stamp's second line is where the source was: programs are compiled against it.
built_source() { sed -n 2p "$stamp" 2>/dev/null; }

is_current() {
  [ "$(sed -n 1p "$stamp" 2>/dev/null)" = "$(fingerprint)" ] &&
    [ -e "$build/lib/libhermesvm.so" ] &&
    [ -e "$(built_source)/API/hermes/hermes.h" ]
}

# Cargo fetches the crate when a package depends on it, and then knows its folder.
find_source() {
  local package=$cache/hermes-source manifest
  mkdir -p "$package"
  : >"$package/lib.rs"
  cat >"$package/Cargo.toml" <<-TOML
	[package]
	name = "hermes-source"
	version = "0.0.0"
	edition = "2024"
	[lib]
	path = "lib.rs"
	[dependencies]
	$crate = "=$version"
	[workspace]
	TOML
  manifest=$(cargo metadata --format-version 1 --manifest-path "$package/Cargo.toml" |
    node -e '
      const { packages } = JSON.parse(require("fs").readFileSync(0, "utf8"))
      console.log(packages.find(({ name }) => name === process.argv[1]).manifest_path)
    ' "$crate") || return 1
  echo "${manifest%/Cargo.toml}/hermes-vendor"
}

fetch_source() {
  find_source >"$cache/hermes-source/path" || return 1
  echo "    $(cat "$cache/hermes-source/path")"
}

# CMake refuses a build folder that was made for a source elsewhere.
configure() {
  if [ -e "$build/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$source" "$build/CMakeCache.txt"; then
    rm -rf "$build"
  fi
  rm -f "$stamp"
  with_log hermes-configure cmake -S "$source" -B "$build" -G Ninja "${options[@]}"
}

# ninja's words go to a log; a line every 5 s shows how far it is.
compile() {
  local log=build/logs/hermes.log line next=0
  mkdir -p build/logs
  echo "    its words go to $log"
  if ! ninja -C "$build" "${targets[@]}" 2>&1 | tee "$log" | while IFS= read -r line; do
    if [[ $line =~ ^\[[0-9]+/[0-9]+\] ]] && [ "$SECONDS" -ge "$next" ]; then
      printf '    %s\n' "${BASH_REMATCH[0]}"
      next=$((SECONDS + 5))
    fi
  done; then
    tail -n 40 "$log" >&2
    return 1
  fi
  [ -e "$build/lib/libhermesvm.so" ] || die "ninja was content, but there is no $build/lib/libhermesvm.so"
  { fingerprint; echo "$source"; } >"$stamp"
}

case ${1:-} in
  --path)
    is_current || die "Hermes is not built: run scripts/hermes.sh"
    echo "$build"
    exit
    ;;
  --source)
    is_current || die "Hermes is not built: run scripts/hermes.sh"
    built_source
    exit
    ;;
  '') ;;
  *) die "usage: scripts/hermes.sh [--path | --source]" ;;
esac

if is_current; then
  echo "Hermes is current: $build"
  exit
fi
# Python and ICU are wanted by Hermes' own build.
for tool in cargo node cmake ninja python3; do
  have "$tool" || die "$tool is not installed; Hermes cannot be built without it (Debian: cmake ninja-build python3 libicu-dev)"
done
use_pinned_rust
mkdir -p "$cache/hermes-source"
echo "Building Hermes into $build: about 8 minutes on two cores, once."
# A second run waits for the first and then finds its result.
exec {lock}>"$cache/hermes-source/lock"
flock "$lock"
if is_current; then
  echo "Hermes is current: $build"
  exit
fi
step "the source: crate $crate $version" fetch_source
source=$(cat "$cache/hermes-source/path")
step 'configure' configure
step 'compile' compile
echo "Hermes is current: $build"
