// What a long outbox costs an app that starts, and one that runs: time and memory.
"use strict";

const { ask } = require("../lib/child");
const { copyOf } = require("../lib/files");
const { peakMemory, queuedFile } = require("../lib/outbox");
const { loadNow, median } = require("../lib/table");

const QUEUED = 10_000;
const PROCESSES = 15;
const AGAIN = 10;
const MEMORY_ROUNDS = 3;

async function run() {
  const file = copyOf(await queuedFile(QUEUED));
  const figures = { first: [], again: [] };
  for (let round = 0; round < PROCESSES; round += 1) {
    const { first, again } = await ask("open.js", "mailboat", file, AGAIN);
    figures.first.push(first);
    figures.again.push(again);
  }
  const first = median(figures.first);
  return [
    {
      title: "open with 10 000 queued, read the last 50 of a conversation",
      unit: "ms",
      note: `${PROCESSES} processes; JavaScript loaded, the native part not; the file in the page cache; ${loadNow()}`,
      rows: [
        { name: "first open of a process", value: first },
        { name: "again in that process", value: median(figures.again) },
      ],
      goals: [{ of: "first open", beside: "one", ratio: first, atMost: 50 }],
    },
    memoryTable(await peakMemory(QUEUED, MEMORY_ROUNDS)),
  ];
}

function memoryTable({ bare, queued }) {
  return {
    title: "peak memory of a process that queues 10 000",
    unit: "MB",
    note: `largest resident set of a Node process; ${MEMORY_ROUNDS} processes each`,
    rows: [
      { name: "package loaded, nothing opened", value: bare },
      { name: "10 000 messages queued", value: queued },
    ],
    goals: [{ of: "queued", beside: "bare (difference)", ratio: queued - bare, atMost: 50 }],
  };
}

module.exports = { run };
