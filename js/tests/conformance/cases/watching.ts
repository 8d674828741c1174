// `watch`: the snapshot, the patches that follow it, and how a watch ends.

import { assert } from "chai";
import type { PatchOp, Watched, Window } from "../../../src/generated/waist";
import { applyPatch, type Rows } from "../../../src/live/patch";
import { Device } from "../device";
import { describe, each, it } from "../suite";

const ALL: Window = { collection: "notes", limit: 500 };
const BY_RANK: Window = { ...ALL, orderBy: { column: "rank" } };

/** What a watch shows after the patches that were drained. */
function shownBy(device: Device, { revisions, rows, watch }: Watched): Rows {
  let shown: Rows = { rows, revisions };
  for (const patch of device.patches()) {
    if (patch.watch !== watch) continue;
    const next = applyPatch(shown, patch.ops);
    if (next === null) throw new Error("A patch does not fit the rows before it.");
    shown = next;
  }
  return shown;
}

function assertCurrent(device: Device, watched: Watched, window: Window): void {
  const { revisions, rows } = device.query({ type: "window", window });
  assert.deepEqual(shownBy(device, watched), { rows, revisions });
}

async function update(device: Device, id: string, values: Record<string, unknown>): Promise<void> {
  await device.execute({ type: "update", collection: "notes", id, values });
}

export function defineWatching(): void {
  describe("a watch tells of", defineOperations);
  describe("a watch", defineWatches);
  describe("a watch ends", defineEnds);
}

function defineOperations(): void {
  type Action = (device: Device, ids: string[]) => Promise<unknown>;
  const at = (ids: string[], index: number): string => ids[index] ?? "";
  const cases: [string, Window, Action, string[]][] = [
    ["a row that comes last", ALL, (device) => device.note("new"), ["insert 3"]],
    ["a row that comes first", BY_RANK, (device) => device.note("new", { rank: 0 }), ["insert 0"]],
    [
      "a row that changes",
      ALL,
      (device, ids) => update(device, at(ids, 1), { done: true }),
      ["update 1"],
    ],
    [
      "a row that goes",
      ALL,
      (device, ids) => device.execute({ type: "delete", collection: "notes", id: at(ids, 1) }),
      ["remove 1"],
    ],
    [
      "a row that moves to the end",
      BY_RANK,
      (device, ids) => update(device, at(ids, 0), { rank: 9 }),
      ["move 0 2", "update 2"],
    ],
    [
      "a row that moves to the front",
      BY_RANK,
      (device, ids) => update(device, at(ids, 2), { rank: 0 }),
      ["move 2 0", "update 0"],
    ],
    [
      "a row that leaves its filter",
      { ...ALL, where: { done: null } },
      (device, ids) => update(device, at(ids, 0), { done: true }),
      ["remove 0"],
    ],
    [
      "a row that comes into its filter",
      { ...ALL, where: { done: true } },
      (device, ids) => update(device, at(ids, 0), { done: true }),
      ["insert 0"],
    ],
    [
      "the row that goes and the one that takes its place",
      { ...ALL, take: "last", limit: 3 },
      (device) => device.note("new"),
      ["remove 0", "insert 2"],
    ],
  ];
  each(cases, async (_name, window, act, expected) => {
    const device = Device.open();
    const ids: string[] = [];
    for (const rank of [1, 2, 3]) ids.push(await device.note(`note ${rank}`, { rank }));
    const watched = device.watch(window);
    await device.settle();
    await act(device, ids);
    device.drain();
    const patches = device.patches();
    assert.deepEqual(
      patches.map(({ watch }) => watch),
      [watched.watch],
    );
    assert.deepEqual(patches[0]?.ops.map(wordsOf), expected);
    assertCurrent(device, watched, window);
  });
}

function wordsOf(op: PatchOp): string {
  return op.op === "move" ? `move ${op.from} ${op.to}` : `${op.op} ${op.at}`;
}

