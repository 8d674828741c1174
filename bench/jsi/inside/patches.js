// One changed row of a window: its way here, and onto the rows that are here.
"use strict";

const { applyPatch } = require("../../../js/src/live/patch");
const { bodyOf } = require("../../lib/text");
const { now, timeOf } = require("./clock");
const { openWaist, windowOf } = require("./mailboat");
const { inTurns } = require("./turns");

const TURNS = { rounds: 6, calls: 20 };
/** Rows from the end that change, one after the other. */
const CHANGING = 20;
/** Application is too short for one reading of the clock. */
const APPLICATIONS = { rounds: 6, calls: 5, repetitions: 20 };

/** A watched window, and what its patches cost. */
class Patched {
  constructor(waist, conversation, limit) {
    this.waist = waist;
    this.before = JSON.parse(waist.watch(JSON.stringify(windowOf(conversation, limit))));
    const { length } = this.before.rows;
    if (length !== limit) throw new Error(`the window of ${limit} holds ${length}`);
    this.transfer = [];
    this.parse = [];
    this.ops = [];
  }

  /** Changes a row; answers how long its patch took from there to objects. */
  async change(n) {
    const { rows } = this.before;
    const { id } = rows[rows.length - 1 - (n % CHANGING)];
    const values = { body: bodyOf(n) };
    await this.waist.execute(
      JSON.stringify({ type: "update", collection: "messages", id, values }),
    );

    const start = now();
    const text = this.waist.drain();
    const arrived = now();
    const { events } = JSON.parse(text);
    const parsed = now();

    this.transfer.push(arrived - start);
    this.parse.push(parsed - arrived);
    this.ops = events.find(({ type }) => type === "patch").ops;
    if (this.ops.length !== 1 || this.ops[0].op !== "update") throw new Error("not one row");
    return parsed - start;
  }

  apply() {
    return timeOf(APPLICATIONS.repetitions, () => applyPatch(this.before, this.ops));
  }

  copy() {
    const { revisions, rows } = this.before;
    return timeOf(APPLICATIONS.repetitions, () => [[...rows], [...revisions]]);
  }
}

async function run({ file }) {
  const waist = openWaist(file, "normal");
  const [small, large] = [new Patched(waist, "c1", 50), new Patched(waist, "c2", 500)];
  const both = await inTurns(TURNS, {
    small: (n) => small.change(n),
    large: (n) => large.change(n),
  });
  await waist.close();
  return {
    small: await timesOf(small, both.small),
    large: await timesOf(large, both.large),
  };
}

async function timesOf(window, both) {
  const { parse, transfer } = window;
  const application = { apply: () => window.apply(), copy: () => window.copy() };
  return { both, transfer, parse, ...(await inTurns(APPLICATIONS, application)) };
}

module.exports = { run };
