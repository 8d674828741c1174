// Counts what a hundred commands at once cost the event loop.

const { performance } = require("node:perf_hooks");
const { addon, config, create, open, say } = require("./waist");

const events = () => performance.nodeTiming.uvMetricsInfo.events;

async function main() {
  const { engine } = open(config(process.argv[2]));
  addon.onWake((woken) => addon.drain(woken));
  await create(engine, "first");
  const before = events();
  await Promise.all(Array.from({ length: 100 }, (_, at) => create(engine, String(at))));
  say(events() - before);
}

void main();
