// What is stored, to be compared before and after a fault: read from the files, without
// the engine.

// @ts-check

const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { readRows } = require("../demo/sqlite");

/** What must stay of an outbox entry. How often it was tried, a fault of the server may change. */
const ENTRY =
  "sequence, hex(id), collection, record_id AS id, operation, lane, lane_policy, halted, mutation";
/** The app's tables, with the columns that the app named. */
const TABLES = `SELECT tables.name, group_concat('"' || columns.name || '"', ', ') AS columns
  FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
  WHERE tables.type = 'table' AND tables.name NOT GLOB 'mailboat_*'
    AND tables.name NOT GLOB '*sql*' AND columns.name NOT GLOB '_*'
  GROUP BY tables.name ORDER BY tables.name`;

/**
 * A text that is equal for equal rows. Messages that were acknowledged on the way must be
 * there, each with its outbox entry, and are left out.
 *
 * @param {string} database
 * @param {{ withOutbox: boolean, written: string[] }} options
 */
function fingerprintOfRows(database, { withOutbox, written }) {
  const queries = queriesFor(database);
  const [sound, outbox = [], ...records] = readRows(
    database,
    "PRAGMA integrity_check",
    `SELECT ${ENTRY} FROM mailboat_outbox ORDER BY sequence`,
    ...queries,
  );
  const added = new Set(written);
  const isAdded = (/** @type {{ id: string }} */ { id }) => added.has(id);
  const entriesFound = outbox.filter(isAdded).length;
  const recordsFound = records.flat().filter(isAdded).length;
  if (entriesFound !== added.size || recordsFound !== added.size) {
    return `${added.size} writes were acknowledged; there are ${recordsFound} records, ${entriesFound} entries`;
  }
  const tables = withOutbox ? [outbox, ...records] : records;
  const before = tables.map((rows) => rows.filter((row) => !isAdded(row)));
  return hash(JSON.stringify([queries, sound, before]));
}

/** What reads the app's tables. @param {string} database @returns {string[]} */
function queriesFor(database) {
  const [tables = []] = readRows(database, TABLES);
  return tables.map(({ name, columns }) => `SELECT ${columns} FROM "${name}" ORDER BY id`);
}

/** A text that is equal for folders with equal files. @param {string} folder */
function fingerprintOfBytes(folder) {
  const files = fs.readdirSync(folder).sort();
  return files
    .map((name) => `${name} ${hash(fs.readFileSync(path.join(folder, name)))}`)
    .join("\n");
}

/** @param {string | Buffer} content */
function hash(content) {
  return createHash("sha256").update(content).digest("hex");
}

module.exports = { fingerprintOfBytes, fingerprintOfRows };
