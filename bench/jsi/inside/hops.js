// A bare way to another thread and back.
"use strict";

const { now } = require("./clock");
const { hop } = require("./floor");

const HOPS = 2_000;

async function run() {
  const [round, back] = [[], []];
  for (let n = 0; n < HOPS; n += 1) {
    const start = now();
    back.push(await hop());
    round.push(now() - start);
  }
  return { round, back };
}

module.exports = { run };
