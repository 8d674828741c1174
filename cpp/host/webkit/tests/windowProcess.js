// One mailboat-window under test: the program, its events, and the session of Detox in it.

const { spawn } = require("node:child_process");
const { once, EventEmitter } = require("node:events");
const { readFile, readdir } = require("node:fs/promises");
const path = require("node:path");
const readline = require("node:readline");
const { DetoxServer } = require("./detoxServer");

const program = path.resolve(__dirname, "../../../../build/webkit/mailboat-window");
/** One that does not end by itself is ended after it. */
const PATIENCE_MS = 5_000;

const fixture = path.join(__dirname, "fixture");

class WindowProcess extends EventEmitter {
  /** Every event that it has said. @type {any[]} */
  events = [];

  /** @param {DetoxServer} detox @param {string[]} args */
  constructor(detox, args) {
    super();
    this.detox = detox;
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.exited = once(this.child, "exit");
    // Whoever waits for something of it then waits no longer.
    void this.exited.then(([status, signal]) => {
      const why = `the window has ended: ${signal ?? status}`;
      this.detox.giveUp(why);
      if (this.listenerCount("error") > 0) this.emit("error", new Error(why));
    });
    readline.createInterface({ input: this.child.stdout }).on("line", (line) => {
      const event = JSON.parse(line);
      this.events.push(event);
      this.emit("event", event);
    });
  }

  /** Starts one with the fixture's page. @param {string} data its folder @param {string[]} more */
  static async start(data, launchArgs = {}, more = []) {
    const detox = new DetoxServer();
    const session = { detoxServer: await detox.url(), detoxSessionId: "test", ...launchArgs };
    const args = ["--root", fixture, "--data", data, "--launch-args", JSON.stringify(session)];
    const started = new WindowProcess(detox, [...args, ...more]);
    await started.detox.next(({ type }) => type === "ready");
    return started;
  }

  /** Sends a command and waits for the event that it brings. */
  async command(command, event) {
    const from = this.events.length;
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    return this.next((said) => said.event === event, from);
  }

  /** Waits for an event. @param {(event: any) => boolean} fits */
  async next(fits, from = 0) {
    for (;;) {
      const found = this.events.slice(from).find(fits);
      if (found) return found;
      await once(this, "event");
    }
  }

  /** Performs an invocation of Detox's; throws what Detox would. */
  async invoke(invocation) {
    const { type, params } = await this.detox.ask("invoke", invocation);
    if (type !== "invokeResult") throw new Error(params.details);
    return params;
  }

  act(predicate, action, ...params) {
    return this.invoke({ type: "action", predicate, action, params });
  }

  expect(predicate, expectation, ...params) {
    return this.invoke({ type: "expectation", predicate, expectation, params });
  }

  expectNot(predicate, expectation, ...params) {
    const modifiers = ["not"];
    return this.invoke({ type: "expectation", predicate, modifiers, expectation, params });
  }

  /** Runs a function in the page. @param {Function} script */
  async run(script, ...args) {
    const webPredicate = { type: "css", value: "body" };
    const params = [`(body, ...args) => (${script})(...args)`, args];
    const { result } = await this.invoke({
      type: "webAction",
      webPredicate,
      webAction: "runScriptWithArgs",
      params,
    });
    return result;
  }

  async reload() {
    const from = this.detox.received.length;
    await this.detox.ask("reactNativeReload", {}, -1000);
    return this.detox.next(({ type }) => type === "ready", from);
  }

  /** The web process, which has the page. */
  async webProcess() {
    for (const id of await readdir("/proc")) {
      const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
      const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(stat) ?? [];
      if (Number(parent) === this.child.pid && name?.startsWith("WebKitWebProces"))
        return Number(id);
    }
    throw new Error("there is no web process");
  }

  /** Ends it: politely, and then not. */
  async stop() {
    const reaper = setTimeout(() => this.child.kill("SIGKILL"), PATIENCE_MS);
    this.child.stdin.end();
    const [status] = await this.exited;
    clearTimeout(reaper);
    this.detox.close();
    return status;
  }
}

module.exports = { WindowProcess, program };
