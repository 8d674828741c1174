// rusqlite doing the same SQL in a small Rust binary: the floor without Node.
"use strict";

const { execFileSync } = require("node:child_process");
const path = require("node:path");

const BINARY = path.join(__dirname, "../../target/release/mailboat-bench-raw-sqlite");

/** Runs the binary; it prints the times of one contest as JSON. */
function rawRust(...words) {
  const output = execFileSync(BINARY, words.map(String), { encoding: "utf8", maxBuffer: 1 << 28 });
  return JSON.parse(output);
}

module.exports = { rawRust };
