// What an app's reporting hears of the real engine.

import { waitFor } from "@testing-library/react-native";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BackendError,
  createMailboat,
  DIAGNOSTIC_CODES,
  type Diagnostic,
  type DiagnosticCode,
  type DiagnosticOf,
} from "react-native-mailboat";
import { nodeHost } from "react-native-mailboat/node";
import {
  createTestMailboat,
  TEST_POLICY,
  type TestMailboat,
  type TestMailboatOptions,
} from "react-native-mailboat/testing";

const patience = { timeout: 10_000 };
const SECRET = "the treasure lies under the third palm";

/** What was told, in order. */
class Told {
  readonly all: Diagnostic[] = [];
  readonly hear = (diagnostic: Diagnostic): void => {
    this.all.push(diagnostic);
  };

  of<C extends DiagnosticCode>(code: C): DiagnosticOf<C>[] {
    return this.all.filter((told) => told.code === code) as unknown as DiagnosticOf<C>[];
  }

  async first<C extends DiagnosticCode>(code: C): Promise<DiagnosticOf<C>> {
    await waitFor(() => {
      expect(this.of(code)).not.toEqual([]);
    }, patience);
    return this.of(code)[0] as DiagnosticOf<C>;
  }
}

const devices: TestMailboat[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function open(
  told: Told,
  options: TestMailboatOptions = {},
): Promise<{ readonly device: TestMailboat; readonly c1: string }> {
  const device = await createTestMailboat({ onDiagnostic: told.hear, ...options });
  devices.push(device);
  const values = { title: "Crew", memberIds: ["ann", "ben"] };
  return { device, c1: (await device.mailboat.create("conversations", values)).id };
}

async function delivered({ mailboat }: TestMailboat): Promise<void> {
  await waitFor(() => {
    expect(mailboat.status.getSnapshot().pending).toBe(0);
  }, patience);
}

describe("onDiagnostic", () => {
  it("hears of dead letters with their reasons, and not again of those that were there", async () => {
    const told = new Told();
    const { c1, device } = await open(told);
    await delivered(device);
    const refused = { on: "push", kind: "entry", outcome: "rejected" } as const;
    await device.server.faults([refused]);
    await device.mailboat.sendMessage(c1, SECRET);
    const first = await told.first("deadLetters");
    const [code] = Object.keys(first.data.reasons);
    expect(first).toMatchObject({
      level: "warning",
      data: { appeared: 1, failed: 1, reasons: { [code ?? "none"]: 1 } },
    });
    expect(code).toBe(device.mailboat.outbox.page().entries[0]?.reason?.code);
    // Tried again and refused again, it is news, and has its reason once more.
    await device.server.faults([refused]);
    await device.mailboat.outbox.retry(device.mailboat.outbox.page().entries[0]?.id ?? "");
    await waitFor(() => {
      const reasons = { [code ?? "none"]: 1 };
      expect(told.of("deadLetters")[1]).toMatchObject({
        data: { appeared: 1, failed: 1, reasons },
      });
    }, patience);
    told.all.length = 0;
    await device.restart();
    await device.server.faults([{ ...refused, times: 2 }]);
    await device.mailboat.sendMessage(c1, "2");
    await device.mailboat.sendMessage(c1, "3");
    await waitFor(() => {
      const later = told.of("deadLetters");
      const count = (of: (data: (typeof first)["data"]) => number): number =>
        later.reduce((sum, { data }) => sum + of(data), 0);
      expect(count(({ appeared }) => appeared)).toBe(2);
      expect(count(({ reasons }) => reasons[code ?? ""] ?? 0)).toBe(2);
    }, patience);
  });

  it("hears when an error of syncing begins and when it ends", async () => {
    const told = new Told();
    const { c1, device } = await open(told);
    await delivered(device);
    await device.server.faults([{ on: "any", kind: "status", status: 503, times: null }]);
    await device.mailboat.sendMessage(c1, "1");
    expect(await told.first("syncErrorBegan")).toMatchObject({
      level: "info",
      data: { error: "NETWORK" },
    });
    await device.server.clearFaults();
    await delivered(device);
    const ended = await told.first("syncErrorEnded");
    expect(ended).toMatchObject({ level: "info", data: { error: "NETWORK" } });
    expect(ended.data.lastedMs).toBeGreaterThanOrEqual(0);
  });

  it("hears that the file could not be opened, and the call throws all the same", () => {
    const folder = mkdtempSync(join(tmpdir(), "mailboat-test-"));
    folders.push(folder);
    const path = join(folder, "chat.db");
    writeFileSync(path, "This is no database. ".repeat(1000));
    const told = new Told();
    const config = { path, host: nodeHost(), onDiagnostic: told.hear };
    const corrupt = expect.objectContaining({ code: "CORRUPT" }) as Error;
    expect(() => createMailboat(config)).toThrow(corrupt);
    expect(told.all).toEqual([
      {
        code: "openFailed",
        level: "error",
        message: expect.stringContaining("could not be opened") as string,
        at: expect.any(Number) as number,
        data: { error: "CORRUPT" },
      },
    ]);
    expect(told.all[0]?.cause).toMatchObject({ code: "CORRUPT" });
  });

  it("hears what is critical, and what the app's own functions throw", async () => {
    const told = new Told();
    const refuse = (): never => {
      throw new BackendError(403);
    };
    await open(told, {
      backend: { push: refuse, pull: refuse },
      policy: { ...TEST_POLICY, breakerFailures: 2 },
    });
    expect(await told.first("critical")).toMatchObject({
      level: "error",
      data: { kind: "backendRefuses", error: "REJECTED" },
    });
    expect(told.of("critical")).toHaveLength(1);
    const threw = told.of("appFunctionThrew")[0];
    expect(threw?.data).toMatchObject({ status: 403 });
    expect(threw?.cause).toBeInstanceOf(BackendError);
    expect(told.of("syncErrorBegan")[0]).toMatchObject({ level: "warning" });
  });

  it("hears once that the first sync came to nothing", async () => {
    const told = new Told();
    const schema = {
      collections: [
        { name: "routes", columns: [{ name: "title", type: "text" }], initialSync: "required" },
      ],
    } as const;
    let pulls = 0;
    const pull = (): Promise<never> => {
      pulls += 1;
      return Promise.reject(new BackendError(503));
    };
    const device = await createTestMailboat({
      schema,
      onDiagnostic: told.hear,
      backend: { push: () => Promise.resolve([]), pull },
    });
    devices.push(device as unknown as TestMailboat);
    expect(await told.first("initialSyncFailed")).toMatchObject({
      level: "warning",
      data: { missing: ["routes"], error: "NETWORK" },
    });
    const before = pulls;
    await waitFor(() => {
      expect(pulls).toBeGreaterThan(before);
    }, patience);
    expect(told.of("initialSyncFailed")).toHaveLength(1);
  });

  it("that throws does not keep the engine from delivering; the app's reporting gets the error", async () => {
    const thrown: unknown[] = [];
    const spy = jest.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => {
      try {
        task();
      } catch (error) {
        thrown.push(error);
      }
    });
    try {
      const told = new Told();
      const { c1, device } = await open(told, {
        onDiagnostic: (diagnostic) => {
          told.hear(diagnostic);
          throw new Error("the reporting is broken");
        },
      });
      await device.server.faults([{ on: "any", kind: "status", status: 503, times: null }]);
      await device.mailboat.sendMessage(c1, "1");
      await told.first("syncErrorBegan");
      await device.server.clearFaults();
      await delivered(device);
      expect((await device.server.state()).records["messages"]).toBe(1);
      expect(thrown).toHaveLength(told.all.length);
    } finally {
      spy.mockRestore();
    }
  });

  it("never holds a body or a token, whatever goes wrong", async () => {
    const told = new Told();
    const { c1, device } = await open(told);
    const token = await device.server.token(device.user);
    await delivered(device);
    await device.server.faults([
      { on: "push", kind: "status", status: 400 },
      { on: "push", kind: "garbage" },
      { on: "push", kind: "unauthorizedUntilRefreshed" },
      { on: "push", kind: "entry", outcome: "rejected" },
    ]);
    await device.mailboat.sendMessage(c1, SECRET);
    await told.first("deadLetters");
    const text = JSON.stringify(told.all);
    for (const private_ of [SECRET, token, c1]) expect(text).not.toContain(private_);
  });

  it("has a list of its codes, which tells them all", () => {
    expect(DIAGNOSTIC_CODES).toContain("deadLetters");
    expect(new Set(DIAGNOSTIC_CODES).size).toBe(DIAGNOSTIC_CODES.length);
  });
});
