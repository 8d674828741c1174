// What only a slow disk, a long day or a bug in the engine makes it say.

import { createMailboat, type Diagnostic } from "../../src";
import { ScriptedHost, statusEvent } from "./scriptedHost";

const INTERNAL = { code: "INTERNAL", message: "Mailboat met a bug.", retryable: false } as const;

function opened(): { readonly host: ScriptedHost; readonly told: Diagnostic[] } {
  const host = new ScriptedHost();
  const told: Diagnostic[] = [];
  const onDiagnostic = (diagnostic: Diagnostic): unknown => told.push(diagnostic);
  createMailboat({ path: "/scripted.db", host, onDiagnostic });
  return { host, told };
}

describe("onDiagnostic", () => {
  it("hears once that the engine closed with an error", () => {
    const { host, told } = opened();
    host.wake({ type: "closed", error: INTERNAL }, { type: "closed", error: INTERNAL });
    expect(told).toMatchObject([{ code: "closed", level: "error", data: { error: "INTERNAL" } }]);
  });

  it("hears that the engine's events could not be read, after which it is closed", () => {
    const { host, told } = opened();
    jest.spyOn(host, "drain").mockReturnValue("no JSON");
    host.wake();
    expect(told).toMatchObject([{ code: "closed", level: "error", data: { error: "INTERNAL" } }]);
  });

  it("hears that another JavaScript runtime has taken over, which is no error", () => {
    const { host, told } = opened();
    host.wake({ type: "closed", error: { ...INTERNAL, code: "CLOSED" } });
    expect(told).toMatchObject([{ code: "closed", level: "info" }]);
  });

  it("hears that a migration failed", () => {
    const { host, told } = opened();
    host.wake({ type: "openFailed", error: { ...INTERNAL, code: "DISK_FULL" } });
    expect(told).toMatchObject([{ code: "openFailed", data: { error: "DISK_FULL" } }]);
  });

  it("hears that nothing came through for a day, and what is critical", () => {
    const { host, told } = opened();
    host.wake(
      { type: "longOffline", since: 5, pending: 3 },
      { type: "critical", kind: "diskFull", error: { ...INTERNAL, code: "DISK_FULL" } },
    );
    expect(told).toMatchObject([
      { code: "longOffline", level: "warning", data: { since: 5, pending: 3 } },
      { code: "critical", level: "error", data: { kind: "diskFull", error: "DISK_FULL" } },
    ]);
  });

  it("hears of an error of syncing once for as long as it is the same", () => {
    const { host, told } = opened();
    const network = { ...INTERNAL, code: "NETWORK" } as const;
    const unauthorized = { ...INTERNAL, code: "UNAUTHORIZED" } as const;
    for (const error of [network, network, unauthorized, null, null]) {
      host.wake(statusEvent({ error }));
    }
    expect(told).toMatchObject([
      { code: "syncErrorBegan", level: "info", data: { error: "NETWORK" } },
      { code: "syncErrorBegan", level: "warning", data: { error: "UNAUTHORIZED" } },
      { code: "syncErrorEnded", level: "info", data: { error: "UNAUTHORIZED" } },
    ]);
  });

  it("hears of dead letters though their reasons cannot be read any more", async () => {
    const { host, told } = opened();
    host.wake(statusEvent({ failed: 1 }));
    host.wake(statusEvent({ failed: 3 }));
    for (const look of ["at what was there", "at what is new"]) {
      while (host.executing.length === 0) await Promise.resolve();
      host.waiting("query").reject(new Error(look));
    }
    while (told.length === 0) await Promise.resolve();
    const data = { appeared: 2, failed: 3, reasons: {} };
    expect(told).toMatchObject([{ code: "deadLetters", data }]);
  });
});
