// What comes before what: promises, drains, wakes, timers and microtasks. These cases use
// the host as it is, because what counts its calls would put microtasks between them.

import { assert } from "chai";
import type { Counters, Drained, Event } from "../../../src/generated/waist";
import { platformHost } from "../consoleHost";
import { Device } from "../device";
import { describe, it } from "../suite";

const STATUS = '{"type":"status"}';
const COUNTERS = '{"type":"counters"}';
/** More than anything here needs before it is on the task queue. */
const MANY_MICROTASKS = 1_000;
/** A timer that is due must come long before this many commands were answered. */
const MANY_COMMANDS = 10_000;

const create = (body: string): string =>
  JSON.stringify({ type: "create", collection: "notes", values: { body } });
const write = (engine: number, body: string): Promise<string> =>
  platformHost.execute(engine, create(body));
const drain = (engine: number): Event[] =>
  (JSON.parse(platformHost.drain(engine)) as Drained).events;
/** Resolves in a later task. */
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Resolves when it is so, at the latest when the case is out of time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nextTask();
}

/** A device whose wakes the case hears itself. */
function openQuiet(): number {
  const device = Device.open();
  device.drainsOnWake = false;
  return device.id;
}

/** Opens one, and takes what opening itself had to tell. */
async function openDrained(): Promise<number> {
  const engine = openQuiet();
  await platformHost.execute(engine, `{"type":"query","query":${COUNTERS}}`);
  await nextTask();
  drain(engine);
  return engine;
}

/** Stays in this task until the engine has answered everything it was given. */
function stayUntilAnswered(engine: number): void {
  const inFlight = (): number =>
    (JSON.parse(platformHost.query(engine, COUNTERS)) as Counters).commandsInFlight;
  while (inFlight() > 0);
}

export function defineOrdering(): void {
  describe("a drain", defineDrains);
  describe("a wake", defineWakes);
  describe("a listener", defineListeners);
  describe("commands", defineCommands);
  describe("a task", defineTasks);
}

function defineDrains(): void {
  it("after an awaited write has its patch", async () => {
    const engine = openQuiet();
    platformHost.watch(engine, '{"collection":"notes","limit":50}');
    for (const body of ["a", "b", "c"]) {
      await write(engine, body);
      const patches = drain(engine).filter(({ type }) => type === "patch");
      assert.deepNestedPropertyVal(patches, "[0].ops[0].row.body", body);
    }
  });

  it("hands every event out once", async () => {
    const engine = openQuiet();
    platformHost.watch(engine, '{"collection":"notes","limit":50}');
    await write(engine, "a");
    assert.isNotEmpty(drain(engine));
    assert.deepEqual(drain(engine), []);
  });

  it("keeps only the latest status, after everything else", async () => {
    const engine = await openDrained();
    platformHost.watch(engine, '{"collection":"notes","limit":50}');
    for (const body of ["a", "b", "c"]) await write(engine, body);
    const types = drain(engine).map(({ type }) => type);
    assert.deepEqual(types, ["patch", "patch", "patch", "status"]);
  });
}

