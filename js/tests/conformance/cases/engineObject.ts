// The engine object that apps use, over the host of this run: `createMailboat`, its calls,
// and how it answers the engine's questions.

import { assert } from "chai";
import { createMailboat } from "../../../src/createMailboat";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic";
import { BackendError, type JavaScriptBackend } from "../../../src/engine/questions";
import { MailboatError } from "../../../src/error";
import type { ErrorCode, OutboxEntry } from "../../../src/generated/waist";
import { QUICK } from "../asked";
import { assertFails, failureOf, host } from "../device";
import { IslandBackend } from "../islandBackend";
import { changed, openMessages, openNotes, openWith, type Notes } from "../mailboats";
import { newPath, preparedFile, tokenOf, urls } from "../place";
import { NOTES } from "../schemas";
import { describe, each, it } from "../suite";

export function defineEngineObject(): void {
  describe("createMailboat", defineCreate);
  describe("an engine object", defineCalls);
  describe("the outbox object", defineOutboxObject);
  describe("an engine object refuses", defineRefusals);
  describe("an app's backend", defineBackends);
  describe("a closed engine object", defineClosed);
}

function defineCreate(): void {
  it("answers the same object for the same config, and another one for another file", () => {
    const path = newPath();
    const mailboat = openNotes({ path });
    assert.strictEqual(openNotes({ path }), mailboat);
    assert.notStrictEqual(openNotes(), mailboat);
    assert.deepEqual(mailboat.state.getSnapshot(), { kind: "ready" });
  });

  it("answers another object after closing, with what was written", async () => {
    const path = newPath();
    const first = openNotes({ path });
    await first.create("notes", { body: "kept" });
    await first.close();
    const second = openNotes({ path });
    assert.notStrictEqual(second, first);
    assert.strictEqual(bodiesOf(second), "kept");
  });

  it("is opening while a file is migrated, and ready when its rows are there", async () => {
    const path = preparedFile("raced");
    const mailboat = openNotes({ path });
    assert.deepEqual(mailboat.state.getSnapshot(), { kind: "opening" });
    const states: string[] = [];
    mailboat.state.subscribe(() => states.push(mailboat.state.getSnapshot().kind));
    await mailboat.whenReady();
    assert.deepEqual(states, ["ready"]);
    const { rows } = mailboat.querySync({ collection: "notes", take: "last", limit: 1 });
    assert.strictEqual(rows[0]?.body, "note 14999");
  });

  it("shows rows of a window that was watched while the file was migrated", async () => {
    const mailboat = openNotes({ path: preparedFile("watched") });
    const window = mailboat.watch({ collection: "notes", limit: 3 });
    assert.isTrue(window.getSnapshot().loading);
    const shown = new Promise<void>((resolve) => {
      window.subscribe(() => {
        if (window.getSnapshot().rows.length === 3) resolve();
      });
    });
    await shown;
    assert.isFalse(window.getSnapshot().loading);
  });

  it("rejects whenReady when the migration fails", async () => {
    const schema = { collections: [{ ...NOTES, columns: [{ name: "body", type: "integer" }] }] };
    const mailboat = createMailboat({ path: preparedFile("failed"), host, schema } as never);
    const error = await assertFails("INVALID_ARGUMENT", () => mailboat.whenReady());
    assert.instanceOf(error, MailboatError);
    assert.strictEqual(mailboat.state.getSnapshot().kind, "failed");
  });

  each(
    [
      ["throws LOCKED for a file of another process", "locked", "LOCKED"],
      ["throws CORRUPT for a file that is no database", "diary", "CORRUPT"],
      ["throws NEWER_VERSION for a file of a newer version", "newer", "NEWER_VERSION"],
    ] as [string, string, ErrorCode][],
    async (_name, file, code) => {
      const error = await assertFails(code, () => openNotes({ path: preparedFile(file) }));
      assert.instanceOf(error, MailboatError);
      assert.strictEqual(error.name, "MailboatError");
    },
  );
}

function bodiesOf(mailboat: Notes): string {
  const { rows } = mailboat.querySync({ collection: "notes", limit: 500 });
  return rows.map(({ body }) => body).join();
}

