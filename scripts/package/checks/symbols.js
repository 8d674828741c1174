// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const android = require("../android");

/** The C++ runtime of the NDK is libc++ whose names are in the inline namespace __ndk1. */
const RUNTIME = { package: "libc++-16-dev", headers: "usr/lib/llvm-16/include/c++/v1" };
/** The libraries of the app that ours is linked with. */
const LIBRARIES = ["reactnative", "jsi", "c++_shared"];
/** Names in C++ depend on the width of a pointer, not on the processor. */
const WIDTHS = [
  { flag: "-m64", abis: ["arm64-v8a", "x86_64"], asOurRust: true },
  { flag: "-m32", abis: ["armeabi-v7a", "x86"], asOurRust: false },
];

/** Names that are our Rust library's to have, which this machine has only for its own width. */
const OF_RUST = /^(mailboat_|(typeinfo for )?(rust::cxxbridge1|mailboat)::)/;

/** @type {import("../checks").Check} */
module.exports = {
  id: "symbols",
  what: "what libmailboat.so wants of React Native is exported by its phones' libraries, of every ABI",
  where: "Android headers",
  speed: "slow",
  async run(kit, { planted }) {
    android.copyNative(kit, kit.scratch);
    if (planted) forgetOne(kit);
    const library = path.join(kit.root, "build/bridge/libmailboat_bridge.a");
    const rust = new Set(demangled(kit, definedIn(kit, library, []).filter((name) => /mailboat|rust/.test(name))));
    let compared = 0;
    const wanted = new Set();
    for (const version of android.REACT_ANDROID) {
      const phones = android.reactAndroid(kit, version);
      for (const { flag, abis, asOurRust } of WIDTHS) {
        const objects = compileFor(kit, flag, phones);
        for (const abi of abis) {
          const exported = new Set(
            LIBRARIES.flatMap((name) => definedIn(kit, path.join(phones, "jni", abi, `lib${name}.so`), ["-D"])),
          );
          // What is not React Native's is our Rust library's, or C's.
          const missing = objects.wanted.filter((name) => !exported.has(name) && /^_Z|^mailboat/.test(name));
          const nowhere = demangled(kit, missing).filter((name) =>
            asOurRust ? !rust.has(name) : !OF_RUST.test(name),
          );
          if (nowhere.length > 0) throw new Error(`react-android ${version}, ${abi}: nobody has ${nowhere.join(", ")}`);
          const found = objects.wanted.filter((name) => exported.has(name));
          for (const name of found) wanted.add(name);
          if (!found.some((name) => name.includes("registerCxxModuleToGlobalModuleMap"))) {
            throw new Error(`${abi}: the glue does not register the module`);
          }
          compared += 1;
        }
      }
    }
    return `${wanted.size} names wanted of ${LIBRARIES.length} libraries, all there in ${compared} sets of them (${android.REACT_ANDROID.join(", ")}; ${WIDTHS.flatMap(({ abis }) => abis).join(", ")})`;
  },
};

/**
 * The plant: the glue calls a function that React Native's headers might have and its
 * libraries have not.
 *
 * @param {import("../kit").Kit} kit
 */
function forgetOne(kit) {
  const glue = path.join(kit.scratch, "android/src/main/cpp/MailboatAndroid.cpp");
  kit.edit(
    glue,
    "namespace {",
    "namespace facebook::react { void forgetCxxModule(const std::string& name); }\nnamespace {",
  );
  kit.edit(glue, "  try {", '  facebook::react::forgetCxxModule("Mailboat");\n  try {');
}

/**
 * Compiles our sources with the NDK's names, and answers what they want of others.
 *
 * @param {import("../kit").Kit} kit @param {string} flag @param {string} phones
 */
function compileFor(kit, flag, phones) {
  const runtime = path.join(kit.apt([RUNTIME.package], RUNTIME.package), RUNTIME.headers);
  const narrow = kit.apt(["libc6-dev-i386"], "libc6-dev-i386");
  const site = path.join(kit.scratch, "site");
  fs.mkdirSync(site, { recursive: true });
  fs.copyFileSync(path.join(runtime, "__config_site"), path.join(site, "__config_site"));
  kit.edit(path.join(site, "__config_site"), "_LIBCPP_ABI_NAMESPACE __1", "_LIBCPP_ABI_NAMESPACE __ndk1");

  const objects = android.nativeSources(kit.scratch).map((source) => {
    const object = path.join(kit.scratch, `${path.basename(source, ".cpp")}.o`);
    android.compile(kit, "clang++", [
      ...[flag, "-std=c++20", "-O2", "-fPIC", "-fvisibility=hidden", "-fvisibility-inlines-hidden", "-c"],
      ...["-nostdinc++", "-isystem", site, "-isystem", runtime],
      ...android.deviceHeaders(kit, phones),
      ...["-idirafter", path.join(narrow, "usr/include"), "-idirafter", "/usr/include/x86_64-linux-gnu"],
      ...["-I", path.join(kit.scratch, "cpp"), source, "-o", object],
    ]);
    return object;
  });
  const defined = new Set(objects.flatMap((object) => definedIn(kit, object, [])));
  const undefinedNames = objects.flatMap((object) => names(kit, ["--undefined-only", object]));
  return { wanted: [...new Set(undefinedNames)].filter((name) => !defined.has(name)) };
}

/** @param {import("../kit").Kit} kit @param {string} file @param {string[]} flags */
function definedIn(kit, file, flags) {
  return names(kit, ["--defined-only", "--extern-only", ...flags, file]);
}

/** @param {import("../kit").Kit} kit @param {string[]} args */
function names(kit, args) {
  return kit
    .exec("nm", ["--format=posix", ...args])
    .stdout.split("\n")
    .map((line) => (line.split(" ")[0] ?? "").split("@")[0] ?? "")
    .filter((name) => name !== "" && !name.endsWith(":"));
}

/**
 * As a person writes them, and without what only tells one C++ runtime from another: our Rust
 * library of this machine was compiled with GNU's.
 *
 * @param {import("../kit").Kit} kit @param {string[]} mangled
 */
function demangled(kit, mangled) {
  if (mangled.length === 0) return [];
  const { stdout } = kit.exec("c++filt", [], { input: mangled.join("\n") });
  return stdout.trimEnd().split("\n").map((name) => name.replace(/std::__(ndk1|cxx11)::/g, "std::"));
}