function defineWakes(): void {
  it("is delivered at most once until somebody drains", async () => {
    const engine = await openDrained();
    let wakes = 0;
    const stop = platformHost.onWake((woken) => (wakes += woken === engine ? 1 : 0));
    for (const body of ["a", "b", "c"]) await write(engine, body);
    await until(() => wakes > 0);
    assert.strictEqual(wakes, 1);
    drain(engine);
    for (const body of ["d", "e"]) await write(engine, body);
    await until(() => wakes > 1);
    assert.strictEqual(wakes, 2);
    stop();
  });

  it("is a task of its own, as a settled promise is: no busy JavaScript is interrupted", async () => {
    const engine = await openDrained();
    const heard: string[] = [];
    const stop = platformHost.onWake(() => heard.push("wake"));
    const written = write(engine, "a").then(() => heard.push("promise"));
    stayUntilAnswered(engine);
    assert.deepEqual(heard, []);
    for (let count = 0; count < MANY_MICROTASKS; count += 1) await Promise.resolve();
    assert.deepEqual(heard, [], "microtasks go before the next task");
    await written;
    await until(() => heard.length > 1);
    assert.sameMembers(heard, ["wake", "promise"]);
    stop();
  });

  it("names its engine", async () => {
    const [one, other] = [await openDrained(), await openDrained()];
    const woken: number[] = [];
    const stop = platformHost.onWake((engine) => woken.push(engine));
    await write(other, "a");
    await until(() => woken.length > 0);
    await write(one, "a");
    await until(() => woken.length > 1);
    assert.deepEqual(woken, [other, one]);
    stop();
  });

  it("comes far less often than writes that are made at once", async () => {
    const engine = await openDrained();
    let wakes = 0;
    const stop = platformHost.onWake((woken) => {
      wakes += 1;
      drain(woken);
    });
    const bodies = Array.from({ length: 1_000 }, (_, at) => String(at));
    await Promise.all(bodies.map((body) => write(engine, body)));
    // What the last write changed about the status may be told after its answer.
    await until(() => wakes > 0);
    assert.isBelow(wakes, 500);
    stop();
  });

  it("that nobody heard is not lost: the next drain has its events", async () => {
    const engine = await openDrained();
    await write(engine, "a");
    const types: string[] = [];
    await until(() => {
      types.push(...drain(engine).map(({ type }) => type));
      return types.length > 0;
    });
    assert.deepEqual(types, ["status"]);
  });
}

function defineListeners(): void {
  it("is called beside another one", async () => {
    const engine = await openDrained();
    const heard: string[] = [];
    const stops = ["first", "second"].map((name) => platformHost.onWake(() => heard.push(name)));
    await write(engine, "a");
    await until(() => heard.length > 1);
    assert.sameMembers(heard, ["first", "second"]);
    for (const stop of stops) stop();
  });

  it("that was ended is called no more, and may be ended again", async () => {
    const engine = await openDrained();
    const heard: string[] = [];
    const stopFirst = platformHost.onWake(() => heard.push("first"));
    const stopSecond = platformHost.onWake(() => heard.push("second"));
    stopFirst();
    stopFirst();
    await write(engine, "a");
    await until(() => heard.length > 0);
    assert.deepEqual(heard, ["second"]);
    stopSecond();
  });

  it("may end itself", async () => {
    const engine = await openDrained();
    const heard: string[] = [];
    const stopFirst = platformHost.onWake(() => {
      heard.push("first");
      stopFirst();
    });
    const stopSecond = platformHost.onWake(() => heard.push("second"));
    await write(engine, "a");
    await until(() => heard.length > 1);
    drain(engine);
    await write(engine, "b");
    await until(() => heard.length > 2);
    assert.deepEqual(heard.slice(2), ["second"]);
    stopSecond();
  });

  it("may query, watch, unwatch and write", async () => {
    const engine = await openDrained();
    const answered = new Promise<string>((resolve, reject) => {
      const stop = platformHost.onWake((woken) => {
        stop();
        platformHost.query(woken, STATUS);
        const watched = platformHost.watch(woken, '{"collection":"notes","limit":5}');
        platformHost.unwatch(woken, (JSON.parse(watched) as { watch: number }).watch);
        write(woken, "from a listener").then(resolve, reject);
      });
    });
    await write(engine, "a");
    assert.include(await answered, '"entry"');
  });
}

