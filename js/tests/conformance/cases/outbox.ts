// What a write may ask for on its way, batches, and what a person does about entries that
// wait or were refused.

import { assert } from "chai";
import type {
  BatchWrite,
  Collection,
  Command,
  Config,
  OutboxEntry,
  PushEntry,
  WhyState,
  WriteOptions,
  Written,
} from "../../../src/generated/waist";
import {
  acked,
  answerPull,
  answerPush,
  askingConfig,
  deliveryOf,
  onlyPulls,
  openAsked,
  pushed,
  QUICK,
  rejected,
} from "../asked";
import { assertFails, Device, failureOf } from "../device";
import { SCHEMA } from "../schemas";
import { describe, each, it } from "../suite";

/** Longer than any case. */
const LATER_MS = 600_000;

/** Records that may not be deleted, and that travel late where a write does not say. */
const SOUNDINGS = {
  name: "soundings",
  columns: [{ name: "depth", type: "real" }],
  operations: ["create", "update"],
  priority: "low",
  send: "batched",
} as const satisfies Collection;

/** Records of which the app wants the server's word. */
const BOOKINGS = {
  name: "bookings",
  columns: [{ name: "berth", type: "text" }],
  write: "serverFirst",
} as const satisfies Collection;

const go = (device: Device, kind: "none" | "wifi" | "cellular"): Promise<null> =>
  device.execute({ type: "setNetwork", network: { kind } });

const entriesOf = (device: Device): OutboxEntry[] =>
  device.query({ type: "outbox", limit: 500 }).entries;

const whyOf = async (device: Device, entry: string | null): Promise<WhyState> =>
  (await device.execute({ type: "why", entry: entry ?? "" })).state;

const recordsOf = (entries: PushEntry[]): string[] => entries.map(({ recordId }) => recordId);

function note(device: Device, id: string, options: WriteOptions = {}): Promise<Written> {
  const values = { body: id };
  return device.execute({ type: "create", collection: "notes", id, values, options });
}

const noteOf = (id: string, values: Record<string, unknown> = { body: id }): BatchWrite => ({
  operation: "create",
  collection: "notes",
  id,
  values,
});

/** A device off the network, so that what is written waits. */
async function openOffline(config: Config = askingConfig(QUICK)): Promise<Device> {
  const device = Device.open(config);
  await answerPull(device);
  await go(device, "none");
  return device;
}

export function defineOutbox(): void {
  describe("a batch", defineBatches);
  describe("a person's word on an entry", defineDecisions);
  describe("a write that is serverFirst", defineServerFirst);
  describe("a write's options", defineOptions);
  describe("the answer why", defineReasons);
}

