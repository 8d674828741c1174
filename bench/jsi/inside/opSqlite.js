// op-sqlite through its own JavaScript, doing what the engine does.
"use strict";

const { open } = require("@op-engineering/op-sqlite");
const { bodyOf } = require("../../lib/text");
const { STATEMENTS, pragmas, settings } = require("./statements");

const PENDING_POSITION = 2 ** 52;

/** Opens a file with the pragmas of the engine's writer. */
function openOpSqlite(file, durability) {
  const at = file.lastIndexOf("/");
  const database = open({ name: file.slice(at + 1), location: file.slice(0, at) });
  for (const pragma of pragmas(durability).split("\n")) database.executeSync(pragma);
  return database;
}

/** What its connection says of its settings. */
function settingsOf(database) {
  return settings((name) => Object.values(database.executeSync(`PRAGMA ${name}`).rows[0])[0]);
}

/**
 * Messages to store, by number. Their ids are made before any clock runs: this engine has no
 * randomness of its own, and making ids is not what is compared.
 */
function messages(count) {
  const ids = Array.from({ length: count }, (_, n) => idsOf(n + 1));
  return (n, conversation) => commandsOf(ids[n], n + 1, conversation, bodyOf(n));
}

/** A message, its outbox entry and its lane, as `executeBatch` takes them. */
function commandsOf({ entry, record }, number, conversation, body) {
  const sentAt = Date.now();
  const mutation = JSON.stringify({ conversationId: conversation, senderId: "ann", body, sentAt });
  // Each row in an array of its own: op-sqlite takes a first parameter that is a buffer for
  // a list of rows.
  return [
    [STATEMENTS.entry, [[entry, record, mutation, conversation, sentAt]]],
    [STATEMENTS.lane, [conversation, number, sentAt]],
    [
      STATEMENTS.message,
      [conversation, "ann", body, sentAt, PENDING_POSITION + number, number, record],
    ],
  ];
}

/** Rising, as the engine's are: where an index grows is part of what a write costs. */
function idsOf(number) {
  const entry = new Uint8Array([1, 0x90, 0xb0, 0xc0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]);
  new DataView(entry.buffer).setUint32(12, number);
  return { entry, record: `0190b0c0-0000-7000-a000-${number.toString(16).padStart(12, "0")}` };
}

/** The same without leaving the JavaScript thread, which waits for the disk meanwhile. */
function sendHere(database, commands) {
  database.executeSync("BEGIN IMMEDIATE");
  for (const [sql, parameters] of commands) {
    database.executeSync(sql, Array.isArray(parameters[0]) ? parameters[0] : parameters);
  }
  database.executeSync("COMMIT");
}

module.exports = { messages, openOpSqlite, sendHere, settingsOf };
