// npm run test:conformance -- --host node|jsc|hermes [--only TEXT]
//
// Bundles the suite, prepares what it needs, and has a host evaluate it. Says which engine
// that was, a hash of the names of the cases, and each case that failed; the last line is
// `N passed, 0 failed`. With `--only`, cases whose name holds the text, and no coverage.

// @ts-check

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { parseArgs } = require("node:util");
const { runInNamespace } = require("../faults/namespace");
const { bundleSuite } = require("./bundle");
const { programOf } = require("./hosts");
const { SuiteProcess } = require("./suiteProcess");
const { Surroundings } = require("./surroundings");

/** Fewer cases than this are not the suite that was promised. */
const LEAST_CASES = 150;
/** A run takes some seconds; one that takes this long hangs, in milliseconds. */
const LONGEST_MS = 120_000;

async function main(/** @type {boolean} */ mayMount) {
  const options = /** @type {const} */ ({ host: { type: "string" }, only: { type: "string" } });
  const { host, only } = parseArgs({ options }).values;
  const program = programOf(host);
  const file = bundleSuite();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mailboat-conformance-"));
  const surroundings = new Surroundings();
  const tidyUp = async () => {
    await surroundings.remove();
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const prepared = await surroundings.prepare(folder, file, mayMount);
    const suite = new SuiteProcess([...program, file, JSON.stringify(prepared), only ?? ""], {
      leastCases: only === undefined ? LEAST_CASES : 1,
      longestMs: LONGEST_MS,
    });
    endOnSignal(async () => {
      suite.process.kill("SIGKILL");
      await tidyUp();
    });
    process.exitCode = (await suite.run()) ? 0 : 1;
  } finally {
    await tidyUp();
  }
  // The engine that holds the locked file has threads of its own.
  process.exit();
}

/** @param {() => Promise<void>} tidyUp */
function endOnSignal(tidyUp) {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, async () => {
      await tidyUp();
      process.exit(128 + os.constants.signals[signal]);
    });
  }
}

runInNamespace(main).catch((error) => {
  console.error(`mailboat: ${error.message}`);
  process.exit(1);
});
