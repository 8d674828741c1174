// A device comes back to 50 000 messages of somebody else, while its user writes on.
"use strict";

const fs = require("node:fs");
const { setTimeout: after } = require("node:timers/promises");
const { copyOf, emptyFile, newPath, openMailboat } = require("../lib/files");
const { CONVERSATIONS, backendOf, outboxIsEmpty, sendAll } = require("../lib/outbox");
const { open, sql } = require("../lib/rawNode");
const { startServer } = require("../lib/server");
const { loadNow, median, p99 } = require("../lib/table");
const { bodyOf } = require("../lib/text");

const ROWS = 50_000;
const PAGE = 500;
const ROUNDS = 5;
/** Between one write of the user and the next, in milliseconds. */
const WRITE_PAUSE_MS = 5;
/** Messages that Ben has on their way to his outbox at once. */
const WAVE = 10_000;

/** A server's folder, and the file of a device that knows all but the 50 000 messages. */
async function setting() {
  const server = await startServer(CONVERSATIONS, { members: ["ann", "ben"] });
  const device = copyOf(await emptyFile());
  const ann = openMailboat(device, { backend: backendOf(server) });
  await ann.sync();
  await ann.close();
  const token = await server.tokenOf("ben");
  const backend = backendOf(server, token);
  const ben = openMailboat(newPath("ben"), { userId: "ben", backend });
  for (let n = 0; n < ROWS; n += WAVE) await sendAll(ben, WAVE);
  await outboxIsEmpty(ben);
  await ben.close();
  await server.stop(ROWS);
  return { device, dir: server.dir };
}

/** A server of its own for each contestant, with the same data. */
function serverOf({ dir }) {
  const copy = newPath("server");
  fs.cpSync(dir, copy, { recursive: true });
  return startServer(0, { dir: copy });
}

/** Milliseconds from opening the file until all is there; and of each write meanwhile. */
async function mailboat(place, writes) {
  const server = await serverOf(place);
  const file = copyOf(place.device);
  const started = process.hrtime.bigint();
  const ann = openMailboat(file, { backend: backendOf(server) });
  const state = { done: false };
  const writing = writes ? writeUntilDone(ann, state) : Promise.resolve([]);
  await ann.sync();
  const took = Number(process.hrtime.bigint() - started) / 1e6;
  state.done = true;
  const waits = await writing;
  await outboxIsEmpty(ann);
  await ann.close();
  await server.stop(ROWS + waits.length);
  countRows(file, ROWS + waits.length);
  return { took, waits };
}

async function writeUntilDone(ann, state) {
  const waits = [];
  while (!state.done) {
    const start = process.hrtime.bigint();
    await ann.sendMessage(`c${waits.length % CONVERSATIONS}`, bodyOf(waits.length));
    waits.push(Number(process.hrtime.bigint() - start) / 1e6);
    await after(WRITE_PAUSE_MS);
  }
  return waits;
}

/** What an app would write by hand, into the same tables: fetch a page, apply it, go on. */
async function handWritten(place) {
  const server = await serverOf(place);
  const file = copyOf(place.device);
  const started = process.hrtime.bigint();
  const device = applier(file);
  const pages = [];
  for (let more = true; more;) {
    const page = await fetchPage(server, device.cursor());
    pages.push(page);
    ({ more } = device.apply(page));
  }
  const took = Number(process.hrtime.bigint() - started) / 1e6;
  device.close();
  await server.stop(ROWS);
  countRows(file, ROWS);
  return { took, pages };
}

async function fetchPage(server, cursor) {
  const answer = await fetch(`${server.url}/v1/pull?cursor=${cursor}&limit=${PAGE}`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  return answer.text();
}

/** The pages that were fetched once, applied again: no network, no server. */
function pagesAlone(place, pages) {
  const file = copyOf(place.device);
  const started = process.hrtime.bigint();
  const device = applier(file);
  for (const page of pages) device.apply(page);
  const took = Number(process.hrtime.bigint() - started) / 1e6;
  device.close();
  countRows(file, ROWS);
  return took;
}

/** better-sqlite3 on a file: a page and its cursor are one transaction. */
function applier(file) {
  const database = open(file, "NORMAL");
  const message = database.prepare(sql("pull-message"));
  const cursor = database.prepare(sql("pull-cursor"));
  const known = database.prepare("SELECT value FROM mailboat_state WHERE name = 'pull_cursor'");
  const store = database.transaction((page) => {
    for (const { id, version, order, values } of page.changes) {
      const { conversationId, senderId, body, sentAt } = values;
      message.run(conversationId, senderId, body, sentAt, version, order, version, id);
    }
    cursor.run(page.cursor);
  });
  return {
    apply(text) {
      const page = JSON.parse(text);
      store.immediate(page);
      return page;
    },
    cursor: () => known.get().value,
    close: () => database.close(),
  };
}

function countRows(file, wanted) {
  const database = open(file, "NORMAL");
  const { rows } = database.prepare("SELECT count(*) AS rows FROM messages").get();
  database.close();
  if (rows !== wanted) throw new Error(`the device holds ${rows} of ${wanted} messages`);
}

async function run() {
  const place = await setting();
  const figures = { ours: [], writing: [], hand: [], alone: [], waits: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.ours.push((await mailboat(place, false)).took);
    const hand = await handWritten(place);
    figures.hand.push(hand.took);
    const writing = await mailboat(place, true);
    figures.writing.push(writing.took);
    figures.waits.push(...writing.waits);
    figures.alone.push(pagesAlone(place, hand.pages));
  }
  return [speed(figures), waiting(figures.waits)];
}

function speed(figures) {
  const perSecond = (times) => (ROWS / median(times)) * 1000;
  const hand = perSecond(figures.hand);
  return {
    title: `pull ${ROWS.toLocaleString("en-US")} messages, pages of ${PAGE}`,
    unit: "rows a second",
    note: `from opening the file until all rows are in it; a page and its cursor are one transaction, NORMAL, the same tables and indexes; ${ROUNDS} rounds, taking turns; ${loadNow()}`,
    rows: [
      { name: "mailboat", value: perSecond(figures.ours) },
      {
        name: `mailboat, a write every ${WRITE_PAUSE_MS} ms meanwhile`,
        value: perSecond(figures.writing),
      },
      { name: "better-sqlite3 and fetch, by hand", value: hand },
      {
        name: "better-sqlite3, the pages in memory before: no network, no server",
        value: perSecond(figures.alone),
      },
    ],
    goals: [
      {
        of: "mailboat with writes meanwhile",
        beside: "better-sqlite3 by hand",
        ratio: perSecond(figures.writing) / hand,
        atLeast: 1.2,
      },
      {
        of: "mailboat",
        beside: "better-sqlite3 by hand",
        ratio: perSecond(figures.ours) / hand,
        atLeast: 1.2,
      },
    ],
  };
}

function waiting(waits) {
  return {
    title: `a write of the user during that pull`,
    unit: "ms",
    note: `from the call until it is durable (FULL); ${waits.length} writes`,
    rows: [
      { name: "median", value: median(waits) },
      { name: "p99", value: p99(waits) },
      { name: "longest", value: Math.max(...waits) },
    ],
    goals: [{ of: "p99", beside: "one", ratio: p99(waits), atMost: 16 }],
  };
}

module.exports = { run };
