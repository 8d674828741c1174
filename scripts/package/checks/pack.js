// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");
const { findings } = require("../contents");
const { filesBelow } = require("../files");
const { stageMain, stageNode, tarball } = require("../pack");

const MB = 1e6;
/** What an app's author downloads, with everything for phones in it. */
const LIMIT_MB = 25;
/** What the package may take without the libraries for phones. */
const SOURCES_LIMIT_MB = 1;
const NODE_LIMIT_MB = 8;
/** The libraries for phones, and what each may take in the tarball: docs/adr/0017 has what was measured. */
const LIBRARIES = {
  "android/prebuilt/arm64-v8a": 4.15,
  "android/prebuilt/armeabi-v7a": 4.15,
  "android/prebuilt/x86": 4.15,
  "android/prebuilt/x86_64": 4.15,
  // The phone's, and the simulator's for two processors.
  "ios/MailboatEngine.xcframework": 8,
};
const NODE_FILES = ["LICENSE", "README.md", "mailboat.node", "package.json"];

/** @type {import("../checks").Check} */
module.exports = {
  id: "pack",
  what: "the tarballs have every file that another one refers to, no test and no source that does not belong; the package keeps to 1 MB, and to 25 MB with the libraries for phones, whose size is estimated from x86_64 Linux until they are there",
  where: "Linux host (Node)",
  speed: "quick",
  async run(kit, { planted }) {
    const main = path.join(kit.scratch, "main");
    const node = path.join(kit.scratch, "node");
    stageMain(main);
    stageNode(node);
    if (planted) {
      fs.rmSync(path.join(main, "cpp/Text.h"));
      fs.mkdirSync(path.join(main, "dist/tests"));
      fs.writeFileSync(path.join(main, "dist/tests/queue.test.js"), "");
    }
    const found = [...findings(main), ...nodeFindings(node)];
    if (found.length > 0) throw new Error(found.join("; "));
    return [measured(kit, main), measuredNode(kit, node)].join("; ");
  },
};

/** @param {string} folder */
function nodeFindings(folder) {
  const files = filesBelow(folder);
  if (files.join() === NODE_FILES.join()) return [];
  return [`the engine for Node is packed as ${files.join(", ")}`];
}

/**
 * The size of the package, with the libraries for phones that are there, and with what those
 * that are not may take.
 *
 * @param {import("../kit").Kit} kit @param {string} folder
 */
function measured(kit, folder) {
  const whole = megabytes(tarball(folder, kit.scratch));
  const there = Object.keys(LIBRARIES).filter((name) => fs.existsSync(path.join(folder, name)));
  let libraries = 0;
  let budget = 0;
  for (const [name, limit] of Object.entries(LIBRARIES)) {
    if (!there.includes(name)) {
      budget += limit;
      continue;
    }
    const size = compressed(path.join(folder, name));
    expectBelow(name, size, limit);
    libraries += size;
  }
  expectBelow("the package without libraries", whole - libraries, SOURCES_LIMIT_MB);
  expectBelow("the package", whole + budget, LIMIT_MB);
  const files = filesBelow(folder).length;
  const count = `${there.length} of ${Object.keys(LIBRARIES).length} libraries for phones`;
  return `${files} files, ${whole.toFixed(2)} MB with ${count}, ${budget.toFixed(1)} MB set aside for the others, of ${LIMIT_MB} MB`;
}

/** @param {import("../kit").Kit} kit @param {string} folder */
function measuredNode(kit, folder) {
  const size = megabytes(tarball(folder, kit.scratch));
  expectBelow("the engine for Node", size, NODE_LIMIT_MB);
  return `engine for Node ${size.toFixed(2)} MB${glibc(kit, path.join(folder, "mailboat.node"))}`;
}

/** The oldest version of the C library that it loads with. @param {import("../kit").Kit} kit @param {string} addon */
function glibc(kit, addon) {
  const symbols = kit.exec("objdump", ["-T", addon]).stdout.matchAll(/GLIBC_2\.(\d+)/g);
  const versions = [...symbols].map(([, minor]) => Number(minor));
  return versions.length > 0 ? `, wants glibc 2.${Math.max(...versions)}` : "";
}

/** @param {string} what @param {number} size @param {number} limit */
function expectBelow(what, size, limit) {
  if (size > limit) throw new Error(`${what} takes ${size.toFixed(2)} MB, more than ${limit}`);
}

/** @param {string} file */
function megabytes(file) {
  return fs.statSync(file).size / MB;
}

/** What a folder takes in a tarball, about. @param {string} folder */
function compressed(folder) {
  return filesBelow(folder)
    .map(
      (file) => zlib.gzipSync(fs.readFileSync(path.join(folder, file)), { level: 9 }).length / MB,
    )
    .reduce((sum, size) => sum + size, 0);
}
