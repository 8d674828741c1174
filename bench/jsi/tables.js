// What is compared with what, and how far Mailboat may be from it.
"use strict";

/** @typedef {import("./figures").Figures} Figures */

/** @param {Figures} figures @param {{ rounds: number }} run */
function of(figures, { rounds }) {
  return [
    ...["normal", "full"].map((durability) => sends(figures, durability, rounds)),
    ...["normal", "full"].map((durability) => changes(figures, durability, rounds)),
    reads(figures, rounds),
    patches(figures, rounds),
    floors(figures, rounds),
  ];
}

function sends(figures, durability, rounds) {
  const of = (name) => figures.of(`send ${durability} ${name}`);
  return {
    title: `jsi: sends, synchronous = ${durability.toUpperCase()}`,
    unit: "us a send",
    note: `a message row, its outbox entry and its lane; ${rounds} rounds, contestants take turns`,
    rows: [
      { name: "mailboat, sendMessage, awaited one by one", value: of("mailboat") },
      { name: "mailboat, execute of the module alone", value: of("waist") },
      { name: "op-sqlite, executeBatch of the same SQL, one by one", value: of("executeBatch") },
      { name: "op-sqlite, executeSync, the JavaScript thread waits", value: of("executeSync") },
      { name: "bare commit on another thread, with the hops", value: of("bareCommit") },
      { name: "mailboat, 50 in flight", value: of("mailboatInFlight") },
      { name: "op-sqlite, executeBatch, 50 in flight", value: of("executeBatchInFlight") },
    ],
    goals: [
      goal("sendMessage", of("mailboat"), "executeBatch", of("executeBatch"), 0.8),
      goal("execute", of("waist"), "bare commit with the hops", of("bareCommit"), 3),
    ],
  };
}

/** Beside FULL there is no goal: there most of the time is the disk's, and the same for both. */
function changes(figures, durability, rounds) {
  const of = (count, name) => figures.of(`change ${durability} ${count} ${name}`);
  const goals = [
    [1, 0.6],
    [20, 0.1],
  ];
  const all = goals.map(([count, atMost]) =>
    goal(
      `mailboat with ${count}`,
      of(count, "mailboat"),
      "op-sqlite",
      of(count, "opSqlite"),
      atMost,
    ),
  );
  return {
    title: `jsi: from a change to its subscribers, synchronous = ${durability.toUpperCase()}`,
    unit: "us",
    note: `one insert into a window of 50, from its call until the last subscriber's callback has the rows; ${rounds} rounds, contestants take turns`,
    rows: goals.flatMap(([count]) => [
      { name: `mailboat, live window, subscribers: ${count}`, value: of(count, "mailboat") },
      { name: `op-sqlite, reactiveExecute, subscribers: ${count}`, value: of(count, "opSqlite") },
    ]),
    goals: durability === "normal" ? all : [],
  };
}

function reads(figures, rounds) {
  const of = (name) => figures.of(`read ${name}`);
  return {
    title: "jsi: read 50 messages synchronously",
    unit: "us",
    note: `rows as objects, on the JavaScript thread; ${Math.round(of("characters"))} characters of JSON; ${rounds} rounds, contestants take turns`,
    rows: [
      { name: "mailboat, querySync", value: of("mailboat") },
      { name: "op-sqlite, executeSync", value: of("opSqlite") },
      { name: "SQLite alone, no objects", value: of("sqlite") },
      { name: "JSON.parse alone, of the same text", value: of("parse") },
    ],
    goals: [
      goal("querySync", of("mailboat"), "SQLite and JSON.parse", of("sqlite") + of("parse"), 2),
    ],
  };
}

function patches(figures, rounds) {
  const row = (name, of) => ["small", "large"].map((size) => rowOf(figures, name, size, of));
  const [small, large] = ["small", "large"].map((size) => figures.of(`patch ${size} both`));
  return {
    title: "jsi: a patch of one changed row",
    unit: "us",
    note: `windows of 50 and of 500, ${rounds} rounds, the windows take turns`,
    rows: [
      ...row("drain and JSON.parse", "both"),
      ...row("drain alone", "transfer"),
      ...row("JSON.parse alone", "parse"),
      ...row("application onto the rows", "apply"),
      ...row("copy of the arrays alone", "copy"),
    ],
    goals: [
      goal(
        "the dearer of the two sizes",
        Math.max(small, large),
        "the other",
        Math.min(small, large),
        1.5,
      ),
    ],
  };
}

function rowOf(figures, name, size, of) {
  return {
    name: `${name}, window of ${size === "small" ? 50 : 500}`,
    value: figures.of(`patch ${size} ${of}`),
  };
}

function floors(figures, rounds) {
  return {
    title: "jsi: floors",
    unit: "us",
    note: `what the engine and the threads charge for nothing; ${rounds} rounds`,
    rows: [
      { name: "an empty host function", value: figures.of("read empty") },
      { name: "to another thread and back", value: figures.of("hop round") },
      { name: "from another thread into a task", value: figures.of("hop back") },
    ],
    goals: [],
  };
}

function goal(of, value, beside, other, atMost) {
  return { of, beside, ratio: value / other, atMost };
}

module.exports = { of };
