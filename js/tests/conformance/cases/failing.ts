// A backend in JavaScript that fails, answers nonsense, or does not answer at all. Nothing
// is lost: what waits goes on waiting, and says why.

import { assert } from "chai";
import type { Answer, Change, ErrorCode } from "../../../src/generated/waist";
import {
  acked,
  answerPull,
  answerPush,
  askingConfig,
  deliveryOf,
  NO_CHANGES,
  openAsked,
  pushed,
  QUICK,
} from "../asked";
import { assertFails, Device, failureOf, host } from "../device";
import { describe, each, it } from "../suite";

const FAILED: Answer = { kind: "failed" };

export function defineFailing(): void {
  describe("a backend that fails", defineFailures);
  describe("an answer", defineAnswers);
  describe("a question nobody answers", defineDeadlines);
}

function defineFailures(): void {
  const cases: [string, Answer, ErrorCode, boolean][] = [
    ["without a status is NETWORK", FAILED, "NETWORK", true],
    ["with 503 is NETWORK", { kind: "failed", status: 503 }, "NETWORK", true],
    ["with 429 is NETWORK", { kind: "failed", status: 429 }, "NETWORK", true],
    ["with 403 is REJECTED", { kind: "failed", status: 403 }, "REJECTED", false],
    ["with 404 is REJECTED", { kind: "failed", status: 404 }, "REJECTED", false],
  ];
  each(cases, async (_name, answer, code, retryable) => {
    const device = Device.open(askingConfig());
    const question = await device.question("pull");
    const synced = failureOf(() => device.execute({ type: "sync" }));
    await device.settle();
    await device.answer(question, answer);
    assert.strictEqual((await synced).code, code);
    assert.deepInclude(device.query({ type: "status" }).error, { code, retryable });
  });

  it("with 403 again and again is critical, which is told once", async () => {
    const device = await openAsked({ ...QUICK, breakerFailures: 3 });
    device.answering = () => ({ kind: "failed", status: 403 });
    const told = device.event("critical");
    await device.note("a");
    const { kind, error } = await told;
    assert.deepEqual([kind, error.code], ["backendRefuses", "REJECTED"]);
    const refused = device.events.length;
    await device.until("more refusals", () => device.events.length > refused + 5);
    assert.lengthOf(
      device.events.filter(({ type }) => type === "critical"),
      1,
    );
  });

  it("with 401 twice is UNAUTHORIZED", async () => {
    const device = Device.open(askingConfig());
    const synced = failureOf(() => device.execute({ type: "sync" }));
    for (const refusal of ["the first", "the second"]) {
      const question = await device.question("pull");
      assert.isAbove(question.question, 0, refusal);
      await device.answer(question, { kind: "failed", status: 401 });
    }
    assert.strictEqual((await synced).code, "UNAUTHORIZED");
  });

  it("with 410 has everything fetched again; what does not come was deleted", async () => {
    const device = Device.open(askingConfig());
    const [a, b] = ["a", "b"].map((id, at) => {
      return { collection: "notes", id, version: at + 1, order: at + 1, values: { body: id } };
    });
    const changes = [a, b] as Change[];
    await answerPull(device, { ...NO_CHANGES, changes, cursor: "one", more: true });
    const question = await device.question("pull");
    assert.strictEqual(question.ask.cursor, "one");
    await device.answer(question, { kind: "failed", status: 410 });
    assert.deepEqual(device.bodies(), ["a", "b"]);
    assert.isNull(
      await answerPull(device, { ...NO_CHANGES, changes: [b as Change], snapshot: true }),
    );
    assert.deepEqual(device.bodies(), ["b"]);
  });

  it("is asked again when it wanted rest, and no entry has lost an attempt", async () => {
    const device = await openAsked();
    const id = await device.note("a");
    const first = await pushed(device);
    await device.answer(first.question, { kind: "failed", status: 503, retryAfterMs: 600_000 });
    assert.strictEqual(deliveryOf(device, id), "queued");
    const rests = await device.status("rest", ({ nextAttemptAt }) => nextAttemptAt !== null);
    assert.isAbove(rests.nextAttemptAt ?? 0, Date.now());
    device.execute({ type: "sync" }).catch(() => undefined);
    const entries = await answerPush(device);
    assert.deepEqual(entries, first.entries);
    assert.strictEqual(deliveryOf(device, id), "sent");
  });

  it("is asked by itself after a short delay", async () => {
    const device = await openAsked(QUICK);
    await device.note("a");
    const first = await pushed(device);
    await device.answer(first.question, FAILED);
    assert.deepEqual(await answerPush(device), first.entries);
    await answerPull(device);
    assert.isNull((await device.status("success", ({ error }) => error === null)).error);
  });

  it("is offline, and is left alone while the platform says there is no network", async () => {
    const device = await openAsked();
    await device.execute({ type: "setNetwork", network: { kind: "none" } });
    await device.note("a");
    const { online, pending, phase } = device.query({ type: "status" });
    assert.deepEqual({ online, pending, phase }, { online: false, pending: 1, phase: "offline" });
    assert.strictEqual(device.query({ type: "counters" }).questions, 0);
    await device.execute({ type: "setNetwork", network: { kind: "other" } });
    assert.lengthOf(await answerPush(device), 1);
  });

  it("rejects a call for older records with what it said", async () => {
    const device = await openAsked();
    for (const [status, code] of [
      [500, "NETWORK"],
      [403, "REJECTED"],
    ] as const) {
      const lane = { collection: "letters", lane: "north", limit: 5 };
      const call = failureOf(() => device.execute({ type: "loadOlder", ...lane }));
      await device.answer(await device.question("older"), { kind: "failed", status });
      assert.strictEqual((await call).code, code);
    }
  });
}

