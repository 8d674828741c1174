// better-sqlite3 doing the same SQL with the same pragmas: the floor in Node.
"use strict";

const { randomUUID } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const Database = require("better-sqlite3");
const { bodyOf } = require("./text");

const PENDING_POSITION = 2 ** 52;

/** @param {string} name */
function sql(name) {
  return fs.readFileSync(path.join(__dirname, "../sql", `${name}.sql`), "utf8");
}

/** Opens a file with the pragmas of the engine's writer. */
function open(file, synchronous) {
  const database = new Database(file);
  database.exec(sql("pragmas"));
  database.pragma(`synchronous = ${synchronous}`);
  return database;
}

/** A function that stores one message and its outbox entry in a transaction of its own. */
function sender(database) {
  const entry = database.prepare(sql("send-entry"));
  const lane = database.prepare(sql("send-lane"));
  const message = database.prepare(sql("send-message"));
  let number = 0;
  const send = database.transaction((conversation, body) => {
    number += 1;
    const [id, now] = [randomUUID(), Date.now()];
    const mutation = JSON.stringify({
      conversationId: conversation,
      senderId: "ann",
      body,
      sentAt: now,
    });
    const key = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
    const { lastInsertRowid } = entry.run(key, id, mutation, conversation, now);
    lane.run(conversation, lastInsertRowid, now);
    message.run(
      conversation,
      "ann",
      body,
      now,
      PENDING_POSITION + Number(lastInsertRowid),
      number,
      id,
    );
  });
  return (conversation, body) => send.immediate(conversation, body);
}

/** Sends `count` messages one by one; microseconds of each. */
function sendOneByOne(file, synchronous, count) {
  const database = open(file, synchronous);
  const send = sender(database);
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const start = process.hrtime.bigint();
    send(`c${n % 20}`, bodyOf(n));
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  database.close();
  return times;
}

/** Opens a file and reads the last 50 of a conversation, and one more. */
function readLast50(file) {
  const database = open(file, "FULL");
  return { database, rows: database.prepare(sql("last-50")).all("c7") };
}

module.exports = { open, readLast50, sendOneByOne, sql };
