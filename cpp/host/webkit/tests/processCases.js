// The program as whoever starts it sees it: pictures, background, ends.

/* global document, innerHeight, innerWidth, location, matchMedia, notes */

const assert = require("node:assert/strict");
const { spawnSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { once } = require("node:events");
const { setTimeout: pause } = require("node:timers/promises");
const { byId } = require("./expecting");
const { look } = require("./picture");
const { program } = require("./windowProcess");

/** A process that is killed has gone within it, in milliseconds. */
const DEATH_MS = 2_000;

/** A blank picture has hardly any. */
const DIFFERENT_ROWS = 40;

/** Whether a process runs; one that has ended and was not reaped does not. @param {number} id */
function runs(id) {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${id}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits until a process is no more. @param {number} id */
async function gone(id) {
  const deadline = performance.now() + DEATH_MS;
  while (runs(id)) {
    assert.ok(performance.now() < deadline, `process ${id} has not ended`);
    await pause(1);
  }
}

const processCases = {
  "a picture shows the page, in its size": async (stage) => {
    const page = await stage.start({}, ["--size", "400x700"]);
    const path = stage.file("page.png");
    await page.command({ do: "screenshot", path }, "screenshot");
    const { width, height, differentRows } = look(path);
    assert.deepEqual({ width, height }, { width: 400, height: 700 });
    assert.ok(differentRows > DIFFERENT_ROWS, `${differentRows} different rows`);
    assert.deepEqual(await page.run(() => [innerWidth, innerHeight]), [400, 700]);
    const { screenshotPath } = await page.act(byId("add"), "takeScreenshot");
    assert.deepEqual(look(screenshotPath).width, 144);
    const { error } = await page.command(
      { do: "screenshot", path: "/no/folder.png" },
      "screenshot",
    );
    assert.match(error, /no\/folder\.png/);
  },

  "a dark window is dark for the page": async (stage) => {
    const dark = () => ({ dark: matchMedia("(prefers-color-scheme: dark)").matches });
    const page = await stage.start({}, ["--dark"]);
    assert.deepEqual(await page.run(dark), { dark: true });
    const light = await stage.start();
    assert.deepEqual(await light.run(dark), { dark: false });
  },

  "the page hears that it goes to the background, and comes back": async (stage) => {
    const page = await stage.start();
    const state = () => page.run(() => ({ state: document.visibilityState }));
    await page.command({ do: "hide" }, "hidden");
    assert.equal((await page.detox.ask("waitForBackground")).type, "waitForBackgroundDone");
    assert.deepEqual(await state(), { state: "hidden" });
    await page.command({ do: "show" }, "shown");
    assert.equal((await page.detox.ask("waitForActive")).type, "waitForActiveDone");
    assert.deepEqual(await state(), { state: "visible" });
    await page.act(byId("composer"), "typeText", "back");
    await page.expect(byId("composer"), "toHaveText", "back");
  },

  "two windows on one display are typed into in turns": async (stage) => {
    const ann = await stage.start();
    const ben = await stage.start();
    for (const word of ["one", " two", " three"]) {
      await ann.act(byId("composer"), "typeText", word);
      await ben.act(byId("composer"), "typeText", word);
    }
    await ann.expect(byId("composer"), "toHaveText", "one two three");
    await ben.expect(byId("composer"), "toBeFocused");
    await ben.expect(byId("composer"), "toHaveText", "one two three");
  },

  "routes of the app are its page, files that are missing are errors": async (stage) => {
    const page = await stage.start();
    const answers = await page.run(async () => ({
      route: (await (await fetch("/chats/1")).text()).includes("Fixture"),
      missing: await fetch("/missing.js").then(String, ({ name }) => name),
      outside: await fetch("/..%2f..%2f..%2fetc/passwd.txt").then(String, ({ name }) => name),
    }));
    assert.deepEqual(answers, { route: true, missing: "TypeError", outside: "TypeError" });
  },

  "the page asks any server, as an app may": async (stage) => {
    const server = createServer((_request, response) => response.end("Ahoy")).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    const page = await stage.start();
    const url = `http://127.0.0.1:${server.address().port}/`;
    const answer = await page.run(
      async (from) => ({ text: await (await fetch(from)).text() }),
      url,
    );
    server.close();
    assert.deepEqual(answer, { text: "Ahoy" });
  },

  "other sites are not opened": async (stage) => {
    const page = await stage.start();
    await page.run(() => {
      location.href = "https://example.org/";
      return true;
    });
    const refused = await page.next(
      ({ event, text }) => event === "console" && /not the app/.test(text),
    );
    assert.equal(refused.level, "warn");
    await page.expect(byId("title"), "toHaveText", "Ahoy");
  },

  "the console of the page is told": async (stage) => {
    const page = await stage.start();
    await page.run(() => {
      console.warn("low tide", 2);
      setTimeout(() => {
        throw new Error("aground");
      }, 0);
      return true;
    });
    await page.next(({ level, text }) => level === "warn" && text.includes("low tide"));
    await page.next(({ level, text }) => level === "error" && text.includes("aground"));
  },

  "killed at once, it leaves no process and no lock": async (stage) => {
    for (let time = 0; time < 3; time += 1) {
      const page = await stage.start();
      const written = await page.run(async (body) => {
        notes.open();
        await notes.create(body);
        return notes.bodies();
      }, String(time));
      assert.equal(written.length, time + 1);
      const web = await page.webProcess();
      page.child.kill("SIGKILL");
      await gone(web);
    }
  },

  "when its web process dies it says so, to Detox as well, and ends": async (stage) => {
    const page = await stage.start();
    process.kill(await page.webProcess(), "SIGKILL");
    const [status] = await page.exited;
    assert.equal(status, 139);
    assert.deepEqual(page.events.at(-1), { event: "pageGone", reason: "crashed" });
    const { params } = await page.detox.next(({ type }) => type === "AppWillTerminateWithError");
    assert.match(params.errorDetails, /crashed/);
  },

  "it ends when it is told, and with its input": async (stage) => {
    const told = await stage.start();
    told.child.stdin.write('{"do":"quit"}\n');
    assert.equal((await told.exited)[0], 0);
    const left = await stage.start();
    assert.equal(await left.stop(), 0);
  },

  "Detox hears clearly what is not there": async (stage) => {
    const page = await stage.start();
    const { type, params } = await page.detox.ask("shakeDevice");
    assert.equal(type, "serverError");
    assert.match(params.error.message, /cannot shakeDevice/);
    assert.equal((await page.detox.ask("cleanup", {}, -0xc1ea)).type, "cleanupDone");
    await page.detox.ask("setOrientation", { orientation: "landscape" });
    const wide = () =>
      new Promise((turned) => {
        const check = () => (innerWidth > innerHeight ? turned(true) : setTimeout(check, 5));
        check();
      });
    assert.equal(await page.run(wide), true);
  },

  "wrong words are refused": async () => {
    const run = (...words) => spawnSync(program, words, { encoding: "utf8" });
    assert.equal(run().status, 64);
    assert.equal(run("--root", "/", "--data", "/tmp").status, 64);
    assert.match(run("--size", "big").stderr, /--size/);
    assert.match(run("--sail").stderr, /usage: mailboat-window/);
  },
};

module.exports = { processCases };
