// 50 messages, read synchronously: what is there when a screen renders.
"use strict";

const { timeOf } = require("./clock");
const floors = require("./floor");
const { openMailboat, openWaist, windowOf } = require("./mailboat");
const { openOpSqlite } = require("./opSqlite");
const { STATEMENTS } = require("./statements");
const { inTurns } = require("./turns");

const TURNS = { rounds: 6, calls: 20 };
const CONVERSATION = "c7";
const ROWS = 50;
/** An empty call is too short for one reading of the clock. */
const EMPTY_CALLS = 1_000;

async function run({ files }) {
  const window = windowOf(CONVERSATION, ROWS);
  const text = await answerOf(files.waist, JSON.stringify({ type: "window", window }));
  const mailboat = await openMailboat(files.mailboat, "full");
  const peer = openOpSqlite(files.opSqlite, "full");
  const bare = floors.openFloor(files.sqlite, "full");
  const times = await inTurns(TURNS, {
    mailboat: () => timeOfRows(() => mailboat.querySync(window).rows.length),
    // One row more than the window, which says whether there are more.
    opSqlite: () =>
      timeOfRows(() => peer.executeSync(STATEMENTS.window, [CONVERSATION]).rows.length - 1),
    sqlite: () => timeOfRows(() => bare.read(CONVERSATION) - 1),
    parse: () => timeOfRows(() => JSON.parse(text).rows.length),
    empty: () => timeOf(EMPTY_CALLS, floors.empty),
  });
  await mailboat.close();
  peer.close();
  bare.close();
  return { ...times, characters: [text.length] };
}

/** What the module answers, and so what there is to parse. */
async function answerOf(file, query) {
  const waist = openWaist(file, "full");
  const text = waist.query(query);
  await waist.close();
  return text;
}

function timeOfRows(read) {
  let rows = 0;
  const time = timeOf(1, () => {
    rows = read();
  });
  if (rows !== ROWS) throw new Error(`${rows} rows were read`);
  return time;
}

module.exports = { run };
