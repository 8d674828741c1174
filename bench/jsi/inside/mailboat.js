// Mailboat as an app has it, but for React: the package over its native module. And the
// module alone, for what the package adds to it.
"use strict";

const { createMailboat } = require("../../../js/src/createMailboat");
const { messagingSchema } = require("../../../js/src/generated/messagingSchema");
const { nativeHost } = require("../../../js/src/native/nativeHost");

/** An engine without a backend on a file, ready to write. */
async function openMailboat(file, durability) {
  const mailboat = createMailboat({ path: file, durability, userId: "ann" });
  await mailboat.whenReady();
  return mailboat;
}

/** The calls of the waist on a file, with nothing of the package around them. */
function openWaist(file, durability) {
  const host = nativeHost();
  const config = { path: file, schema: messagingSchema, durability };
  const { engine } = JSON.parse(host.open(JSON.stringify(config)));
  return {
    execute: (command) => host.execute(engine, command),
    query: (query) => host.query(engine, query),
    watch: (window) => host.watch(engine, window),
    drain: () => host.drain(engine),
    close: () => host.execute(engine, JSON.stringify({ type: "close" })),
  };
}

/** The newest messages of a conversation. */
function windowOf(conversationId, limit) {
  return { collection: "messages", where: { conversationId }, take: "last", limit };
}

/** A command that stores a message. */
function createMessage(conversationId, body) {
  const values = { conversationId, senderId: "ann", body, sentAt: Date.now() };
  return JSON.stringify({ type: "create", collection: "messages", values });
}

module.exports = { createMessage, openMailboat, openWaist, windowOf };
