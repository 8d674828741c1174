#!/usr/bin/env bash
# Compiles the shim as phones' compilers would: against the oldest and the newest React
# Native that Mailboat supports, with g++ and clang, every warning an error. And it must
# not compile when the specification has a method that C++ has not.

. "$(dirname "$0")/lib.sh"

newest=0.88.1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The folder of the newest React Native. Only its headers are needed, so it is no dependency.
newest_react_native() {
  local folder=build/react-native-$newest
  if [ ! -f "$folder/package/package.json" ]; then
    mkdir -p "$folder"
    npm pack --silent --pack-destination "$folder" "react-native@$newest" >/dev/null
    tar -xzf "$folder/react-native-$newest.tgz" -C "$folder" package/ReactCommon package/package.json
    rm "$folder/react-native-$newest.tgz"
  fi
  echo "$folder/package"
}

# compile COMPILER REACT_NATIVE FOLDER: looks at the shim in FOLDER and writes nothing.
compile() {
  local compiler=$1 common=$2/ReactCommon folder=$3
  "$compiler" -std=c++20 -Wall -Wextra -Werror -fsyntax-only \
    -isystem "$common" -isystem "$common/jsi" -isystem "$common/callinvoker" \
    -isystem "$common/react/nativemodule/core" -isystem cpp/host/stubs -I "$folder" "$folder"/*.cpp
}

node scripts/generate-spec.js --check

newest_folder=$(newest_react_native)
for react_native in node_modules/react-native "$newest_folder"; do
  for compiler in g++ clang++; do
    compile "$compiler" "$react_native" cpp
    echo "$compiler, react-native $(node -p "require('./$react_native/package.json').version"): ok"
  done
done

# A shim whose specification knows one more method.
cp -r cpp/*.h cpp/*.cpp cpp/generated "$scratch"
sed 's/^  drain(/  forgotten(engine: number): string;\n&/' js/src/native/NativeMailboat.ts >"$scratch/NativeMailboat.ts"
node scripts/generate-spec.js "$scratch/NativeMailboat.ts" "$scratch/generated/MailboatSpecJSI.h"
if compile g++ node_modules/react-native "$scratch" 2>"$scratch/errors"; then
  die 'a method that is in the specification and not in C++ went unnoticed'
fi
grep -q forgotten "$scratch/errors" || die "the shim failed to compile for another reason: $(cat "$scratch/errors")"
echo 'a method that C++ forgot: refused'
