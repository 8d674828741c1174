// The process that runs the suite, and what it says of itself: lines of JSON among whatever
// else comes out of it. One that hangs, or that dies after its last case, has failed.

// @ts-check

const { spawn } = require("node:child_process");
const { createHash } = require("node:crypto");
const { createInterface } = require("node:readline");

const HASH_DIGITS = 16;
const FACT = '{"conformance":';

class SuiteProcess {
  #passed = 0;
  #failed = 0;
  #finished = false;
  /** The case that runs. */
  #current = "loading";

  /** @param {string[]} command @param {{ leastCases: number, longestMs: number }} limits */
  constructor(command, { leastCases, longestMs }) {
    this.leastCases = leastCases;
    this.longestMs = longestMs;
    const [program = "", ...options] = command;
    this.process = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
  }

  /** Shows what it says, until it has ended. @returns {Promise<boolean>} whether all went well */
  async run() {
    let hung = false;
    const watchdog = setTimeout(() => {
      hung = true;
      this.process.kill("SIGKILL");
    }, this.longestMs);
    const lines = createInterface({ input: this.process.stdout });
    lines.on("line", (line) => this.#hear(line));
    const ended = await new Promise((resolve, reject) => {
      this.process.once("error", reject);
      this.process.once("close", (code, signal) => resolve(signal ?? code));
    });
    clearTimeout(watchdog);
    if (hung) this.#fail(this.#current, `it hung, and was ended after ${this.longestMs / 1_000} s`);
    else if (!this.#finished) this.#fail(this.#current, `the process ended with ${ended}`);
    else if (ended !== (this.#failed === 0 ? 0 : 1)) {
      this.#fail("the end of the process", `it ended with ${ended}`);
    }
    if (this.#finished && this.#passed < this.leastCases) {
      this.#fail("the suite", `it has ${this.#passed} cases; it must have ${this.leastCases}`);
    }
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0;
  }

  /** @param {string} line */
  #hear(line) {
    if (!line.startsWith(FACT)) {
      console.log(line);
      return;
    }
    const fact = JSON.parse(line).conformance;
    if (fact.engine !== undefined) console.log(`engine: ${fact.engine}`);
    if (fact.cases !== undefined) console.log(`cases: ${hashOf(fact.cases)}`);
    if (fact.started !== undefined) this.#current = fact.started;
    if (typeof fact.failed === "string") this.#fail(fact.failed, fact.reason);
    if (fact.passed === undefined) return;
    this.#finished = true;
    this.#passed = fact.passed;
    for (const excuse of fact.excused) console.log(`not provoked: ${excuse}`);
    console.log(`provoked: ${fact.provoked} parts of the waist`);
  }

  /** @param {string} name @param {string} reason */
  #fail(name, reason) {
    this.#failed += 1;
    console.log(`FAILED ${name}: ${reason}`);
  }
}

/** Equal for equal names in the same order. @param {string[]} names */
function hashOf(names) {
  const hash = createHash("sha256").update(names.join("\n")).digest("hex");
  return `${names.length}, hash ${hash.slice(0, HASH_DIGITS)}`;
}

module.exports = { SuiteProcess };
