// `query`, and the command of the same name, which reads off the JavaScript thread.

import { assert } from "chai";
import type { Query, Window } from "../../../src/generated/waist";
import { assertFails, configOf, Device, host } from "../device";
import { preparedFile } from "../place";
import { WIDE, wideValues } from "../schemas";
import { describe, each, it } from "../suite";

type Different = Partial<Window>;

/** Six notes; their ranks are 3, 1, 2, 3, none, 0. */
const NOTES = [
  { body: "a", rank: 3, done: true, size: 0.5 },
  { body: "b", rank: 1, done: false, size: 1.5 },
  { body: "c", rank: 2, done: true, size: 0.25 },
  { body: "d", rank: 3, done: false, size: 2 },
  { body: "e", done: true },
  { body: "f", rank: 0, size: -1 },
];

async function withNotes(): Promise<Device> {
  const device = Device.open();
  for (const { body, ...more } of NOTES) await device.note(body, more);
  return device;
}

function bodiesOf(device: Device, different: Different): string {
  const window = { collection: "notes", limit: 500, ...different };
  const { rows } = device.query({ type: "window", window });
  return rows.map((row) => row["body"]).join("");
}

export function defineReading(): void {
  describe("a window", defineWindows);
  describe("a query", defineQueries);
  describe("a query refuses", defineRefusals);
  describe("a read over its budget", defineBudget);
}

function defineWindows(): void {
  each(
    [
      ["is in the order of writing", {}, "abcdef"],
      ["takes the first rows", { limit: 2 }, "ab"],
      ["takes the last rows, in the same order", { take: "last", limit: 2 }, "ef"],
      [
        "orders by an integer, ties in the order of writing",
        { orderBy: { column: "rank" } },
        "efbcad",
      ],
      [
        "orders by an integer downwards",
        { orderBy: { column: "rank", descending: true } },
        "adcbfe",
      ],
      ["orders by a real number", { orderBy: { column: "size" } }, "efcabd"],
      ["orders by text downwards", { orderBy: { column: "body", descending: true } }, "fedcba"],
      [
        "takes the last rows of an order",
        { orderBy: { column: "body" }, take: "last", limit: 3 },
        "def",
      ],
      ["filters by text", { where: { body: "c" } }, "c"],
      ["filters by an integer", { where: { rank: 3 } }, "ad"],
      ["filters by a real number", { where: { size: 0.25 } }, "c"],
      ["filters by true", { where: { done: true } }, "ace"],
      ["filters by false", { where: { done: false } }, "bd"],
      ["filters by null", { where: { rank: null } }, "e"],
      ["filters by two columns at once", { where: { rank: 3, done: false } }, "d"],
      ["may be empty", { where: { body: "nobody" } }, ""],
    ] as [string, Different, string][],
    async (_name, different, expected) => {
      assert.strictEqual(bodiesOf(await withNotes(), different), expected);
    },
  );

  it("says whether rows lie beyond its limit", async () => {
    const device = await withNotes();
    const more = (limit: number): boolean =>
      device.query({ type: "window", window: { collection: "notes", limit } }).more;
    assert.deepEqual([5, 6, 7].map(more), [true, false, false]);
  });

  it("orders by the id", async () => {
    const device = Device.open();
    for (const id of ["m", "z", "a"]) {
      await device.execute({ type: "create", collection: "notes", id, values: { body: id } });
    }
    assert.strictEqual(bodiesOf(device, { orderBy: { column: "id" } }), "amz");
  });

  it("has a revision for each row, which changes when the row does and only then", async () => {
    const device = await withNotes();
    const window = { collection: "notes", limit: 500 };
    const before = device.query({ type: "window", window });
    assert.lengthOf(before.revisions, NOTES.length);
    const id = before.rows[2]?.id ?? "";
    await device.execute({ type: "update", collection: "notes", id, values: { rank: 9 } });
    const after = device.query({ type: "window", window }).revisions;
    const changed = after.map((revision, at) => revision !== before.revisions[at]);
    assert.deepEqual(changed, [false, false, true, false, false, false]);
  });
}

