// Two worker threads, each with an engine of its own; they end by themselves.

const { Worker } = require("node:worker_threads");
const { config, say } = require("./waist");

for (const path of process.argv.slice(2)) {
  const worker = new Worker(require.resolve("./worker"), { workerData: config(path) });
  worker.on("message", (message) => say(JSON.stringify(message)));
  worker.on("exit", (code) => say("exit", code));
}
