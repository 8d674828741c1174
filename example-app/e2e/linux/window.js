// One run of the app: a process of `mailboat-window`, told what to do by lines of JSON. It
// leads a process group, so that the page's own processes die with it.

// @ts-check

const { spawn } = require("node:child_process");
const { EventEmitter, once } = require("node:events");
const { closeSync, createWriteStream, openSync } = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const PROGRAM = path.resolve(__dirname, "../../../build/webkit/mailboat-window");

/**
 * @typedef {object} WindowOptions
 * @property {string} root the folder that `expo export -p web` wrote
 * @property {string} dataFolder where the app keeps its files
 * @property {string} log a file that all it says is added to
 * @property {Record<string, unknown>} launchArgs what the page finds as launch arguments
 * @property {boolean} [dark] whether the page is told that the person likes it dark
 * @property {string} [title] the window's title
 */

class AppWindow {
  #events = new EventEmitter();
  #process;

  /** @param {WindowOptions} options */
  constructor({ root, dataFolder, log, launchArgs, dark = false, title }) {
    const options = ["--root", root, "--data", dataFolder];
    options.push("--launch-args", JSON.stringify(launchArgs));
    if (dark) options.push("--dark");
    if (title !== undefined) options.push("--title", title);
    const errors = openSync(log, "a");
    this.#process = spawn(PROGRAM, options, { stdio: ["pipe", "pipe", errors], detached: true });
    closeSync(errors);
    // A line to a window that was killed goes nowhere; `ended` says so to those who wait.
    this.#process.stdin?.on("error", () => {});
    /** Resolves with how it ended, whoever ended it. @type {Promise<string>} */
    this.ended = new Promise((resolve) => {
      this.#process.once("error", (error) => resolve(error.message));
      this.#process.once("exit", (status, signal) => resolve(signal ?? `status ${status}`));
    });
    this.#listen(log);
  }

  /** Of the process; 0 when it could not be started. */
  get pid() {
    return this.#process.pid ?? 0;
  }

  get isRunning() {
    const { exitCode, pid, signalCode } = this.#process;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  /** Brings it to the front. */
  async show() {
    await this.#ask({ do: "show" }, "shown");
  }

  /** Sends it to the background. */
  async hide() {
    await this.#ask({ do: "hide" }, "hidden");
  }

  /** Writes a picture of it. @param {string} file */
  async screenshot(file) {
    await this.#ask({ do: "screenshot", path: file }, "screenshot");
  }

  /** Ends it with everything that belongs to it, as a system does that needs the memory. */
  async kill() {
    if (this.isRunning) process.kill(-this.pid, "SIGKILL");
    await this.ended;
  }

  /** @param {{ do: string, path?: string }} command @param {string} answer */
  async #ask(command, answer) {
    const answered = once(this.#events, answer);
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
    const end = this.ended.then((how) => {
      throw new Error(`The window ended (${how}) while it was asked to ${command.do}.`);
    });
    await Promise.race([answered, end]);
  }

  /** @param {string} log */
  #listen(log) {
    const said = /** @type {import("node:stream").Readable} */ (this.#process.stdout);
    const lines = createWriteStream(log, { flags: "a" });
    readline.createInterface({ input: said }).on("line", (line) => {
      lines.write(`${line}\n`);
      const event = eventOf(line);
      if (event !== null) this.#events.emit(event);
    });
    said.once("end", () => lines.end());
  }
}

/** @param {string} line @returns {string | null} */
function eventOf(line) {
  try {
    return JSON.parse(line).event;
  } catch {
    // The last line of a window that was killed in the middle of it: it was never said.
    return null;
  }
}

module.exports = { AppWindow, PROGRAM };
