// Makes the one file that every host evaluates: no modules, no globals beyond the console
// host's (js/tests/conformance/globals.d.ts).

// @ts-check

const { mkdirSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const { bundle } = require("../bundle");

const root = path.join(__dirname, "../..");
const suite = path.join(root, "js/tests/conformance");
const file = path.join(root, "build/conformance/suite.js");

/** Bundles the suite; answers the path of the bundle. */
function bundleSuite() {
  mkdirSync(path.dirname(file), { recursive: true });
  const alias = { "react-native": path.join(suite, "reactNative.ts") };
  writeFileSync(file, bundle({ entry: path.join(suite, "main.ts"), alias }));
  return file;
}

module.exports = { bundleSuite };
