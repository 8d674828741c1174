// Bundles the suite into one file that every host evaluates: no modules, no globals beyond
// the console host's (js/tests/conformance/globals.d.ts), and no syntax that React Native
// would not leave for Hermes either.

// @ts-check

const { mkdirSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const babel = require("@babel/core");
const esbuild = require("esbuild");

const root = path.join(__dirname, "../..");
const suite = path.join(root, "js/tests/conformance");
const file = path.join(root, "build/conformance/suite.js");

/** Bundles the suite; answers the path of the bundle. @returns {Promise<string>} */
async function bundle() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(suite, "main.ts")],
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    mainFields: ["module", "main"],
    // What a library calls the global object when it expects Node.
    define: { global: "globalThis" },
    // As Metro resolves for a phone.
    resolveExtensions: [".native.ts", ".ts", ".js"],
    alias: { "react-native": path.join(suite, "reactNative.ts") },
    logLevel: "warning",
  });
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, await transform(outputFiles[0]?.text ?? ""));
  return file;
}

/**
 * What Metro does to an app's code for Hermes. Hermes is not asked to do without it: it
 * takes variables of a loop for one variable, unless Babel has told them apart.
 *
 * @param {string} code
 */
async function transform(code) {
  const options = {
    disableImportExportTransform: true,
    enableBabelRuntime: false,
    compact: false,
    unstable_transformProfile: "hermes-stable",
  };
  const result = await babel.transformAsync(code, {
    presets: [[require.resolve("@react-native/babel-preset"), options]],
    filename: file,
    configFile: false,
    babelrc: false,
  });
  return result?.code ?? "";
}

module.exports = { bundle };