function defineQueries(): void {
  it("for a record answers every column, its id and its delivery", async () => {
    const device = Device.open();
    const id = await device.note("hello", { rank: 1, extra: { deep: [1, "two", null] } });
    assert.deepEqual(device.query({ type: "record", collection: "notes", id }), {
      id,
      body: "hello",
      rank: 1,
      size: null,
      done: null,
      extra: { deep: [1, "two", null] },
      delivery: "queued",
    });
  });

  it("for a record that is not there answers null", () => {
    const query = { type: "record", collection: "notes", id: "nobody" } as const;
    assert.isNull(Device.open().query(query));
  });

  it("for the outbox answers entries in the order of writing, without their values", async () => {
    const device = Device.open();
    const values = { island: "north", body: "secret" };
    const written = await device.execute({ type: "create", collection: "letters", values });
    const second = await device.execute({ type: "create", collection: "letters", values });
    const { entries, more } = device.query({ type: "outbox", limit: 10 });
    assert.isFalse(more);
    assert.deepEqual(
      entries.map(({ operation, lane, recordId }) => ({ operation, lane, recordId })),
      [
        { operation: "create", lane: "north", recordId: written.id },
        { operation: "create", lane: "north", recordId: second.id },
      ],
    );
    const untouched = { failed: false, attempts: 0, reason: null };
    assert.deepInclude(entries[0], { id: written.entry ?? "", ...untouched });
    assert.notInclude(JSON.stringify(entries), "secret");
  });

  it("for the outbox goes on after a sequence number", async () => {
    const device = await withNotes();
    const seen: string[] = [];
    let after = 0;
    for (let more = true; more;) {
      const page = device.query({ type: "outbox", after, limit: 4 });
      seen.push(...page.entries.map(({ recordId }) => recordId));
      after = page.entries[page.entries.length - 1]?.sequence ?? 0;
      more = page.more;
    }
    assert.lengthOf(new Set(seen), NOTES.length);
  });

  it("for the status counts what waits", async () => {
    const device = await withNotes();
    const { bytes } = device.query({ type: "status" });
    assert.deepEqual(device.query({ type: "status" }), {
      phase: "idle",
      online: true,
      network: { kind: "unknown", metered: false, quality: "unknown", stability: "stable" },
      pending: NOTES.length,
      failed: 0,
      bytes,
      lastSyncedAt: null,
      nextAttemptAt: null,
      progress: null,
      initialSync: null,
      error: null,
    });
  });

  it("for the counters counts watches, and commands until they are answered", async () => {
    const device = Device.open();
    device.watch({ collection: "notes", limit: 5 });
    await device.settle();
    const idle = { watches: 1, commandsInFlight: 0, questions: 0 };
    assert.deepEqual(device.query({ type: "counters" }), idle);
  });

  each(
    [
      [
        "as a command answers the same: window",
        { type: "window", window: { collection: "notes", limit: 3 } },
      ],
      ["as a command answers the same: record", { type: "record", collection: "notes", id: "b" }],
      ["as a command answers the same: outbox", { type: "outbox", limit: 3 }],
      ["as a command answers the same: status", { type: "status" }],
    ] as [string, Query][],
    async (_name, query) => {
      const device = await withNotes();
      const command = { type: "query", query } as const;
      const answer = await device.execute(command);
      assert.deepEqual(answer, device.query(query as never));
    },
  );
}

function defineRefusals(): void {
  const window = (different: object): object => ({
    type: "window",
    window: { collection: "notes", limit: 1, ...different },
  });
  const cases: [string, unknown][] = [
    ["a limit of 0", window({ limit: 0 })],
    ["a limit of 501", window({ limit: 501 })],
    ["a limit below 0", window({ limit: -1 })],
    ["a limit with a fraction", window({ limit: 1.5 })],
    ["a limit beyond 32 bits", window({ limit: 2 ** 32 })],
    ["no limit", window({ limit: undefined })],
    ["an unknown collection", window({ collection: "boats" })],
    ["a filter by an unknown column", window({ where: { colour: "red" } })],
    ["a filter of another type", window({ where: { rank: "3" } })],
    ["a filter by a whole object", window({ where: { body: { $gt: "" } } })],
    ["an order by an unknown column", window({ orderBy: { column: "colour" } })],
    ["an unknown end to take", window({ take: "middle" })],
    ["a field that it does not know", window({ offset: 3 })],
    ["a record of an unknown collection", { type: "record", collection: "boats", id: "a" }],
    ["an outbox limit of 0", { type: "outbox", limit: 0 }],
    ["an outbox limit of 501", { type: "outbox", limit: 501 }],
    ["an unknown type", { type: "everything" }],
    ["no type", {}],
    ["an array", []],
    ["null", null],
  ];
  each(cases, async (_name, query) => {
    const device = Device.open();
    await assertFails("INVALID_ARGUMENT", () => host.query(device.id, JSON.stringify(query)));
    const command = JSON.stringify({ type: "query", query });
    await assertFails("INVALID_ARGUMENT", () => host.execute(device.id, command));
  });
}

function defineBudget(): void {
  const where = { ...wideValues(true), flag59: false };
  const window = { collection: WIDE.name, where, limit: 1 };
  const open = (): Device =>
    Device.open(configOf({ path: preparedFile("wide"), schema: { collections: [WIDE] } }));

  it("is TOO_EXPENSIVE as a query, and the same query as a command is answered", async () => {
    const device = open();
    const query = { type: "window", window } as const;
    const error = await assertFails("TOO_EXPENSIVE", () => device.query(query));
    assert.isTrue(error.retryable);
    assert.deepEqual(await device.execute({ type: "query", query }), {
      rows: [],
      revisions: [],
      more: false,
    });
  });

  it("is TOO_EXPENSIVE as a watch, and leaves no watch", async () => {
    const device = open();
    await assertFails("TOO_EXPENSIVE", () => device.watch(window));
    await device.settle();
    assert.strictEqual(device.query({ type: "counters" }).watches, 0);
    const cheap = device.query({ type: "window", window: { collection: WIDE.name, limit: 1 } });
    assert.lengthOf(cheap.rows, 1);
  });
}
