// MailboatEngine.framework, as far as Linux goes: Rust's library as a shared library that
// shows what ios/exports.txt lists, and the shim's own tests on the other side of it.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");

const BRIDGE = "build/bridge/libmailboat_bridge.a";
const PLATFORM_HEADER = "cpp/MailboatPlatform.h";
/** Objects whose calls cross: what a pod compiles of the shim. */
const SHIM = "libmailboat_shim.a";
const TESTS = "mailboat-module-tests";
/** Of the shim's calls, those that the engine answers. */
const ENGINE = /^_Z(T[IV])?N?K?(4rust10cxxbridge1|8mailboat)/;
/** The shim's own classes, which need no engine. */
const SHIMS_OWN = /^_ZNK?8mailboat8Promises|^_ZNK?8mailboat14MailboatModule/;

/** The lines of a list of Apple's linker, without the underscore that it puts before a name. @param {string} file */
function listed(file) {
  const lines = fs
    .readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const strange = lines.find((line) => !/^_[\w]+\*?$/.test(line));
  if (strange !== undefined) throw new Error(`exports.txt: "${strange}" is no name`);
  return lines.map((line) => line.slice(1));
}

/** @param {string[]} patterns */
function versionScript(patterns) {
  return `{\n  global:\n${patterns.map((pattern) => `    ${pattern};\n`).join("")}  local: *;\n};\n`;
}

/** @param {string} pattern @param {string} name */
function matches(pattern, name) {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The symbols of one kind in what `nm` says of a file. @param {import("../kit").Kit} kit @param {string[]} args */
function symbols(kit, args) {
  const { stdout } = kit.exec("nm", ["--format=posix", ...args]);
  return [...new Set(stdout.split("\n").map((line) => line.split(" ")[0] ?? ""))].filter(
    (name) => /^\w/.test(name) && !name.endsWith(":"),
  );
}

/** The functions that a header declares. @param {string} header */
function declared(header) {
  return [...fs.readFileSync(header, "utf8").matchAll(/^\w+ (mailboat_\w+)\(/gm)].map(
    ([, name]) => /** @type {string} */ (name),
  );
}

/** Links the engine as scripts/build-ios.sh does. @param {import("../kit").Kit} kit @param {string[]} patterns */
function linkEngine(kit, patterns) {
  const script = path.join(kit.scratch, "exports.map");
  const library = path.join(kit.cache, "engine-exports", "libMailboatEngine.so");
  fs.mkdirSync(path.dirname(library), { recursive: true });
  fs.writeFileSync(script, versionScript(patterns));
  kit.exec("clang++", [
    ...["-shared", "-o", library, "-Wl,-soname,libMailboatEngine.so"],
    ...["-Wl,--whole-archive", path.join(kit.root, BRIDGE), "-Wl,--no-whole-archive"],
    ...[`-Wl,--version-script=${script}`, "-Wl,--gc-sections", "-Wl,-z,defs", "-Wl,-z,noexecstack"],
    ...["-Wl,--strip-all", "-lpthread", "-ldl", "-lm"],
  ]);
  return library;
}

/** The shim and its tests with a JavaScript engine, linked with `library`. @param {import("../kit").Kit} kit @param {string} library */
function buildShim(kit, library) {
  const folder = path.join(kit.cache, "engine-exports", "shim");
  kit.exec("cmake", [
    ...["-S", "cpp", "-B", folder, "-G", "Ninja", "--log-level=WARNING", "-DMAILBOAT_ENGINE=jsc"],
    ...["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_COMPILER=clang++", "-DCMAKE_C_COMPILER=clang"],
    `-DMAILBOAT_REACT_NATIVE=${path.join(kit.root, "node_modules/react-native")}`,
    `-DMAILBOAT_BRIDGE=${library}`,
    `-DMAILBOAT_BRIDGE_PANICS=${library}`,
  ]);
  return {
    shim: path.join(folder, SHIM),
    tests: path.join(folder, "tests", TESTS),
    /** @param {string} target */
    make: (target) => kit.exec("ninja", ["-C", folder, "--quiet", target], { timeoutS: 900 }),
  };
}

/** @type {import("../checks").Check} */
module.exports = {
  id: "engine-exports",
  what: "the engine as a dynamic library shows what the shim calls, nothing else, and the shim's tests pass across it",
  where: "JavaScriptCore",
  speed: "quick",
  async run(kit, { planted }) {
    const list = path.join(kit.scratch, "exports.txt");
    kit.copy(path.join(kit.root, "ios/exports.txt"), list);
    // All of cxx's, as a list would say that nobody has thought about.
    if (planted)
      kit.edit(list, "__ZN4rust10cxxbridge16StringD1E*", "__ZN4rust10cxxbridge16String*");
    const patterns = listed(list);

    const library = linkEngine(kit, patterns);
    const build = buildShim(kit, library);
    build.make("mailboat_shim");
    const called = symbols(kit, ["--undefined-only", build.shim])
      .filter((name) => ENGINE.test(name) && !SHIMS_OWN.test(name))
      .concat(declared(path.join(kit.root, PLATFORM_HEADER)));
    const shown = symbols(kit, ["--dynamic", "--defined-only", library]);

    const missing = called.filter((name) => !shown.includes(name));
    if (missing.length > 0) throw new Error(`not exported: ${missing.join(", ")}`);
    const needless = shown.filter((name) => !called.includes(name));
    if (needless.length > 0)
      throw new Error(`exported, and nobody calls it: ${needless.join(", ")}`);
    const idle = patterns.filter((pattern) => !shown.some((name) => matches(pattern, name)));
    if (idle.length > 0) throw new Error(`listed, and nothing has the name: ${idle.join(", ")}`);

    build.make(TESTS);
    const { stdout } = kit.exec(build.tests, ["--gtest_brief=1"], {
      env: { LD_LIBRARY_PATH: path.dirname(library) },
    });
    const passed = /\[ {2}PASSED {2}\] (\d+) tests?\./.exec(stdout);
    if (passed === null) throw new Error(`no test of the shim passed: ${stdout}`);
    return `${shown.length} symbols, each called; ${passed[1]} tests of the shim pass across them`;
  },
};
