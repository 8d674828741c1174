// The checks of the package: every file of `checks/` is one.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");

const folder = path.join(__dirname, "checks");

/** Where a check can look, in the order of the table that says so. */
const PLACES = /** @type {const} */ ([
  "Linux host (Node)",
  "JavaScriptCore",
  "Hermes",
  "WebKitGTK",
  "Android headers",
  "iOS headers",
  "phone",
]);

/**
 * @typedef {object} Check
 * @property {string} id fixed, kebab-case, the file's name
 * @property {string} what one line for people
 * @property {(typeof PLACES)[number]} where its row of the table
 * @property {"quick" | "slow"} speed quick: below about 30 s when its inputs are cached
 * @property {(kit: import("./kit").Kit, how: { planted: boolean }) => Promise<string>} run answers
 *   one line of evidence, throws what is wrong; planted, it breaks a copy of its input first
 */

/** All of them, by id. @returns {Check[]} */
function checks() {
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".js"))
    .sort()
    .map((file) => declared(path.basename(file, ".js"), require(path.join(folder, file))));
}

/** @param {string} name @param {Check} check */
function declared(name, check) {
  const wrong =
    (check.id !== name && `its id is ${check.id}`) ||
    (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && "its id is not kebab-case") ||
    (!/^\S.*\S$/.test(check.what ?? "") && "it does not say what it checks") ||
    (!PLACES.includes(check.where) &&
      `it looks at "${check.where}", which is none of: ${PLACES.join(", ")}`) ||
    (!["quick", "slow"].includes(check.speed) && "it is neither quick nor slow") ||
    (typeof check.run !== "function" && "it cannot be run");
  if (wrong) throw new Error(`scripts/package/checks/${name}.js: ${wrong}`);
  return check;
}

module.exports = { PLACES, checks };
