// Opens a file and reads the last 50 of a conversation: once as the first thing its
// process does, the native part still to be loaded, then again and again. Tells its
// parent the milliseconds of the first time and the median of the others.
"use strict";

const [contestant, file, again] = process.argv.slice(2);

const { median } = require("../lib/table");
const open = contestant === "mailboat" ? openMailboat() : openRaw();

function openMailboat() {
  const { createMailboat } = require("../../dist");
  const { nodeHost } = require("../../dist/node");
  const window = {
    collection: "messages",
    where: { conversationId: "c7" },
    take: "last",
    limit: 50,
  };
  return async () => {
    const start = process.hrtime.bigint();
    const mailboat = createMailboat({ path: file, userId: "ann", host: nodeHost() });
    const { rows } = mailboat.querySync(window);
    const took = process.hrtime.bigint() - start;
    await mailboat.close();
    return { took, rows: rows.length };
  };
}

function openRaw() {
  const { readLast50 } = require("../lib/rawNode");
  return () => {
    const start = process.hrtime.bigint();
    const { database, rows } = readLast50(file);
    const took = process.hrtime.bigint() - start;
    database.close();
    // One more than is shown: it says whether there is more.
    return { took, rows: rows.length - 1 };
  };
}

async function timed() {
  const { took, rows } = await open();
  if (rows !== 50) throw new Error(`${contestant} read ${rows} rows`);
  return Number(took) / 1e6;
}

async function main() {
  const first = await timed();
  const others = [];
  for (let round = 0; round < Number(again); round += 1) others.push(await timed());
  process.send({ first, again: median(others) }, () => process.exit(0));
}

void main();