function defineBatches(): void {
  it("that is partial stores what fits, and says why the rest does not", async () => {
    const device = Device.open();
    const writes: BatchWrite[] = [
      noteOf("a"),
      noteOf("b", { body: 7 }),
      { operation: "update", collection: "notes", id: "nobody", values: { body: "c" } },
      { operation: "update", collection: "notes", id: "a", values: { rank: 1 } },
    ];
    const { results } = await device.execute({ type: "batch", writes, mode: "partial" });
    const codes = results.map((result) => ("error" in result ? result.error.code : result.id));
    assert.deepEqual(codes, ["a", "INVALID_ARGUMENT", "INVALID_ARGUMENT", "a"]);
    assert.deepInclude(device.query({ type: "record", collection: "notes", id: "a" }), { rank: 1 });
    assert.strictEqual(device.query({ type: "status" }).pending, 1);
  });

  it("that is atomic travels as one group in one lane", async () => {
    const device = await openOffline();
    const writes = [noteOf("a"), noteOf("b"), noteOf("c")];
    const { results } = await device.execute({ type: "batch", writes, mode: "atomic" });
    assert.lengthOf(results, 3);
    const groups = new Set(entriesOf(device).map(({ group }) => group));
    await go(device, "wifi");
    const { entries, question } = await pushed(device);
    assert.deepEqual(recordsOf(entries), ["a", "b", "c"]);
    assert.deepEqual(new Set(entries.map(({ group }) => group ?? null)), groups);
    assert.lengthOf(new Set(entries.map(({ lane }) => lane)), 1);
    await device.answer(question, { kind: "push", outcomes: entries.map(acked) });
    assert.deepEqual(entriesOf(device), []);
  });

  it("that is atomic stores nothing when one of its writes does not fit", async () => {
    const device = Device.open();
    const writes = [noteOf("a"), noteOf("b", { body: 7 })];
    const batch = { type: "batch", writes, mode: "atomic" } as const;
    await assertFails("INVALID_ARGUMENT", () => device.execute(batch));
    assert.deepEqual(device.bodies(), []);
    assert.strictEqual(device.query({ type: "status" }).pending, 0);
  });

  it("that is atomic and refused is rolled back, retried and sent as one", async () => {
    const device = await openOffline();
    await device.execute({ type: "batch", writes: [noteOf("a"), noteOf("b")], mode: "atomic" });
    assert.deepEqual(device.bodies(), ["a", "b"]);
    await go(device, "wifi");
    await answerPush(device, (entry, at) =>
      at === 1 ? rejected(entry) : { outcome: "blocked", id: entry.id },
    );
    const dead = entriesOf(device);
    const codes = dead.map(({ failed, reason }) => [failed, reason?.code]);
    assert.deepEqual(codes, [
      [true, "group_rejected"],
      [true, "forbidden"],
    ]);
    assert.deepEqual(device.bodies(), []);
    await device.execute({ type: "retry", entry: dead[0]?.id ?? "" });
    const again = await answerPush(device);
    assert.deepEqual(
      again.map(({ id }) => id),
      dead.map(({ id }) => id),
    );
    assert.deepEqual(device.bodies(), ["a", "b"]);
    assert.strictEqual(device.query({ type: "status" }).failed, 0);
  });

  each(
    [
      ["of no writes is refused", []],
      ["of 101 writes is refused", Array.from({ length: 101 }, (_, at) => noteOf(`n${at}`))],
      ["with an update of no id is refused", [{ operation: "update", collection: "notes" }]],
    ] as [string, BatchWrite[]][],
    async (_name, writes) => {
      const device = Device.open();
      await assertFails("INVALID_ARGUMENT", () => device.execute({ type: "batch", writes }));
      assert.strictEqual(device.query({ type: "status" }).pending, 0);
    },
  );
}

