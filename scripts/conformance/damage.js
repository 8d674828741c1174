// Makes damaged files out of good ones, byte by byte.

// @ts-check

const fs = require("node:fs");
const path = require("node:path");

/** Where SQLite's header has two big-endian numbers of the application's. */
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;
const PAGE_BYTES = 4096;

/** Copies of a file with an older schema, each to be migrated by a case. */
const MIGRATED = "migrated waited asked joined left retyped raced watched failed".split(" ");

/**
 * Damages copies of the files in a folder; answers all files by name, good ones too.
 *
 * @param {string} folder
 * @returns {Record<string, string>}
 */
function damageFiles(folder) {
  const file = (/** @type {string} */ name) => path.join(folder, `${name}.db`);
  const small = fs.readFileSync(file("small"));
  /** @param {string} name @param {(bytes: Buffer) => void} damage */
  const damaged = (name, damage) => {
    const bytes = Buffer.from(small);
    damage(bytes);
    fs.writeFileSync(file(name), bytes);
  };
  damaged("newer", (bytes) =>
    bytes.writeUInt32BE(bytes.readUInt32BE(USER_VERSION_AT) + 1, USER_VERSION_AT),
  );
  damaged("foreign", (bytes) => bytes.write("OTHR", APPLICATION_ID_AT, "latin1"));
  damaged("torn", (bytes) => bytes.fill(0xa5, PAGE_BYTES));
  // A column of the outbox under another name: every page is sound, and no statement fits.
  damaged("altered", (bytes) => {
    const [name, other] = ["reason_code", "reason_coda"];
    for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name)) bytes.write(other, at);
  });
  damaged("short", () => {});
  fs.truncateSync(file("short"), 60);
  fs.writeFileSync(file("diary"), "Dear diary, the lamp is in the shed.\n".repeat(100));
  for (const copy of MIGRATED) fs.copyFileSync(file("outdated"), file(copy));
  fs.copyFileSync(file("wide"), file("widest"));
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".db"));
  return Object.fromEntries(names.map((name) => [path.parse(name).name, path.join(folder, name)]));
}

module.exports = { damageFiles };
