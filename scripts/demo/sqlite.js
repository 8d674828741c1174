// Rows of a database file, read by a program that shares no code with the engine.

// @ts-check

const { execFileSync } = require("node:child_process");
const places = require("./places");

/** Most that the program may print, in bytes. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * The rows of each query, all read at one moment.
 *
 * @param {string} file
 * @param {...string} queries
 * @returns {any[][]}
 */
function readRows(file, ...queries) {
  const output = execFileSync(places.recountProgram(), [file, ...queries], {
    encoding: "utf8",
    // Its complaints are in the message of the error.
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

module.exports = { readRows };
