// The dev server as a process of its own. Stopping it is what having no network is: nobody
// answers on its port until it is started again, with the same data.

// @ts-check
/* global fetch */

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { closeSync, openSync } = require("node:fs");
const path = require("node:path");
const { setTimeout: pause } = require("node:timers/promises");
const { readJsonLines } = require("./jsonLines");
const places = require("./places");

/** How often its counters are looked at while something is waited for, in milliseconds. */
const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 20_000;

/** The file that it keeps its data in, inside its folder. */
const DATABASE_FILE = "devserver.sqlite";

class DevServer {
  /** @type {import("node:child_process").ChildProcess | null} */
  #process = null;
  #port = 0;

  /** @param {{ folder: string, log: string, forgetLedger?: boolean }} options */
  constructor({ folder, log, forgetLedger = false }) {
    this.folder = folder;
    this.log = log;
    this.forgetLedger = forgetLedger;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  get databaseFile() {
    return path.join(this.folder, DATABASE_FILE);
  }

  /** Starts it: the first time on a free port, then always on that one. */
  async start() {
    const options = ["--dir", this.folder, "--port", String(this.#port), "--exit-with-parent"];
    if (this.forgetLedger) options.push("--forget-ledger");
    const log = openSync(this.log, "a");
    const server = spawn(places.devServerProgram(), ["serve", ...options], {
      stdio: ["pipe", "pipe", log],
    });
    closeSync(log);
    this.#process = server;
    this.#port = await new Promise((resolve, reject) => {
      readJsonLines(/** @type {import("node:stream").Readable} */ (server.stdout), ({ port }) =>
        resolve(port),
      );
      server.once("error", reject);
      server.once("exit", () => reject(new Error(`The server did not start; see ${this.log}.`)));
    });
  }

  /** Stops it; its port is free when this resolves. */
  async stop() {
    const server = this.#process;
    this.#process = null;
    if (server === null || server.exitCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGTERM");
    await ended;
  }

  /** Ends it at once, from a signal handler. */
  killNow() {
    this.#process?.kill("SIGKILL");
  }

  /** @param {string} user */
  async token(user) {
    return (await this.#ask("POST", "/dev/token", { user })).token;
  }

  /** Adds faults; docs/rest-contract.md names them. @param {object[]} faults */
  async addFaults(faults) {
    await this.#ask("POST", "/dev/faults", faults);
  }

  async clearFaults() {
    await this.#ask("DELETE", "/dev/faults");
  }

  /** What it holds and has seen. */
  state() {
    return this.#ask("GET", "/dev/state");
  }

  /**
   * Waits until its counters say so. The server tells nobody of them, so they are asked for.
   *
   * @param {string} what
   * @param {(state: any) => boolean} holds
   */
  async until(what, holds) {
    const giveUp = Date.now() + PATIENCE_MS;
    while (!holds(await this.state())) {
      if (Date.now() > giveUp) throw new Error(`The server: waited too long until ${what}.`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async #ask(method, path, body) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { connection: "close" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The server: ${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  }
}

module.exports = { DevServer };
