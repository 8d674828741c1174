// A durable send while the outbox is empty, and while it is long.
"use strict";

const { copyOf, emptyFile, openMailboat } = require("../lib/files");
const { CONVERSATIONS, queuedFile } = require("../lib/outbox");
const { loadNow, median } = require("../lib/table");
const { bodyOf } = require("../lib/text");

const QUEUED = 10_000;
const ROUNDS = 5;
const SENDS = 300;

async function timedSend(mailboat, number) {
  const start = process.hrtime.bigint();
  await mailboat.sendMessage(`c${number % CONVERSATIONS}`, bodyOf(number));
  return Number(process.hrtime.bigint() - start) / 1000;
}

/** The two queues take turns, send by send. */
async function compare(files, durability) {
  const times = { empty: [], long: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const empty = openMailboat(copyOf(files.empty), { durability });
    const long = openMailboat(copyOf(files.long), { durability });
    for (let n = 0; n < SENDS; n += 1) {
      times.empty.push(await timedSend(empty, n));
      times.long.push(await timedSend(long, n));
    }
    await Promise.all([empty.close(), long.close()]);
  }
  return { empty: median(times.empty), long: median(times.long) };
}

async function run() {
  const files = { empty: await emptyFile(), long: await queuedFile(QUEUED) };
  const tables = [];
  for (const durability of ["normal", "full"]) {
    const { empty, long } = await compare(files, durability);
    tables.push({
      title: `enqueue, synchronous = ${durability.toUpperCase()}`,
      unit: "us a send",
      note: `awaited one by one; ${ROUNDS} rounds of ${SENDS}, the two queues taking turns send by send; ${loadNow()}`,
      rows: [
        { name: `at 0 to ${SENDS} queued`, value: empty },
        { name: "at 10 000 queued", value: long },
      ],
      goals: [{ of: "at 10 000", beside: "at 0", ratio: long / empty, atMost: 1.2 }],
    });
  }
  return tables;
}

module.exports = { run };
