#!/usr/bin/env bash
# Builds the engine for iOS, on a Mac with Xcode and Rust: ios/MailboatEngine.xcframework, a
# dynamic framework for phones and one for both kinds of simulator (docs/adr/0017).
#
#   scripts/build-ios.sh

. "$(dirname "$0")/lib.sh"

# React Native's own (min_ios_version_supported); the check `podspec` compares.
minimum_ios=15.1
name=MailboatEngine
device=aarch64-apple-ios
simulators=(aarch64-apple-ios-sim x86_64-apple-ios)
scratch=build/ios-engine

[ "$(uname)" = Darwin ] || die 'frameworks for iOS are built on a Mac'
have xcodebuild || die 'Xcode is not installed'
use_pinned_rust
if have rustup; then rustup target add "$device" "${simulators[@]}"; fi
version=$(node -p "require('./package.json').version")
# C of the crates is compiled for it too.
export IPHONEOS_DEPLOYMENT_TARGET=$minimum_ios

# rust_library TARGET: compiles the bridge and prints where it is. As a static library only:
# with an rlib beside it cargo would not optimize over all crates. Inside `$(...)` bash does not
# stop at an error by itself, and the library of an earlier build would be taken.
rust_library() {
  cargo rustc --profile mobile --lib --crate-type staticlib -p mailboat-bridge --target "$1" >&2 ||
    return
  echo "target/$1/mobile/libmailboat_bridge.a"
}

# link SDK CLANG_TARGET RUST_TARGET OUTPUT: one architecture's dynamic library.
link() {
  local sdk=$1 clang_target=$2 library
  library=$(rust_library "$3")
  xcrun --sdk "$sdk" clang++ -target "$clang_target" -dynamiclib -o "$4" \
    -Wl,-force_load,"$library" -Wl,-exported_symbols_list,ios/exports.txt -Wl,-dead_strip -Wl,-x \
    -install_name "@rpath/$name.framework/$name" \
    -current_version "$version" -compatibility_version 1.0.0 \
    -framework CoreFoundation -framework Foundation -framework Security -framework SystemConfiguration
}

# framework FOLDER SDK_NAME BINARY: the bundle around a library.
framework() {
  local folder=$1/$name.framework
  mkdir -p "$folder"
  cp "$3" "$folder/$name"
  cp ios/PrivacyInfo.xcprivacy "$folder"
  cat >"$folder/Info.plist" <<PLIST
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>CFBundleDevelopmentRegion</key>
	<string>en</string>
	<key>CFBundleExecutable</key>
	<string>$name</string>
	<key>CFBundleIdentifier</key>
	<string>com.mailboat.engine</string>
	<key>CFBundleInfoDictionaryVersion</key>
	<string>6.0</string>
	<key>CFBundleName</key>
	<string>$name</string>
	<key>CFBundlePackageType</key>
	<string>FMWK</string>
	<key>CFBundleShortVersionString</key>
	<string>$version</string>
	<key>CFBundleSupportedPlatforms</key>
	<array>
		<string>$2</string>
	</array>
	<key>CFBundleVersion</key>
	<string>$version</string>
	<key>MinimumOSVersion</key>
	<string>$minimum_ios</string>
</dict>
</plist>
PLIST
}

# A pattern of the list that names nothing, or two things, is no error to the linker.
check_exports() {
  local shown listed
  shown=$(nm -gU "$1" | grep -c ' _')
  listed=$(grep -c '^_' ios/exports.txt)
  [ "$shown" -eq "$listed" ] || die "$1 shows $shown symbols, and ios/exports.txt lists $listed"
}

rm -rf "$scratch" "ios/$name.xcframework"
mkdir -p "$scratch"
link iphoneos "arm64-apple-ios$minimum_ios" "$device" "$scratch/device"
link iphonesimulator "arm64-apple-ios$minimum_ios-simulator" "${simulators[0]}" "$scratch/simulator-arm64"
link iphonesimulator "x86_64-apple-ios$minimum_ios-simulator" "${simulators[1]}" "$scratch/simulator-x86_64"
lipo -create "$scratch/simulator-arm64" "$scratch/simulator-x86_64" -output "$scratch/simulator"
check_exports "$scratch/device"

framework "$scratch/phone" iPhoneOS "$scratch/device"
framework "$scratch/simulators" iPhoneSimulator "$scratch/simulator"
xcodebuild -create-xcframework \
  -framework "$scratch/phone/$name.framework" \
  -framework "$scratch/simulators/$name.framework" \
  -output "ios/$name.xcframework"
du -sh "ios/$name.xcframework"
