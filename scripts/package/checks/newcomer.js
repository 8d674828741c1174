// @ts-check

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { QUIET_BASH, newcomersEnvironment, typeSection } = require("../newcomer");
const { stageMain, stageNode, tarball } = require("../pack");

/** @type {import("../checks").Check} */
module.exports = {
  id: "newcomer",
  what: "the README's start, typed in an empty folder with the packed tarballs and no Rust: a fresh Expo app's test passes, and its types under strict",
  where: "Linux host (Node)",
  speed: "slow",
  async run(kit, { planted }) {
    const env = newcomersEnvironment(kit.root);
    const rust = "command -v cargo || command -v rustc";
    if (succeeds(() => kit.exec("bash", [...QUIET_BASH, rust], { env }))) {
      throw new Error("there is a Rust toolchain in the newcomer's PATH");
    }
    const packages = packed(kit, planted);
    const readme = fs.readFileSync(path.join(kit.root, "README.md"), "utf8");
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "newcomer-"));
    try {
      const { said, app } = typeSection(kit, readme, folder, { packages, env });
      const tests = said.match(/^Tests: +(\d+) passed, \d+ total$/m);
      if (!tests || tests[1] === "0") throw new Error("no test of the app has passed");
      const shown = kit.exec("npx", ["tsc", "--showConfig"], { cwd: app, env }).stdout;
      if (JSON.parse(shown).compilerOptions.strict !== true)
        throw new Error("the app's types are not strict");
      const { plugins = [] } = JSON.parse(fs.readFileSync(path.join(app, "app.json"), "utf8")).expo;
      const plugin = plugins.includes("react-native-mailboat") ? "in" : "not in";
      return `Tests: ${tests[1]} passed; tsc --noEmit under strict; the config plugin is ${plugin} app.json`;
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
};

/**
 * The package and this platform's engine for Node. Planted, the package's files have forgotten
 * the folder of what an app's tests import.
 *
 * @param {import("../kit").Kit} kit @param {boolean} planted
 */
function packed(kit, planted) {
  const folders = { main: path.join(kit.scratch, "main"), node: path.join(kit.scratch, "node") };
  stageMain(folders.main);
  stageNode(folders.node);
  if (planted) fs.rmSync(path.join(folders.main, "dist/testing"), { recursive: true });
  return Object.values(folders).map((folder) => {
    const { name } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    return `${name}@file:${tarball(folder, kit.scratch)}`;
  });
}

/** @param {() => void} work */
function succeeds(work) {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
