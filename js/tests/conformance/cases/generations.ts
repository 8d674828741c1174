// Two JavaScript runtimes of one process and one file: what the second one finds when the
// first was destroyed in the middle of its work, and what a first one hears that lives.

import { assert } from "chai";
import { messagingSchema } from "../../../src/generated/messagingSchema";
import type { Config, Schema } from "../../../src/generated/waist";
import { answerPull, answerPush, askingConfig, QUICK } from "../asked";
import { here } from "../consoleHost";
import { assertFails, configOf, Device, failureOf, host } from "../device";
import { IslandBackend } from "../islandBackend";
import { newPath, preparedFile } from "../place";
import { IN_FLIGHT } from "../scenarios";
import { MEGABYTE, NOTES } from "../schemas";
import { describe, it } from "../suite";

const ROUNDS = 5;

const runIn = (name: string, config: Config): Promise<string> =>
  here.runInNewRuntime(name, JSON.stringify(config));

/** Opens after another runtime; what that one had handed over has been worked on then. */
async function openNext(config: Config): Promise<Device> {
  const device = Device.open(config);
  await device.settle();
  return device;
}

export function defineGenerations(): void {
  describe("a runtime that is destroyed", defineDestroyed);
  describe("a runtime that is ended by an error", defineErrors);
  describe("a runtime that lives", defineTakeovers);
}

function defineDestroyed(): void {
  it("leaves its writes, each once, and an engine of the next generation", async () => {
    const config = askingConfig();
    assert.strictEqual(await runIn("leavesCommands", config), "1");
    const device = await openNext(config);
    assert.strictEqual(device.opened.generation, 2);
    const inFlight = Array.from({ length: IN_FLIGHT }, (_, at) => `1 in flight ${at}`);
    assert.deepEqual(device.bodies(), ["1 awaited", ...inFlight]);
    await device.note("and goes on");
    assert.strictEqual(device.bodies()[IN_FLIGHT + 1], "and goes on");
  });

  it("leaves no watch, no command and no question behind", async () => {
    const config = askingConfig();
    await runIn("leavesCommands", config);
    const device = await openNext(config);
    // The engine asks the new runtime what the old one has not answered.
    const counters = device.query({ type: "counters" });
    assert.deepInclude(counters, { watches: 0, commandsInFlight: 0 });
    device.watch({ collection: "notes", limit: 5 });
    await device.settle();
    assert.strictEqual(device.query({ type: "counters" }).watches, 1);
  });

  it(`and ${ROUNDS - 1} after it leave everything they wrote, in order`, async () => {
    const config = askingConfig();
    const generations: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      generations.push(await runIn("leavesCommands", config));
    }
    assert.deepEqual(generations, ["1", "2", "3", "4", "5"]);
    const device = await openNext(config);
    assert.strictEqual(device.opened.generation, ROUNDS + 1);
    const expected = generations.flatMap((generation) => [
      `${generation} awaited`,
      ...Array.from({ length: IN_FLIGHT }, (_, at) => `${generation} in flight ${at}`),
    ]);
    assert.deepEqual(device.bodies(), expected);
  });

  it("leaves its question to the next one, which is asked with the same entry", async () => {
    const config = askingConfig(QUICK);
    const entry = await runIn("leavesQuestion", config);
    const device = Device.open(config);
    const [asked] = await answerPush(device);
    assert.strictEqual(asked?.id, entry);
    assert.strictEqual(device.query({ type: "status" }).pending, 0);
  });

  it("leaves the answer that it had given", async () => {
    const config = askingConfig();
    await runIn("leavesAnswer", config);
    const device = await openNext(config);
    assert.strictEqual(device.query({ type: "status" }).pending, 0);
    assert.deepEqual(device.query({ type: "outbox", limit: 5 }).entries, []);
  });

  it("leaves a sync that the next one carries on", async () => {
    const config = askingConfig(QUICK);
    await runIn("leavesCommands", config);
    const backend = new IslandBackend();
    const device = Device.open(config);
    device.answering = backend.answering;
    await device.execute({ type: "sync" });
    assert.lengthOf(new Set(backend.applied), IN_FLIGHT + 1);
    assert.strictEqual(device.query({ type: "status" }).pending, 0);
  });

  it("leaves its file, which it was closing, to be opened anew", async () => {
    const config = configOf();
    await runIn("leavesClose", config);
    assert.deepEqual((await openNext(config)).bodies(), ["a"]);
  });

  it("leaves large texts whole", async () => {
    const config = configOf();
    await runIn("leavesLargeTexts", config);
    const device = await openNext(config);
    assert.deepEqual(
      device.bodies().map((body) => (body as string).length),
      [MEGABYTE, MEGABYTE],
    );
  });

  it("takes a wake that nobody has drained and its timers along", async () => {
    const config = configOf();
    await runIn("leavesWake", config);
    const device = await openNext(config);
    assert.deepEqual(device.bodies(), ["a"]);
    assert.deepEqual(device.patches(), []);
    await device.note("b");
    assert.isAbove(device.wakes, 0);
  });

  it("leaves a migration that goes on, and the next one hears when it is done", async () => {
    const collections = [{ ...NOTES, indexes: [["rank"]] }] as unknown as Schema["collections"];
    const config = { path: preparedFile("left"), schema: { collections } };
    assert.strictEqual(await runIn("leavesMigration", config), "opening");
    const device = Device.open(config);
    assert.strictEqual(device.opened.generation, 2);
    if (device.opened.state === "opening") await device.event("opened");
    assert.lengthOf(device.bodies(), 500);
  });

  it("leaves what its engine object has written", async () => {
    const schema = messagingSchema as unknown as Schema;
    const config = configOf({ path: newPath(), schema });
    await here.runInNewRuntime("leavesMailboat", JSON.stringify({ path: config.path }));
    const device = await openNext(config);
    const record = device.query({ type: "record", collection: "conversations", id: "a" });
    assert.strictEqual(record?.["title"], "b");
    assert.strictEqual(device.query({ type: "counters" }).watches, 0);
  });
}

