// The order of things around a drain, and what happens to calls on an engine that is gone.

import { createMailboat, MailboatError, type Mailboat } from "../../src";
import type { Event } from "../../src/generated/waist";
import { hostError, row, ScriptedHost, statusEvent } from "./scriptedHost";

const WINDOW = { collection: "messages", limit: 10 } as const;

function open(host: ScriptedHost): Mailboat {
  const mailboat = createMailboat({ path: "/scripted.db", host, userId: "ann" });
  host.calls.length = 0;
  return mailboat;
}

function inserted(watch: number, at: number, id: string): Event {
  return {
    type: "patch",
    watch,
    more: false,
    ops: [{ op: "insert", at, row: row(id), revision: 1 }],
  };
}

const status = (pending: number): Event => statusEvent({ pending });

describe("a command", () => {
  it("settles only after a drain, so that its watch shows the write after await", async () => {
    const host = new ScriptedHost();
    const mailboat = open(host);
    const live = mailboat.watch(WINDOW);
    live.subscribe(() => undefined);
    const sending = mailboat.sendMessage("c1", "Ahoy");
    host.queue(inserted(1, 0, "m1"));
    host.waiting("create").resolve({ id: "m1", entry: "e1" });
    await sending;
    expect(live.getSnapshot().rows.map(({ id }) => id)).toEqual(["m1"]);
    expect(host.calls.slice(-2)).toEqual(["execute create", "drain"]);
  });

  it("drains before it rejects, too, with a typed error", async () => {
    const host = new ScriptedHost();
    const mailboat = open(host);
    const sending = mailboat.sendMessage("c1", "Ahoy");
    host.waiting("create").reject(hostError("DISK_FULL", true));
    const error: unknown = await sending.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MailboatError);
    expect(error).toMatchObject({ code: "DISK_FULL", retryable: true });
    expect(host.calls).toEqual(["execute create", "drain"]);
  });
});

describe("a drain", () => {
  it("brings every window up to date before any listener hears of it", () => {
    const host = new ScriptedHost();
    const mailboat = open(host);
    const one = mailboat.watch(WINDOW);
    const other = mailboat.watch({ ...WINDOW, limit: 20 });
    const seen: number[][] = [];
    const look = (): void => {
      seen.push([one.getSnapshot().rows.length, other.getSnapshot().rows.length]);
    };
    one.subscribe(look);
    other.subscribe(look);
    mailboat.status.subscribe(look);
    host.wake(inserted(1, 0, "m1"), status(1), inserted(2, 0, "m1"));
    expect(seen).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  it("tells a window once, however many patches of it arrive together", () => {
    const host = new ScriptedHost();
    const live = open(host).watch(WINDOW);
    let told = 0;
    live.subscribe(() => told++);
    host.wake(inserted(1, 0, "m1"), inserted(1, 1, "m2"), inserted(1, 2, "m3"));
    expect(told).toBe(1);
    expect(live.getSnapshot().rows.map(({ id }) => id)).toEqual(["m1", "m2", "m3"]);
  });

  it("started by a listener of a drain runs after it, and loses nothing", () => {
    const host = new ScriptedHost();
    const live = open(host).watch(WINDOW);
    const seen: number[] = [];
    live.subscribe(() => {
      seen.push(live.getSnapshot().rows.length);
      if (seen.length === 1) host.wake(inserted(1, 1, "m2"));
    });
    host.wake(inserted(1, 0, "m1"));
    expect(seen).toEqual([1, 2]);
  });

  it("goes on to the other listeners when one throws, and reports what it threw", async () => {
    const host = new ScriptedHost();
    const live = open(host).watch(WINDOW);
    const reported: (() => void)[] = [];
    const spy = jest.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => {
      reported.push(task);
    });
    let told = 0;
    live.subscribe(() => {
      throw new Error("the app's own");
    });
    live.subscribe(() => told++);
    host.wake(inserted(1, 0, "m1"));
    spy.mockRestore();
    await Promise.resolve();
    expect(told).toBe(1);
    expect(reported[0]).toThrow("the app's own");
  });

  it("ignores patches of a watch that has ended", () => {
    const host = new ScriptedHost();
    const live = open(host).watch(WINDOW);
    live.subscribe(() => undefined);
    host.wake(inserted(99, 0, "m1"));
    expect(live.getSnapshot().rows).toEqual([]);
  });
});

describe("an engine that closed itself", () => {
  const closed: Event = {
    type: "closed",
    error: { code: "CLOSED", message: "Another runtime took over.", retryable: false },
  };

  it("says why to its state, its status and its windows, and keeps the rows", () => {
    const host = new ScriptedHost();
    host.stored = { rows: [row("m1")], revisions: [1], more: false };
    const mailboat = open(host);
    const live = mailboat.watch(WINDOW);
    let told = 0;
    live.subscribe(() => told++);
    host.wake(closed);
    const error = expect.objectContaining({ code: "CLOSED" }) as MailboatError;
    expect(mailboat.state.getSnapshot()).toEqual({ kind: "closed", error });
    expect(mailboat.status.getSnapshot().error).toEqual(error);
    expect(live.getSnapshot()).toMatchObject({ rows: [{ id: "m1" }], error });
    expect(told).toBe(1);
  });

  it("answers every later call with a typed error, without asking the host", async () => {
    const host = new ScriptedHost();
    const mailboat = open(host);
    host.wake(closed);
    host.calls.length = 0;
    const error = expect.objectContaining({ code: "CLOSED" }) as MailboatError;
    await expect(mailboat.sync()).rejects.toEqual(error);
    await expect(mailboat.whenReady()).rejects.toEqual(error);
    expect(() => mailboat.querySync(WINDOW)).toThrow(error);
    expect(mailboat.watch(WINDOW).getSnapshot().error).toEqual(error);
    await mailboat.close();
    expect(host.calls).toEqual([]);
    expect(host.listening).toBe(0);
  });
});