function defineCommands(): void {
  it("of one engine settle in the order of their calls, refused ones too", async () => {
    const engine = openQuiet();
    const settled: number[] = [];
    // A read, a write, and one that is refused, over and over.
    const kinds = [`{"type":"query","query":${STATUS}}`, create("a"), '{"type":"sync"}'];
    const commands = Array.from({ length: 200 }, (_, at) => kinds[at % kinds.length] ?? "");
    const calls = commands.map((text, at) => {
      const done = (): number => settled.push(at);
      return platformHost.execute(engine, text).then(done, done);
    });
    await Promise.all(calls);
    assert.deepEqual(
      settled,
      commands.map((_, at) => at),
    );
  });

  it("of two engines settle each in their order", async () => {
    const engines = [openQuiet(), openQuiet()];
    const settled: [number[], number[]] = [[], []];
    const calls = Array.from({ length: 100 }, (_, at) => {
      const which = at % 2 === 0 ? 0 : 1;
      return write(engines[which] ?? 0, String(at)).then(() => settled[which].push(at));
    });
    await Promise.all(calls);
    for (const order of settled)
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
  });

  it("that wait for each other see each other's writes", async () => {
    const engine = openQuiet();
    const window = JSON.stringify({ type: "window", window: { collection: "notes", limit: 500 } });
    for (let count = 1; count <= 50; count += 1) {
      await write(engine, String(count));
      const { rows } = JSON.parse(platformHost.query(engine, window)) as { rows: unknown[] };
      assert.lengthOf(rows, count);
    }
  });

  it("in an endless chain leave timers their turn", async () => {
    const engine = openQuiet();
    const timer = { fired: false };
    setTimeout(() => (timer.fired = true), 0);
    let commands = 0;
    while (!timer.fired && commands < MANY_COMMANDS) {
      await platformHost.execute(engine, `{"type":"query","query":${COUNTERS}}`);
      commands += 1;
    }
    assert.isTrue(timer.fired, `${commands} commands went before a timer`);
  });

  it("that wait leave timers and microtasks their turn", async () => {
    const device = Device.open();
    const heard: string[] = [];
    const window = { collection: "notes", limit: 5 };
    const answered = device.execute({ type: "query", query: { type: "window", window } });
    queueMicrotask(() => heard.push("microtask"));
    await nextTask();
    heard.push("timer");
    await answered;
    assert.deepEqual(heard, ["microtask", "timer"]);
  });
}

function defineTasks(): void {
  it("ends with all of its microtasks before the next one begins", async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        order.push("first");
        queueMicrotask(() => {
          order.push("microtask");
          void Promise.resolve().then(() => order.push("reaction"));
        });
      }, 0);
      setTimeout(() => {
        order.push("second");
        resolve();
      }, 0);
    });
    assert.deepEqual(order, ["first", "microtask", "reaction", "second"]);
  });

  it("of a timer comes in the order of the timers, with its arguments", async () => {
    const order: unknown[] = [];
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 20);
      setTimeout((...words: unknown[]) => order.push(words), 10, "later", 2);
      setTimeout((word: string) => order.push(word), 5, "a");
      setTimeout((word: string) => order.push(word), 5, "b");
    });
    assert.deepEqual(order, ["a", "b", ["later", 2]]);
  });

  it("of a timer that was cleared never comes", async () => {
    let fired = false;
    const timer = setTimeout(() => (fired = true), 1);
    clearTimeout(timer);
    clearTimeout(timer);
    await new Promise<void>((resolve) => void setTimeout(resolve, 10));
    assert.isFalse(fired);
  });

  it("of setImmediate comes after this one, without waiting for a timer", async () => {
    let now = true;
    const immediate = new Promise<boolean>((resolve) => {
      setImmediate(() => {
        resolve(now);
      });
    });
    now = false;
    assert.isFalse(await immediate);
  });

  it("of a wake ends with its microtasks before anything else is heard of", async () => {
    const engine = await openDrained();
    const order: string[] = [];
    const stop = platformHost.onWake(() => {
      order.push("wake");
      queueMicrotask(() => order.push("its microtask"));
    });
    await write(engine, "a").then(() => order.push("promise"));
    await until(() => order.length > 2);
    assert.strictEqual(order.indexOf("its microtask"), order.indexOf("wake") + 1);
    stop();
  });
}
