// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const android = require("../android");

/** Android refuses less on phones with pages of 16 KB. */
const PAGE = 16 * 1024;
/** What libmailboat.so is found by: the Java machine calls it. */
const EXPORTS = ["JNI_OnLoad"];
const NEEDED = ["libreactnative.so", "libjsi.so"];

/** @type {import("../checks").Check} */
module.exports = {
  id: "android-cmake",
  what: "the module's CMakeLists links the shim and the Rust library into one libmailboat.so that exports only JNI_OnLoad, on 16 KB pages",
  where: "Android headers",
  speed: "slow",
  async run(kit, { planted }) {
    const folder = path.join(kit.scratch, "package");
    android.copyNative(kit, folder);
    if (planted) {
      kit.edit(path.join(folder, "android/CMakeLists.txt"), "max-page-size=16384", "max-page-size=4096");
    }
    const surroundings = android.hostReactNative(kit, path.join(kit.scratch, "surroundings"));
    refusesMissing(kit, folder, surroundings);
    const library = android.hostLibrary(kit, folder, surroundings);

    const { stdout: table } = kit.exec("nm", ["--dynamic", "--defined-only", "--format=posix", library]);
    const exported = table.split("\n").map((line) => line.split(" ")[0] ?? "").filter((name) => name !== "");
    if (exported.join() !== EXPORTS.join()) throw new Error(`libmailboat.so exports ${exported.length} names: ${exported.slice(0, 20).join(", ")}`);

    const { stdout: headers } = kit.exec("readelf", ["--program-headers", "--dynamic", "--wide", library]);
    const segments = [...headers.matchAll(/^\s*LOAD\s.*\s(0x[0-9a-f]+)$/gm)].map(([, align]) => Number(align));
    if (segments.length === 0) throw new Error("readelf shows no LOAD segment");
    for (const align of segments) {
      if (align % PAGE !== 0) throw new Error(`a LOAD segment is aligned to ${align} bytes, not to ${PAGE}`);
    }
    const needed = [...headers.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name ?? "");
    for (const name of NEEDED) {
      if (!needed.includes(name)) throw new Error(`libmailboat.so does not ask for ${name}, only for ${needed.join(", ")}`);
    }
    const megabytes = (fs.statSync(library).size / 1e6).toFixed(1);
    return `exports ${exported.join(", ")} and nothing else; ${segments.length} LOAD segments on ${PAGE / 1024} KB; ${megabytes} MB stripped (this machine's Rust profile); without a Rust library it names the script`;
  },
};

/**
 * An ABI that nobody built a Rust library for must be an error that says what to do.
 *
 * @param {import("../kit").Kit} kit @param {string} folder @param {string} surroundings
 */
function refusesMissing(kit, folder, surroundings) {
  let says = "";
  try {
    android.configureHost(kit, folder, surroundings, "arm64-v8a");
  } catch (error) {
    says = error instanceof Error ? error.message.replace(/\s+/g, " ") : "";
  }
  if (!says.includes("scripts/build-android.sh arm64-v8a")) {
    throw new Error(`without a Rust library, CMake says: ${says || "nothing, and goes on"}`);
  }
}
