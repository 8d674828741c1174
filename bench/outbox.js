// A long outbox: what its length costs, how fast it goes, and how fast what comes back arrives.
"use strict";

const PARTS = ["picking", "enqueuing", "opening", "draining", "pulling", "reaching"];

async function run() {
  const tables = [];
  for (const part of PARTS) tables.push(...(await require(`./outbox/${part}`).run()));
  return tables;
}

module.exports = { run };
