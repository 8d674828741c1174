// Databases that cannot be opened: the wrong file, the wrong place, the wrong config.
// What lies there is left as it is, to the byte where it is not ours.

// @ts-check

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const fs = require("node:fs");
const { DevServer } = require("../demo/devServer");
const { readJsonLines } = require("../demo/jsonLines");
const { SCHEMA, SECRET, failureOf, openApp } = require("./app");

/** @typedef {import("./faults").Fault} Fault */

/** Where SQLite's header has the version of the file, a big-endian number of 4 bytes. */
const USER_VERSION_AT = 60;
/** Enough for the database and nothing else. */
const READ_ONLY_DISK_BYTES = 4 * 1024 * 1024;

/** @param {string} name @param {object} config @returns {Fault} */
function refusedConfig(name, config) {
  return { name, code: "INVALID_ARGUMENT", provoke: ({ place }) => openApp(place, config) };
}

/** @param {string} name @param {string} code @param {Fault["prepare"]} prepare @returns {Fault} */
function refusedFile(name, code, prepare) {
  return { name, code, stored: "bytes", prepare, provoke: ({ place }) => openApp(place) };
}

const rest = (/** @type {string} */ baseUrl) => ({ backend: { kind: "rest", baseUrl } });
const collections = (/** @type {object[]} */ ...collections) => ({ schema: { collections } });

/** @type {Fault[]} */
const faults = [
  refusedConfig("schema-without-collections", collections()),
  refusedConfig("schema-with-a-bad-name", collections({ name: "drop table", columns: [] })),
  refusedConfig(
    "schema-that-says-a-name-twice",
    collections(...SCHEMA.collections, { name: "Notes".toLowerCase(), columns: [] }),
  ),
  refusedConfig(
    "schema-with-another-type-than-the-file",
    collections({ name: "notes", columns: [{ name: "text", type: "integer" }] }),
  ),
  refusedConfig("policy-out-of-range", { policy: { baseMs: 0 } }),
  refusedConfig("policy-of-another-type", { policy: { maxRetries: "five" } }),
  refusedConfig("base-url-without-tls", rest("http://api.example.com/sync")),
  refusedConfig("base-url-that-is-none", rest(SECRET)),
  {
    name: "missing-folder",
    code: "INVALID_ARGUMENT",
    provoke: ({ place }) => openApp(place, { path: place.file("nowhere/chat.db") }),
  },
  {
    name: "path-of-a-folder",
    code: "INVALID_ARGUMENT",
    provoke: ({ place }) => openApp(place, { path: place.folder }),
  },
  {
    name: "another-process-has-the-file",
    code: "LOCKED",
    async provoke({ place }) {
      const holder = spawn(process.execPath, [require.resolve("./holder"), place.folder], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const ended = once(holder, "close");
      await new Promise((resolve) => readJsonLines(holder.stdout, resolve));
      const failure = await failureOf(() => openApp(place));
      holder.stdin.end();
      const [status] = await ended;
      if (status !== 0) throw new Error("The process that had the file open was disturbed.");
      if (failure !== null) throw failure;
    },
  },
  {
    ...refusedFile("folder-that-cannot-be-written", "INVALID_ARGUMENT", (place, template) => {
      place.mountSmallDisk(READ_ONLY_DISK_BYTES);
      place.furnish(template);
      place.makeReadOnly();
    }),
    mounts: true,
  },
  refusedFile("file-that-is-no-database", "CORRUPT", (place) => {
    fs.writeFileSync(place.database, `Dear diary, my password is ${SECRET}.\n`.repeat(100));
  }),
  refusedFile("database-of-another-program", "CORRUPT", async (place) => {
    const server = new DevServer({ folder: place.folder, log: place.outside("server.log") });
    await server.start();
    await server.token(SECRET);
    await server.stop();
    fs.renameSync(server.databaseFile, place.database);
  }),
  refusedFile("database-of-a-newer-version", "NEWER_VERSION", (place, template) => {
    place.furnish(template);
    const bytes = fs.readFileSync(place.database);
    bytes.writeUInt32BE(bytes.readUInt32BE(USER_VERSION_AT) + 1, USER_VERSION_AT);
    fs.writeFileSync(place.database, bytes);
  }),
];

module.exports = { faults };
