// A device whose outbox is long: how it is made, and how it is sent.
"use strict";

const { ask } = require("./child");
const { copyOf, emptyFile, newPath, openMailboat } = require("./files");
const { startServer } = require("./server");
const { median } = require("./table");
const { bodyOf } = require("./text");

const CONVERSATIONS = 20;

/** A file whose outbox holds messages, and 20 conversations that are sent already. */
async function queuedFile(messages) {
  const file = copyOf(await emptyFile());
  const mailboat = openMailboat(file);
  await sendAll(mailboat, messages);
  await mailboat.close();
  return file;
}

function sendAll(mailboat, messages) {
  const sends = Array.from({ length: messages }, (_, n) =>
    mailboat.sendMessage(`c${n % CONVERSATIONS}`, bodyOf(n)),
  );
  return Promise.all(sends);
}

/** The backend of a user on a server. */
function backendOf(server, token = server.token) {
  return { kind: "rest", baseUrl: server.url, getToken: () => Promise.resolve(token) };
}

/**
 * Milliseconds from opening a copy of a queued file to its empty outbox, on a server of
 * its own whose answers take `delayMs` longer.
 */
async function drainMs(file, messages, delayMs = 0) {
  const server = await startServer(CONVERSATIONS);
  if (delayMs > 0) await server.delayBy(delayMs);
  const copy = copyOf(file);
  const started = process.hrtime.bigint();
  const mailboat = openMailboat(copy, { backend: backendOf(server) });
  await outboxIsEmpty(mailboat);
  const took = Number(process.hrtime.bigint() - started) / 1e6;
  await mailboat.close();
  await server.stop(messages);
  return took;
}

function outboxIsEmpty({ status }) {
  return new Promise((resolve) => {
    const look = () => {
      if (status.getSnapshot().pending > 0) return;
      stop();
      resolve();
    };
    const stop = status.subscribe(look);
    look();
  });
}

/**
 * Peak memory of a process that queues so many messages, beside one that only loads the
 * package; in MB.
 */
async function peakMemory(messages, rounds) {
  const figures = { bare: [], queued: [] };
  for (let round = 0; round < rounds; round += 1) {
    figures.bare.push(await ask("queue.js", newPath("memory"), 0));
    figures.queued.push(await ask("queue.js", newPath("memory"), messages));
  }
  return { bare: median(figures.bare), queued: median(figures.queued) };
}

module.exports = {
  CONVERSATIONS,
  backendOf,
  drainMs,
  outboxIsEmpty,
  peakMemory,
  queuedFile,
  sendAll,
};
