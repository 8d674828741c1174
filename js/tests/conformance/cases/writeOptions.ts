// What a write may ask for on its way.

import { assert } from "chai";
import type { Collection, WriteOptions } from "../../../src/generated/waist";
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
import { entriesOf, go, LATER_MS, note, openOffline, recordsOf, whyOf } from "../outboxes";
import { SCHEMA } from "../schemas";
import { describe, each, it } from "../suite";

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

export function defineWriteOptions(): void {
  describe("a write that is serverFirst", defineServerFirst);
  describe("a write's options", defineOptions);
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