function defineErrors(): void {
  for (const [what, scenario] of [
    ["of a listener", "throwsInListener"],
    ["of a task", "throwsInTask"],
  ] as const) {
    it(`${what} leaves what it had handed over`, async () => {
      const config = configOf();
      const ended = await failureOf(() => runIn(scenario, config));
      assert.include(`${ended.message} ${ended.cause ?? ""}`, "thrown by a");
      const device = await openNext(config);
      assert.strictEqual(device.opened.generation, 2);
      assert.deepEqual(device.bodies(), ["before", "behind"]);
    });
  }
}

function defineTakeovers(): void {
  it("hears that another one has taken its engine over", async () => {
    const config = configOf();
    const device = Device.open(config);
    await device.note("from the first runtime");
    const closed = device.event("closed");
    const seen = JSON.parse(await runIn("takesOver", config)) as object;
    const bodies = ["from the first runtime", "from the second runtime"];
    assert.deepEqual(seen, { generation: 2, bodies });
    assert.strictEqual((await closed).error.code, "CLOSED");
  });

  it("finds its calls CLOSED after that, and may take the engine back", async () => {
    const config = configOf();
    const device = Device.open(config);
    await runIn("takesOver", config);
    await assertFails("CLOSED", () => device.bodies());
    await assertFails("CLOSED", () => device.note("too late"));
    const again = Device.open(config);
    assert.strictEqual(again.opened.generation, 3);
    await again.note("back");
    assert.deepEqual(again.bodies(), ["from the second runtime", "back"]);
  });

  it("has its commands that cannot end rejected, and those that can committed", async () => {
    const config = askingConfig();
    const device = Device.open(config);
    await answerPull(device);
    const synced = failureOf(() => device.execute({ type: "sync" }));
    const written = Array.from({ length: 20 }, (_, at) => device.note(`note ${at}`));
    const settled = written.map((write, at) =>
      write.then(
        () => `note ${at}`,
        () => null,
      ),
    );
    await runIn("takesOver", config);
    assert.strictEqual((await synced).code, "CLOSED");
    const acknowledged = (await Promise.all(settled)).filter((body) => body !== null);
    const again = Device.open(config);
    assert.includeMembers(again.bodies(), acknowledged);
    assert.lengthOf(again.bodies(), written.length + 1);
  });

  it("loses its watches to it, and none of them is heard of again", async () => {
    const config = configOf();
    const device = Device.open(config);
    device.watch({ collection: "notes", limit: 5 });
    await device.settle();
    const closed = device.event("closed");
    await runIn("takesOver", config);
    await closed;
    assert.deepEqual(device.patches(), []);
  });

  it("finds its engine CLOSED when another one opens the file with another config", async () => {
    const config = configOf();
    const device = Device.open(config);
    await device.note("from the first runtime");
    const seen = JSON.parse(await runIn("opensAnew", config)) as { bodies: string[] };
    assert.deepEqual(seen.bodies, ["from the first runtime", "from the second runtime"]);
    await assertFails("CLOSED", () => device.bodies());
  });

  it("keeps an engine that another one only knows the number of", async () => {
    const device = Device.open();
    await device.note("a");
    const codes = await here.runInNewRuntime("callsStranger", String(device.id));
    assert.strictEqual(codes, "CLOSED CLOSED");
    assert.deepEqual(device.bodies(), ["a"]);
  });

  it("works on in its other files when it loses one", async () => {
    const [config, other] = [configOf(), configOf()];
    const [lost, kept] = [Device.open(config), Device.open(other)];
    const watched = kept.watch({ collection: "notes", limit: 5 });
    await runIn("takesOver", config);
    await kept.note("a");
    const patch = await kept.until("its patch", () => kept.patches()[0]);
    assert.strictEqual(patch.watch, watched.watch);
    await assertFails("CLOSED", () => host.query(lost.id, '{"type":"status"}'));
  });
}
