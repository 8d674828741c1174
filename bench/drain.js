// A long outbox comes back online: 10 000 messages to a real server with its ledger on.
"use strict";

const { copyOf } = require("./lib/files");
const { CONVERSATIONS, drainMs, peakMemory, queuedFile } = require("./lib/outbox");
const { open, sql } = require("./lib/rawNode");
const { rawRust } = require("./lib/rawRust");
const { startServer } = require("./lib/server");
const { median } = require("./lib/table");

const MESSAGES = 10_000;
const BATCH = 100;
const ROUNDS = 3;

const perMinute = (ms) => (MESSAGES / ms) * 60_000;

/** What an app would write by hand: pick, mark, fetch, settle. */
async function handWritten(file) {
  const server = await startServer(CONVERSATIONS);
  const database = open(copyOf(file), "FULL");
  const statements = Object.fromEntries(
    ["pick", "mark", "sending", "log", "remove", "sent"].map((name) => [
      name,
      database.prepare(sql(`drain-${name}`)),
    ]),
  );
  const started = process.hrtime.bigint();
  for (;;) {
    const batch = statements.pick.all();
    if (batch.length === 0) break;
    database.transaction(() => batch.forEach((entry) => mark(statements, entry)))();
    const outcomes = await push(server, batch);
    database.transaction(() =>
      batch.forEach((entry, at) => settle(statements, entry, outcomes[at])),
    )();
  }
  const took = Number(process.hrtime.bigint() - started) / 1e6;
  database.close();
  await server.stop(MESSAGES);
  return perMinute(took);
}

function mark(statements, entry) {
  statements.mark.run(entry.sequence);
  statements.log.run(entry.id, Date.now(), "attempted");
  statements.sending.run(Date.now(), entry.record_id);
}

function settle(statements, entry, outcome) {
  if (outcome.outcome !== "acked") throw new Error(`the server answered ${outcome.outcome}`);
  statements.remove.run(entry.sequence);
  statements.log.run(entry.id, Date.now(), "acked");
  statements.sent.run(outcome.version, outcome.order, Date.now(), entry.record_id);
}

async function push(server, batch) {
  const entries = batch.map((entry) => ({
    id: uuidText(entry.id),
    collection: "messages",
    recordId: entry.record_id,
    operation: "create",
    values: JSON.parse(entry.mutation),
    lane: entry.lane,
    lanePolicy: "skip",
  }));
  const answer = await fetch(`${server.url}/v1/push`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${server.token}` },
    body: JSON.stringify({ entries }),
  });
  return (await answer.json()).outcomes;
}

function uuidText(bytes) {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5");
}

async function run() {
  const file = await queuedFile(MESSAGES);
  const figures = { ours: [], node: [], rust: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.ours.push(perMinute(await drainMs(file, MESSAGES)));
    figures.node.push(await handWritten(file));
    figures.rust.push(perMinute(rawRust("drain", copyOf(file), "full", 1)[0]));
  }
  const { bare, queued } = await peakMemory(MESSAGES, ROUNDS);
  const ours = median(figures.ours);
  return [
    {
      title: `drain ${MESSAGES.toLocaleString("en-US")} messages, batches of ${BATCH}`,
      unit: "messages a minute",
      note: "FULL; from opening the file to an empty outbox; the dev server in a process of its own, ledger on, synchronous = FULL",
      rows: [
        { name: "mailboat", value: ours },
        { name: "better-sqlite3 and fetch, by hand", value: median(figures.node) },
        { name: "rusqlite, the SQL alone", value: median(figures.rust) },
      ],
      goals: [{ of: "mailboat", beside: "one", ratio: ours, atLeast: 300_000 }],
    },
    {
      title: `peak memory with ${MESSAGES.toLocaleString("en-US")} queued`,
      unit: "MB",
      note: "largest resident set of a Node process",
      rows: [
        { name: "package loaded, nothing opened", value: bare },
        { name: "10 000 messages queued", value: queued },
      ],
      goals: [{ of: "queued", beside: "bare (difference)", ratio: queued - bare, atMost: 50 }],
    },
  ];
}

module.exports = { run };
