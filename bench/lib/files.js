// Database files that every contestant gets a copy of, made by the engine itself.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const Database = require("better-sqlite3");
const { createMailboat, messagingSchema } = require("../../dist");
const { nodeHost } = require("../../dist/node");
const { bodyOf } = require("./text");

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mailboat-bench-"));
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));

const host = nodeHost();

/** Opens an engine on a file, without a backend unless `more` names one. */
function openMailboat(file, more = {}) {
  return createMailboat({ path: file, schema: messagingSchema, userId: "ann", host, ...more });
}

/** A path of its own in the run's folder. */
function newPath(name) {
  return path.join(folder, `${name}-${Math.random().toString(36).slice(2)}.db`);
}

/** An empty Mailboat file. */
async function emptyFile() {
  const file = newPath("empty");
  await openMailboat(file).close();
  return file;
}

/** A file with so many acknowledged messages in 20 conversations; a third of real sentences. */
async function fullFile(messages) {
  const file = await emptyFile();
  const database = new Database(file);
  database.pragma("synchronous = OFF");
  const insert = database.prepare(
    `INSERT INTO messages ("conversationId", "senderId", "body", "sentAt", _base, _version, _position, _revision, _delivery, _deleted, "id")
     VALUES (?, ?, ?, ?, NULL, ?, ?, ?, 0, 0, ?)`,
  );
  database.transaction(() => {
    for (let n = 1; n <= messages; n += 1) {
      const sender = n % 3 === 0 ? "ann" : "ben";
      insert.run(`c${n % 20}`, sender, bodyOf(n), 1_700_000_000_000 + n, n, n, n, idOf(n));
    }
  })();
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
  return file;
}

/** A copy of a file, without the log of the original. */
function copyOf(file) {
  const copy = newPath("copy");
  fs.copyFileSync(file, copy);
  return copy;
}

/** An id of the shape that the engine makes. */
function idOf(number) {
  const tail = number.toString(16).padStart(12, "0");
  return `0190b0c0-0000-7000-8000-${tail}`;
}

module.exports = { copyOf, emptyFile, fullFile, newPath, openMailboat };
