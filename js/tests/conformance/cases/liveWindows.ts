// Live windows of the engine object: what a screen sees of a write, and when.

import { assert } from "chai";
import { createMailboat } from "../../../src/createMailboat";
import { MailboatError } from "../../../src/error";
import { host } from "../device";
import { IslandBackend } from "../islandBackend";
import { openNotes } from "../mailboats";
import { newPath, preparedFile } from "../place";
import { WIDE, wideValues } from "../schemas";
import { describe, it } from "../suite";

const ALL = { collection: "notes", limit: 50 } as const;
const ROUNDS = 50;

export function defineLiveWindows(): void {
  describe("a live window", () => {
    defineOrder();
    defineIdentity();
    defineSharing();
  });
  describe("a listener of a live window", defineListeners);
  describe("a history", defineHistories);
}

function defineOrder(): void {
  it("shows a write when its promise resolves, every time", async () => {
    const mailboat = openNotes();
    const window = mailboat.watch(ALL);
    window.subscribe(() => undefined);
    for (let count = 1; count <= ROUNDS; count += 1) {
      await mailboat.create("notes", { body: String(count) });
      assert.lengthOf(window.getSnapshot().rows, count);
    }
  });

  it("shows a write to every window before any listener hears of it", async () => {
    const mailboat = openNotes();
    const windows = [mailboat.watch(ALL), mailboat.watch({ ...ALL, limit: 5 })];
    const seen: number[][] = [];
    for (const window of windows) {
      window.subscribe(() => seen.push(windows.map((each) => each.getSnapshot().rows.length)));
    }
    await mailboat.create("notes", { body: "a" });
    const both = [1, 1];
    assert.deepEqual(seen.slice(-2), [both, both]);
  });

  it("hears of a write by a wake alone, when nobody waits for it", async () => {
    const mailboat = openNotes();
    const window = mailboat.watch(ALL);
    const heard = new Promise<void>((resolve) => {
      window.subscribe(() => {
        if (window.getSnapshot().rows.length === 1) resolve();
      });
    });
    host
      .execute(mailboat.engineId, '{"type":"create","collection":"notes","values":{"body":"a"}}')
      .catch(() => undefined);
    await heard;
  });

  it("shows what is stored without a subscriber too", async () => {
    const mailboat = openNotes();
    const window = mailboat.watch(ALL);
    assert.lengthOf(window.getSnapshot().rows, 0);
    await mailboat.create("notes", { body: "a" });
    assert.lengthOf(window.getSnapshot().rows, 1);
    assert.strictEqual(mailboat.counters().watches, 0);
  });
}

function defineIdentity(): void {
  it("keeps the rows that have not changed, and itself when nothing has", async () => {
    const mailboat = openNotes();
    for (const body of ["a", "b", "c"]) await mailboat.create("notes", { body });
    const window = mailboat.watch(ALL);
    window.subscribe(() => undefined);
    const before = window.getSnapshot();
    await mailboat.setNetwork({ kind: "none" });
    assert.strictEqual(window.getSnapshot(), before);
    await mailboat.update("notes", before.rows[1]?.id ?? "", { body: "B" });
    const after = window.getSnapshot();
    const same = after.rows.map((row, at) => row === before.rows[at]);
    assert.deepEqual(same, [true, false, true]);
  });

  it("keeps a row that moves", async () => {
    const mailboat = openNotes();
    for (const rank of [1, 2, 3]) await mailboat.create("notes", { body: "a", rank });
    const window = mailboat.watch({ ...ALL, orderBy: { column: "rank" } });
    window.subscribe(() => undefined);
    const [first, second, third] = window.getSnapshot().rows;
    await mailboat.update("notes", first?.id ?? "", { rank: 4 });
    const after = window.getSnapshot().rows;
    assert.strictEqual(after[0], second);
    assert.strictEqual(after[1], third);
    assert.strictEqual(after[2]?.rank, 4);
  });
}