function defineWatches(): void {
  it("answers what a query of the window answers", async () => {
    const device = Device.open();
    await device.note("a", { extra: { x: [1] } });
    const { watch, ...snapshot } = device.watch(ALL);
    assert.deepEqual(snapshot, device.query({ type: "window", window: ALL }));
    assert.isAbove(watch, 0);
  });

  it("says when rows begin and cease to lie beyond its limit", async () => {
    const device = Device.open();
    const first = await device.note("a");
    const { more } = device.watch({ ...ALL, limit: 1 });
    await device.note("b");
    await device.execute({ type: "delete", collection: "notes", id: first });
    device.drain();
    assert.deepEqual([more, ...device.patches().map((patch) => patch.more)], [false, true, false]);
  });

  it("stays equal to its query through two hundred changes of every kind", async () => {
    const device = Device.open();
    const windows: Window[] = [
      ALL,
      { ...BY_RANK, limit: 7 },
      { ...BY_RANK, take: "last", limit: 5 },
      { ...ALL, where: { done: true } },
    ];
    const watched = windows.map((window) => device.watch(window));
    const ids: string[] = [];
    // The same every time: what comes next depends on nothing but what came before.
    let random = 1;
    const next = (below: number): number => (random = (random * 48_271) % 2_147_483_647) % below;
    for (let change = 0; change < 200; change += 1) {
      const values = { rank: next(20), done: next(2) === 0 };
      const kind = ids.length === 0 ? 0 : next(4);
      const [id = ""] = kind === 2 ? ids.splice(next(ids.length), 1) : [ids[next(ids.length)]];
      if (kind === 2) await device.execute({ type: "delete", collection: "notes", id });
      else if (kind === 3) await update(device, id, values);
      else ids.push(await device.note(`note ${change}`, values));
    }
    device.drain();
    windows.forEach((window, at) => {
      assertCurrent(device, watched[at] as Watched, window);
    });
  });

  it("tells of several changes of one group in one patch", async () => {
    const device = Device.open();
    const id = await device.note("a");
    const watched = device.watch(ALL);
    await device.settle();
    await Promise.all([device.note("b"), update(device, id, { rank: 1 }), device.note("c")]);
    device.drain();
    assertCurrent(device, watched, ALL);
    assert.lengthOf(shownBy(device, watched).rows, 3);
  });

  it("hears nothing of other collections and other lanes", async () => {
    const device = Device.open();
    const lane = (island: string): Window => ({
      collection: "letters",
      where: { island },
      limit: 9,
    });
    device.watch(ALL);
    const { watch } = device.watch(lane("north"));
    device.watch(lane("south"));
    const values = { island: "north", body: "hello" };
    await device.execute({ type: "create", collection: "letters", values });
    device.drain();
    assert.deepEqual(
      device.patches().map((patch) => patch.watch),
      [watch],
    );
  });

  it("of the same window twice is two watches, each with its patches", async () => {
    const device = Device.open();
    const [one, other] = [device.watch(ALL), device.watch(ALL)];
    assert.notStrictEqual(one.watch, other.watch);
    await device.note("a");
    device.drain();
    assertCurrent(device, one, ALL);
    assertCurrent(device, other, ALL);
    assert.lengthOf(device.patches(), 2);
  });

  it("misses nothing that is committed while it begins", async () => {
    const device = Device.open();
    const writes = Array.from({ length: 50 }, (_, at) => device.note(`before ${at}`));
    const watched = device.watch(ALL);
    writes.push(...Array.from({ length: 50 }, (_, at) => device.note(`after ${at}`)));
    await Promise.all(writes);
    device.drain();
    assertCurrent(device, watched, ALL);
    assert.lengthOf(shownBy(device, watched).rows, 100);
  });
}

function defineEnds(): void {
  it("with unwatch, and is told nothing more", async () => {
    const device = Device.open();
    const { watch } = device.watch(ALL);
    await device.note("a");
    device.unwatch(watch);
    device.unwatch(watch);
    device.unwatch(4_000_000);
    device.drain();
    const heard = device.patches().length;
    await device.note("b");
    device.drain();
    assert.lengthOf(device.patches(), heard);
    assert.strictEqual(device.query({ type: "counters" }).watches, 0);
  });

  it("alone: the other one on its window goes on", async () => {
    const device = Device.open();
    const [one, other] = [device.watch(ALL), device.watch(ALL)];
    device.unwatch(one.watch);
    await device.note("a");
    device.drain();
    assert.deepEqual(
      device.patches().map(({ watch }) => watch),
      [other.watch],
    );
  });

  it("with reset when too much waits for it, and can be begun again", async () => {
    const device = Device.open();
    const ids = await Promise.all(Array.from({ length: 500 }, (_, at) => device.note(`${at}`)));
    const { watch } = device.watch(ALL);
    await device.settle();
    device.drainsOnWake = false;
    // Three rounds, each of which changes every row.
    for (const rank of [1, 2, 3]) {
      await Promise.all(ids.map((id) => update(device, id, { rank })));
    }
    const events = device.drain().filter(({ type }) => type !== "status");
    assert.deepEqual(events, [{ type: "reset", watch }]);
    assert.strictEqual(device.query({ type: "counters" }).watches, 0);
    const again = device.watch(ALL);
    await update(device, ids[0] ?? "", { rank: 4 });
    device.drain();
    assertCurrent(device, again, ALL);
  });
}
