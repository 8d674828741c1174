// Looks at every picture below a folder; fails when one is blank, or when there are fewer
// than there should be.
//
//   node check.js FOLDER FEWEST

// @ts-check

const { readdirSync } = require("node:fs");
const path = require("node:path");
const { blankness } = require("./blank");

const [folder, fewest] = process.argv.slice(2);
if (folder === undefined || fewest === undefined) throw new Error("usage: check.js FOLDER FEWEST");

const pictures = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".png"))
  .map((file) => path.join(folder, file));
const blank = pictures.map(blankness).filter((reason) => reason !== null);
for (const reason of blank) console.error(reason);
if (pictures.length < Number(fewest)) {
  console.error(`${pictures.length} pictures below ${folder}; at least ${fewest} were expected`);
  process.exitCode = 1;
}
if (blank.length > 0) process.exitCode = 1;
console.log(`${pictures.length} pictures, ${blank.length} blank`);