function defineCalls(): void {
  it("creates, updates, reads and deletes a record", async () => {
    const mailboat = openNotes();
    const { id } = await mailboat.create("notes", { body: "a", rank: 1 });
    await mailboat.update("notes", id, { body: "b" });
    assert.deepInclude(mailboat.record("notes", id), { body: "b", rank: 1, delivery: "queued" });
    const { rows } = await mailboat.query({ collection: "notes", where: { rank: 1 }, limit: 5 });
    assert.deepEqual(
      rows.map((row) => row.id),
      [id],
    );
    await mailboat.delete("notes", id);
    assert.isNull(mailboat.record("notes", id));
  });

  it("sends messages as its user, and shows them in their conversation", async () => {
    const mailboat = openMessages();
    const history = mailboat.history("messages", "crew");
    history.subscribe(() => undefined);
    for (const body of ["one", "two \u{1f6a3}"]) await mailboat.sendMessage("crew", body);
    await mailboat.sendMessage("others", "three");
    const { rows } = history.getSnapshot();
    assert.deepEqual(
      rows.map(({ body, senderId }) => [body, senderId]),
      [
        ["one", "ann"],
        ["two \u{1f6a3}", "ann"],
      ],
    );
  });

  it("pages through the outbox", async () => {
    const mailboat = openNotes();
    for (const body of ["a", "b", "c"]) await mailboat.create("notes", { body });
    const first = mailboat.outbox.page({ limit: 2 });
    const after = first.entries[1]?.sequence ?? 0;
    assert.isTrue(first.more);
    assert.lengthOf(mailboat.outbox.page({ after }).entries, 1);
    assert.strictEqual(mailboat.status.getSnapshot().pending, 3);
  });

  it("syncs within a budget", async () => {
    const mailboat = openNotes({ backend: new IslandBackend() });
    await mailboat.create("notes", { body: "a" });
    const { ended, left } = await mailboat.syncWithin(20_000);
    assert.deepEqual([ended, left], ["done", 0]);
    await assertFails("INVALID_ARGUMENT", () => mailboat.syncWithin(1));
  });

  it("tells its status to who subscribes, and the network's word changes it", async () => {
    const mailboat = openNotes();
    const heard: boolean[] = [];
    mailboat.status.subscribe(() => heard.push(mailboat.status.getSnapshot().online));
    await mailboat.setNetwork({ kind: "none" });
    await mailboat.setNetwork({ kind: "other" });
    await mailboat.setAppState("background");
    assert.deepEqual(heard.slice(-2), [false, true]);
  });
}

function defineOutboxObject(): void {
  const rejecting: JavaScriptBackend = {
    push: (entries) =>
      Promise.resolve(
        entries.map(({ id }) => {
          const reason = { code: "forbidden", message: "Not here." };
          return { outcome: "rejected", id, reason } as const;
        }),
      ),
    pull: () => Promise.resolve({ changes: [], tombstones: [], cursor: "start", more: false }),
  };

  it("shows entries to who watches, retries and edits them, and takes them out", async () => {
    const mailboat = openNotes({ backend: rejecting });
    const { outbox } = mailboat;
    const live = outbox.watch({ limit: 10 });
    const heard: number[] = [];
    const stop = live.subscribe(() => heard.push(live.getSnapshot().failed));
    await mailboat.create("notes", { body: "a" }, { id: "a" });
    await changed(live, ({ failed }) => failed === 1);
    const [{ id: dead, reason }] = live.getSnapshot().entries as [OutboxEntry];
    assert.strictEqual(reason?.code, "forbidden");
    assert.strictEqual((await outbox.why(dead)).state, "deadLetter");
    await mailboat.setNetwork({ kind: "none" });
    const edited = await outbox.edit(dead, { body: "b" });
    assert.deepInclude(live.getSnapshot(), { failed: 0, pending: 1 });
    assert.strictEqual(mailboat.record("notes", "a")?.body, "b");
    await mailboat.setNetwork({ kind: "other" });
    await changed(live, ({ failed }) => failed === 1);
    await mailboat.setNetwork({ kind: "none" });
    assert.strictEqual(await outbox.retryAll(), 1);
    await assertFails("CONFLICT", () => outbox.cancel(edited));
    await mailboat.setNetwork({ kind: "other" });
    await changed(live, ({ failed }) => failed === 1);
    await outbox.discard(edited);
    assert.deepEqual(live.getSnapshot().entries, []);
    assert.include(heard, 1);
    stop();
    await mailboat.create("notes", { body: "c" });
    assert.lengthOf(live.getSnapshot().entries, 1);
  });

  it("takes back what has not left", async () => {
    const mailboat = openNotes();
    const { entry, id } = await mailboat.create("notes", { body: "a" });
    await mailboat.outbox.cancel(entry ?? "");
    assert.isNull(mailboat.record("notes", id));
    await assertFails("INVALID_ARGUMENT", () => mailboat.outbox.retry(entry ?? ""));
    await assertFails("INVALID_ARGUMENT", () => mailboat.outbox.edit("", { size: NaN }));
  });

  it("has batches, options and their answers", async () => {
    const backend = new IslandBackend();
    const mailboat = openNotes({ backend });
    const first = await mailboat.create("notes", { body: "a" }, { id: "a", write: "serverFirst" });
    assert.isTrue(first.acked);
    await mailboat.setNetwork({ kind: "none" });
    const results = await mailboat.batch([
      { operation: "update", collection: "notes", id: "a", values: { rank: 1 } },
      { operation: "create", collection: "notes", values: { body: "b", size: Infinity } },
      { operation: "create", collection: "letters", values: { island: "north", body: "c" } },
    ]);
    const codes = results.map(({ error }) => error?.code ?? null);
    assert.deepEqual(codes, [null, "INVALID_ARGUMENT", null]);
    const atomic = { operation: "delete", collection: "notes", id: "a" } as const;
    await mailboat.batch([atomic], { mode: "atomic", priority: "high" });
    const { entries } = mailboat.outbox.page();
    assert.isNotNull(entries[entries.length - 1]?.group);
    await mailboat.setNetwork({ kind: "other" });
    await mailboat.sync();
    assert.strictEqual(mailboat.status.getSnapshot().pending, 0);
    assert.lengthOf(backend.applied, 4);
  });

  it("tells what is critical also to who listens later, and once", async () => {
    const failing = (): never => {
      throw new BackendError(403);
    };
    const policy = { ...QUICK, breakerFailures: 2 };
    const mailboat = openNotes({ backend: { push: failing, pull: failing }, policy });
    await new Promise<void>((resolve) => {
      const stop = mailboat.on("critical", ({ error, kind }) => {
        assert.deepEqual([kind, error.code], ["backendRefuses", "REJECTED"]);
        stop();
        resolve();
      });
    });
  });
}

