// Questions about changes and history: `pull`, `older`, and the commands that ask for them.

import { assert } from "chai";
import type { Change, OlderPage, Window } from "../../../src/generated/waist";
import { answerPull, answerPush, askingConfig, NO_CHANGES, openAsked, pushed } from "../asked";
import { assertFails, Device, type Question } from "../device";
import { IslandBackend } from "../islandBackend";
import { describe, each, it } from "../suite";

const NORTH: Window = { collection: "letters", where: { island: "north" }, take: "last", limit: 9 };
/** So many changes are worth telling of. */
const MUCH = 150;
/** As many calls of `sync` and of `loadOlder` may wait. */
const MAX_SYNCS = 256;
const MAX_OLDER = 64;

function change(id: string, version: number, values: Record<string, unknown>): Change {
  return { collection: "notes", id, version, order: version, values };
}

function letter(order: number): Change {
  const values = { island: "north", body: `letter ${order}` };
  return { collection: "letters", id: `letter-${order}`, version: order, order, values };
}

const page = (...changes: Change[]) => ({ ...NO_CHANGES, changes });
const loadOlder = (device: Device, limit: number) =>
  device.execute({ type: "loadOlder", collection: "letters", lane: "north", limit });

async function answerOlder(device: Device, to: Question, given?: OlderPage): Promise<void> {
  await device.answer(to, { kind: "older", page: given ?? { changes: [], more: false } });
}

export function defineFetching(): void {
  describe("a pull", definePulls);
  describe("what is pulled", defineChanges);
  describe("sync", defineSync);
  describe("loadOlder", defineOlder);
}

function definePulls(): void {
  it("is asked for when a file opens, from the beginning", async () => {
    const device = Device.open(askingConfig({ pullLimit: 70 }));
    const { ask } = await device.question("pull");
    assert.deepEqual(ask, { kind: "pull", cursor: null, limit: 70 });
    await device.status("pulling", ({ phase }) => phase === "pulling");
  });

  it("goes on from its cursor while there is more", async () => {
    const device = Device.open(askingConfig());
    const cursors = [
      await answerPull(device, { ...NO_CHANGES, cursor: "one", more: true }),
      await answerPull(device, { ...NO_CHANGES, cursor: "two", more: true }),
      await answerPull(device),
    ];
    assert.deepEqual(cursors, [null, "one", "two"]);
    await device.status("a rest", ({ phase }) => phase === "idle");
  });

  it("tells how far it has come when there is much to fetch", async () => {
    const device = Device.open(askingConfig());
    const many = Array.from({ length: MUCH }, (_, at) => change(`n${at}`, at + 1, { body: "a" }));
    const told = device.event("progress", ({ done }) => done === MUCH);
    await answerPull(device, { ...page(...many), cursor: "one", more: true });
    const progress = { kind: "pull", done: MUCH, total: null } as const;
    assert.deepEqual<unknown>(await told, { type: "progress", ...progress });
    await answerPull(device);
    await device.status("the end", (status) => status.progress === null);
  });

  it("goes on from its cursor when the file opens again", async () => {
    const config = askingConfig();
    const first = Device.open(config);
    await answerPull(first, { ...NO_CHANGES, cursor: "\u{1f6f6} far out" });
    await first.close();
    assert.strictEqual(await answerPull(Device.open(config)), "\u{1f6f6} far out");
  });

  each(
    [
      [
        "is asked for when the platform sees a network again",
        (device) => device.execute({ type: "setNetwork", network: { kind: "other" } }),
      ],
      [
        "is asked for when the app comes to the front",
        async (device) => {
          await device.execute({ type: "setAppState", state: "background" });
          return device.execute({ type: "setAppState", state: "foreground" });
        },
      ],
      ["is asked for by sync", (device) => void device.execute({ type: "sync" }).catch(() => null)],
    ] as [string, (device: Device) => unknown][],
    async (_name, act) => {
      const device = await openAsked();
      await act(device);
      assert.strictEqual(await answerPull(device), "start");
    },
  );

  it("tells when it last ended well", async () => {
    const device = Device.open(askingConfig());
    const before = Date.now();
    await answerPull(device);
    const { lastSyncedAt } = await device.status(
      "the end",
      (status) => status.lastSyncedAt !== null,
    );
    assert.isAtLeast(lastSyncedAt ?? 0, before);
    assert.isAtMost(lastSyncedAt ?? Infinity, Date.now());
  });
}

