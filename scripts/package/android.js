// What the checks of the Android half have in common: React Native's Android library, the
// Kotlin compiler, and the flags that a phone's build compiles the shim with.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { filesBelow } = require("./files");
const { Accident } = require("./kit");

/** @typedef {import("./kit").Kit} Kit */

/** The oldest React Native that Mailboat supports. */
const OLDEST = "0.86.3";
/**
 * The React Natives whose Android library Mailboat is held against: the oldest, and the newest
 * whose library Maven Central has. Of 0.88 it has none: scripts/check-cpp.sh compiles the shim
 * against the headers in its npm package.
 */
const REACT_ANDROID = [OLDEST, "0.87.1"];
/** The framework's own classes, of Android 16 (API level 36). */
const ANDROID_ALL = "16-robolectric-13921718";
/** React Native 0.86's (gradle/libs.versions.toml). */
const KOTLIN = "2.1.20";
/** @type {[string, string, string][]} */
const KOTLIN_COMPILER = [
  ["org.jetbrains.kotlin", "kotlin-compiler-embeddable", KOTLIN],
  ["org.jetbrains.kotlin", "kotlin-script-runtime", KOTLIN],
  ["org.jetbrains.kotlin", "kotlin-reflect", "1.6.10"],
  ["org.jetbrains.kotlin", "kotlin-daemon-embeddable", KOTLIN],
  ["org.jetbrains.kotlinx", "kotlinx-coroutines-core-jvm", "1.6.4"],
  ["org.jetbrains", "annotations", "13.0"],
  ["org.jetbrains.intellij.deps", "trove4j", "1.0.20200330"],
];

const ROBOLECTRIC = "4.16";
/** The framework with Robolectric's hooks: the oldest Android that Mailboat supports, and 14. */
const FRAMEWORKS = [
  { level: 24, version: "7.0.0_r1-robolectric-r1-i7" },
  { level: 34, version: "14-robolectric-10818077-i7" },
];

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
    const first = lines.findIndex((line) =>
      /\berror:|CMake Error|undefined reference|^\d+\) /i.test(line),
    );
    if (first < 0) throw error;
    const says = lines.slice(first).join("\n").replaceAll(`${kit.scratch}/`, "");
    throw new Error(says, { cause: error });
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
  const compiler = [
    ...KOTLIN_COMPILER.map((coordinates) => kit.maven(...coordinates)),
    kotlinStdlib(kit),
  ];
  compile(kit, "java", [
    ...["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", compiler.join(path.delimiter)],
    "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler",
    ...["-no-stdlib", "-no-reflect", "-Werror", "-Wextra", "-jvm-target", "17"],
    ...(friend === undefined ? [] : [`-Xfriend-paths=${friend}`]),
    ...["-cp", [...classes, kotlinStdlib(kit)].join(path.delimiter), "-d", into, ...sources],
  ]);
}

/**
 * Robolectric with all that it needs: classes to run with, and the folder of its frameworks.
 *
 * @param {Kit} kit
 */
function robolectric(kit) {
  const folder = path.join(kit.cache, `robolectric-${ROBOLECTRIC}`);
  if (!fs.existsSync(path.join(folder, ".complete"))) fetchRobolectric(kit, folder);
  const frameworks = FRAMEWORKS.map(({ version }) =>
    kit.maven("org.robolectric", "android-all-instrumented", version),
  );
  return {
    classes: [
      ...filesBelow(folder, ".jar").map((name) => path.join(folder, name)),
      kit.maven("junit", "junit", "4.13.2"),
      kit.maven("org.hamcrest", "hamcrest-core", "1.3"),
    ],
    // Robolectric's loader begins with these; those of 16 want a newer Java.
    android: kit.maven("org.robolectric", "android-all", "14-robolectric-10818077"),
    frameworks: path.dirname(frameworks[0] ?? ""),
    levels: FRAMEWORKS.map(({ level }) => level),
  };
}

