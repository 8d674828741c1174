// From one person's send to the other person's screen: two devices, a server, live hints.
"use strict";

const { newPath, openMailboat } = require("../lib/files");
const { backendOf } = require("../lib/outbox");
const { startServer } = require("../lib/server");
const { loadNow, median, p99 } = require("../lib/table");
const { bodyOf } = require("../lib/text");

/** How often a message is sent, by how much each answer of the server is late. */
const SENDS_BY_DELAY_MS = [
  [0, 500],
  [200, 100],
];

async function devices(server) {
  const device = async (user) => {
    const backend = backendOf(server, await server.tokenOf(user));
    const mailboat = openMailboat(newPath(user), { userId: user, backend });
    await mailboat.sync();
    return mailboat;
  };
  return { ann: await device("ann"), ben: await device("ben") };
}

/** Milliseconds of each send, from the call to the row in the other one's window. */
async function reach(delayMs, sends) {
  const server = await startServer(1, { members: ["ann", "ben"] });
  const { ann, ben } = await devices(server);
  const screen = screenOf(ben);
  // The first one waits until both live connections stand.
  await sendAndSee(ann, screen, "Ahoy");
  if (delayMs > 0) await server.delayBy(delayMs);
  const times = [];
  for (let n = 0; n < sends; n += 1) times.push(await sendAndSee(ann, screen, bodyOf(n)));
  screen.stop();
  await Promise.all([ann.close(), ben.close()]);
  await server.stop(sends + 1);
  return times;
}

/** Somebody who looks at the conversation. */
function screenOf(mailboat) {
  const window = mailboat.watch({
    collection: "messages",
    where: { conversationId: "c0" },
    take: "last",
    limit: 20,
  });
  let wanted = null;
  const look = () => {
    if (wanted === null) return;
    if (!window.getSnapshot().rows.some((row) => row.body === wanted.body)) return;
    wanted.resolve(process.hrtime.bigint());
    wanted = null;
  };
  const stop = window.subscribe(look);
  return { stop, sees: (body) => new Promise((resolve) => (wanted = { body, resolve })) };
}

async function sendAndSee(ann, screen, body) {
  const seen = screen.sees(body);
  const start = process.hrtime.bigint();
  await ann.sendMessage("c0", body);
  return Number((await seen) - start) / 1e6;
}

async function run() {
  const tables = [];
  for (const [delayMs, sends] of SENDS_BY_DELAY_MS) {
    const times = await reach(delayMs, sends);
    const where = delayMs > 0 ? `each answer after ${delayMs} ms` : "on loopback";
    tables.push({
      title: `send to the other device's screen, ${where}`,
      unit: "ms",
      note: `from sendMessage to the row in the other one's watch: a push, a hint, a pull; ${sends} sends, one after the other; ${loadNow()}`,
      rows: [
        { name: "p50", value: median(times) },
        { name: "p99", value: p99(times) },
      ],
      goals: [],
    });
  }
  return tables;
}

module.exports = { run };
