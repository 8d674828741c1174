// What the checks of the Android half have in common: React Native's Android library, the
// Kotlin compiler, and the flags that a phone's build compiles the shim with.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { Accident } = require("./kit");

/** @typedef {import("./kit").Kit} Kit */

/**
 * The React Natives whose Android library Mailboat is held against: the oldest that it
 * supports, and the newest whose library Maven Central has (of 0.88 it has none, so 0.88's
 * headers come from its npm package, in scripts/check-cpp.sh).
 */
const REACT_ANDROID = ["0.86.3", "0.87.1"];
/** The framework's own classes, of Android 16 (API level 36). */
const ANDROID_ALL = "16-robolectric-13921718";
/** React Native 0.86's (gradle/libs.versions.toml). */
const KOTLIN = "2.1.20";
const KOTLIN_COMPILER = /** @type {const} */ ([
  ["org.jetbrains.kotlin", "kotlin-compiler-embeddable", KOTLIN],
  ["org.jetbrains.kotlin", "kotlin-script-runtime", KOTLIN],
  ["org.jetbrains.kotlin", "kotlin-reflect", "1.6.10"],
  ["org.jetbrains.kotlin", "kotlin-daemon-embeddable", KOTLIN],
  ["org.jetbrains.kotlinx", "kotlinx-coroutines-core-jvm", "1.6.4"],
  ["org.jetbrains", "annotations", "13.0"],
  ["org.jetbrains.intellij.deps", "trove4j", "1.0.20200330"],
]);

/** What of the archive is unpacked: its libraries with debug information are 500 MB. */
const UNPACKED = [
  "classes.jar",
  "jni",
  "prefab/modules/reactnative/include",
  "prefab/modules/jsi/include",
];

/** The folder that react-android of `version` is unpacked in. @param {Kit} kit @param {string} version */
function reactAndroid(kit, version) {
  const folder = path.join(kit.cache, `react-android-${version}`);
  if (fs.existsSync(path.join(folder, ".unpacked"))) return folder;
  const archive = kit.maven("com.facebook.react", "react-android", version, "aar:release");
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  kit.exec("jar", ["--extract", "--file", archive, ...UNPACKED], { cwd: folder });
  fs.writeFileSync(path.join(folder, ".unpacked"), "");
  return folder;
}

/**
 * Runs a compiler, linker or CMake. When it finds a fault, the error begins with what it says
 * of it instead of the command.
 *
 * @param {Kit} kit @param {string} command @param {string[]} args @param {import("./kit").Command} [options]
 */
function compile(kit, command, args, options) {
  try {
    return kit.exec(command, args, options);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Accident) throw error;
    const lines = error.message.split("\n");
    const first = lines.findIndex((line) => /\berror:|CMake Error|undefined reference/i.test(line));
    if (first < 0) throw error;
    throw new Error(lines.slice(first).join("\n").replaceAll(`${kit.scratch}/`, ""));
  }
}

/** @param {Kit} kit */
const androidAll = (kit) => kit.maven("org.robolectric", "android-all", ANDROID_ALL);

/** @param {Kit} kit */
const kotlinStdlib = (kit) => kit.maven("org.jetbrains.kotlin", "kotlin-stdlib", KOTLIN);

/**
 * Compiles Kotlin as the app's build would, every warning an error.
 *
 * @param {Kit} kit
 * @param {{ sources: string[], classes: string[], into: string, friend?: string }} what
 *   `friend`: a folder of classes whose `internal` names the sources may use
 */
function compileKotlin(kit, { sources, classes, into, friend }) {
  const compiler = [...KOTLIN_COMPILER.map((coordinates) => kit.maven(...coordinates)), kotlinStdlib(kit)];
  compile(kit, "java", [
    ...["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", compiler.join(path.delimiter)],
    "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
    ...["-no-stdlib", "-no-reflect", "-Werror", "-Wextra", "-jvm-target", "17"],
    ...(friend === undefined ? [] : [`-Xfriend-paths=${friend}`]),
    ...["-cp", [...classes, kotlinStdlib(kit)].join(path.delimiter), "-d", into, ...sources],
  ]);
}

/** The folder of the JDK's own headers. @param {Kit} kit */
function jniHeaders(kit) {
  const { stderr } = kit.exec("java", ["-XshowSettings:properties", "-version"]);
  const home = /java\.home = (.+)/.exec(stderr)?.[1];
  const folder = home === undefined ? "" : path.join(home, "include");
  if (!fs.existsSync(path.join(folder, "jni.h"))) throw new Error("this JDK has no jni.h");
  return folder;
}

/**
 * What React Native says that its headers are to be compiled with.
 *
 * @param {Kit} kit
 */
function follyFlags(kit) {
  const file = "node_modules/react-native/ReactAndroid/cmake-utils/folly-flags.cmake";
  const flags = fs.readFileSync(path.join(kit.root, file), "utf8").match(/^\s*-D\w+=\w+$/gm);
  if (flags === null) throw new Error(`${file} names no flags`);
  return flags.map((flag) => flag.trim());
}

/**
 * The compiler's words for the device headers of react-android in `folder`.
 *
 * @param {Kit} kit @param {string} folder
 */
function deviceHeaders(kit, folder) {
  const jni = jniHeaders(kit);
  return [
    ...follyFlags(kit),
    ...["-isystem", path.join(folder, "prefab/modules/reactnative/include")],
    ...["-isystem", path.join(folder, "prefab/modules/jsi/include")],
    ...["-isystem", jni, "-isystem", path.join(jni, "linux")],
  ];
}

/**
 * Copies what libmailboat.so is compiled of to `into`, laid as in the package.
 *
 * @param {Kit} kit @param {string} into
 */
function copyNative(kit, into) {
  for (const name of ["MailboatModule.cpp", "Promises.cpp", "generated"]) {
    kit.copy(path.join(kit.root, "cpp", name), path.join(into, "cpp", name));
  }
  for (const name of fs.readdirSync(path.join(kit.root, "cpp"))) {
    if (name.endsWith(".h")) kit.copy(path.join(kit.root, "cpp", name), path.join(into, "cpp", name));
  }
  for (const name of ["CMakeLists.txt", "exports.map", "src"]) {
    kit.copy(path.join(kit.root, "android", name), path.join(into, "android", name));
  }
}

/** The sources in a folder that copyNative made. @param {string} folder */
function nativeSources(folder) {
  return ["cpp", "android/src/main/cpp"].flatMap((place) =>
    fs
      .readdirSync(path.join(folder, place))
      .filter((name) => name.endsWith(".cpp"))
      .map((name) => path.join(folder, place, name)),
  );
}

/** Names of the files in a folder, and below it, that end so. @param {string} folder @param {string} end @returns {string[]} */
function filesBelow(folder, end) {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(end))
    .sort();
}

module.exports = {
  REACT_ANDROID,
  ANDROID_ALL,
  KOTLIN,
  compile,
  reactAndroid,
  androidAll,
  kotlinStdlib,
  compileKotlin,
  jniHeaders,
  deviceHeaders,
  copyNative,
  nativeSources,
  filesBelow,
};
