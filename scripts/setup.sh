#!/usr/bin/env bash
# Makes a machine that has Node, Rust and a C++ compiler ready for the demo, the
# tests or the benchmarks. Every other script begins with it. It may be run at
# any time: what is current is skipped.
#
#   scripts/setup.sh [--for demo|sim|check|shim|e2e|package|test|coverage|bench|bench-jsi]    (without it: test)

. "$(dirname "$0")/lib.sh"

purpose='test'
while [ $# -gt 0 ]; do
  case "$1 ${2:-}" in
    '--for demo' | '--for sim' | '--for check' | '--for shim' | '--for e2e' | '--for package' | '--for test' | '--for coverage' | '--for bench' | '--for bench-jsi') purpose=$2 ;;
    *) die "usage: scripts/setup.sh [--for demo|sim|check|shim|e2e|package|test|coverage|bench|bench-jsi]" ;;
  esac
  shift 2
done

# The version is pinned so that a new release cannot turn the tests red.
cargo_deny_version=0.20.2
# Of the LLVM that the Rust in rust-toolchain.toml is built on.
llvm=22

# Lines of `probe package suites`: the command, or the file, that must be there, Debian's
# package that brings it, and the suites that need it.
wanted_packages() {
  echo 'c++ g++ all of them'
  echo 'cc gcc all of them'
  case "$purpose" in check | shim | package | test)
    echo 'clang++ clang the shim compiles, hand-over, the package for iOS'
    ;;
  esac
  case "$purpose" in shim | e2e | package | test)
    echo 'cmake cmake the shim, JavaScript engines, the example app'
    echo 'ninja ninja-build the shim, JavaScript engines, the example app'
    echo 'pkg-config pkg-config the shim on JavaScriptCore, the example app'
    ;;
  esac
  case "$purpose" in shim | package | test)
    echo '/usr/include/webkitgtk-4.1/JavaScriptCore/JavaScript.h libjavascriptcoregtk-4.1-dev the shim on JavaScriptCore'
    echo '/usr/include/gtest/gtest.h libgtest-dev the C++ tests'
    ;;
  esac
  case "$purpose" in e2e | test)
    echo '/usr/include/webkitgtk-4.1/webkit2/webkit2.h libwebkit2gtk-4.1-dev the example app'
    echo '/usr/include/json-glib-1.0/json-glib/json-glib.h libjson-glib-dev the example app'
    echo 'Xvfb xvfb the example app without a display'
    # What the page asks for: React Native for the web names it first on Linux.
    echo '/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf fonts-roboto-unhinted pictures of the example app'
    ;;
  esac
  case "$purpose" in package | test)
    echo 'mvn maven the package for Android'
    echo 'javac default-jdk-headless the package for Android'
    echo 'strip binutils the package of the Node host'
    ;;
  esac
  if [ "$purpose" = coverage ]; then
    echo "llvm-cov-$llvm llvm-$llvm coverage of Rust"
  fi
  case "$purpose" in bench | bench-jsi)
    echo 'make make the benchmarks'
    echo 'python3 python3 the benchmarks'
    ;;
  esac
  if [ "$purpose" = bench-jsi ] || [ "${MAILBOAT_HERMES:-}" = 1 ]; then
    echo 'cmake cmake Hermes'
    echo 'ninja ninja-build Hermes'
    echo 'python3 python3 Hermes'
    echo '/usr/include/unicode/uchar.h libicu-dev Hermes'
  fi
}

