// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const android = require("../android");
const { filesBelow } = require("../files");

/** @type {import("../checks").Check} */
module.exports = {
  id: "kotlin-compiles",
  what: "Kotlin compiles against the classes of Android 16 and of react-android, warnings are errors",
  where: "Android headers",
  speed: "quick",
  async run(kit, { planted }) {
    const sources = path.join(kit.scratch, "java");
    kit.copy(path.join(kit.root, "android/src/main/java"), sources);
    const monitor = path.join(sources, "com/mailboat/NetworkMonitor.kt");
    if (planted) kit.edit(monitor, "registerDefaultNetworkCallback", "registerTheNetworkCallback");

    const reactNative = android.OLDEST;
    const into = path.join(kit.scratch, "classes");
    android.compileKotlin(kit, {
      sources: [sources],
      classes: [
        android.androidAll(kit),
        path.join(android.reactAndroid(kit, reactNative), "classes.jar"),
      ],
      into,
    });
    checkManifest(kit, sources);
    const files = filesBelow(sources, ".kt").length;
    const classes = filesBelow(into, ".class").length;
    return `${files} files, ${classes} classes; Kotlin ${android.KOTLIN}, Android ${android.ANDROID_ALL.split("-")[0]}, react-android ${reactNative}`;
  },
};

/** Every class that the manifest names is there. @param {import("../kit").Kit} kit @param {string} sources */
function checkManifest(kit, sources) {
  const manifest = fs.readFileSync(
    path.join(kit.root, "android/src/main/AndroidManifest.xml"),
    "utf8",
  );
  const names = [...manifest.matchAll(/android:name="(com\.mailboat\.\w+)"/g)].map(
    ([, name]) => name ?? "",
  );
  if (names.length === 0) throw new Error("the manifest names no class of Mailboat");
  for (const name of names) {
    const file = path.join(sources, `${name.replaceAll(".", "/")}.kt`);
    if (!fs.existsSync(file)) throw new Error(`the manifest names ${name}, which there is not`);
  }
}
