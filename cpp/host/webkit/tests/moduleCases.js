// The native module in the page, and its end.

/* global __turboModuleProxy, mailboatWindow, notes */

const assert = require("node:assert/strict");

/** Reloads of a page with work in flight. */
const RELOADS = 25;

/** Writes that each of those pages leaves behind, unanswered. */
const WRITES = 8;

/** Functions and objects of C++ that one page of the fixture leaves to the garbage collector. */
const HOST_VALUES_A_PAGE = 40;

/** How many pages WebKit may keep before it collects. */
const PAGES_NOT_COLLECTED = 15;

const moduleCases = {
  "the page finds React Native's C++ module before its first script": async (stage) => {
    const window = await stage.start({ serverUrl: "http://127.0.0.1:9" });
    const found = await window.run(() => ({
      open: typeof __turboModuleProxy("Mailboat").open,
      once: __turboModuleProxy("Mailboat") === __turboModuleProxy("Mailboat"),
      other: __turboModuleProxy("Other"),
      serverUrl: mailboatWindow.launchArgs.serverUrl,
      documentFolder: mailboatWindow.documentFolder,
    }));
    assert.deepEqual(found, {
      open: "function",
      once: true,
      other: null,
      serverUrl: "http://127.0.0.1:9",
      documentFolder: stage.data,
    });
  },

  "a write is awaited in the page, wakes it, and patches its watch": async (stage) => {
    const window = await stage.start();
    const seen = await window.run(async () => {
      notes.open();
      notes.watch();
      notes.drain();
      await notes.create("Ahoy ä 你 🚢");
      const patches = notes.drain().filter(({ type }) => type === "patch");
      return { bodies: notes.bodies(), inserted: patches[0].ops.map(({ op }) => op) };
    });
    assert.deepEqual(seen, { bodies: ["Ahoy ä 你 🚢"], inserted: ["insert"] });
    await window.run(
      () =>
        new Promise((woken) => {
          const look = () => (notes.wakes > 0 ? woken() : setTimeout(look, 1));
          look();
        }),
    );
  },

  "writes are answered in their order": async (stage) => {
    const window = await stage.start();
    const settled = await window.run(async () => {
      notes.open();
      const order = [];
      const places = Array.from({ length: 100 }, (_, at) => at);
      await Promise.all(places.map((at) => notes.create(String(at)).then(() => order.push(at))));
      return { order: order.every((at, place) => at === place), count: order.length };
    });
    assert.deepEqual(settled, { order: true, count: 100 });
  },

  "what the engine refuses is an error of the page": async (stage) => {
    const window = await stage.start();
    const code = await window.run(async () => {
      notes.open();
      const error = await notes.create(7).catch(({ message }) => JSON.parse(message));
      return error.code ?? "nothing";
    });
    assert.equal(code, "INVALID_ARGUMENT");
  },

  "a reload ends module and runtime, and nothing is lost or written twice": async (stage) => {
    const window = await stage.start();
    for (let page = 0; page < RELOADS; page += 1) {
      await window.run(
        (first, writes) => {
          notes.open();
          notes.watch();
          for (let at = 0; at < writes; at += 1) void notes.create(String(first + at));
          return true;
        },
        page * WRITES,
        WRITES,
      );
      await window.reload();
    }
    const bodies = await window.run(async () => {
      notes.open();
      await notes.create("last");
      return notes.bodies();
    });
    const expected = Array.from({ length: RELOADS * WRITES }, (_, at) => String(at));
    assert.deepEqual([...bodies].sort(), [...expected, "last"].sort());
    const { begun, runtimes, modules, hostValues } = await window.command(
      { do: "census" },
      "census",
    );
    assert.deepEqual({ begun, runtimes, modules }, { begun: RELOADS + 1, runtimes: 1, modules: 1 });
    const limit = HOST_VALUES_A_PAGE * PAGES_NOT_COLLECTED;
    assert.ok(hostValues < limit, `${hostValues} functions and objects of C++ are still held`);
  },

  "pages that have ended are collected": async (stage) => {
    const window = await stage.start();
    const counts = [];
    for (let page = 0; page < 8 * PAGES_NOT_COLLECTED; page += 1) {
      await window.reload();
      counts.push((await window.command({ do: "census" }, "census")).hostValues);
    }
    const fewest = Math.min(...counts.slice(counts.length / 2));
    assert.ok(
      fewest < counts.length,
      `after ${counts.length} pages never fewer than ${fewest} held`,
    );
  },
};

module.exports = { moduleCases };
