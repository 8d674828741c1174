// Processes that run one round of a contest on Hermes. scripts/setup.sh --for bench-jsi
// builds what is needed (bench/jsi/build.sh).
"use strict";

const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "../..");
const BINARY = path.join(root, "build/bench/jsi/mailboat-bench-jsi");
const OP_SQLITE = path.join(root, "build/op-sqlite/package/package.json");
const LIMIT_MS = 120_000;

/** Whether both Hermes and the contests' program are here. */
function isBuilt() {
  return fs.existsSync(BINARY) && hermesFolder() !== null;
}

function opSqliteVersion() {
  return JSON.parse(fs.readFileSync(OP_SQLITE, "utf8")).version;
}

/** The compiler of the Hermes that runs the program. */
function compiler() {
  return path.join(hermesFolder(), "bin/hermesc");
}

/** A function that does a job in a fresh process and answers what that says. @param {string} bytecode */
function program(bytecode) {
  return (job) => {
    const output = execFileSync(BINARY, [bytecode, JSON.stringify(job)], {
      encoding: "utf8",
      timeout: LIMIT_MS,
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "inherit"],
    });
    return JSON.parse(output);
  };
}

/** Where Hermes was built; `null` when it was not. */
function hermesFolder() {
  const { status, stdout } = spawnSync(path.join(root, "scripts/hermes.sh"), ["--path"], {
    encoding: "utf8",
  });
  return status === 0 ? stdout.trim() : null;
}

module.exports = { compiler, isBuilt, opSqliteVersion, program };
