// What runs in Hermes: one round of one contest. The job comes on the command line, the
// times go out as one line of JSON.

/* global consoleHost */
"use strict";

// React Native's setImmediate is a microtask (its immediateShim); op-sqlite begins each
// transaction with one.
globalThis.setImmediate = (callback, ...args) => queueMicrotask(() => callback(...args));

const hops = require("./hops");
const patches = require("./patches");
const reads = require("./reads");
const sends = require("./sends");
const subscribers = require("./subscribers");

const CONTESTS = {
  settings: sends.sameSettings,
  sends: sends.run,
  subscribers: subscribers.run,
  reads: reads.run,
  patches: patches.run,
  hops: hops.run,
};

async function main() {
  const job = JSON.parse(consoleHost.args[0]);
  const answer = await CONTESTS[job.contest](job);
  console.log(JSON.stringify({ engine: consoleHost.engine, answer }));
  consoleHost.exit(0);
}

void main();
