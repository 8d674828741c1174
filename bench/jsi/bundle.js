// The program of the contests as a phone would get it: one bundle, compiled to bytecode.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { bundle } = require("../../scripts/bundle");

const root = path.join(__dirname, "../..");
const build = path.join(root, "build/bench/jsi");

/** Bundles and compiles; answers the path of the bytecode. @param {string} hermesc */
function bundleContests(hermesc) {
  const [script, bytecode] = ["inside.js", "inside.hbc"].map((name) => path.join(build, name));
  const program = {
    entry: path.join(__dirname, "inside/main.js"),
    alias: {
      "react-native": path.join(__dirname, "inside/reactNative.mjs"),
      "@op-engineering/op-sqlite": path.join(root, "build/op-sqlite/package/lib/module/index.js"),
    },
    loader: { ".sql": "text" },
  };
  fs.writeFileSync(script, bundle(program));
  execFileSync(hermesc, ["-O", "-w", "-emit-binary", "-out", bytecode, script]);
  return bytecode;
}

module.exports = { bundleContests };