function defineDecisions(): void {
  async function withDead(...ids: string[]): Promise<Device> {
    const device = await openOffline();
    device.answering = onlyPulls;
    for (const id of ids) await note(device, id);
    await go(device, "wifi");
    await answerPush(device, rejected);
    assert.strictEqual(device.query({ type: "status" }).failed, ids.length);
    return device;
  }

  it("retries all dead letters at once, with their ids", async () => {
    const device = await withDead("a", "b", "c");
    const dead = entriesOf(device).map(({ id }) => id);
    assert.strictEqual(await device.execute({ type: "retryAll" }), 3);
    const sent = (await answerPush(device)).map(({ id }) => id);
    assert.sameMembers(sent, dead);
    assert.deepInclude(device.query({ type: "status" }), { pending: 0, failed: 0 });
  });

  it("cancels a write that has not left, and its record shows what was before", async () => {
    const device = await openAsked(QUICK);
    device.answering = onlyPulls;
    await note(device, "a");
    await answerPush(device);
    await go(device, "none");
    const change = { collection: "notes", id: "a", values: { body: "changed" } };
    const { entry } = await device.execute({ type: "update", ...change });
    assert.deepEqual(device.bodies(), ["changed"]);
    assert.isNull(await device.execute({ type: "cancel", entry: entry ?? "" }));
    assert.deepEqual(device.bodies(), ["a"]);
    assert.strictEqual(await whyOf(device, entry), "discarded");
  });

  it("cannot cancel what has left: CONFLICT, and it arrives", async () => {
    const device = await openAsked();
    await note(device, "a");
    const { entries, question } = await pushed(device);
    const [{ id: entry }] = entries as [PushEntry];
    const error = await assertFails("CONFLICT", () => device.execute({ type: "cancel", entry }));
    assert.isFalse(error.retryable);
    await device.answer(question, { kind: "push", outcomes: entries.map(acked) });
    assert.strictEqual(deliveryOf(device, "a"), "sent");
  });

  it("edits what has left by a write of its own", async () => {
    const device = await openAsked();
    const { entry } = await note(device, "a");
    const { entries, question } = await pushed(device);
    const values = { body: "b" };
    const edited = await device.execute({ type: "edit", entry: entry ?? "", values });
    assert.notStrictEqual(edited, entry);
    await device.answer(question, { kind: "push", outcomes: entries.map(acked) });
    const [later] = await answerPush(device);
    assert.deepInclude(later, { id: edited, operation: "update", values });
    assert.deepEqual(device.bodies(), ["b"]);
  });

  it("edits a dead letter, which gets new attempts under a new id", async () => {
    const device = await withDead("a");
    const [dead] = entriesOf(device);
    const values = { body: "allowed" };
    const edited = await device.execute({ type: "edit", entry: dead?.id ?? "", values });
    assert.notStrictEqual(edited, dead?.id);
    const [again] = await answerPush(device);
    assert.deepInclude(again, { id: edited, operation: "create", values });
    assert.deepInclude(device.query({ type: "status" }), { pending: 0, failed: 0 });
  });

  it("on a dead letter decides about what waits for it", async () => {
    const device = await openOffline();
    device.answering = onlyPulls;
    const { entry } = await note(device, "photo");
    await note(device, "album", { after: [entry ?? ""] });
    await go(device, "wifi");
    await answerPush(device, rejected);
    const blocked = entriesOf(device)[1];
    assert.deepInclude(blocked, { recordId: "album", blocked: true, failed: false });
    await device.execute({ type: "discard", entry: entry ?? "" });
    const [orphan] = entriesOf(device);
    assert.deepInclude(orphan, { recordId: "album", blocked: false, failed: true });
    assert.strictEqual(orphan?.reason?.code, "dependency_discarded");
  });

  each(
    [
      ["to cancel names an entry of the outbox", { type: "cancel", entry: nobody() }],
      ["to edit names an entry", { type: "edit", entry: nobody(), values: { body: "a" } }],
    ] as [string, Command][],
    async (_name, command) => {
      const device = Device.open();
      await assertFails("INVALID_ARGUMENT", () => device.execute(command as never));
    },
  );

  it("to edit names columns that fit", async () => {
    const device = Device.open();
    const { entry } = await note(device, "a");
    for (const values of [{}, { colour: "red" }, { body: 7 }, { body: null }]) {
      const edit = { type: "edit", entry: entry ?? "", values } as const;
      await assertFails("INVALID_ARGUMENT", () => device.execute(edit));
    }
    assert.deepEqual(device.bodies(), ["a"]);
  });
}

function nobody(): string {
  return "00000000-0000-7000-8000-000000000000";
}

