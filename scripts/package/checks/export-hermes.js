// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { appCommand, copyOfApp } = require("../exampleApp");

/** The first eight bytes of Hermes bytecode. */
const MAGIC = Buffer.from("c61fbc03c103191f", "hex");
/** The package's module that asks React Native for the native one, which only phones take. */
const NATIVE_HOST = "react-native-mailboat/dist/native/nativeHost.native.js";

/** @type {import("../checks").Check} */
module.exports = {
  id: "export-hermes",
  what: "`expo export` bundles the example app with the packed package for both phones, as Hermes bytecode",
  where: "Hermes",
  speed: "slow",
  async run(kit, { planted }) {
    const app = copyOfApp(kit, path.join(kit.scratch, "app"));
    // The app's own Metro settings lead to the repository.
    fs.writeFileSync(
      path.join(app.folder, "metro.config.js"),
      'module.exports = require("expo/metro-config").getDefaultConfig(__dirname);\n',
    );
    // A module that there is in Node and not on a phone.
    const entry = path.join(app.mailboat, "dist/index.js");
    if (planted) fs.appendFileSync(entry, '\nrequire("node:fs");\n');
    const platforms = ["-p", "android", "-p", "ios"];
    const command = ["expo", "export", ...platforms, "--output-dir", "out", "--source-maps"];
    appCommand(kit, app, command, 900);
    const sizes = ["android", "ios"].map((platform) => bytecode(app.folder, platform));
    return sizes.join(", ");
  },
};

/** The size of a platform's bundle, which must be bytecode with the package in it. @param {string} folder @param {string} platform */
function bytecode(folder, platform) {
  const bundles = path.join(folder, "out/_expo/static/js", platform);
  const named = (/** @type {string} */ ending) => {
    const files = fs.readdirSync(bundles).filter((file) => file.endsWith(ending));
    if (files.length !== 1) throw new Error(`${platform}: ${files.length} files *${ending}`);
    return fs.readFileSync(path.join(bundles, String(files[0])));
  };
  const bundle = named(".hbc");
  if (!bundle.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error(`${platform}: no bytecode`);
  /** @type {string[]} */
  const sources = JSON.parse(named(".hbc.map").toString()).sources;
  if (!sources.some((source) => source.endsWith(NATIVE_HOST))) {
    throw new Error(`${platform}: the bundle is without ${NATIVE_HOST}`);
  }
  return `${platform} ${(bundle.length / 1e6).toFixed(1)} MB`;
}