function defineRefusals(): void {
  const values: [string, Record<string, unknown>][] = [
    ["NaN", { size: NaN }],
    ["Infinity", { size: Infinity }],
    ["an integer beyond 2^53 - 1", { rank: 2 ** 53 }],
    ["a bigint", { rank: BigInt(7) }],
    ["a function", { extra: () => 7 }],
    ["a symbol inside JSON", { extra: [Symbol("a")] }],
    ["half of a surrogate pair", { body: "\ud83d" }],
    ["half of a surrogate pair inside JSON", { extra: { a: ["\udc00"] } }],
    ["JSON that contains itself", { extra: circle() }],
    ["JSON that is nested too deep", { extra: nested(65) }],
    ["a column that is not there", { colour: "red" }],
  ];
  each(values, async (_name, different) => {
    const mailboat = openNotes();
    const note = { body: "a", ...different } as never;
    await assertFails("INVALID_ARGUMENT", () => mailboat.create("notes", note));
    assert.strictEqual(bodiesOf(mailboat), "");
    assert.strictEqual(mailboat.status.getSnapshot().pending, 0);
  });

  it("to send a message of nobody", async () => {
    const mailboat = openWith({ path: newPath() });
    await assertFails("INVALID_ARGUMENT", () => mailboat.sendMessage("crew", "a"));
  });

  it("to sync and to load older records without a backend", async () => {
    const mailboat = openNotes();
    await assertFails("UNSUPPORTED", () => mailboat.sync());
    await assertFails("UNSUPPORTED", () => mailboat.loadOlder("letters", "north", 5));
  });

  it("a history of a collection without lanes", async () => {
    const mailboat = openNotes();
    await assertFails("INVALID_ARGUMENT", () => mailboat.history("notes", "north"));
  });
}

function circle(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}

function nested(depth: number): unknown {
  return depth === 0 ? "the bottom" : [nested(depth - 1)];
}