install_system_packages() {
  local probe package suites as_root=() missing=()
  while read -r probe package suites; do
    if have "$probe" || [ -f "$probe" ]; then continue; fi
    echo "    $probe is missing (package $package); suites that cannot run without it: $suites"
    missing+=("$package")
  done < <(wanted_packages)
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  if ! have apt-get; then
    echo "    there is no apt-get here: install ${missing[*]} by hand"
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if ! have sudo || ! sudo -n true 2>/dev/null; then
      echo "    neither root nor sudo without a password: run 'apt-get install ${missing[*]}' as root"
      return 1
    fi
    as_root=(sudo -n)
  fi
  with_log apt-update "${as_root[@]}" apt-get update
  with_log apt-install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

# The lock file in folder $1 and the Node version that its node_modules was installed for.
npm_fingerprint() {
  { cat "$1/package-lock.json"; node --version; } | sha256sum | cut -d' ' -f1
}

# install_npm_packages FOLDER
install_npm_packages() {
  local stamp=$1/node_modules/.mailboat-stamp
  if [ "$(cat "$stamp" 2>/dev/null)" = "$(npm_fingerprint "$1")" ]; then
    echo '    current'
    return
  fi
  with_log npm-ci npm --prefix "$1" ci --no-audit --no-fund
  npm_fingerprint "$1" >"$stamp"
}

# keep BUILT KEPT: copied beside and moved into place, so that a process that has the old
# one loaded keeps it; left alone when it is the same, so that nothing is linked again.
keep() {
  mkdir -p "$(dirname "$2")"
  if ! cmp -s "$1" "$2"; then
    cp "$1" "$2.new"
    mv "$2.new" "$2"
  fi
}

# One test is built too: then cargo takes the features of the dependencies that the
# tests take, and the tests compile nothing a second time (docs/adr/0007). In CI a lock
# file that does not fit is an error; at a desk cargo mends it.
cargo_build() {
  cargo build --release --workspace --lib --bins --test generated ${CI:+--locked} "$@"
}

# With the features of the whole workspace, as everything else takes them.
build_sim() {
  cargo build --release --workspace --bin mailboat-sim ${CI:+--locked}
}

build_rust() {
  cargo_build
  [ -x target/release/mailboat-devserver ] || die 'the build made no target/release/mailboat-devserver'
  keep target/release/libmailboat_node.so build/mailboat.node
  keep target/release/libmailboat_bridge.a build/bridge/libmailboat_bridge.a
}

# The shim's Rust side once more, with entries that panic when a test asks for it.
build_panicking_bridge() {
  cargo_build --features mailboat-bridge/panics
  keep target/release/libmailboat_bridge.a build/bridge/libmailboat_bridge_panics.a
}

js_fingerprint() {
  find js/src js/plugin package.json package-lock.json tsconfig*.json -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

build_js() {
  local stamp=build/js.stamp
  if [ -f dist/index.js ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(js_fingerprint)" ]; then
    echo '    current'
    return
  fi
  rm -rf dist
  npm run --silent build:js
  js_fingerprint >"$stamp"
}

# What the example app's page is made of: the app without its tests, and the package.
page_fingerprint() {
  {
    find example-app -type f -not -path '*/node_modules/*' -not -path 'example-app/e2e/*' \
      -not -path 'example-app/dist/*' -not -path 'example-app/.expo/*' \
      -not -path 'example-app/android/*' -not -path 'example-app/ios/*' -print0
    printf 'build/js.stamp\0'
  } | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

export_page() {
  local stamp=build/page.stamp
  if [ -f example-app/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(page_fingerprint)" ]; then
    echo '    current'
    return
  fi
  with_log export-page env CI=1 EXPO_OFFLINE=1 EXPO_NO_TELEMETRY=1 npm --prefix example-app run export:web
  page_fingerprint >"$stamp"
}

install_cargo_deny() {
  if [ "$(build/tools/bin/cargo-deny --version 2>/dev/null)" = "cargo-deny $cargo_deny_version" ]; then
    echo '    current'
    return
  fi
  # Without optimisation: it compiles three times as fast and checks in a second all the same.
  with_log cargo-deny cargo install cargo-deny --version "$cargo_deny_version" --locked --debug --root build/tools
}

# better-sqlite3's own install script would look for a prebuilt file outside the
# registries. Its source is in the package; Node's headers are beside Node, or in
# the registry's copy of the same Node.
build_better_sqlite3() {
  local node_root headers
  if node -e "new (require('better-sqlite3'))(':memory:')" 2>/dev/null; then
    echo '    current'
    return
  fi
  node_root=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  if [ ! -f "$node_root/include/node/node.h" ]; then
    headers=node-linux-$(node -p process.arch)@$(node -p process.versions.node)
    with_log node-headers npm install --prefix build/node-headers --no-save --ignore-scripts "$headers"
    node_root=$PWD/build/node-headers/node_modules/${headers%@*}
  fi
  with_log better-sqlite3 env npm_config_nodedir="$node_root" \
    npm explore better-sqlite3 -- node-gyp rebuild --release
}

check_node() {
  if ! have node || ! have npm; then
    die 'Node and npm are not installed. Install Node 20 or newer and run this again.'
  fi
  if [ "$(node -p 'Number.parseInt(process.versions.node) >= 20')" != true ]; then
    die "Node $(node --version) is too old. Install Node 20 or newer and run this again."
  fi
}

start=$SECONDS
check_node
step 'System packages' install_system_packages
use_pinned_rust
if [ "$purpose" = sim ]; then
  step 'The simulator (three to six minutes the first time)' build_sim
  printf 'Set-up for %s done in %d s\n' "$purpose" $((SECONDS - start))
  exit
fi
step 'npm packages (about a minute the first time)' install_npm_packages .
step 'Rust engine and dev server (three to six minutes the first time)' build_rust
step 'TypeScript package (a few seconds)' build_js
case "$purpose" in shim | test)
  step 'Rust engine with panics on demand (a few seconds)' build_panicking_bridge
  ;;
esac
case "$purpose" in e2e | test)
  step 'Window of the example app (about a minute the first time)' scripts/webkit.sh
  ;;
esac
# The config plugin's types are the example app's Expo: its check and its lint need them.
case "$purpose" in check | e2e | package | test)
  step 'npm packages of the example app (two minutes the first time)' install_npm_packages example-app
  ;;
esac
case "$purpose" in e2e | test)
  step 'Page of the example app (half a minute)' export_page
  ;;
esac
if [ "$purpose" = test ]; then
  step "cargo-deny $cargo_deny_version (about a minute the first time)" install_cargo_deny
fi
case "$purpose" in bench | bench-jsi)
  step 'better-sqlite3, to compare with (about a minute the first time)' build_better_sqlite3
  ;;
esac
if [ "$purpose" = bench-jsi ]; then
  step 'Hermes (about 8 minutes on two cores, once)' scripts/hermes.sh
  bench/jsi/build.sh
fi
printf 'Set-up for %s done in %d s\n' "$purpose" $((SECONDS - start))