function defineChanges(): void {
  it("is shown in the backend's order, before what waits to be sent", async () => {
    const device = Device.open(askingConfig());
    await device.note("mine");
    await answerPull(device, page(change("b", 2, { body: "b" }), change("a", 1, { body: "a" })));
    assert.deepEqual(device.bodies(), ["a", "b", "mine"]);
  });

  it("is told to watches", async () => {
    const device = Device.open(askingConfig());
    device.watch({ collection: "notes", limit: 5 });
    await answerPull(device, page(change("a", 1, { body: "theirs" })));
    device.drain();
    const [patch] = device.patches();
    const row = { id: "a", body: "theirs", delivery: "sent" };
    assert.deepInclude(patch?.ops[0], { op: "insert", at: 0 });
    assert.deepNestedInclude(patch?.ops[0], { "row.body": row.body, "row.delivery": row.delivery });
  });

  it("takes records away that are gone", async () => {
    const device = Device.open(askingConfig());
    const first = { ...page(change("a", 1, { body: "a" })), cursor: "one", more: true };
    await answerPull(device, first);
    const tombstones = [{ collection: "notes", id: "a", version: 2 }];
    await answerPull(device, { ...NO_CHANGES, tombstones });
    assert.deepEqual(device.bodies(), []);
  });

  it("lies beneath what was written here and is not sent yet", async () => {
    const device = await openAsked();
    const id = await device.note("a", { rank: 1 });
    await answerPush(device);
    await answerPull(device);
    await device.execute({ type: "setNetwork", network: { kind: "none" } });
    await device.execute({ type: "update", collection: "notes", id, values: { body: "mine" } });
    await device.execute({ type: "setNetwork", network: { kind: "other" } });
    await answerPull(device, page(change(id, 1_000_000, { body: "theirs", rank: 2 })));
    const record = device.query({ type: "record", collection: "notes", id });
    assert.deepInclude(record, { body: "mine", rank: 2 });
  });

  it("of an older version changes nothing", async () => {
    const device = Device.open(askingConfig());
    const first = { ...page(change("a", 5, { body: "new" })), cursor: "one", more: true };
    await answerPull(device, first);
    await answerPull(device, page(change("a", 4, { body: "old" })));
    assert.deepEqual(device.bodies(), ["new"]);
  });

  it("of another type than its column is null, and the rest of it is there", async () => {
    const device = Device.open(askingConfig());
    await answerPull(device, page(change("a", 1, { body: "a", rank: "three", done: true })));
    const record = device.query({ type: "record", collection: "notes", id: "a" });
    assert.deepInclude(record, { body: "a", rank: null, done: true });
  });

  it("of a collection that this app does not know stops nothing", async () => {
    const device = Device.open(askingConfig());
    const unknown = { ...change("x", 1, { body: "x" }), collection: "boats" };
    await answerPull(device, page(unknown, change("a", 2, { body: "a" })));
    assert.deepEqual(device.bodies(), ["a"]);
  });
}

function defineSync(): void {
  it("resolves when what was written is sent and what is new is here", async () => {
    const backend = new IslandBackend();
    backend.write("notes", "theirs", { body: "theirs" });
    const device = Device.open(askingConfig());
    device.answering = backend.answering;
    await device.note("mine");
    assert.isNull(await device.execute({ type: "sync" }));
    assert.lengthOf(backend.applied, 1);
    assert.sameMembers(device.bodies(), ["theirs", "mine"]);
    assert.strictEqual(device.query({ type: "status" }).pending, 0);
  });

  it("resolves for every caller at once", async () => {
    const device = Device.open(askingConfig());
    device.answering = new IslandBackend().answering;
    const calls = [1, 2, 3].map(() => device.execute({ type: "sync" }));
    assert.deepEqual(await Promise.all(calls), [null, null, null]);
  });

  it("is refused with QUOTA when too many calls of it wait", async () => {
    const device = Device.open(askingConfig());
    const waiting = Array.from({ length: MAX_SYNCS }, () => device.execute({ type: "sync" }));
    await assertFails("QUOTA", () => device.execute({ type: "sync" }));
    await answerPull(device);
    // Calls that came while the first page was on its way wait for another one.
    device.answering = new IslandBackend().answering;
    for (const question of device.unanswered("pull")) await device.answer(question, EMPTY);
    assert.lengthOf(await Promise.all(waiting), MAX_SYNCS);
  });
}

