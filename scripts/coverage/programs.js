// The programs that cargo has made, out of what it says with `--message-format json`.

const { readFileSync } = require("node:fs");

/** @param {string} file @returns {string} one path a line */
module.exports = (file) =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line).executable)
    .filter((path) => typeof path === "string")
    .join("\n");
