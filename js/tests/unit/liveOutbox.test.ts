// Reading the outbox again: what stays the same object, and when it is read at all.

import fc from "fast-check";
import { createMailboat, policies, type Mailboat, type OutboxEntry } from "../../src";
import { reconcileEntries } from "../../src/live/liveOutbox";
import { nextSyncStatus, UNKNOWN_STATUS } from "../../src/status";
import { hostError, ScriptedHost, statusEvent } from "./scriptedHost";

function entry(sequence: number, attempts = 0, reason: OutboxEntry["reason"] = null): OutboxEntry {
  return {
    id: `e${sequence}`,
    sequence,
    collection: "messages",
    recordId: `m${sequence}`,
    operation: "create",
    lane: "crew",
    priority: "normal",
    failed: reason !== null,
    blocked: false,
    attempted: attempts > 0,
    waitsFor: 0,
    group: null,
    enqueuedAt: 1,
    attempts,
    notBefore: null,
    reason,
  };
}

const refused = (message: string) => ({ code: "forbidden", message });

function open(host: ScriptedHost): Mailboat {
  const mailboat = createMailboat({ path: "/outbox.db", host });
  host.calls.length = 0;
  return mailboat;
}

const reads = ({ calls }: ScriptedHost): number =>
  calls.filter((call) => call === "query outbox").length;

describe("entries that were read again", () => {
  it("are those that were read, and the same objects where nothing has changed", () => {
    const one = fc.record({ sequence: fc.nat(6), attempts: fc.nat(1), why: fc.nat(2) });
    const many = fc
      .uniqueArray(one, { selector: ({ sequence }) => sequence })
      .map((entries) =>
        entries
          .sort((a, b) => a.sequence - b.sequence)
          .map(({ attempts, sequence, why }) =>
            entry(sequence, attempts, why === 0 ? null : refused(`${why}`)),
          ),
      );
    fc.assert(
      fc.property(many, many, (before, read) => {
        const shown = reconcileEntries(before, structuredClone(read));
        expect(shown).toEqual(read);
        const old = new Map(before.map((it) => [JSON.stringify(it), it]));
        for (const it of shown) {
          const same = old.get(JSON.stringify(it));
          if (same !== undefined) expect(it).toBe(same);
        }
        if (JSON.stringify(before) === JSON.stringify(read)) expect(shown).toBe(before);
      }),
    );
  });
});

describe("a watched outbox", () => {
  it("is read once a drain that tells the status, and not at all when nobody watches", () => {
    const host = new ScriptedHost();
    const mailboat = open(host);
    const live = mailboat.outbox.watch();
    host.wake(statusEvent({ pending: 1 }));
    expect(reads(host)).toBe(0);
    host.entries = [entry(1)];
    const stop = live.subscribe(() => undefined);
    const before = live.getSnapshot();
    expect(before).toMatchObject({ pending: 1, entries: [{ id: "e1" }] });
    expect(reads(host)).toBe(1);
    host.entries = [entry(1), entry(2)];
    host.wake(statusEvent({ pending: 1, phase: "pushing" }), statusEvent({ pending: 2 }));
    expect(reads(host)).toBe(2);
    expect(live.getSnapshot().pending).toBe(2);
    expect(live.getSnapshot().entries[0]).toBe(before.entries[0]);
    stop();
    host.wake(statusEvent({ pending: 3 }));
    expect(reads(host)).toBe(2);
  });

  it("shows by the time the status is told what the status is about", () => {
    const host = new ScriptedHost();
    const mailboat = open(host);
    const live = mailboat.outbox.watch();
    live.subscribe(() => undefined);
    const seen: number[] = [];
    mailboat.status.subscribe(() => seen.push(live.getSnapshot().entries.length));
    host.entries = [entry(1)];
    host.wake(statusEvent({ pending: 1 }));
    expect(seen).toEqual([1]);
  });

  it("keeps its entries while the app is suspended, and says any other error", () => {
    const host = new ScriptedHost();
    host.entries = [entry(1)];
    const live = open(host).outbox.watch();
    live.subscribe(() => undefined);
    const before = live.getSnapshot();
    host.readError = hostError("SUSPENDED", true);
    host.wake(statusEvent({ pending: 2 }));
    expect(live.getSnapshot()).toBe(before);
    host.readError = hostError("CORRUPT");
    host.wake(statusEvent({ pending: 3 }));
    expect(live.getSnapshot()).toMatchObject({
      entries: before.entries,
      error: { code: "CORRUPT" },
    });
    host.readError = null;
    host.wake(statusEvent({ pending: 4 }));
    expect(live.getSnapshot().error).toBeNull();
  });
});

describe("the status", () => {
  it("is the same object when it says the same, and so are its parts", () => {
    const told = { ...UNKNOWN_STATUS, type: "status" as const };
    const error = { code: "NETWORK", message: "No route.", retryable: true } as const;
    const one = nextSyncStatus(UNKNOWN_STATUS, { ...told, pending: 1, error });
    expect(nextSyncStatus(one, structuredClone({ ...told, pending: 1, error }))).toBe(one);
    const other = nextSyncStatus(one, structuredClone({ ...told, pending: 2, error }));
    expect(other).not.toBe(one);
    expect(other.error).toBe(one.error);
    expect(other.network).toBe(UNKNOWN_STATUS.network);
  });
});

describe("policies", () => {
  it("have three retries and Wi-Fi first for data from the field", () => {
    expect(policies.fieldData).toMatchObject({ maxRetries: 3, bulkNetwork: "unmetered" });
  });
});
