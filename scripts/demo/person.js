// A person and their phone, seen from outside: what they tell it to do, and what they see
// on it. The phone is a process; killing it is SIGKILL.

// @ts-check

const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { closeSync, openSync } = require("node:fs");
const { clearTimeout, setTimeout } = require("node:timers");
const { readJsonLines, writeJsonLine } = require("./jsonLines");
const places = require("./places");

const PATIENCE_MS = 20_000;

class Person {
  /** Every message that this person's phone has acknowledged, in the order of writing. @type {string[]} */
  acknowledged = [];
  /** Ids of the conversations on the screen. @type {string[]} */
  conversations = [];
  /** Messages on the screen. */
  shown = 0;
  /** @type {{ phase: string, pending: number, online: boolean, nextAttemptAt: number | null, attempts: number }} */
  status = { phase: "off", pending: 0, online: false, nextAttemptAt: null, attempts: 0 };
  kills = 0;
  /** Starts of the app: the first number in the name of a message. */
  lives = 0;

  /** @type {import("node:child_process").ChildProcess | null} */
  #phone = null;
  #written = 0;
  #calls = 0;
  /** @type {Map<number, { resolve: (answer: any) => void, reject: (error: Error) => void }>} */
  #waitingCalls = new Map();
  /** @type {Set<{ holds: (person: Person) => boolean, resolve: () => void, reject: (error: Error) => void }>} */
  #waitingFor = new Set();

  /**
   * @param {{ name: string, file: string, log: string, url: string, token: string,
   *   onNews: (person: Person) => void }} options
   */
  constructor({ name, file, log, url, token, onNews }) {
    this.name = name;
    this.user = name.toLowerCase();
    this.file = file;
    this.log = log;
    this.url = url;
    this.token = token;
    this.onNews = onNews;
  }

  /** Starts the app. */
  async openApp() {
    this.lives += 1;
    this.#written = 0;
    const log = openSync(this.log, "a");
    const phone = spawn(process.execPath, [places.phoneProgram], { stdio: ["pipe", "pipe", log] });
    closeSync(log);
    this.#phone = phone;
    readJsonLines(phone.stdout, (words) => this.#hear(words));
    // A line to a process that was killed goes nowhere; `close` says so to all who wait.
    phone.stdin.on("error", () => {});
    phone.once("close", () => this.#phoneEnded(phone));
    const { user, file, url, token } = this;
    await this.#tell("openApp", { user, file, url, token });
  }

  /** Closes the app in order. */
  async closeApp() {
    const phone = this.#phone;
    if (phone === null) return;
    await this.#tell("closeApp");
    const ended = once(phone, "close");
    phone.stdin?.end();
    await ended;
  }

  /** Kills the process. What it had said before is heard first. */
  async kill() {
    const phone = this.#phone;
    if (phone === null) throw new Error(`${this.name}'s app does not run.`);
    const ended = once(phone, "close");
    phone.kill("SIGKILL");
    const [, signal] = await ended;
    if (signal !== "SIGKILL")
      throw new Error(`${this.name}'s app ended by itself; see ${this.log}.`);
    this.kills += 1;
  }

  /** Ends the process at once, from a signal handler. */
  killNow() {
    this.#phone?.kill("SIGKILL");
  }

  /** @param {string[]} memberIds @returns {Promise<string>} its id */
  makeConversation(memberIds) {
    return this.#tell("makeConversation", { title: "Crew", memberIds });
  }

  /** Opens the screen of a conversation; answers how many messages the first look shows. */
  enter(/** @type {string} */ conversation) {
    return this.#tell("enter", { conversation });
  }

  /**
   * Writes messages, one after the other. A message names its author, this life of their
   * app, and its number in it: names never come twice and grow, whatever a kill did to
   * the write that was on its way.
   *
   * @param {number} count
   */
  async write(count) {
    const bodies = Array.from({ length: count }, () => {
      this.#written += 1;
      const number = String(this.#written).padStart(3, "0");
      return `${this.name} ${this.lives}.${number}: ${PHRASES[this.#written % PHRASES.length]}`;
    });
    await this.#tell("write", { bodies });
  }

  /** @returns {Promise<{ senderId: string, body: string }[]>} */
  readScreen() {
    return this.#tell("readScreen");
  }

  /** @param {{ kind: "none" | "wifi" }} network */
  async setNetwork(network) {
    await this.#tell("setNetwork", { network });
  }

  /**
   * Waits until what is seen on the phone is so. Looks at every piece of news as it
   * comes, so that a moment is not missed, however short.
   *
   * @param {string} what
   * @param {(person: Person) => boolean} holds
   * @returns {Promise<void>}
   */
  until(what, holds) {
    if (holds(this)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const impatience = setTimeout(() => {
        this.#waitingFor.delete(waiting);
        reject(new Error(`${this.name}: waited too long until ${what}.`));
      }, PATIENCE_MS);
      const done = (/** @type {() => void} */ settle) => {
        clearTimeout(impatience);
        this.#waitingFor.delete(waiting);
        settle();
      };
      const waiting = {
        holds,
        resolve: () => done(resolve),
        reject: (/** @type {Error} */ error) => done(() => reject(error)),
      };
      this.#waitingFor.add(waiting);
    });
  }

  /** @param {string} action @param {object} [options] @returns {Promise<any>} */
  #tell(action, options = {}) {
    const phone = this.#phone;
    if (phone?.stdin == null) return Promise.reject(new Error(`${this.name}'s app does not run.`));
    this.#calls += 1;
    const call = this.#calls;
    writeJsonLine(phone.stdin, { call, action, options });
    return new Promise((resolve, reject) => this.#waitingCalls.set(call, { resolve, reject }));
  }

  /** @param {any} words */
  #hear(words) {
    if (words.call !== undefined) {
      const waiting = this.#waitingCalls.get(words.call);
      this.#waitingCalls.delete(words.call);
      if (words.error === undefined) waiting?.resolve(words.answer);
      else waiting?.reject(new Error(`${this.name}: ${words.error}`));
      return;
    }
    const { news, ...facts } = words;
    if (news === "status") this.status = facts;
    else if (news === "screen") this.shown = facts.shown;
    else if (news === "conversations") this.conversations = facts.ids;
    else if (news === "acknowledged") this.acknowledged.push(facts.body);
    this.onNews(this);
    for (const waiting of [...this.#waitingFor]) if (waiting.holds(this)) waiting.resolve();
  }

  /** @param {import("node:child_process").ChildProcess} phone */
  #phoneEnded(phone) {
    if (this.#phone !== phone) return;
    this.#phone = null;
    this.status = { ...this.status, phase: "off", online: false, nextAttemptAt: null };
    const error = new Error(`${this.name}'s app has ended.`);
    for (const waiting of this.#waitingCalls.values()) waiting.reject(error);
    this.#waitingCalls.clear();
    for (const waiting of [...this.#waitingFor]) waiting.reject(error);
    this.onNews(this);
  }
}

const PHRASES = [
  "the tide turns at noon",
  "two crates of apples for the school",
  "the lighthouse wants its lamp back",
  "fog on the north side, slow there",
  "the baker asks for flour again",
  "mind the rope on the east pier",
  "a letter for your mother, twice stamped",
  "the cat came along, nobody knows how",
];

module.exports = { Person };
