// Cold start: open a file with 100 000 messages and read the last 50 of a conversation.
"use strict";

const { copyOf, fullFile, openMailboat } = require("./lib/files");
const { openAndReadLast50 } = require("./lib/rawNode");
const { rawRust } = require("./lib/rawRust");
const { median } = require("./lib/table");

const MESSAGES = 100_000;
const ROUNDS = 31;

const LAST_50 = {
  collection: "messages",
  where: { conversationId: "c7" },
  take: "last",
  limit: 50,
};

async function mailboat(file) {
  const start = process.hrtime.bigint();
  const opened = openMailboat(file);
  const { rows } = opened.querySync(LAST_50);
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  await opened.close();
  if (rows.length !== 50) throw new Error(`read ${rows.length} rows`);
  return took;
}

async function run() {
  const full = await fullFile(MESSAGES);
  const [ours, node] = [copyOf(full), copyOf(full)];
  const figures = { ours: [], node: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.ours.push(await mailboat(ours));
    figures.node.push(openAndReadLast50(node));
  }
  const rust = median(rawRust("open", copyOf(full), "full", ROUNDS));
  const ratio = median(figures.ours) / median(figures.node);
  return [
    {
      title: `open, ${MESSAGES.toLocaleString("en-US")} messages, read the last 50`,
      unit: "ms",
      note: `in one process, the file in the page cache; ${ROUNDS} rounds, contestants take turns`,
      rows: [
        { name: "mailboat, open and first window", value: median(figures.ours) },
        { name: "better-sqlite3, open and the same SQL", value: median(figures.node) },
        { name: "rusqlite, open and the same SQL", value: rust },
      ],
      goals: [{ of: "mailboat", beside: "better-sqlite3", ratio, atMost: 1 }],
    },
  ];
}

module.exports = { run };
