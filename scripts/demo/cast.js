// Who plays: the server, Ann and Ben, each a process, with their files in one folder.

// @ts-check

const path = require("node:path");
const { DevServer } = require("./devServer");
const { Person } = require("./person");
const { bar } = require("./terminal");

class Cast {
  /**
   * Starts the server and gives Ann and Ben their tokens. Their apps start in the story.
   *
   * @param {string} folder
   * @param {{ sabotage: boolean, terminal: import("./terminal").Terminal }} options
   */
  static async assemble(folder, { sabotage, terminal }) {
    const server = new DevServer({
      folder: path.join(folder, "server"),
      log: path.join(folder, "server.log"),
      forgetLedger: sabotage,
    });
    await server.start();
    const person = async (/** @type {string} */ name) => {
      const user = name.toLowerCase();
      return new Person({
        name,
        file: path.join(folder, `${user}.db`),
        log: path.join(folder, `${user}.log`),
        url: server.url,
        token: await server.token(user),
        onNews: () => terminal.changed(),
      });
    };
    return new Cast(server, await person("Ann"), await person("Ben"), terminal);
  }

  /**
   * @param {DevServer} server
   * @param {Person} ann
   * @param {Person} ben
   * @param {import("./terminal").Terminal} terminal
   */
  constructor(server, ann, ben, terminal) {
    this.server = server;
    this.ann = ann;
    this.ben = ben;
    this.terminal = terminal;
    terminal.setLive(() => [this.#lineOf(ann), this.#lineOf(ben), this.#progress()]);
  }

  get kills() {
    return this.ann.kills + this.ben.kills;
  }

  /** Everybody closes their app in order, then the server ends. */
  async leave() {
    await this.ann.closeApp();
    await this.ben.closeApp();
    await this.server.stop();
  }

  /** Ends all processes at once: when something went wrong, or from a signal handler. */
  endNow() {
    this.ann.killNow();
    this.ben.killNow();
    this.server.killNow();
  }

  /** @param {Person} person */
  #lineOf({ name, status }) {
    const { attempts, nextAttemptAt, pending, phase } = status;
    const waitS = nextAttemptAt === null ? 0 : (nextAttemptAt - Date.now()) / 1_000;
    return [
      name.padEnd(3),
      phase.padEnd(7),
      `pending ${String(pending).padStart(3)}`,
      `attempts ${attempts}`,
      waitS > 0 ? `next in ${waitS.toFixed(1)} s` : "",
    ]
      .join("  ")
      .trimEnd();
  }

  #progress() {
    return `Ben has ${bar(this.ben.shown, Math.max(this.ann.shown, this.ben.shown))}`;
  }
}

module.exports = { Cast };