/** @param {Kit} kit @param {string} folder */
function fetchRobolectric(kit, folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.mailboat</groupId>
  <artifactId>tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.robolectric</groupId>
      <artifactId>robolectric</artifactId>
      <version>${ROBOLECTRIC}</version>
    </dependency>
  </dependencies>
</project>
`,
  );
  try {
    const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
    const words = ["--batch-mode", "--quiet", copy, "-DincludeScope=runtime"];
    kit.exec("mvn", [...words, `-DoutputDirectory=${folder}`], { cwd: folder, timeoutS: 900 });
  } catch (error) {
    throw new Accident(error instanceof Error ? error.message : String(error));
  }
  // Android's libraries have their classes in an archive in the archive.
  for (const name of filesBelow(folder, ".aar")) {
    const unpacked = path.join(folder, name.replace(/\.aar$/, ""));
    fs.mkdirSync(unpacked);
    kit.exec("jar", ["--extract", "--file", path.join(folder, name), "classes.jar"], {
      cwd: unpacked,
    });
  }
  fs.writeFileSync(path.join(folder, ".complete"), "");
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
    if (name.endsWith(".h"))
      kit.copy(path.join(kit.root, "cpp", name), path.join(into, "cpp", name));
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

/** The ABI under whose name this machine's Rust library stands in. */
const HOST_ABI = "x86_64";

/**
 * What stands in for a phone's surroundings on this machine, in `folder`: JSI and the part of
 * React Native that libmailboat.so is linked with, compiled from its npm package under the
 * names of the phones' libraries; their CMake package with the phones' headers; and an empty
 * liblog. Answers the folder.
 *
 * @param {Kit} kit @param {string} folder
 */
function hostReactNative(kit, folder) {
  const common = path.join(kit.root, "node_modules/react-native/ReactCommon");
  const core = path.join(common, "react/nativemodule/core");
  const headers = [
    ...[common, path.join(common, "jsi"), path.join(common, "callinvoker"), core],
    path.join(kit.root, "cpp/host/stubs"),
  ].flatMap((place) => ["-isystem", place]);
  const shared = ["-std=c++20", "-O1", "-fPIC", "-shared", "-DNDEBUG", ...headers];
  fs.mkdirSync(folder, { recursive: true });
  const library = (/** @type {string} */ name) => path.join(folder, `lib${name}.so`);
  const named = (/** @type {string} */ name) => [`-Wl,-soname,lib${name}.so`, "-o", library(name)];

  compile(kit, "g++", [...shared, path.join(common, "jsi/jsi/jsi.cpp"), ...named("jsi")]);
  compile(kit, "g++", [
    ...shared,
    path.join(core, "ReactCommon/TurboModule.cpp"),
    path.join(core, "ReactCommon/CxxTurboModuleUtils.cpp"),
    path.join(common, "react/bridging/LongLivedObject.cpp"),
    library("jsi"),
    ...named("reactnative"),
  ]);
  compile(kit, "g++", ["-shared", "-x", "c++", "/dev/null", ...named("log")]);

  const phones = path.join(reactAndroid(kit, OLDEST), "prefab/modules");
  const imported = (/** @type {string} */ name) => `
add_library(ReactAndroid::${name} SHARED IMPORTED)
set_target_properties(ReactAndroid::${name} PROPERTIES
  IMPORTED_LOCATION "${library(name)}"
  INTERFACE_INCLUDE_DIRECTORIES "${path.join(phones, name, "include")}")
`;
  fs.writeFileSync(
    path.join(folder, "ReactAndroidConfig.cmake"),
    imported("jsi") + imported("reactnative"),
  );
  return folder;
}

/**
 * Configures the module's own CMakeLists.txt in a folder that copyNative made.
 *
 * @param {Kit} kit @param {string} folder @param {string} surroundings @param {string} abi
 */
function configureHost(kit, folder, surroundings, abi) {
  const build = path.join(folder, `build-${abi}`);
  compile(kit, "cmake", [
    ...["-S", path.join(folder, "android"), "-B", build, "-G", "Ninja", `-DANDROID_ABI=${abi}`],
    `-DReactAndroid_DIR=${surroundings}`,
    `-DREACT_NATIVE_DIR=${path.join(kit.root, "node_modules/react-native")}`,
    `-DCMAKE_CXX_FLAGS=${["", "/linux"].map((sub) => `-isystem ${jniHeaders(kit)}${sub}`).join(" ")}`,
    // Gradle strips what it puts into the app.
    `-DCMAKE_SHARED_LINKER_FLAGS=-L${surroundings} -Wl,--strip-all`,
    "-DCMAKE_BUILD_TYPE=Release",
  ]);
  return build;
}

/**
 * libmailboat.so for this machine, with its own Rust library. Answers its path.
 *
 * @param {Kit} kit @param {string} folder one that copyNative made @param {string} surroundings
 */
function hostLibrary(kit, folder, surroundings) {
  const rust = path.join(kit.root, "build/bridge/libmailboat_bridge.a");
  if (!fs.existsSync(rust)) throw new Accident("build/bridge/libmailboat_bridge.a is not built");
  const prebuilt = path.join(folder, "android/prebuilt", HOST_ABI);
  fs.mkdirSync(prebuilt, { recursive: true });
  fs.symlinkSync(rust, path.join(prebuilt, path.basename(rust)));
  const build = configureHost(kit, folder, surroundings, HOST_ABI);
  compile(kit, "ninja", ["-C", build]);
  return path.join(build, "libmailboat.so");
}

module.exports = {
  OLDEST,
  REACT_ANDROID,
  ANDROID_ALL,
  KOTLIN,
  ROBOLECTRIC,
  robolectric,
  compile,
  reactAndroid,
  androidAll,
  kotlinStdlib,
  compileKotlin,
  jniHeaders,
  deviceHeaders,
  copyNative,
  nativeSources,
  hostReactNative,
  configureHost,
  hostLibrary,
};
