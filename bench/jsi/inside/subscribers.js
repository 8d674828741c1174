// From the call of one insert to its subscribers having the new rows of a window of 50.
"use strict";

const { bodyOf } = require("../../lib/text");
const { now } = require("./clock");
const { openMailboat, windowOf } = require("./mailboat");
const { messages, openOpSqlite } = require("./opSqlite");
const { STATEMENTS } = require("./statements");
const { inTurns } = require("./turns");

const TURNS = { rounds: 6, calls: 20 };
const INSERTS = TURNS.rounds * TURNS.calls;
const CONVERSATION = "c7";
const ROWS = 50;

/** Subscribers that wait until a body is the newest; the last one to see it is timed. */
class Audience {
  constructor(size) {
    this.size = size;
    this.missing = 0;
    this.body = "";
  }

  /** Inserts a message; answers the microseconds until everyone has it. */
  async time(body, insert) {
    this.body = body;
    this.missing = this.size;
    const seen = new Promise((resolve) => {
      this.everyoneSaw = resolve;
    });
    const start = now();
    const stored = insert();
    const end = await seen;
    await stored;
    return end - start;
  }

  /** What a subscriber was told. @param {number} rows @param {{ body: string }} newest */
  saw(rows, newest) {
    if (rows < ROWS || newest.body !== this.body) return;
    this.missing -= 1;
    if (this.missing === 0) this.everyoneSaw(now());
  }
}

async function run({ durability, files, subscribers }) {
  const mailboat = await mailboatWith(files.mailboat, durability, subscribers);
  const opSqlite = opSqliteWith(files.opSqlite, durability, subscribers);
  const times = await inTurns(TURNS, { mailboat: mailboat.insert, opSqlite: opSqlite.insert });
  await mailboat.close();
  opSqlite.close();
  return times;
}

/** Subscribers to equal windows; they share one watch by themselves. */
async function mailboatWith(file, durability, subscribers) {
  const mailboat = await openMailboat(file, durability);
  const audience = new Audience(subscribers);
  const stops = Array.from({ length: subscribers }, () => {
    const live = mailboat.watch(windowOf(CONVERSATION, ROWS));
    return live.subscribe(() => {
      const { rows } = live.getSnapshot();
      audience.saw(rows.length, rows[rows.length - 1]);
    });
  });
  return {
    insert: (n) => audience.time(bodyOf(n), () => mailboat.sendMessage(CONVERSATION, bodyOf(n))),
    close: () => {
      const { watches } = mailboat.counters();
      if (watches !== 1) throw new Error(`${watches} watches for equal windows`);
      for (const stop of stops) stop();
      return mailboat.close();
    },
  };
}

/** Reactive queries of the same SQL; `executeBatch` tells them when it has committed. */
function opSqliteWith(file, durability, subscribers) {
  const database = openOpSqlite(file, durability);
  const audience = new Audience(subscribers);
  const stops = Array.from({ length: subscribers }, () =>
    database.reactiveExecute({
      query: STATEMENTS.window,
      arguments: [CONVERSATION],
      fireOn: [{ table: "messages" }],
      // One row more than the window, which says whether there are more; the newest first.
      callback: ({ rows }) => audience.saw(rows.length - 1, rows[0]),
    }),
  );
  const commandsOf = messages(INSERTS);
  return {
    insert: (n) =>
      audience.time(bodyOf(n), () => database.executeBatch(commandsOf(n, CONVERSATION))),
    close: () => {
      for (const stop of stops) stop();
      database.close();
    },
  };
}

module.exports = { run };
