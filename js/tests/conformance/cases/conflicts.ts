// Records that were changed here and on the server: who decides, and what is kept of the
// side that lost.

import { assert } from "chai";
import type { Diagnostic, OnDiagnostic } from "../../../src/diagnostics/diagnostic";
import type { ResolveConflict } from "../../../src/engine/questions";
import type { MailboatError } from "../../../src/error";
import type {
  Answer,
  Collection,
  Config,
  ConflictPage,
  Merged,
} from "../../../src/generated/waist";
import {
  answerPull,
  answerPush,
  askingConfig,
  NO_CHANGES,
  onlyPulls,
  pushed,
  QUICK,
} from "../asked";
import { assertFails, Device } from "../device";
import { IslandBackend } from "../islandBackend";
import { changed, openWithSchema } from "../mailboats";
import { newPath } from "../place";
import { SCHEMA } from "../schemas";
import { describe, each, it } from "../suite";

/** Larger than every version that `acked` makes. */
const THEIR_VERSION = 1_000_000;

/** Records of which JavaScript decides. */
const CHARTS = {
  name: "charts",
  columns: [
    { name: "title", type: "text" },
    { name: "scale", type: "integer" },
  ],
  conflict: "custom",
} as const satisfies Collection;

/** A phone's calls, which its exchange logs as well; rounded another way. */
const CALLS = {
  name: "calls",
  columns: [
    { name: "line", type: "text" },
    { name: "number", type: "text" },
    { name: "direction", type: "text" },
    { name: "startedAt", type: "integer" },
    { name: "durationS", type: "integer" },
    { name: "note", type: "text", optional: true },
  ],
  naturalKey: [
    { column: "line" },
    { column: "number" },
    { column: "direction" },
    { column: "startedAt" },
    { column: "durationS", tolerance: 1 },
  ],
  // What is gathered waits, and the pull comes first.
  send: "scheduled",
} as const satisfies Collection;

const schema = { collections: [...SCHEMA.collections, CHARTS] } as unknown as Config["schema"];
const BASE = { title: "A", scale: 1 };
const THEIRS = { title: "C", scale: 2 };

const lostOf = (device: Device): ConflictPage["conflicts"] =>
  device.query({ type: "conflicts", limit: 10 }).conflicts;

/** A device whose chart was changed here while it was offline, and meanwhile on the server. */
async function withConflict(collection = "charts"): Promise<Device> {
  const device = Device.open({ ...askingConfig(QUICK), schema });
  await answerPull(device);
  device.answering = onlyPulls;
  const record = { collection, id: "bay" };
  await device.execute({ type: "create", ...record, values: BASE });
  await answerPush(device);
  await device.execute({ type: "setNetwork", network: { kind: "none" } });
  await device.execute({ type: "update", ...record, values: { title: "B" } });
  const changed = { ...record, version: THEIR_VERSION, order: 1, values: THEIRS };
  let isToTell = true;
  device.answering = (ask): Answer | null => {
    if (ask.kind !== "pull") return null;
    const changes = isToTell ? [changed] : [];
    isToTell = false;
    return { kind: "pull", page: { ...NO_CHANGES, changes } };
  };
  await device.execute({ type: "setNetwork", network: { kind: "other" } });
  const { entries, question } = await pushed(device);
  const outcomes = entries.map(({ id }) => ({
    outcome: "conflict" as const,
    id,
    version: THEIR_VERSION,
    order: 1,
    values: THEIRS,
  }));
  await device.answer(question, { kind: "push", outcomes });
  return device;
}

