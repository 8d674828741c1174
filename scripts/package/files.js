// What is in a folder, and what of it a pattern means.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");

/** The files below a folder whose names end so, relative to it, by name. @param {string} folder @param {string} [end] @returns {string[]} */
function filesBelow(folder, end = "") {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(end))
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .map((file) => file.split(path.sep).join("/"))
    .sort();
}

/** What a pattern with `*`, `**` and `{a,b}` means, as npm and CocoaPods read it. @param {string} pattern */
function expression(pattern) {
  const text = pattern
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, words) => `(?:${words.split(",").join("|")})`)
    .replace(/\*\*\/|\*/g, (stars) => (stars === "*" ? "[^/]*" : "(?:.*/)?"));
  return new RegExp(`^${text}$`);
}

module.exports = { expression, filesBelow };
