// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const android = require("../android");
const { filesBelow } = require("../files");

/** The first start rewrites the framework's classes as they are loaded. */
const JUNIT_LIMIT_S = 600;

/** @type {import("../checks").Check} */
module.exports = {
  id: "kotlin-runs",
  what: "from a process's start to a job's end: the Kotlin and libmailboat.so of this machine, under Robolectric on Android 7 and 14",
  where: "Android headers",
  speed: "slow",
  async run(kit, { planted }) {
    const main = path.join(kit.scratch, "main");
    const test = path.join(kit.scratch, "test");
    kit.copy(path.join(kit.root, "android/src/main/java"), main);
    kit.copy(path.join(kit.root, "android/src/test/java"), test);
    if (planted)
      kit.edit(path.join(main, "com/mailboat/NetworkFacts.kt"), "!isUnmetered(", "isUnmetered(");

    const folder = path.join(kit.scratch, "package");
    android.copyNative(kit, folder);
    const surroundings = android.hostReactNative(kit, path.join(kit.scratch, "surroundings"));
    const library = android.hostLibrary(kit, folder, surroundings);
    buildProbe(kit, surroundings, path.dirname(library));

    const robolectric = android.robolectric(kit);
    const framework = android.androidAll(kit);
    const reactNative = path.join(android.reactAndroid(kit, android.OLDEST), "classes.jar");
    const needed = [...robolectric.classes, framework, reactNative];
    const classes = path.join(kit.scratch, "classes");
    const tests = path.join(kit.scratch, "test-classes");
    android.compileKotlin(kit, {
      sources: [main],
      classes: [framework, reactNative],
      into: classes,
    });
    android.compileKotlin(kit, {
      sources: [test],
      classes: [classes, ...needed],
      into: tests,
      friend: classes,
    });

    const suites = filesBelow(test, "Test.kt").map((name) =>
      name.replace(/\.kt$/, "").replaceAll(path.sep, "."),
    );
    const seen = [
      ...robolectric.classes,
      robolectric.android,
      reactNative,
      android.kotlinStdlib(kit),
    ];
    let count = 0;
    // One Java machine a level: each level has a class loader of its own, and a native library
    // is one loader's.
    for (const level of robolectric.levels) {
      const properties = `sdk=${level}\nmanifest=--none\n`;
      fs.writeFileSync(path.join(tests, "robolectric.properties"), properties);
      const words = [
        ...["-cp", [tests, classes, ...seen].join(path.delimiter)],
        `-Djava.library.path=${path.dirname(library)}`,
        ...["-Drobolectric.offline=true", `-Drobolectric.dependency.dir=${robolectric.frameworks}`],
        ...[
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
        ],
        ...["org.junit.runner.JUnitCore", ...suites],
      ];
      const { stdout } = android.compile(kit, "java", words, { timeoutS: JUNIT_LIMIT_S });
      const passed = Number(/^OK \((\d+) tests?\)$/m.exec(stdout)?.[1] ?? 0);
      if (passed === 0) throw new Error(`JUnit ran no test on API level ${level}`);
      count += passed;
    }
    return `${count} runs of the tests of ${suites.length} suites, on API levels ${robolectric.levels.join(" and ")}; Robolectric ${android.ROBOLECTRIC}`;
  },
};

/** @param {import("../kit").Kit} kit @param {string} surroundings @param {string} into */
function buildProbe(kit, surroundings, into) {
  const phones = android.reactAndroid(kit, android.OLDEST);
  android.compile(kit, "g++", [
    ...["-std=c++20", "-O1", "-fPIC", "-shared", ...android.deviceHeaders(kit, phones)],
    path.join(kit.root, "android/src/test/cpp/Probe.cpp"),
    ...[`-L${surroundings}`, "-lreactnative", "-ljsi", `-Wl,-rpath,${surroundings}`],
    ...["-o", path.join(into, "libprobe.so")],
  ]);
}
