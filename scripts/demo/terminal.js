// What the demo prints. On a terminal the last lines are redrawn in place; anywhere else,
// such as in a log of CI, everything is a plain line.

// @ts-check

const { setTimeout: pause } = require("node:timers/promises");

/** Milliseconds that a person gets to read what happened, on a terminal only. */
const READING_MS = 900;
/** Plain status lines come at most this often, in milliseconds. */
const PLAIN_EVERY_MS = 250;
const BAR_CELLS = 30;

class Terminal {
  /** Lines that are drawn below the story and will be drawn over. */
  #drawn = 0;
  #chapters = 0;
  /** @type {() => string[]} */
  #live = () => [];
  #plainBefore = "";
  #plainAt = Date.now();

  /** @param {NodeJS.WriteStream} out */
  constructor(out) {
    this.out = out;
    this.redraws = out.isTTY === true && process.env.TERM !== "dumb";
  }

  /** @param {() => string[]} lines what the last lines show from now on */
  setLive(lines) {
    this.#live = lines;
  }

  /** Starts a part of the story. @param {string} title */
  chapter(title) {
    this.#chapters += 1;
    this.#print(["", this.#bold(`${this.#chapters}. ${title}`)]);
  }

  /** Tells what happened. @param {...string} lines */
  say(...lines) {
    this.#print(lines.map((line) => `   ${line}`));
  }

  /** Prints lines as they are. @param {...string} lines */
  plain(...lines) {
    this.#print(lines);
  }

  /** Something changed in the last lines. */
  changed() {
    if (this.redraws) {
      this.#erase();
      this.#draw();
    } else if (Date.now() - this.#plainAt >= PLAIN_EVERY_MS) {
      this.#sayLive();
    }
  }

  /** The last lines have come to rest. */
  async rest() {
    if (this.redraws) await pause(READING_MS);
    else this.#sayLive();
  }

  /** No more last lines. */
  end() {
    this.#erase();
    this.#live = () => [];
  }

  /** @param {string[]} lines */
  #print(lines) {
    this.#erase();
    this.out.write(lines.map((line) => `${line}\n`).join(""));
    if (this.redraws) this.#draw();
  }

  #sayLive() {
    const lines = this.#live()
      .map((line) => `   ${line}\n`)
      .join("");
    if (lines === this.#plainBefore) return;
    this.#plainBefore = lines;
    this.#plainAt = Date.now();
    this.out.write(lines);
  }

  #draw() {
    // A line that wraps could not be drawn over again.
    const width = (this.out.columns ?? 80) - 1;
    const lines = ["", ...this.#live().map((line) => `   ${line}`.slice(0, width))];
    this.out.write(lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines.length;
  }

  #erase() {
    if (this.#drawn > 0) this.out.write(`\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }

  /** @param {string} text */
  #bold(text) {
    return this.redraws ? `\u001b[1m${text}\u001b[0m` : text;
  }
}

/** Progress as a bar. @param {number} done @param {number} total */
function bar(done, total) {
  const full = total === 0 ? 0 : Math.round((BAR_CELLS * Math.min(done, total)) / total);
  return `[${"#".repeat(full)}${".".repeat(BAR_CELLS - full)}] ${done} of ${total}`;
}

module.exports = { Terminal, bar };
