// Batches, what a person does about entries that wait or were refused, and why they wait.

import { assert } from "chai";
import type { BatchWrite, Command, PushEntry } from "../../../src/generated/waist";
import {
  acked,
  answerPull,
  answerPush,
  deliveryOf,
  onlyPulls,
  openAsked,
  pushed,
  QUICK,
  rejected,
} from "../asked";
import { assertFails, Device } from "../device";
import { entriesOf, go, LATER_MS, note, openOffline, recordsOf, whyOf } from "../outboxes";
import { describe, each, it } from "../suite";

const noteOf = (id: string, values: Record<string, unknown> = { body: id }): BatchWrite => ({
  operation: "create",
  collection: "notes",
  id,
  values,
});

export function defineOutbox(): void {
  describe("a batch", defineBatches);
  describe("a person's word on an entry", defineDecisions);
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
    await note(device, "a");
    await answerPush(device);
    // The pull after the push: were it still out, its answer would be a sign of a network.
    await answerPull(device);
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
      await assertFails("INVALID_ARGUMENT", () => device.execute(command));
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
