// The Objective-C++ of ios/, as far as a Linux compiler can judge it: against React Native's
// headers, GNUstep's Foundation, and our own declarations of what that lacks (../apple).

// @ts-check

const fs = require("node:fs");
const path = require("node:path");

/** The language that Xcode compiles a pod in. `ios` for the runtime brings literals and ARC. */
const LANGUAGE = [
  ...["-x", "objective-c++", "-std=c++20", "-fobjc-arc", "-fblocks", "-fobjc-runtime=ios"],
  ...["-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-D_NATIVE_OBJC_EXCEPTIONS"],
];

/** @type {import("../checks").Check} */
module.exports = {
  id: "objcxx-syntax",
  what: "the Objective-C++ sources compile against React Native's headers and GNUstep's Foundation",
  where: "iOS headers",
  speed: "quick",
  async run(kit, { planted }) {
    const gnustep = kit.apt(["libgnustep-base-dev"], "gnustep");
    const sources = path.join(kit.scratch, "ios");
    kit.copy(path.join(kit.root, "ios"), sources, (file) => !file.endsWith(".xcframework"));
    // A call that Mailboat's interface with the platform has not.
    if (planted) {
      kit.edit(
        path.join(sources, "MailboatDevice.mm"),
        "mailboat_set_power(",
        "mailboat_set_batt(",
      );
    }

    const apple = path.join(kit.root, "scripts/package/apple");
    const common = path.join(kit.root, "node_modules/react-native/ReactCommon");
    const system = [
      ...[apple, path.join(gnustep, "usr/include/GNUstep"), common, path.join(common, "jsi")],
      ...[path.join(common, "callinvoker"), path.join(common, "react/nativemodule/core")],
      path.join(kit.root, "cpp/host/stubs"),
    ];
    const files = fs.readdirSync(sources).filter((file) => file.endsWith(".mm"));
    for (const file of files) {
      kit.exec("clang++", [
        ...LANGUAGE,
        ...system.flatMap((folder) => ["-isystem", folder]),
        ...["-I", path.join(kit.root, "cpp"), "-I", sources],
        ...["-include", path.join(apple, "FoundationNewer.h"), path.join(sources, file)],
      ]);
    }
    if (files.length === 0) throw new Error("ios/ has no Objective-C++");
    return `${files.length} files of ios/, no warning`;
  },
};