const EMPTY = { kind: "pull", page: NO_CHANGES } as const;

function defineOlder(): void {
  it("asks for the newest page first, and goes on where all of it is here already", async () => {
    const device = Device.open(askingConfig());
    await answerPull(device, page(letter(8), letter(9)));
    const call = loadOlder(device, 2);
    const lane = { kind: "older", collection: "letters", lane: "north", limit: 2 };
    const first = await device.question("older");
    assert.deepEqual(first.ask, { ...lane, before: null } as typeof first.ask);
    await answerOlder(device, first, { changes: [letter(8), letter(9)], more: true });
    const second = await device.question("older");
    assert.deepEqual(second.ask, { ...lane, before: 8 } as typeof second.ask);
    await answerOlder(device, second, { changes: [letter(6), letter(7)], more: true });
    assert.deepEqual(await call, { loaded: 2, more: true });
    const { rows } = device.query({ type: "window", window: NORTH });
    assert.deepEqual(
      rows.map(({ id }) => id),
      [6, 7, 8, 9].map((order) => `letter-${order}`),
    );
  });

  it("asks for the newest records of a lane that is empty here", async () => {
    const device = await openAsked();
    const call = loadOlder(device, 5);
    const question = await device.question("older");
    assert.isNull(question.ask.before);
    await answerOlder(device, question);
    assert.deepEqual(await call, { loaded: 0, more: false });
  });

  it("walks a whole history backwards, page by page", async () => {
    const backend = new IslandBackend();
    const ids = Array.from({ length: 25 }, (_, at) => `letter ${String(at).padStart(2, "0")}`);
    for (const id of ids) backend.write("letters", id, { island: "north", body: id });
    const device = await openAsked();
    device.answering = backend.answering;
    const loaded: number[] = [];
    for (let more = true; more;) {
      const answer = await loadOlder(device, 10);
      loaded.push(answer.loaded);
      more = answer.more;
    }
    assert.deepEqual(loaded, [10, 10, 5]);
    assert.deepEqual(device.bodies("letters"), ids);
  });

  it("runs one call after the other", async () => {
    const device = await openAsked();
    const calls = [loadOlder(device, 1), loadOlder(device, 2)];
    for (const limit of [1, 2]) {
      const question = await device.question("older");
      assert.strictEqual(question.ask.limit, limit);
      await device.settle();
      assert.strictEqual(device.query({ type: "counters" }).questions, 1);
      await answerOlder(device, question);
    }
    assert.lengthOf(await Promise.all(calls), 2);
  });

  it("refuses a limit of 0 and of 501", async () => {
    const device = await openAsked();
    await assertFails("INVALID_ARGUMENT", () => loadOlder(device, 0));
    await assertFails("INVALID_ARGUMENT", () => loadOlder(device, 501));
  });

  it("is refused with QUOTA when too many calls of it wait", async () => {
    const device = await openAsked();
    const first = loadOlder(device, 1);
    const question = await device.question("older");
    const waiting = Array.from({ length: MAX_OLDER }, () => loadOlder(device, 1));
    await assertFails("QUOTA", () => loadOlder(device, 1));
    device.answering = new IslandBackend().answering;
    await answerOlder(device, question);
    await first;
    assert.lengthOf(await Promise.all(waiting), MAX_OLDER);
  });

  it("does not wait for a batch that is on its way", async () => {
    const device = await openAsked();
    await device.note("a");
    await pushed(device);
    const call = loadOlder(device, 1);
    const question = await device.question("older");
    await answerOlder(device, question);
    assert.deepEqual(await call, { loaded: 0, more: false });
  });
}
