// A worker takes the file over while this thread lives and has a command in flight.

const { Worker } = require("node:worker_threads");
const { busyConfig } = require("./busyConfig");
const { addon, code, execute, open, say } = require("./waist");

const path = process.argv[2];
const { engine, generation } = open(busyConfig(path));
say("main", generation);
addon.onWake((woken) => {
  for (const { type } of JSON.parse(addon.drain(woken)).events) if (type === "closed") say(type);
});
execute(engine, { type: "sync" }).catch((error) => {
  say("in flight", code(error));
  try {
    addon.query(engine, JSON.stringify({ type: "status" }));
  } catch (thrown) {
    say("afterwards", code(thrown));
  }
});
const worker = new Worker(require.resolve("./takingWorker"), { workerData: path });
worker.on("message", (message) => say("worker", message));