function defineServerFirst(): void {
  const serverFirst = { write: "serverFirst" } as const;

  it("resolves when the server has it, and not before", async () => {
    const device = await openAsked();
    let isAnswered = false;
    const writing = note(device, "a", serverFirst).finally(() => {
      isAnswered = true;
    });
    const { entries, question } = await pushed(device);
    // It is on the disk and on the screen like any other.
    assert.deepEqual(device.bodies(), ["a"]);
    assert.isFalse(isAnswered);
    await device.answer(question, { kind: "push", outcomes: entries.map(acked) });
    assert.isTrue((await writing).acked);
    assert.strictEqual(deliveryOf(device, "a"), "sent");
  });

  it("resolves without the server while there is no network", async () => {
    const device = await openOffline();
    const written = await note(device, "a", serverFirst);
    assert.isFalse(written.acked);
    assert.strictEqual(entriesOf(device)[0]?.id, written.entry);
    await go(device, "wifi");
    assert.deepEqual(recordsOf(await answerPush(device)), ["a"]);
  });

  it("resolves without the server when that fails, and is sent later", async () => {
    const device = await openAsked(QUICK);
    const writing = note(device, "a", serverFirst);
    const { question } = await pushed(device);
    await device.answer(question, { kind: "failed", status: 503 });
    assert.isFalse((await writing).acked);
    assert.deepEqual(recordsOf(await answerPush(device)), ["a"]);
  });

  it("resolves without the server when that takes too long", async () => {
    const device = await openAsked({ serverFirstTimeoutMs: 100 });
    const writing = note(device, "a", serverFirst);
    await pushed(device);
    assert.isFalse((await writing).acked);
  });

  it("rejects when the server refuses it, and is a dead letter", async () => {
    const device = await openAsked();
    const writing = failureOf(() => note(device, "a", serverFirst));
    await answerPush(device, rejected);
    assert.strictEqual((await writing).code, "REJECTED");
    assert.isTrue(entriesOf(device)[0]?.failed);
  });
}

function defineOptions(): void {
  it("have the urgent sent before what was written earlier", async () => {
    const device = await openOffline();
    await note(device, "low", { priority: "low" });
    await note(device, "normal", { priority: "normal" });
    await note(device, "high", { priority: "high" });
    await go(device, "wifi");
    assert.deepEqual(recordsOf(await answerPush(device)), ["high", "normal", "low"]);
  });

  it("keep what is low off a metered network until somebody asks", async () => {
    const device = await openOffline();
    device.answering = onlyPulls;
    const { entry } = await note(device, "low", { priority: "low" });
    await note(device, "high", { priority: "high" });
    await go(device, "cellular");
    assert.deepEqual(recordsOf(await answerPush(device)), ["high"]);
    assert.strictEqual(await whyOf(device, entry), "lowPriority");
    const synced = device.execute({ type: "sync" });
    assert.deepEqual(recordsOf(await answerPush(device)), ["low"]);
    await synced;
  });

  it("have one that is batched wait for another one", async () => {
    const device = await openAsked({ ...QUICK, batchWindowMs: LATER_MS });
    device.answering = onlyPulls;
    const { entry } = await note(device, "batched", { send: "batched" });
    assert.strictEqual(await whyOf(device, entry), "scheduled");
    await note(device, "company", { send: "immediate" });
    assert.sameMembers(recordsOf(await answerPush(device)), ["batched", "company"]);
  });

  it("have one that is scheduled wait for its hour", async () => {
    const device = await openAsked({ ...QUICK, scheduleMs: LATER_MS });
    const { entry } = await note(device, "scheduled", { send: "scheduled" });
    const { state, until } = await device.execute({ type: "why", entry: entry ?? "" });
    assert.strictEqual(state, "scheduled");
    assert.strictEqual((until ?? 1) % LATER_MS, 0);
  });

  it("have one wait for others, which become as urgent", async () => {
    const device = await openOffline();
    const { entry } = await note(device, "photo", { priority: "low" });
    await note(device, "album", { priority: "high", after: [entry ?? ""] });
    await note(device, "other");
    assert.deepEqual(
      entriesOf(device).map(({ waitsFor }) => waitsFor),
      [0, 1, 0],
    );
    await go(device, "wifi");
    assert.deepEqual(recordsOf(await answerPush(device)), ["photo", "other"]);
    assert.deepEqual(recordsOf(await answerPush(device)), ["album"]);
  });

  it("come from the collection where a write does not say", async () => {
    const schema = { collections: [...SCHEMA.collections, SOUNDINGS] };
    const device = await openOffline({ ...askingConfig(QUICK), schema });
    const sounding = { collection: "soundings", id: "a", values: { depth: 7.5 } };
    const { entry } = await device.execute({ type: "create", ...sounding });
    assert.deepInclude(entriesOf(device)[0], { priority: "low" });
    assert.strictEqual(await whyOf(device, entry), "scheduled");
    const removal = { type: "delete", collection: "soundings", id: "a" } as const;
    await assertFails("UNSUPPORTED", () => device.execute(removal));
    assert.strictEqual(device.query({ type: "status" }).pending, 1);
  });

  it("say otherwise than the collection", async () => {
    const schema = { collections: [...SCHEMA.collections, BOOKINGS] };
    const device = Device.open({ ...askingConfig(QUICK), schema });
    await answerPull(device);
    const booking = { collection: "bookings", values: { berth: "north" } };
    const first = device.execute({ type: "create", ...booking });
    await answerPush(device);
    assert.isTrue((await first).acked);
    const options = { write: "localFirst" } as const;
    const second = await device.execute({ type: "create", ...booking, options });
    // Nobody has answered the push yet.
    assert.isFalse(second.acked);
    assert.deepEqual(recordsOf(await answerPush(device)), [second.id]);
  });

  each(
    [
      ["refuse an unknown priority", { priority: "urgent" }],
      ["refuse an unknown way of sending", { send: "pigeon" }],
      ["refuse an unknown way of writing", { write: "never" }],
      ["refuse what is no entry", { after: ["nobody"] }],
      ["refuse what they do not know", { retries: 7 }],
    ] as [string, WriteOptions][],
    async (_name, options) => {
      const device = Device.open();
      await assertFails("INVALID_ARGUMENT", () => note(device, "a", options));
      assert.deepEqual(device.bodies(), []);
    },
  );
}