function defineAnswers(): void {
  const pull = (page: object): object => ({ kind: "pull", page: { ...NO_CHANGES, ...page } });
  const record = { collection: "notes", id: "a", version: 1, order: 1, values: { body: "a" } };
  each(
    [
      ["of another kind is NETWORK", { kind: "older", page: { changes: [], more: false } }],
      ["with an empty cursor is NETWORK", pull({ cursor: "" })],
      [
        "with a version beyond 2^52 is NETWORK",
        pull({ changes: [{ ...record, version: 2 ** 52 }] }),
      ],
      ["with an empty id is NETWORK", pull({ changes: [{ ...record, id: "" }] })],
    ],
    async (_name, answer) => {
      const device = Device.open(askingConfig());
      await device.answer(await device.question("pull"), answer as Answer);
      assert.strictEqual(device.query({ type: "status" }).error?.code, "NETWORK");
      assert.deepEqual(device.bodies(), []);
    },
  );

  each(
    [
      ["with an outcome too few is NETWORK", 1],
      ["with an outcome too many is NETWORK", 3],
      ["with its outcomes in another order is NETWORK", -1],
    ],
    async (_name, outcomes) => {
      const device = await openAsked();
      await device.execute({ type: "setNetwork", network: { kind: "none" } });
      await device.note("a");
      await device.note("b");
      await device.execute({ type: "setNetwork", network: { kind: "other" } });
      const { entries, question } = await pushed(device);
      const all = [...entries, ...entries].map(acked);
      const given = outcomes < 0 ? entries.map(acked).reverse() : all.slice(0, outcomes);
      await device.answer(question, { kind: "push", outcomes: given });
      const { error, pending } = device.query({ type: "status" });
      assert.deepEqual([error?.code, pending], ["NETWORK", 2]);
    },
  );

  each(
    [
      ["that is no answer is INVALID_ARGUMENT, and the question stays", '{"kind":"pull"}'],
      ["with a page that is none is INVALID_ARGUMENT", '{"kind":"pull","page":[]}'],
      ["with a fraction for a version is INVALID_ARGUMENT", fraction(record)],
      ["with a status beyond 16 bits is INVALID_ARGUMENT", '{"kind":"failed","status":70000}'],
    ],
    async (_name, text) => {
      const device = Device.open(askingConfig());
      const question = await device.question("pull");
      const command = `{"type":"answer","question":${question.question},"answer":${text}}`;
      await assertFails("INVALID_ARGUMENT", () => host.execute(device.id, command));
      await device.settle();
      assert.strictEqual(device.query({ type: "counters" }).questions, 1);
      await device.answer(question, { kind: "pull", page: NO_CHANGES });
      assert.strictEqual(device.query({ type: "counters" }).questions, 0);
    },
  );

  it("that comes a second time changes nothing", async () => {
    const device = await openAsked();
    const id = await device.note("a");
    const { entries, question } = await pushed(device);
    await device.answer(question, { kind: "push", outcomes: entries.map(acked) });
    await device.answer(question, FAILED);
    assert.strictEqual(deliveryOf(device, id), "sent");
    assert.isNull(device.query({ type: "status" }).error);
  });
}

function fraction(record: object): string {
  const page = { ...NO_CHANGES, changes: [{ ...record, version: 1.5 }] };
  return JSON.stringify({ kind: "pull", page });
}

function defineDeadlines(): void {
  it("fails with its deadline, and an answer that comes later changes nothing", async () => {
    const device = Device.open(askingConfig({ questionTimeoutMs: 100 }));
    const question = await device.question("pull");
    assert.strictEqual(question.deadlineMs, 100);
    const synced = failureOf(() => device.execute({ type: "sync" }));
    assert.strictEqual((await synced).code, "NETWORK");
    const change = { collection: "notes", id: "a", version: 1, order: 1, values: { body: "a" } };
    await device.answer(question, { kind: "pull", page: { ...NO_CHANGES, changes: [change] } });
    assert.deepEqual(device.bodies(), []);
  });

  it("does not keep the engine from closing, and rejects who waits", async () => {
    const device = Device.open(askingConfig());
    const synced = failureOf(() => device.execute({ type: "sync" }));
    await device.question("pull");
    await device.execute({ type: "close" });
    assert.strictEqual((await synced).code, "CLOSED");
  });
}
