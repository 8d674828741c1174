// A durable send: the message row and its outbox entry, on disk when it resolves.
"use strict";

const { copyOf, emptyFile, openMailboat } = require("./lib/files");
const { sendOneByOne } = require("./lib/rawNode");
const { rawRust } = require("./lib/rawRust");
const { median } = require("./lib/table");
const { bodyOf } = require("./lib/text");

const ROUNDS = 7;
const ONE_BY_ONE = 1_500;
const IN_FLIGHT = 100;
const WAVES = 40;

function send(mailboat, number) {
  return mailboat.sendMessage(`c${number % 20}`, bodyOf(number));
}

async function oneByOne(file, durability) {
  const mailboat = openMailboat(file, { durability });
  const times = [];
  for (let n = 0; n < ONE_BY_ONE; n += 1) {
    const start = process.hrtime.bigint();
    await send(mailboat, n);
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  await mailboat.close();
  return median(times);
}

async function inFlight(file, durability) {
  const mailboat = openMailboat(file, { durability });
  const times = [];
  for (let wave = 0; wave < WAVES; wave += 1) {
    const start = process.hrtime.bigint();
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, (_, n) => send(mailboat, wave * IN_FLIGHT + n)),
    );
    times.push(Number(process.hrtime.bigint() - start) / 1000 / IN_FLIGHT);
  }
  await mailboat.close();
  return median(times);
}

/** One table a durability; contestants take turns, so that a noisy minute hits all. */
async function run() {
  const empty = await emptyFile();
  const tables = [];
  for (const [durability, atMost] of [
    ["normal", 0.6],
    ["full", 0.25],
  ]) {
    const figures = { single: [], wave: [], node: [], rust: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      figures.single.push(await oneByOne(copyOf(empty), durability));
      figures.node.push(median(sendOneByOne(copyOf(empty), durability, ONE_BY_ONE)));
      figures.wave.push(await inFlight(copyOf(empty), durability));
      figures.rust.push(median(rawRust("sends", copyOf(empty), durability, ONE_BY_ONE)));
    }
    tables.push(table(durability, atMost, figures));
  }
  return tables;
}

function table(durability, atMost, figures) {
  const [single, wave] = [median(figures.single), median(figures.wave)];
  const [node, rust] = [median(figures.node), median(figures.rust)];
  return {
    title: `sends, synchronous = ${durability.toUpperCase()}`,
    unit: "us a send",
    note: `a message row, its outbox entry and its lane, in WAL; ${ROUNDS} rounds of ${ONE_BY_ONE}, contestants take turns`,
    rows: [
      { name: "mailboat, awaited one by one", value: single },
      { name: `mailboat, ${IN_FLIGHT} in flight`, value: wave },
      { name: "better-sqlite3, same SQL, one by one", value: node },
      { name: "rusqlite, same SQL, one by one", value: rust },
    ],
    goals: [
      { of: "mailboat one by one", beside: "better-sqlite3", ratio: single / node, atMost: 4 },
      {
        of: `mailboat ${IN_FLIGHT} in flight`,
        beside: "better-sqlite3",
        ratio: wave / node,
        atMost,
      },
    ],
  };
}

module.exports = { run };