export function defineConflicts(): void {
  describe("a conflict", () => {
    it("that JavaScript decides shows it both sides and what they came from", async () => {
      const device = await withConflict();
      const { ask } = await device.question("merge");
      const { base, local, remote } = ask;
      const both = { base: BASE, local: { ...BASE, title: "B" }, remote: THEIRS };
      assert.deepEqual<unknown>({ base, local, remote }, both);
    });

    each(
      [
        ["decided as ours sends the local record", { take: "ours" }, { title: "B", scale: 1 }],
        ["decided as theirs shows the server's", { take: "theirs" }, THEIRS],
        [
          "decided by columns sends those",
          { take: "values", values: { title: "B and C" } },
          { title: "B and C", scale: 2 },
        ],
      ] as [string, Merged, object][],
      async (_name, merged, shown) => {
        const device = await withConflict();
        const question = await device.question("merge");
        await device.answer(question, { kind: "merge", merged });
        const record = device.query({ type: "record", collection: "charts", id: "bay" });
        assert.deepInclude(record, shown);
        if (merged.take === "theirs") {
          assert.strictEqual(device.query({ type: "status" }).pending, 0);
          assert.deepInclude(lostOf(device)[0], { lost: "local", operation: "update" });
          return;
        }
        await answerPush(device);
        assert.strictEqual(device.query({ type: "status" }).pending, 0);
      },
    );

    it("that nobody decides is merged, and the log keeps what lost", async () => {
      const device = await withConflict();
      const question = await device.question("merge");
      await device.answer(question, { kind: "failed" });
      const record = device.query({ type: "record", collection: "charts", id: "bay" });
      assert.deepInclude(record, { title: "B", scale: 2 });
      const [lost] = lostOf(device);
      assert.deepInclude(lost, { collection: "charts", recordId: "bay", lost: "server" });
      assert.deepEqual(lost?.values, { title: "C" });
    });

    it("log is paged, newest first, within its limits", async () => {
      const device = Device.open();
      assert.deepEqual(device.query({ type: "conflicts", limit: 5 }), {
        conflicts: [],
        more: false,
      });
      for (const limit of [0, 501]) {
        const query = { type: "conflicts", limit } as const;
        await assertFails("INVALID_ARGUMENT", () => device.query(query));
      }
    });

    it("is decided by the app's function, and the log tells what the server lost", async () => {
      const backend = new IslandBackend();
      const mailboat = openCharts(backend, ({ local, remote }) => {
        const titles = [local?.["title"], remote["title"]];
        return { title: titles.join(" and ") };
      });
      await mailboat.create("charts", BASE, { id: "bay" });
      await mailboat.sync();
      await mailboat.setNetwork({ kind: "none" });
      await mailboat.update("charts", "bay", { title: "B" });
      backend.write("charts", "bay", THEIRS);
      await mailboat.setNetwork({ kind: "other" });
      await mailboat.sync();
      await changed(mailboat.status, ({ pending }) => pending === 0);
      const decided = { title: "B and C", scale: 2 };
      assert.deepInclude(mailboat.record("charts", "bay"), decided);
      assert.deepEqual(backend.values(), { bay: decided });
      assert.isFalse(mailboat.conflicts().more);
      await assertFails("INVALID_ARGUMENT", () => mailboat.conflicts({ limit: 501 }));
    });

    it("is merged where the app has no function for it, which is told", async () => {
      const backend = new IslandBackend();
      const told: Diagnostic[] = [];
      const mailboat = openCharts(backend, undefined, (diagnostic) => told.push(diagnostic));
      await mailboat.create("charts", BASE, { id: "bay" });
      await mailboat.sync();
      await mailboat.setNetwork({ kind: "none" });
      await mailboat.update("charts", "bay", { title: "B" });
      backend.write("charts", "bay", THEIRS);
      await mailboat.setNetwork({ kind: "other" });
      await mailboat.sync();
      await changed(mailboat.status, ({ pending }) => pending === 0);
      assert.deepEqual(backend.values(), { bay: { title: "B", scale: 2 } });
      const [lost] = mailboat.conflicts({ limit: 5 }).conflicts;
      assert.deepInclude(lost, { recordId: "bay", rule: "custom", lost: "server" });
      const threw = told.find(({ code }) => code === "appFunctionThrew");
      assert.deepInclude(threw, { data: { asked: "merge", status: null } });
      assert.strictEqual((threw?.cause as MailboatError).code, "UNSUPPORTED");
    });
  });

  describe("a call that was logged here and by the exchange", () => {
    const call = (durationS: number): Record<string, unknown> => ({
      line: "home",
      number: "+43 1 234",
      direction: "in",
      startedAt: 1_790_000_000,
      durationS,
      note: null,
    });

    each(
      [
        ["is one, with the exchange's duration and our note", 61, ["there"], 60],
        ["is another, two seconds longer", 62, ["there", "here"], 62],
      ] as [string, number, string[], number][],
      async (_name, durationS, ids, shownS) => {
        const backend = new IslandBackend();
        const schema = { collections: [CALLS] } as const;
        const mailboat = openWithSchema({ path: newPath(), schema, policy: QUICK, backend });
        await mailboat.setNetwork({ kind: "none" });
        await mailboat.create("calls", call(durationS) as never, { id: "here" });
        await mailboat.update("calls", "here", { note: "call back" });
        backend.write("calls", "there", call(60));
        const seen = mailboat.watch({ collection: "calls", limit: 10 });
        await mailboat.setNetwork({ kind: "other" });
        await changed(seen, ({ rows }) => rows.some(({ id }) => id === "there"));
        assert.sameMembers(
          seen.getSnapshot().rows.map(({ id }) => id),
          ids,
        );
        const shown = { durationS: shownS, note: "call back" };
        assert.deepInclude(mailboat.record("calls", "here"), shown, "the old id finds it");
        await mailboat.sync();
        await changed(mailboat.status, ({ pending }) => pending === 0);
        assert.sameMembers(Object.keys(backend.values()), ids);
        assert.deepInclude(backend.values()[ids[ids.length - 1] ?? ""], shown);
      },
    );
  });
}

/** An engine object with charts. */
function openCharts(
  backend: IslandBackend,
  resolveConflict?: ResolveConflict,
  onDiagnostic?: OnDiagnostic,
) {
  return openWithSchema({
    path: newPath(),
    schema: { collections: [CHARTS] },
    policy: QUICK,
    backend,
    ...(resolveConflict !== undefined && { resolveConflict }),
    ...(onDiagnostic !== undefined && { onDiagnostic }),
  });
}
