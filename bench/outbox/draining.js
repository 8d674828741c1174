// A long outbox comes back online: on loopback, and behind a slow network.
"use strict";

const { drainMs, queuedFile } = require("../lib/outbox");
const { loadNow, median } = require("../lib/table");

const ROUNDS = 5;
const ROUNDS_BEHIND_DELAY = 3;

async function run() {
  return [
    await table({ messages: 10_000, rounds: ROUNDS, delayMs: 0, atLeast: 1_000_000 }),
    await table({
      messages: 5_000,
      rounds: ROUNDS_BEHIND_DELAY,
      delayMs: 200,
      atLeast: 25_000,
    }),
  ];
}

async function table({ messages, rounds, delayMs, atLeast }) {
  const file = await queuedFile(messages);
  const figures = [];
  for (let round = 0; round < rounds; round += 1) {
    figures.push((messages / (await drainMs(file, messages, delayMs))) * 60_000);
  }
  const where = delayMs > 0 ? `each answer after ${delayMs} ms` : "on loopback";
  return {
    title: `drain ${messages.toLocaleString("en-US")} messages, ${where}`,
    unit: "messages a minute",
    note: `FULL; from opening the file to an empty outbox; the dev server in a process of its own, ledger on, synchronous = FULL; ${rounds} rounds; ${loadNow()}`,
    rows: [
      { name: "median", value: median(figures) },
      { name: "best", value: Math.max(...figures) },
    ],
    goals: [{ of: "median", beside: "one", ratio: median(figures), atLeast }],
  };
}

module.exports = { run };
