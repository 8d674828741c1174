// Questions about sending: what is asked, and what each outcome does to an entry.

import { assert } from "chai";
import type { PushEntry, PushOutcome } from "../../../src/generated/waist";
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
import { assertFails, Device } from "../device";
import { IslandBackend } from "../islandBackend";
import { describe, each, it } from "../suite";

/** More than one push takes. */
const MANY = 120;
const NO_ENTRY = "00000000-0000-7000-8000-000000000000";
/** Longer than any case. */
const LATER_MS = 600_000;

async function letter(device: Device, body: string, island = "north"): Promise<string> {
  const values = { island, body };
  return (await device.execute({ type: "create", collection: "letters", values })).id;
}

const bodiesOf = (entries: PushEntry[]): unknown[] => entries.map(({ values }) => values["body"]);

export function defineSending(): void {
  describe("a push", definePushes);
  describe("an entry", defineOutcomes);
  describe("a dead letter", defineDeadLetters);
  describe("a lane", defineLanes);
}

function definePushes(): void {
  it("asks with everything the backend must know of an entry", async () => {
    const device = await openAsked();
    const values = { island: "north", body: "hello" };
    const { entry, id } = await device.execute({ type: "create", collection: "letters", values });
    const { entries, question } = await pushed(device);
    const lane = { lane: "north", lanePolicy: "skip" };
    const expected = {
      id: entry,
      collection: "letters",
      recordId: id,
      operation: "create",
      values,
    };
    assert.deepEqual<unknown>(entries, [{ ...expected, ...lane }]);
    assert.strictEqual(question.deadlineMs, 30_000);
  });

  it("shows its records as queued, sending and sent", async () => {
    const device = await openAsked();
    const id = await device.note("a");
    const { entries, question } = await pushed(device);
    assert.strictEqual(deliveryOf(device, id), "sending");
    const later = await device.note("b");
    assert.strictEqual(deliveryOf(device, later), "queued");
    await device.answer(question, { kind: "push", outcomes: entries.map(acked) });
    assert.strictEqual(deliveryOf(device, id), "sent");
  });

  it("asks with what the waiting writes of a record come to", async () => {
    const device = await openAsked();
    await device.execute({ type: "setNetwork", network: { kind: "none" } });
    const record = { collection: "notes", id: "one" };
    await device.execute({ type: "create", ...record, values: { body: "a" } });
    await device.execute({ type: "update", ...record, values: { rank: 1 } });
    await device.execute({ type: "create", collection: "notes", id: "two", values: { body: "b" } });
    await device.execute({ type: "delete", collection: "notes", id: "two" });
    await device.execute({ type: "setNetwork", network: { kind: "other" } });
    const { entries } = await pushed(device);
    assert.deepEqual(
      entries.map(({ operation, values }) => [operation, values]),
      [["create", { body: "a", rank: 1 }]],
    );
  });

  it("is one batch at a time, of as many entries as the policy says", async () => {
    const device = await openAsked({ batchEntries: 2 });
    await device.execute({ type: "setNetwork", network: { kind: "none" } });
    await Promise.all(["a", "b", "c"].map((body) => letter(device, body)));
    await device.execute({ type: "setNetwork", network: { kind: "other" } });
    const first = await answerPush(device);
    const second = await answerPush(device);
    assert.deepEqual([first, second].map(bodiesOf), [["a", "b"], ["c"]]);
  });

  it("tells how far it has come when there is much to send", async () => {
    const device = await openAsked();
    await device.execute({ type: "setNetwork", network: { kind: "none" } });
    await Promise.all(Array.from({ length: MANY }, (_, at) => letter(device, `${at}`)));
    await device.execute({ type: "setNetwork", network: { kind: "wifi" } });
    const first = await answerPush(device);
    const status = await device.status("progress", ({ progress }) => progress !== null);
    const progress = { kind: "push", done: first.length, total: MANY } as const;
    assert.deepEqual(status.progress, progress);
    assert.deepInclude(device.events, { type: "progress", ...progress });
    let sent = first.length;
    while (sent < MANY) sent += (await answerPush(device)).length;
    await device.status("the end", (status) => status.progress === null);
  });

  it("says why an entry has not gone yet", async () => {
    const device = await openAsked();
    await device.execute({ type: "setNetwork", network: { kind: "none" } });
    const [first, second] = await Promise.all(
      ["a", "b"].map((body) =>
        device.execute({
          type: "create",
          collection: "letters",
          values: { island: "north", body },
        }),
      ),
    );
    const offline = await device.execute({ type: "why", entry: first?.entry ?? "" });
    assert.deepInclude(offline, { state: "offline", ahead: 0 });
    assert.isAbove(offline.until ?? 0, Date.now());
    const behind = await device.execute({ type: "why", entry: second?.entry ?? "" });
    assert.deepInclude(behind, { state: "behind", ahead: 1, until: null });
    await device.execute({ type: "setNetwork", network: { kind: "other" } });
    const { question, entries } = await pushed(device);
    const flying = await device.execute({ type: "why", entry: first?.entry ?? "" });
    assert.strictEqual(flying.state, "inFlight");
    await device.answer(question, { kind: "push", outcomes: entries.map(acked) });
    const arrived = await device.execute({ type: "why", entry: first?.entry ?? "" });
    assert.strictEqual(arrived.state, "acked");
    const unknown = await device.execute({ type: "why", entry: NO_ENTRY });
    assert.strictEqual(unknown.state, "unknown");
  });

  it("goes on with the same ids after the engine was closed with it on its way", async () => {
    const config = askingConfig();
    const first = Device.open(config);
    await first.note("a");
    const { entries } = await pushed(first);
    await first.close();
    const second = Device.open(config);
    assert.deepEqual(await answerPush(second), entries);
  });

  it("is followed by a pull when everything is sent", async () => {
    const device = await openAsked();
    await device.note("a");
    await answerPush(device);
    assert.strictEqual(await answerPull(device), "start");
  });

  it("reaches a whole backend with every operation", async () => {
    const backend = new IslandBackend();
    const device = Device.open(askingConfig());
    device.answering = backend.answering;
    const kept = await device.note("kept");
    const gone = await device.note("gone");
    await device.execute({ type: "update", collection: "notes", id: kept, values: { rank: 1 } });
    await device.execute({ type: "delete", collection: "notes", id: gone });
    await device.execute({ type: "sync" });
    assert.deepEqual(backend.values(), { [kept]: { body: "kept", rank: 1 } });
    assert.deepInclude(device.query({ type: "status" }), { pending: 0, failed: 0, phase: "idle" });
  });
}

