// Terminates worker after worker in the middle of its commands, and then takes the file over.
// The add-on is first loaded by a worker: its code must outlive that worker's thread.

const { Worker } = require("node:worker_threads");

const [, , path, rounds] = process.argv;

const terminate = (round) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(require.resolve("./busyWorker"), { workerData: { path, round } });
    worker.once("error", reject);
    worker.once("message", () => worker.terminate().then(resolve, reject));
  });

async function main() {
  for (let round = 0; round < Number(rounds); round++) await terminate(round);
  const { addon, bodies, create, open, say } = require("./waist");
  const { busyConfig } = require("./busyConfig");
  const { engine, generation } = open(busyConfig(path));
  // What the workers had in flight stands before this in the engine's queue.
  await create(engine, "main");
  const { watches } = JSON.parse(addon.query(engine, JSON.stringify({ type: "counters" })));
  say(JSON.stringify({ generation, watches, bodies: bodies(engine) }));
}

void main();
