// @ts-check

const fs = require("node:fs");
const path = require("node:path");
const { appCommand, copyOfApp } = require("../exampleApp");

/** The first eight bytes of Hermes bytecode. */
const MAGIC = Buffer.from("c61fbc03c103191f", "hex");
/** Names of the package's native module and of one of its errors: strings that bytecode keeps. */
const OF_THE_PACKAGE = ["MailboatError"];

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
    appCommand(
      kit,
      app,
      ["expo", "export", "-p", "android", "-p", "ios", "--output-dir", "out"],
      900,
    );
    const sizes = ["android", "ios"].map((platform) => bytecode(app.folder, platform));
    return sizes.join(", ");
  },
};

/** The size of a platform's bundle, which must be bytecode with the package in it. @param {string} folder @param {string} platform */
function bytecode(folder, platform) {
  const bundles = path.join(folder, "out/_expo/static/js", platform);
  const files = fs.readdirSync(bundles).filter((file) => file.endsWith(".hbc"));
  if (files.length !== 1) throw new Error(`${platform}: ${files.length} bundles`);
  const bundle = fs.readFileSync(path.join(bundles, String(files[0])));
  if (!bundle.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error(`${platform}: no bytecode`);
  for (const word of OF_THE_PACKAGE) {
    if (!bundle.includes(word)) throw new Error(`${platform}: the bundle is without ${word}`);
  }
  return `${platform} ${(bundle.length / 1e6).toFixed(1)} MB`;
}
