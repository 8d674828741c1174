// Writes fifty notes, one after the other, and reads them back.

const { parentPort, workerData } = require("node:worker_threads");
const { bodies, create, open } = require("./waist");

async function main() {
  const { engine } = open(workerData);
  for (let at = 0; at < 50; at++) await create(engine, String(at));
  parentPort.postMessage({ engine, notes: bodies(engine).length });
}

void main();
