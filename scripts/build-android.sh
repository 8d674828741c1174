#!/usr/bin/env bash
# Builds the Rust library for phones and writes it where android/CMakeLists.txt looks:
#
#   scripts/build-android.sh [ABI...]      without one: every ABI of React Native
#   scripts/build-android.sh --check       only says whether this machine can build them
#
# Needs Android's NDK (in ANDROID_NDK_HOME, or below ANDROID_HOME/ndk: 27.1, else the newest) and, of
# Rust, the targets of the ABIs. The release workflow runs it; an app that builds Mailboat
# from source does too.

. "$(dirname "$0")/lib.sh"

ABIS=(arm64-v8a armeabi-v7a x86_64 x86)
# React Native 0.86's minSdk: what the library may ask of Android's C library.
API=24
# Of the stripped archive. Linked into libmailboat.so, most of it falls away.
LIMIT_MB=60
PREBUILT=android/prebuilt
# The NDK that React Native 0.86's apps are built with (android/build.gradle): the library holds
# C++, and a newer one's may want what their C++ runtime lacks.
NDK_VERSION=27.1.12297006
NDK_WORD="Install it with Android Studio (SDK Manager, \"NDK (Side by side)\") or with
sdkmanager \"ndk;$NDK_VERSION\", and set ANDROID_NDK_HOME to its folder."

usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

# rust_target ABI: Rust's name for it.
rust_target() {
  case "$1" in
    arm64-v8a) echo aarch64-linux-android ;;
    armeabi-v7a) echo armv7-linux-androideabi ;;
    x86_64) echo x86_64-linux-android ;;
    x86) echo i686-linux-android ;;
    *) die "there is no ABI $1; there are: ${ABIS[*]}" ;;
  esac
}

# clang_target ABI: the NDK's name for it, which differs for one.
clang_target() {
  case "$1" in
    armeabi-v7a) echo armv7a-linux-androideabi ;;
    *) rust_target "$1" ;;
  esac
}

# The folder of the NDK.
find_ndk() {
  local sdk=${ANDROID_HOME:-${ANDROID_SDK_ROOT:-}} newest
  if [ -n "${ANDROID_NDK_HOME:-}" ]; then
    [ -d "$ANDROID_NDK_HOME/toolchains/llvm/prebuilt" ] ||
      die "ANDROID_NDK_HOME is $ANDROID_NDK_HOME, which holds no NDK. $NDK_WORD"
    echo "$ANDROID_NDK_HOME"
    return
  fi
  if [ -n "$sdk" ] && [ -d "$sdk/ndk/$NDK_VERSION" ]; then
    echo "$sdk/ndk/$NDK_VERSION"
    return
  fi
  if [ -n "$sdk" ] && [ -d "$sdk/ndk" ]; then
    newest=$(find "$sdk/ndk" -mindepth 1 -maxdepth 1 -type d | sort -V | tail -n 1)
    if [ -n "$newest" ]; then
      echo "$newest"
      return
    fi
  fi
  die "ANDROID_NDK_HOME is not set and ANDROID_HOME has no NDK. $NDK_WORD"
}

# The folder of the NDK's compilers for this machine.
find_tools() {
  local folder
  folder=$(find "$1/toolchains/llvm/prebuilt" -mindepth 1 -maxdepth 1 -type d | head -n 1)
  [ -x "$folder/bin/clang" ] || die "the NDK at $1 has no clang for this machine. $NDK_WORD"
  echo "$folder/bin"
}

# Rust's targets that are missing, of the ABIs given.
missing_targets() {
  local abi target library
  for abi in "$@"; do
    target=$(rust_target "$abi")
    library=$(rustc --print target-libdir --target "$target") || return
    if ! compgen -G "$library/libstd-*.rlib" >/dev/null; then echo "$target"; fi
  done
}

# Says all that is missing at once. Sets `tools`.
look_around() {
  local ndk targets
  use_pinned_rust
  ndk=$(find_ndk)
  tools=$(find_tools "$ndk")
  targets=$(missing_targets "$@")
  if [ -n "$targets" ]; then
    # shellcheck disable=SC2086 # one word a target
    die "Rust cannot compile for: $(echo $targets). Run: rustup target add $(echo $targets)"
  fi
}

# build ABI: compiles, strips and puts it in place.
build() {
  local abi=$1 target clang upper lower library megabytes
  target=$(rust_target "$abi")
  clang=$tools/$(clang_target "$abi")$API-clang
  lower=${target//-/_}
  upper=$(tr '[:lower:]' '[:upper:]' <<<"$lower") # bash on a Mac has no ^^
  library=$PREBUILT/$abi/libmailboat_bridge.a
  # `cc` compiles SQLite, zstd, ring and the bridge's C++; its variables have the target in
  # their names. As a static library only: with an rlib beside it cargo would not optimize
  # over all crates.
  env "CC_$lower=$clang" "CXX_$lower=$clang++" "AR_$lower=$tools/llvm-ar" \
    "RANLIB_$lower=$tools/llvm-ranlib" "CARGO_TARGET_${upper}_LINKER=$clang" \
    cargo rustc --package mailboat-bridge --lib --crate-type staticlib --profile mobile --target "$target"
  mkdir -p "$PREBUILT/$abi"
  "$tools/llvm-strip" --strip-debug -o "$library" "target/$target/mobile/libmailboat_bridge.a"
  megabytes=$((($(wc -c <"$library") + 999999) / 1000000))
  if [ "$megabytes" -gt "$LIMIT_MB" ]; then
    die "$library has $megabytes MB, more than the limit of $LIMIT_MB"
  fi
  echo "$library: $megabytes MB"
}

check_only=''
abis=()
for word in "$@"; do
  case "$word" in
    --check) check_only=yes ;;
    -h | --help)
      usage
      exit
      ;;
    -*) die "what is $word? $(usage)" ;;
    *)
      rust_target "$word" >/dev/null
      abis+=("$word")
      ;;
  esac
done
if [ "${#abis[@]}" -eq 0 ]; then abis=("${ABIS[@]}"); fi

look_around "${abis[@]}"
if [ -n "$check_only" ]; then
  echo "can build: ${abis[*]}"
  exit
fi
for abi in "${abis[@]}"; do
  step "Rust library for $abi" build "$abi"
done