function defineOutcomes(): void {
  each(
    [
      ["that is acked is sent", ({ id }) => ({ outcome: "acked", id, version: 5, order: 5 })],
      [
        "that is a duplicate is sent",
        ({ id }) => ({ outcome: "duplicate", id, version: 5, order: 5 }),
      ],
    ] as [string, (entry: PushEntry) => PushOutcome][],
    async (_name, outcomeOf) => {
      const device = await openAsked();
      const id = await device.note("a");
      await answerPush(device, outcomeOf);
      assert.strictEqual(deliveryOf(device, id), "sent");
      assert.deepEqual(device.query({ type: "outbox", limit: 5 }).entries, []);
    },
  );

  it("takes over the values that the backend answers with", async () => {
    const device = await openAsked();
    const id = await device.note("a");
    const values = { body: "a, corrected", rank: 7 };
    await answerPush(device, (entry) => ({ ...acked(entry), values }) as PushOutcome);
    assert.deepInclude(device.query({ type: "record", collection: "notes", id }), values);
  });

  it("that is rejected is a dead letter with its reason", async () => {
    const device = await openAsked();
    const id = await device.note("a");
    await answerPush(device, rejected);
    assert.strictEqual(deliveryOf(device, id), "failed");
    const { entries } = device.query({ type: "outbox", limit: 5 });
    const reason = { code: "forbidden", message: "Not on this island." };
    assert.deepInclude(entries[0], { failed: true, attempts: 1, reason });
    assert.deepInclude(device.query({ type: "status" }), { pending: 0, failed: 1 });
  });

  it("that is to be retried later waits until then, visibly", async () => {
    const device = await openAsked();
    await device.note("a");
    await answerPush(device, ({ id }) => ({ outcome: "retry", id, afterMs: LATER_MS }));
    const [entry] = device.query({ type: "outbox", limit: 5 }).entries;
    assert.deepInclude(entry, { failed: false, attempts: 1 });
    await answerPull(device);
    const status = await device.status("the next attempt", ({ phase }) => phase === "waiting");
    assert.strictEqual(status.nextAttemptAt, entry?.notBefore);
  });

  it("that is retried too often is a dead letter", async () => {
    const device = await openAsked({ ...QUICK, maxRetries: 2 });
    await device.note("a");
    const ids = new Set<string>();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const [entry] = await answerPush(device, ({ id }) => ({ outcome: "retry", id }));
      ids.add(entry?.id ?? "");
    }
    assert.strictEqual(ids.size, 1);
    const [entry] = device.query({ type: "outbox", limit: 5 }).entries;
    assert.strictEqual(entry?.reason?.code, "attempts_exhausted");
  });

  it("that is blocked goes again and has lost no attempt", async () => {
    const device = await openAsked(QUICK);
    await device.execute({ type: "setNetwork", network: { kind: "none" } });
    await Promise.all([letter(device, "a"), letter(device, "b")]);
    await device.execute({ type: "setNetwork", network: { kind: "other" } });
    await answerPush(device, ({ id }, at) => ({ outcome: at === 0 ? "retry" : "blocked", id }));
    const { entries } = device.query({ type: "outbox", limit: 5 });
    assert.deepEqual(
      entries.map(({ attempts }) => attempts),
      [1, 0],
    );
    assert.deepEqual(bodiesOf(await answerPush(device)), ["a", "b"]);
  });

  it("that was written while its record was on its way follows it", async () => {
    const device = await openAsked();
    const id = await device.note("a");
    const { entries, question } = await pushed(device);
    await device.execute({ type: "update", collection: "notes", id, values: { body: "b" } });
    await device.answer(question, { kind: "push", outcomes: entries.map(acked) });
    const values = (await answerPush(device)).map((entry) => entry.values);
    assert.deepEqual(values, [{ body: "b" }]);
    assert.deepEqual(device.bodies(), ["b"]);
  });
}

