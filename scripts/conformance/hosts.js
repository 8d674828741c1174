// The programs that evaluate the bundle.

// @ts-check

const { existsSync } = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "../..");

/** @type {Readonly<Record<string, string[]>>} */
const PROGRAMS = {
  node: [process.execPath, path.join(__dirname, "nodeConsole.js")],
  jsc: [path.join(root, "build/cpp/jsc/host/mailboat-console")],
  hermes: [path.join(root, "build/cpp/hermes/host/mailboat-console")],
};

/** The command that runs a bundle on a host. @param {string | undefined} host @returns {string[]} */
function programOf(host) {
  const program = PROGRAMS[host ?? ""];
  if (program === undefined) {
    throw new Error(`--host must be one of ${Object.keys(PROGRAMS).join(", ")}.`);
  }
  const missing = program.find((file) => !existsSync(file));
  if (missing === undefined) return program;
  throw new Error(`${path.relative(root, missing)} is missing.`);
}

module.exports = { nodeProgram: PROGRAMS.node ?? [], programOf };
