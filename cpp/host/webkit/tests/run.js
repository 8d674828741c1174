// Tests of the window (npm run test:window): the real program under a display, with a page
// that stands for an app. Each case is a sentence; the last line counts them.

const { mkdtempSync, rmSync } = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { setTimeout: after } = require("node:timers/promises");
const { cases } = require("./cases");
const { WindowProcess } = require("./windowProcess");

/** A case that takes longer has failed, in milliseconds. */
const PATIENCE_MS = 60_000;

/** What a case works with; what it has started ends with it. */
class Stage {
  #folder = mkdtempSync(path.join(os.tmpdir(), "mailboat-window-"));
  /** @type {WindowProcess[]} */
  #windows = [];

  /** The folder of the app's data; the same for every window of a case. */
  get data() {
    return this.file("data");
  }

  /** @param {string} name */
  file(name) {
    return path.join(this.#folder, name);
  }

  /** Starts a window. @param {Record<string, string>} launchArgs @param {string[]} words */
  async start(launchArgs = {}, words = []) {
    const started = await WindowProcess.start(this.data, launchArgs, words);
    this.#windows.push(started);
    return started;
  }

  async end() {
    for (const window of this.#windows) await window.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @param {string} name @param {(stage: Stage) => Promise<void>} body */
async function passes(name, body) {
  const stage = new Stage();
  const patience = new AbortController();
  const late = after(PATIENCE_MS, null, { signal: patience.signal }).then(() => {
    throw new Error(`did not end within ${PATIENCE_MS} ms`);
  });
  late.catch(() => {});
  try {
    await Promise.race([body(stage), late]);
    console.log(`ok      ${name}`);
    return true;
  } catch (error) {
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.stack : String(error)}`);
    return false;
  } finally {
    patience.abort();
    await stage.end();
  }
}

async function main() {
  const wanted = process.argv[2] ?? "";
  let passed = 0;
  let failed = 0;
  for (const [name, body] of Object.entries(cases)) {
    if (!name.includes(wanted)) continue;
    if (await passes(name, body)) passed += 1;
    else failed += 1;
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

void main();
