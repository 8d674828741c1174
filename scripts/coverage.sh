#!/usr/bin/env bash
# How much of the code the tests run, by folder (npm run coverage): all of Jest's suites for
# TypeScript, all of cargo's and Jest's (on an engine that counts) for Rust. The table goes to
# the screen; with --write it goes to docs/coverage.md too.
#
#   scripts/coverage.sh [--write]
#
# It fails when a test does, or when a folder of the product lies below the goal.

. "$(dirname "$0")/lib.sh"

write=''
case "${1:-}" in
  '') ;;
  --write) write=--write ;;
  *) die 'usage: scripts/coverage.sh [--write]' ;;
esac

scripts/setup.sh --for coverage
use_pinned_rust

llvm=$(rustc --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
have "llvm-cov-$llvm" || die "Rust's coverage needs llvm-cov-$llvm, of the LLVM that this Rust is built on (package llvm-$llvm)."

out=$PWD/build/coverage
export CARGO_TARGET_DIR=$out/target
export RUSTC_WORKSPACE_WRAPPER=$PWD/scripts/coverage/rustc.sh
# Processes of the same program share four files, whoever ends first.
export LLVM_PROFILE_FILE=$out/profiles/%4m.profraw

# Dependencies are compiled as everywhere else: what is there already is taken from there.
take_dependencies() {
  local folder
  if [ -d "$CARGO_TARGET_DIR/release" ] || [ ! -d target/release/deps ]; then return; fi
  mkdir -p "$CARGO_TARGET_DIR/release"
  for folder in .fingerprint build deps; do
    cp -al "target/release/$folder" "$CARGO_TARGET_DIR/release/"
  done
}

build_tests() {
  take_dependencies
  cargo test --release --workspace --no-run --message-format json-render-diagnostics \
    >"$out/programs.json"
  # The engine that Jest loads is no program of cargo's tests. With one test, as in setup.sh, so
  # that the dependencies have the features that tests want and nothing is compiled twice.
  cargo build --release --workspace --lib --test generated
  cp "$CARGO_TARGET_DIR/release/libmailboat_node.so" "$out/mailboat.node"
}

run_rust() {
  cargo test --release --workspace --no-fail-fast
}

run_javascript() {
  MAILBOAT_NODE_ADDON=$out/mailboat.node npx jest --coverage --coverageProvider babel \
    --collectCoverageFrom 'js/{src,plugin}/**/*.{ts,tsx}' --collectCoverageFrom '!js/src/generated/**' \
    --coverageDirectory "$out/javascript" --coverageReporters lcovonly
}

# Every program that cargo has made, and the engine that Jest has loaded.
export_rust() {
  local programs=() program
  while read -r program; do programs+=(-object "$program"); done \
    < <(node -p 'require("./scripts/coverage/programs.js")(process.argv[1])' "$out/programs.json")
  "llvm-profdata-$llvm" merge --sparse --failure-mode=all "$out"/profiles/*.profraw -o "$out/rust.profdata"
  "llvm-cov-$llvm" export --format lcov --instr-profile "$out/rust.profdata" \
    "$out/mailboat.node" "${programs[@]}" --sources "$PWD/rust" >"$out/rust.lcov"
}

rm -rf "$out/profiles" "$out/javascript"
mkdir -p "$out/profiles"
step 'Rust that counts (four minutes the first time)' with_log coverage-build build_tests
step 'Tests in Rust' with_log coverage-rust run_rust
step 'Tests in JavaScript' with_log coverage-javascript run_javascript
step 'What they ran' export_rust
node scripts/coverage/table.js $write "$out/rust.lcov" "$out/javascript/lcov.info"
