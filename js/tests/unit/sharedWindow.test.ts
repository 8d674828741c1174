// What a window does when it is shared, left, and when the engine cannot read it just now.

import { createMailboat, RELEASE_DELAY_MS, type Mailboat } from "../../src";
import type { Event } from "../../src/generated/waist";
import { hostError, row, ScriptedHost, statusEvent } from "./scriptedHost";

const WINDOW = { collection: "messages", where: { conversationId: "c1" }, limit: 10 } as const;
const nothing = (): void => undefined;

function open(host: ScriptedHost): Mailboat {
  const mailboat = createMailboat({ path: "/scripted.db", host });
  host.calls.length = 0;
  return mailboat;
}

const status = (pending: number): Event => statusEvent({ pending });

describe("a window", () => {
  let host: ScriptedHost;
  let mailboat: Mailboat;

  beforeEach(() => {
    jest.useFakeTimers();
    host = new ScriptedHost();
    host.stored = { rows: [row("m1"), row("m2")], revisions: [1, 2], more: false };
    mailboat = open(host);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it("only reads until somebody subscribes, and once a turn", () => {
    const live = mailboat.watch(WINDOW);
    const first = live.getSnapshot();
    expect(live.getSnapshot()).toBe(first);
    expect(host.calls).toEqual(["query window"]);
  });

  it("reads again in a later turn, and answers the same snapshot when nothing changed", async () => {
    const live = mailboat.watch(WINDOW);
    const first = live.getSnapshot();
    await Promise.resolve();
    expect(live.getSnapshot()).toBe(first);
    expect(host.calls).toEqual(["query window", "query window"]);
  });

  it("shows on subscribing what has changed since it was rendered, and keeps the other rows", () => {
    const live = mailboat.watch(WINDOW);
    const [kept] = live.getSnapshot().rows;
    host.stored = { rows: [row("m1"), row("m3")], revisions: [1, 3], more: false };
    live.subscribe(nothing);
    const { rows } = live.getSnapshot();
    expect(rows.map(({ id }) => id)).toEqual(["m1", "m3"]);
    expect(rows[0]).toBe(kept);
  });

  it("keeps the rendered snapshot when nothing has changed by the time it is subscribed", () => {
    const live = mailboat.watch(WINDOW);
    const rendered = live.getSnapshot();
    live.subscribe(nothing);
    expect(live.getSnapshot()).toBe(rendered);
  });

  it("is one watch for equal requests", () => {
    const one = mailboat.watch(WINDOW);
    const other = mailboat.watch({ limit: 10, where: WINDOW.where, collection: "messages" });
    one.subscribe(nothing);
    other.subscribe(nothing);
    expect(host.watches.size).toBe(1);
    expect(one.getSnapshot()).toBe(other.getSnapshot());
  });

  it("is watched until two seconds after its last reader left", () => {
    const live = mailboat.watch(WINDOW);
    const stops = [live.subscribe(nothing), live.subscribe(nothing)];
    for (const stop of stops) stop();
    jest.advanceTimersByTime(RELEASE_DELAY_MS - 1);
    expect(host.watches.size).toBe(1);
    jest.advanceTimersByTime(1);
    expect(host.watches.size).toBe(0);
  });

  it("stays watched when somebody comes back in time", () => {
    const live = mailboat.watch(WINDOW);
    live.subscribe(nothing)();
    jest.advanceTimersByTime(RELEASE_DELAY_MS - 1);
    live.subscribe(nothing);
    jest.advanceTimersByTime(RELEASE_DELAY_MS);
    expect(host.watches.size).toBe(1);
    expect(host.calls).toEqual(["watch messages"]);
  });

  it("counts a reader that leaves twice once", () => {
    const live = mailboat.watch(WINDOW);
    const stop = live.subscribe(nothing);
    live.subscribe(nothing);
    stop();
    stop();
    jest.advanceTimersByTime(RELEASE_DELAY_MS);
    expect(host.watches.size).toBe(1);
  });

  it("is one watch again for readers from before and after it was released", () => {
    const before = mailboat.watch(WINDOW);
    before.subscribe(nothing)();
    jest.advanceTimersByTime(RELEASE_DELAY_MS);
    mailboat.watch(WINDOW).subscribe(nothing);
    before.subscribe(nothing);
    expect(host.watches.size).toBe(1);
  });

  it("that was rendered and never mounted leaves nothing behind", () => {
    mailboat.watch(WINDOW).getSnapshot();
    jest.advanceTimersByTime(RELEASE_DELAY_MS);
    expect(jest.getTimerCount()).toBe(0);
    expect(host.watches.size).toBe(0);
  });

  it("on the same records as another takes over the rows that both show", () => {
    const short = mailboat.watch(WINDOW);
    short.subscribe(nothing);
    host.stored = { rows: [row("m0"), row("m1"), row("m2")], revisions: [9, 1, 2], more: false };
    const long = mailboat.watch({ ...WINDOW, limit: 20 });
    expect(long.getSnapshot().rows.slice(1)).toEqual(short.getSnapshot().rows);
    expect(long.getSnapshot().rows[1]).toBe(short.getSnapshot().rows[0]);
  });

  it.each<[string, Event]>([
    ["was reset because too much changed", { type: "reset", watch: 1 }],
    [
      "got a patch that does not fit",
      { type: "patch", watch: 1, more: false, ops: [{ op: "remove", at: 7 }] },
    ],
  ])("that %s is watched again and keeps the rows that are the same", (_, event) => {
    const live = mailboat.watch(WINDOW);
    let told = 0;
    live.subscribe(() => told++);
    const before = live.getSnapshot();
    host.stored = { rows: [row("m2"), row("m3")], revisions: [2, 3], more: true };
    host.wake(event);
    const { more, rows } = live.getSnapshot();
    expect(rows.map(({ id }) => id)).toEqual(["m2", "m3"]);
    expect(rows[0]).toBe(before.rows[1]);
    expect(more).toBe(true);
    expect(told).toBe(1);
    expect([...host.watches]).toEqual([2]);
  });

  it("keeps its snapshot while the app is suspended, and is watched when it is back", () => {
    const live = mailboat.watch(WINDOW);
    const before = live.getSnapshot();
    host.readError = hostError("SUSPENDED", true);
    live.subscribe(nothing);
    expect(live.getSnapshot()).toBe(before);
    host.readError = null;
    host.stored = { rows: [row("m3")], revisions: [3], more: false };
    host.wake(status(0));
    expect(live.getSnapshot().rows.map(({ id }) => id)).toEqual(["m3"]);
    expect(host.watches.size).toBe(1);
  });

  it("first rendered while the app is suspended is loading until the app is back", async () => {
    host.readError = hostError("SUSPENDED", true);
    const live = mailboat.watch(WINDOW);
    expect(live.getSnapshot()).toMatchObject({ rows: [], loading: true, error: null });
    live.subscribe(nothing);
    host.readError = null;
    const back = mailboat.setAppState("foreground");
    host.waiting("setAppState").resolve(null);
    await back;
    expect(live.getSnapshot()).toMatchObject({
      rows: [{ id: "m1" }, { id: "m2" }],
      loading: false,
    });
  });

  it("that cannot be read says why, in the same snapshot until that changes", async () => {
    host.readError = hostError("INVALID_ARGUMENT");
    const live = mailboat.watch(WINDOW);
    const first = live.getSnapshot();
    expect(first).toMatchObject({ rows: [], error: { code: "INVALID_ARGUMENT" } });
    await Promise.resolve();
    expect(live.getSnapshot()).toBe(first);
  });

  it("too expensive for a synchronous read is asked for in the background", async () => {
    host.readError = hostError("TOO_EXPENSIVE", true);
    const live = mailboat.watch(WINDOW);
    let told = 0;
    live.subscribe(() => told++);
    expect(live.getSnapshot()).toMatchObject({ rows: [], loading: true, error: null });
    host.waiting("query").resolve(host.stored);
    await jest.advanceTimersByTimeAsync(0);
    expect(live.getSnapshot()).toMatchObject({
      rows: [{ id: "m1" }, { id: "m2" }],
      loading: false,
    });
    expect(told).toBeGreaterThan(0);
  });

  it("too expensive to watch is asked for again when something has happened", async () => {
    host.readError = hostError("TOO_EXPENSIVE", true);
    const live = mailboat.watch(WINDOW);
    live.subscribe(nothing);
    host.waiting("query").resolve(host.stored);
    await jest.advanceTimersByTimeAsync(0);
    const before = live.getSnapshot();
    host.wake(status(1));
    host.wake(status(2));
    expect(live.getSnapshot()).toBe(before);
    const after = { rows: [row("m1"), row("m9")], revisions: [1, 9], more: false };
    host.waiting("query").resolve(after);
    await jest.advanceTimersByTimeAsync(0);
    expect(live.getSnapshot().rows[1]?.id).toBe("m9");
    expect(live.getSnapshot().rows[0]).toBe(before.rows[0]);
    expect(host.executing).toEqual([]);
  });
});
