// Events that a person should hear of, and who hears of them when.

import { createMailboat, type Mailboat } from "../../src";
import type { Event } from "../../src/generated/waist";
import { ScriptedHost } from "./scriptedHost";

const critical = (kind: "diskFull" | "backendRefuses"): Event => ({
  type: "critical",
  kind,
  error: {
    code: kind === "diskFull" ? "DISK_FULL" : "REJECTED",
    message: "It is.",
    retryable: true,
  },
});
const longOffline = (pending: number): Event => ({ type: "longOffline", since: 1, pending });
const progress = (done: number): Event => ({ type: "progress", kind: "push", done, total: 200 });

function open(): { host: ScriptedHost; mailboat: Mailboat } {
  const host = new ScriptedHost();
  return { host, mailboat: createMailboat({ path: "/events.db", host }) };
}

describe("an event", () => {
  it("reaches those who listen to its name, until they stop", () => {
    const { host, mailboat } = open();
    const heard: unknown[] = [];
    const stop = mailboat.on("progress", (event) => heard.push(event));
    mailboat.on("longOffline", (event) => heard.push(event));
    host.wake(progress(100), longOffline(3));
    stop();
    stop();
    host.wake(progress(150));
    expect(heard).toEqual([
      { kind: "push", done: 100, total: 200 },
      { since: 1, pending: 3 },
    ]);
  });

  it("that came before anybody listened is told to the first, the newest of its kind", async () => {
    const { host, mailboat } = open();
    host.wake(longOffline(1), longOffline(2), critical("diskFull"), critical("backendRefuses"));
    host.wake(progress(100));
    const heard: unknown[] = [];
    mailboat.on("progress", (event) => heard.push(event));
    mailboat.on("longOffline", ({ pending }) => heard.push(pending));
    mailboat.on("critical", ({ error, kind }) => heard.push([kind, error.code]));
    expect(heard).toEqual([]);
    await Promise.resolve();
    const expected = [2, ["diskFull", "DISK_FULL"], ["backendRefuses", "REJECTED"]];
    expect(heard).toEqual(expected);
    mailboat.on("critical", () => heard.push("again"));
    await Promise.resolve();
    expect(heard).toEqual(expected);
  });

  it("that was missed waits on when the listener is gone before it was told", async () => {
    const { host, mailboat } = open();
    host.wake(longOffline(1));
    mailboat.on("longOffline", () => undefined)();
    await Promise.resolve();
    const heard: number[] = [];
    mailboat.on("longOffline", ({ pending }) => heard.push(pending));
    await Promise.resolve();
    expect(heard).toEqual([1]);
  });
});
