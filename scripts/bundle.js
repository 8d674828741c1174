// Bundles a program for a JavaScript engine without a browser or Node around it: the console
// host's. As Metro would for a phone: one file, native modules resolved, syntax as React
// Native's preset leaves it for Hermes.

// @ts-check

const path = require("node:path");
const babel = require("@babel/core");
const esbuild = require("esbuild");

const root = path.join(__dirname, "..");

/**
 * @typedef {object} Program
 * @property {string} entry the file that it begins with
 * @property {Record<string, string>} alias what stands for a package, such as react-native
 * @property {Record<string, "text">} [loader] how files of other kinds are read
 */

/** Answers the text of the bundle. @param {Program} program */
function bundle({ entry, alias, loader = {} }) {
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [entry],
    write: false,
    bundle: true,
    format: "iife",
    platform: "neutral",
    mainFields: ["module", "main"],
    // What a library calls the global object when it expects Node.
    define: { global: "globalThis" },
    resolveExtensions: [".native.ts", ".ts", ".js"],
    alias,
    loader,
    logLevel: "warning",
  });
  return transform(outputFiles[0]?.text ?? "");
}

/**
 * What Metro does to an app's code for Hermes. Hermes is not asked to do without it: it
 * takes variables of a loop for one variable, unless Babel has told them apart.
 *
 * @param {string} code
 */
function transform(code) {
  const options = {
    disableImportExportTransform: true,
    enableBabelRuntime: false,
    compact: false,
    unstable_transformProfile: "hermes-stable",
  };
  const result = babel.transformSync(code, {
    presets: [[require.resolve("@react-native/babel-preset"), options]],
    cwd: root,
    filename: "bundle.js",
    sourceType: "script",
    envName: "production",
    configFile: false,
    babelrc: false,
  });
  return result?.code ?? "";
}

module.exports = { bundle };
