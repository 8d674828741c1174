// Has commands in flight when it says so, one of which cannot end.

const { parentPort, workerData } = require("node:worker_threads");
const { busyConfig } = require("./busyConfig");
const { addon, create, execute, open } = require("./waist");

async function main() {
  const { path, round } = workerData;
  const { engine } = open(busyConfig(path));
  addon.onWake((woken) => addon.drain(woken));
  addon.watch(engine, JSON.stringify({ collection: "notes", limit: 10 }));
  await create(engine, `${round} awaited`);
  void execute(engine, { type: "sync" });
  for (let at = 0; at < 20; at++) void create(engine, `${round} in flight`);
  parentPort.postMessage("busy");
}

void main();