function defineDeadLetters(): void {
  async function withDeadLetter(): Promise<{ device: Device; id: string; entry: string }> {
    const device = await openAsked();
    const id = await device.note("a");
    const [sent] = await answerPush(device, rejected);
    return { device, id, entry: sent?.id ?? "" };
  }

  it("that is retried goes again with the same id", async () => {
    const { device, entry, id } = await withDeadLetter();
    assert.isNull(await device.execute({ type: "retry", entry }));
    const [again] = await answerPush(device);
    assert.strictEqual(again?.id, entry);
    assert.strictEqual(deliveryOf(device, id), "sent");
    assert.strictEqual(device.query({ type: "status" }).failed, 0);
  });

  it("of a create that is discarded takes its record along", async () => {
    const { device, entry, id } = await withDeadLetter();
    const { watch } = device.watch({ collection: "notes", limit: 5 });
    assert.isNull(await device.execute({ type: "discard", entry }));
    assert.isNull(device.query({ type: "record", collection: "notes", id }));
    device.drain();
    const patches = device.patches().filter((patch) => patch.watch === watch);
    assert.deepEqual(
      patches.map(({ ops }) => ops),
      [[{ op: "remove", at: 0 }]],
    );
  });

  it("of an update that is discarded shows the backend's version again", async () => {
    const device = await openAsked();
    const id = await device.note("theirs");
    await answerPush(device);
    await device.execute({ type: "update", collection: "notes", id, values: { body: "mine" } });
    const [sent] = await answerPush(device, rejected);
    assert.deepEqual(device.bodies(), ["mine"]);
    await device.execute({ type: "discard", entry: sent?.id ?? "" });
    assert.deepEqual(device.bodies(), ["theirs"]);
  });

  it("is what retry and discard are for: an entry that waits is refused", async () => {
    const device = await openAsked();
    await device.note("a");
    const [{ id: entry }] = (await pushed(device)).entries as [PushEntry];
    await assertFails("INVALID_ARGUMENT", () => device.execute({ type: "retry", entry }));
    await assertFails("INVALID_ARGUMENT", () => device.execute({ type: "discard", entry }));
  });
}

function defineLanes(): void {
  async function afterRejection(collection: string): Promise<Device> {
    const device = await openAsked();
    device.answering = onlyPulls;
    await device.execute({ type: "setNetwork", network: { kind: "none" } });
    for (const body of ["refused", "behind"]) {
      const values = { island: "north", body };
      await device.execute({ type: "create", collection, values });
    }
    await device.execute({ type: "setNetwork", network: { kind: "other" } });
    await answerPush(device, (entry, at) =>
      at === 0
        ? rejected(entry)
        : collection === "letters"
          ? acked(entry)
          : { outcome: "blocked", id: entry.id },
    );
    return device;
  }

  it("that skips goes on behind a dead letter", async () => {
    const device = await afterRejection("letters");
    assert.deepInclude(device.query({ type: "status" }), { pending: 0, failed: 1 });
  });

  it("that holds stops behind a dead letter until a person decides", async () => {
    const device = await afterRejection("orders");
    await device.status("a rest", ({ phase }) => phase === "idle");
    assert.deepInclude(device.query({ type: "status" }), { pending: 1, failed: 1 });
    const [dead] = device.query({ type: "outbox", limit: 5 }).entries;
    await device.execute({ type: "retry", entry: dead?.id ?? "" });
    assert.deepEqual(bodiesOf(await answerPush(device)), ["refused", "behind"]);
  });

  it("does not wait for another one", async () => {
    const device = await openAsked();
    await letter(device, "a", "north");
    await answerPush(device, ({ id }) => ({ outcome: "retry", id, afterMs: LATER_MS }));
    await letter(device, "b", "south");
    assert.deepEqual(bodiesOf(await answerPush(device)), ["b"]);
  });
}
