// Cold start: open a file with 100 000 messages and read the last 50 of a conversation.
"use strict";

const { copyOf, fullFile } = require("./lib/files");
const { ask } = require("./lib/child");
const { rawRust } = require("./lib/rawRust");
const { median } = require("./lib/table");

const MESSAGES = 100_000;
const PROCESSES = 15;
const AGAIN = 10;

async function run() {
  const full = await fullFile(MESSAGES);
  const files = { mailboat: copyOf(full), raw: copyOf(full) };
  const figures = { mailboat: { first: [], again: [] }, raw: { first: [], again: [] } };
  for (let round = 0; round < PROCESSES; round += 1) {
    for (const contestant of ["mailboat", "raw"]) {
      const { first, again } = await ask("open.js", contestant, files[contestant], AGAIN);
      figures[contestant].first.push(first);
      figures[contestant].again.push(again);
    }
  }
  const rust = median(rawRust("open", copyOf(full), "full", 30));
  return [table(figures, rust)];
}

function table({ mailboat, raw }, rust) {
  return {
    title: `open, ${MESSAGES.toLocaleString("en-US")} messages, read the last 50`,
    unit: "ms",
    note: `${PROCESSES} processes each, taking turns; JavaScript loaded, the native part not; the file in the page cache`,
    rows: [
      { name: "mailboat, first open of a process", value: median(mailboat.first) },
      {
        name: "better-sqlite3 and the same SQL, first open of a process",
        value: median(raw.first),
      },
      { name: "mailboat, again in that process", value: median(mailboat.again) },
      { name: "better-sqlite3 and the same SQL, again in that process", value: median(raw.again) },
      { name: "rusqlite and the same SQL, again in that process", value: rust },
    ],
    goals: [
      {
        of: "mailboat first",
        beside: "better-sqlite3 first",
        ratio: median(mailboat.first) / median(raw.first),
        atMost: 1,
      },
    ],
  };
}

module.exports = { run };
