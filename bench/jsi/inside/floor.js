// The floor: SQLite without a wrapper, and bare ways between threads (bench/jsi/Floor.h).

/* global floor */
"use strict";

const { bodyOf } = require("../../lib/text");
const { STATEMENTS, pragmas, settings } = require("./statements");

/** Opens a file with the pragmas of the engine's writer. */
function openFloor(file, durability) {
  return floor.open(file, { ...STATEMENTS, pragmas: pragmas(durability) });
}

/** What its connection says of its settings. */
function settingsOf(database) {
  return settings((name) => database.pragma(name));
}

/** One durable send on another thread, and the way there and back. */
function commit(database, n, conversation) {
  const [body, sentAt] = [bodyOf(n), Date.now()];
  const mutation = JSON.stringify({ conversationId: conversation, senderId: "ann", body, sentAt });
  return answered((callback) => database.commit(conversation, body, mutation, sentAt, callback));
}

/** To another thread and back; resolves with the microseconds of the way back alone. */
function hop() {
  return answered((callback) => floor.hop(callback));
}

function answered(start) {
  return new Promise((resolve, reject) => {
    start((answer) => (typeof answer === "string" ? reject(new Error(answer)) : resolve(answer)));
  });
}

module.exports = { commit, empty: floor.empty, hop, openFloor, settingsOf };
