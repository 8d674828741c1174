// Counts what a hundred commands at once cost the event loop, at worst.

const { performance } = require("node:perf_hooks");
const { addon, config, create, open, say } = require("./waist");

const events = () => performance.nodeTiming.uvMetricsInfo.events;

async function main() {
  const { engine } = open(config(process.argv[2]));
  addon.onWake((woken) => addon.drain(woken));
  await create(engine, "first");
  let most = 0;
  for (let round = 0; round < 10; round++) {
    const before = events();
    await Promise.all(Array.from({ length: 100 }, (_, at) => create(engine, String(at))));
    most = Math.max(most, events() - before);
  }
  say(most);
}

void main();
