// Where the demo and the fault suite find what the set-up has built.

// @ts-check
/* global __dirname */

const { existsSync } = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "../..");

/** @param {string} file */
function built(file) {
  const place = path.join(root, file);
  if (existsSync(place)) return place;
  throw new Error(`${file} is missing. Build it with \`npm run setup\`.`);
}

module.exports = {
  devServerProgram: () => built("target/release/mailboat-devserver"),
  recountProgram: () => built("target/release/mailboat-recount"),
  /** For sentences to people, who start it from the checkout's folder. */
  recountCommand: "target/release/mailboat-recount",
  phoneProgram: path.join(__dirname, "phone.js"),
};