function defineBackends(): void {
  const failing = (error: unknown): JavaScriptBackend => {
    const fail = (): never => {
      // An app's function may throw anything.
      throw error as Error;
    };
    return { push: fail, pull: fail };
  };

  it("is asked for everything, and its answers are shown", async () => {
    const backend = new IslandBackend();
    backend.write("letters", "theirs", { island: "north", body: "theirs" });
    const mailboat = openNotes({ backend });
    const { id } = await mailboat.create("letters", { island: "north", body: "mine" });
    await mailboat.sync();
    assert.strictEqual(mailboat.record("letters", id)?.delivery, "sent");
    assert.strictEqual(mailboat.record("letters", "theirs")?.body, "theirs");
    assert.deepEqual(await mailboat.loadOlder("letters", "north", 5), { loaded: 0, more: false });
  });

  each(
    [
      ["that throws is NETWORK", new Error("no route"), "NETWORK"],
      ["that throws what is no error is NETWORK", "no route", "NETWORK"],
      ["that answers 503 is NETWORK", new BackendError(503, 60_000), "NETWORK"],
      ["that answers 403 is REJECTED", new BackendError(403), "REJECTED"],
      ["that answers 401 twice is UNAUTHORIZED", new BackendError(401), "UNAUTHORIZED"],
    ] as [string, unknown, ErrorCode][],
    async (_name, error, code) => {
      const told: Diagnostic[] = [];
      const onDiagnostic = (diagnostic: Diagnostic): unknown => told.push(diagnostic);
      const mailboat = openNotes({ backend: failing(error), onDiagnostic });
      assert.strictEqual((await failureOf(() => mailboat.sync())).code, code);
      const threw = told.find(({ code: what }) => what === "appFunctionThrew");
      assert.deepInclude(threw, { level: "warning" });
      assert.strictEqual(threw?.cause, error);
      // The status is told after the answer of the command that failed.
      await changed(mailboat.status, (status) => status.error !== null);
      assert.strictEqual(mailboat.status.getSnapshot().error?.code, code);
      const began = told.find(({ code: what }) => what === "syncErrorBegan");
      const level = code === "NETWORK" ? "info" : "warning";
      assert.deepInclude(began, { level, data: { error: code } });
    },
  );

  it("that answers nonsense is told so, and counts as failed", async () => {
    const told: Diagnostic[] = [];
    const backend = { push: () => [], pull: () => ({ cursor: 7 }) } as never;
    const mailboat = openNotes({ backend, onDiagnostic: (diagnostic) => told.push(diagnostic) });
    assert.strictEqual((await failureOf(() => mailboat.sync())).code, "NETWORK");
    const unreadable = told.find(({ code }) => code === "appFunctionAnswerUnreadable");
    assert.deepInclude(unreadable, { level: "error", data: { asked: "pull" } });
    assert.instanceOf(unreadable?.cause, MailboatError);
  });

  it("of a server is reached with the token that it asks for", async () => {
    const asked: boolean[] = [];
    const getToken = ({ refresh }: { readonly refresh: boolean }): Promise<string> => {
      asked.push(refresh);
      return Promise.resolve(refresh ? tokenOf("fay") : "ended long ago");
    };
    const backend = { kind: "rest", baseUrl: urls.server(), getToken } as const;
    const mailboat = openMessages({ backend, userId: "fay" });
    await mailboat.sync();
    await mailboat.create("conversations", { title: "Log", memberIds: ["fay"] }, { id: "log" });
    await mailboat.sendMessage("log", "reached");
    await mailboat.sync();
    assert.deepEqual(asked, [false, true]);
    assert.deepInclude(mailboat.status.getSnapshot(), { pending: 0, failed: 0, error: null });
  });

  it("is exchanged for that of the same config, as Fast Refresh does", async () => {
    const path = newPath();
    const old = openNotes({ path, backend: failing(new Error("the old one")) });
    const backend = new IslandBackend();
    const mailboat = openNotes({ path, backend });
    assert.strictEqual(mailboat, old);
    await mailboat.create("notes", { body: "a" });
    await mailboat.sync().catch(() => mailboat.sync());
    assert.lengthOf(backend.applied, 1);
  });
}

function defineClosed(): void {
  it("refuses every call with CLOSED, and closing it again is no error", async () => {
    const mailboat = openNotes();
    await mailboat.close();
    await mailboat.close();
    assert.strictEqual(mailboat.state.getSnapshot().kind, "closed");
    await assertFails("CLOSED", () => mailboat.create("notes", { body: "a" }));
    await assertFails("CLOSED", () => mailboat.record("notes", "a"));
    await assertFails("CLOSED", () => mailboat.whenReady());
    await assertFails("CLOSED", () => mailboat.sync());
  });

  it("keeps the rows on the screen, and says why they will not change", async () => {
    const mailboat = openNotes();
    await mailboat.create("notes", { body: "a" });
    const window = mailboat.watch({ collection: "notes", limit: 5 });
    window.subscribe(() => undefined);
    await mailboat.close();
    const { error, rows } = window.getSnapshot();
    assert.deepEqual(
      rows.map(({ body }) => body),
      ["a"],
    );
    assert.strictEqual(error?.code, "CLOSED");
  });
}
