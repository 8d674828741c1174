// @ts-check

const path = require("node:path");
const android = require("../android");

/** @type {import("../checks").Check} */
module.exports = {
  id: "shim-android-headers",
  what: "the shim and the JNI glue compile against the headers that React Native ships for phones",
  where: "Android headers",
  speed: "quick",
  async run(kit, { planted }) {
    android.copyNative(kit, kit.scratch);
    if (planted) {
      const glue = path.join(kit.scratch, "android/src/main/cpp/MailboatAndroid.cpp");
      kit.edit(glue, "registerCxxModuleToGlobalModuleMap(", "registerCxxModuleToTheMap(");
    }
    const sources = android.nativeSources(kit.scratch);
    const compilers = ["g++", "clang++"];
    for (const version of android.REACT_ANDROID) {
      const headers = android.deviceHeaders(kit, android.reactAndroid(kit, version));
      for (const compiler of compilers) {
        android.compile(kit, compiler, [
          ...["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", ...headers],
          ...["-I", path.join(kit.scratch, "cpp"), ...sources],
        ]);
      }
    }
    return `${sources.length} files, react-android ${android.REACT_ANDROID.join(" and ")}, ${compilers.join(" and ")}`;
  },
};
