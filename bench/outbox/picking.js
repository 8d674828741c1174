// What may go next: the pick of a batch must not grow with the queue.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { newPath } = require("../lib/files");
const { loadNow, median } = require("../lib/table");

const BINARY = path.join(__dirname, "../../target/release/mailboat-bench-queues");
const COUNTS = [100, 10_000, 1_000_000];
const PICKS = 300;

/** Microseconds of each pick, a list a count; the queues take turns. */
function pickTimes(lanes) {
  const folder = newPath("queues");
  fs.mkdirSync(folder);
  const words = [folder, lanes, PICKS, ...COUNTS].map(String);
  const output = execFileSync(BINARY, words, { encoding: "utf8", maxBuffer: 1 << 26 });
  // The longest queue is a file of half a gigabyte.
  fs.rmSync(folder, { recursive: true });
  return JSON.parse(output);
}

async function run() {
  return [table("one", "all in one lane"), table("each", "each in a lane of its own")];
}

function table(lanes, words) {
  const medians = pickTimes(lanes).map(median);
  return {
    title: `pick the next batch of 100, entries ${words}`,
    unit: "us",
    note: `the store's Writer::due, in Rust; ${PICKS} picks a queue, taking turns, each batch settled and replaced; ${loadNow()}`,
    rows: COUNTS.map((count, at) => ({
      name: `${count.toLocaleString("en-US")} queued`,
      value: medians[at],
    })),
    goals: [
      {
        of: "slowest",
        beside: "fastest",
        ratio: Math.max(...medians) / Math.min(...medians),
        atMost: 1.5,
      },
    ],
  };
}

module.exports = { run };