function defineSharing(): void {
  it("is one watch for all who ask for the same rows", async () => {
    const mailboat = openNotes();
    const windows = [ALL, { limit: 50, collection: "notes" } as const].map((window) =>
      mailboat.watch(window),
    );
    for (const window of windows) window.subscribe(() => undefined);
    await mailboat.setNetwork({ kind: "other" });
    assert.strictEqual(mailboat.counters().watches, 1);
    assert.strictEqual(windows[0]?.getSnapshot(), windows[1]?.getSnapshot());
  });

  it("over a read that is too expensive is read off the JavaScript thread", async () => {
    const schema = { collections: [WIDE] };
    const mailboat = createMailboat({ path: preparedFile("widest"), host, schema });
    const where = { ...wideValues(true), flag59: false };
    const window = mailboat.watch({ collection: WIDE.name, where, limit: 5 });
    assert.isTrue(window.getSnapshot().loading);
    await new Promise<void>((resolve) => {
      window.subscribe(() => {
        if (!window.getSnapshot().loading) resolve();
      });
    });
    assert.isNull(window.getSnapshot().error);
    await mailboat.close();
  });

  it("of an unknown collection has an error in place of rows", () => {
    const window = openNotes().watch({ collection: "boats", limit: 5 } as never);
    const { error, rows } = window.getSnapshot();
    assert.lengthOf(rows as unknown[], 0);
    assert.instanceOf(error, MailboatError);
    assert.strictEqual(error.code, "INVALID_ARGUMENT");
  });
}

function defineListeners(): void {
  it("that throws keeps no other from hearing, and its error is not swallowed", async () => {
    const mailboat = openNotes();
    const window = mailboat.watch(ALL);
    const thrown: unknown[] = [];
    let heard = 0;
    const stop = window.subscribe(() => {
      throw new Error("an app's own bug");
    });
    window.subscribe(() => (heard += 1));
    await catchingMicrotasks(thrown, () => mailboat.create("notes", { body: "a" }));
    stop();
    assert.isAbove(heard, 0);
    assert.lengthOf(thrown, heard);
    for (const error of thrown) assert.strictEqual((error as Error).message, "an app's own bug");
  });

  it("may write, subscribe and unsubscribe in the middle of a drain", async () => {
    const mailboat = openNotes();
    const window = mailboat.watch(ALL);
    const written = new Promise<unknown>((resolve, reject) => {
      const stop = window.subscribe(() => {
        stop();
        window.subscribe(() => undefined);
        mailboat.create("notes", { body: "from a listener" }).then(resolve, reject);
        mailboat.drain();
      });
    });
    await mailboat.create("notes", { body: "a" });
    await written;
    assert.deepEqual(
      window.getSnapshot().rows.map(({ body }) => body),
      ["a", "from a listener"],
    );
  });

  it("that was ended hears nothing more", async () => {
    const mailboat = openNotes();
    const window = mailboat.watch(ALL);
    const heard: string[] = [];
    const stopFirst = window.subscribe(() => heard.push("first"));
    window.subscribe(() => heard.push("second"));
    stopFirst();
    stopFirst();
    await mailboat.create("notes", { body: "a" });
    assert.notInclude(heard, "first");
    assert.include(heard, "second");
  });
}

/** Runs `act`; what microtasks throw meanwhile goes into `thrown`, not to the host. */
async function catchingMicrotasks(thrown: unknown[], act: () => Promise<unknown>): Promise<void> {
  const scope = globalThis as { queueMicrotask: typeof queueMicrotask };
  const { queueMicrotask: original } = scope;
  scope.queueMicrotask = (callback) => {
    original(() => {
      try {
        callback();
      } catch (error) {
        thrown.push(error);
      }
    });
  };
  try {
    await act();
  } finally {
    scope.queueMicrotask = original;
  }
}

function defineHistories(): void {
  it("grows by what the device has, then by what the backend has, then ends", async () => {
    const backend = new IslandBackend();
    const ids = Array.from({ length: 25 }, (_, at) => `letter ${String(at).padStart(2, "0")}`);
    for (const id of ids) backend.write("letters", id, { island: "north", body: id });
    const mailboat = openNotes({
      path: newPath(),
      backend: {
        push: (entries) => backend.push(entries),
        pull: () => Promise.resolve({ changes: [], tombstones: [], cursor: "0", more: false }),
        older: (request) => backend.older(request),
      },
    });
    const history = mailboat.history("letters", "north", { limit: 10 });
    history.subscribe(() => undefined);
    const sizes: number[] = [];
    while (history.getSnapshot().hasOlder && sizes.length < 10) {
      await history.loadOlder();
      sizes.push(history.getSnapshot().rows.length);
    }
    assert.deepEqual(sizes, [10, 20, 25]);
    assert.isNull(history.getSnapshot().error);
    assert.deepEqual(
      history.getSnapshot().rows.map(({ id }) => id),
      ids,
    );
  });
}
