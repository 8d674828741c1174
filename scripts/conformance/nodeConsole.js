// The console host on Node: what cpp/host/console is on the other engines. One program,
// `node nodeConsole.js BUNDLE [ARG...]`; a second runtime is a worker thread.

// @ts-check

const { readFileSync } = require("node:fs");
const path = require("node:path");
const { Script } = require("node:vm");
const { Worker, isMainThread, parentPort, workerData } = require("node:worker_threads");

const addon = require(path.join(__dirname, "../../build/mailboat.node"));

/** How the program ends when nobody has caught an error, as on the other hosts. */
const UNCAUGHT = 70;
/** Far enough away: this timer only keeps the loop running until `exit`. */
const NEVER_MS = 2 ** 31 - 1;

/** @typedef {{ name: string, arg: string }} Scenario */

/** @param {string} bundle @param {string[]} args @param {Scenario | null} scenario */
function evaluate(bundle, args, scenario) {
  const consoleHost = {
    engine: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
    args,
    scenario,
    host: addon,
    /** @param {string} name @param {string} arg */
    runInNewRuntime: (name, arg) => runInWorker(bundle, args, { name, arg }),
    /** @param {string} result */
    finish(result) {
      parentPort?.postMessage(result);
      process.nextTick(() => process.exit(0));
    },
    /** @param {number} code */
    exit(code) {
      process.nextTick(() => process.exit(code));
    },
  };
  Object.assign(globalThis, { consoleHost });
  setInterval(() => {}, NEVER_MS);
  new Script(readFileSync(bundle, "utf8"), { filename: bundle }).runInThisContext();
}

/** @param {string} bundle @param {string[]} args @param {Scenario} scenario @returns {Promise<string>} */
function runInWorker(bundle, args, scenario) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { bundle, args, scenario } });
    /** @type {string | null} */
    let result = null;
    worker.once("message", (message) => (result = message));
    worker.once("error", reject);
    worker.once("exit", () => {
      if (result === null) reject(new Error(`${scenario.name} ended without a result.`));
      else resolve(result);
    });
  });
}

/** @param {string[]} words */
function main(words) {
  // Only here: a file for the suite is made by a scenario of its bundle, without a suite.
  const scenario = words[0] === "--scenario" ? { name: words[1] ?? "", arg: words[2] ?? "" } : null;
  const [bundle = "", ...args] = scenario === null ? words : words.slice(3);
  process.on("uncaughtException", (error) => {
    console.error(error);
    process.exit(UNCAUGHT);
  });
  evaluate(bundle, args, scenario);
}

if (isMainThread) main(process.argv.slice(2));
else evaluate(workerData.bundle, workerData.args, workerData.scenario);