function defineReasons(): void {
  it("is that there is no backend", async () => {
    const device = Device.open();
    assert.strictEqual(await whyOf(device, (await note(device, "a")).entry), "noBackend");
  });

  it("is that another one is on its way", async () => {
    const device = await openAsked();
    await note(device, "a");
    await pushed(device);
    assert.strictEqual(await whyOf(device, (await note(device, "b")).entry), "queued");
  });

  it("is that a dead letter holds its lane", async () => {
    const device = await openOffline();
    device.answering = onlyPulls;
    const order = async (body: string): Promise<string | null> => {
      const values = { island: "north", body };
      return (await device.execute({ type: "create", collection: "orders", values })).entry;
    };
    const refused = await order("refused");
    const behind = await order("behind");
    await go(device, "wifi");
    await answerPush(device, (entry, at) =>
      at === 0 ? rejected(entry) : { outcome: "blocked", id: entry.id },
    );
    assert.strictEqual(await whyOf(device, refused), "deadLetter");
    const held = await device.execute({ type: "why", entry: behind ?? "" });
    assert.deepInclude(held, { state: "held", waitsFor: refused });
  });

  it("is what it comes after", async () => {
    const device = await openOffline();
    const { entry: first } = await note(device, "photo");
    const { entry } = await note(device, "album", { after: [first ?? ""] });
    const why = await device.execute({ type: "why", entry: entry ?? "" });
    assert.deepInclude(why, { state: "dependency", waitsFor: first });
  });

  it("is that the server asked for another attempt later", async () => {
    const device = await openAsked();
    const { entry } = await note(device, "a");
    await answerPush(device, ({ id }) => ({ outcome: "retry", id, afterMs: LATER_MS }));
    assert.strictEqual(await whyOf(device, entry), "retry");
  });

  it("is that the server asked to wait", async () => {
    const device = await openAsked();
    const { entry } = await note(device, "a");
    const { question } = await pushed(device);
    await device.answer(question, { kind: "failed", status: 503, retryAfterMs: LATER_MS });
    assert.strictEqual(await whyOf(device, entry), "server");
  });

  it("is that requests fail one after the other", async () => {
    const device = await openAsked({
      breakerFailures: 1,
      breakerOpenMs: LATER_MS,
      breakerMaxOpenMs: LATER_MS,
    });
    await note(device, "fails");
    const { question } = await pushed(device);
    await device.answer(question, { kind: "failed" });
    const { entry } = await note(device, "waits");
    const { state, until } = await device.execute({ type: "why", entry: entry ?? "" });
    assert.strictEqual(state, "breaker");
    assert.isAbove(until ?? 0, Date.now());
  });
}
