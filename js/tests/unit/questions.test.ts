// What the engine asks and what it hears when the app's functions answer, fail or are missing.

import {
  BackendError,
  createMailboat,
  type Diagnostic,
  type JavaScriptBackend,
  type MessagingConfig,
  type Resolution,
} from "../../src";
import type { Ask } from "../../src/generated/waist";
import { hostError, ScriptedHost } from "./scriptedHost";

const nowhere = { kind: "rest", baseUrl: "https://example.com" } as const;
const page = { changes: [], tombstones: [], cursor: "c1", more: false };
const backend: JavaScriptBackend = {
  push: (entries) => Promise.resolve(entries.map(({ id }) => ({ outcome: "blocked", id }))),
  pull: () => Promise.resolve(page),
};

const conflict = {
  kind: "merge",
  collection: "messages",
  id: "m1",
  base: { body: "base" },
  local: { body: "ours" },
  remote: { body: "theirs" },
} as const satisfies Ask;

/** Asks, lets the app's functions run, and answers what came back. */
async function ask(
  host: ScriptedHost,
  config: Partial<MessagingConfig>,
  asked: Ask,
): Promise<unknown> {
  createMailboat({ path: "/scripted.db", host, ...config });
  host.wake({ type: "question", question: 7, ask: asked, deadlineMs: 1_000 });
  return answered(host);
}

async function answered(host: ScriptedHost): Promise<unknown> {
  while (host.executing.length === 0) await Promise.resolve();
  const { command } = host.executing[0] ?? { command: {} };
  expect(command).toMatchObject({ type: "answer", question: 7 });
  return (command as { answer: unknown }).answer;
}

describe("a question", () => {
  it("for a token is answered by getToken, which hears whether to refresh", async () => {
    const getToken = jest.fn(() => Promise.resolve("t0ken"));
    const asked: Ask = { kind: "token", refresh: true };
    const answer = await ask(new ScriptedHost(), { backend: { ...nowhere, getToken } }, asked);
    expect(answer).toEqual({ kind: "token", token: "t0ken" });
    expect(getToken).toHaveBeenCalledWith({ refresh: true });
  });

  it("for a token without getToken is answered with null", async () => {
    const answer = await ask(
      new ScriptedHost(),
      { backend: nowhere },
      { kind: "token", refresh: false },
    );
    expect(answer).toEqual({ kind: "token", token: null });
  });

  it("for a pull is answered by the app's pull", async () => {
    const answer = await ask(
      new ScriptedHost(),
      { backend },
      { kind: "pull", cursor: null, limit: 9 },
    );
    expect(answer).toEqual({ kind: "pull", page });
  });

  it("for a push is answered by the app's push", async () => {
    const answer = await ask(new ScriptedHost(), { backend }, { kind: "push", entries: [] });
    expect(answer).toEqual({ kind: "push", outcomes: [] });
  });

  it("for older records is answered by the app's older, which hears where they end", async () => {
    const older = jest.fn(() => Promise.resolve({ changes: [], more: true }));
    const asked = { collection: "messages", lane: "c1", before: 5, limit: 9 };
    const config = { backend: { ...backend, older } };
    const answer = await ask(new ScriptedHost(), config, { kind: "older", ...asked });
    expect(answer).toEqual({ kind: "older", page: { changes: [], more: true } });
    expect(older).toHaveBeenCalledWith(asked);
  });

  it("for older records is answered with none when the app has no such function", async () => {
    const asked: Ask = { kind: "older", collection: "messages", lane: "c1", before: 5, limit: 9 };
    const answer = await ask(new ScriptedHost(), { backend }, asked);
    expect(answer).toEqual({ kind: "older", page: { changes: [], more: false } });
  });

  it.each([
    ["ours", { take: "ours" }],
    ["theirs", { take: "theirs" }],
    [{ body: "both" }, { take: "values", values: { body: "both" } }],
  ])("for a conflict is answered by resolveConflict: %p", async (resolution, merged) => {
    const resolveConflict = jest.fn(() => resolution as Resolution);
    const answer = await ask(new ScriptedHost(), { resolveConflict }, conflict);
    expect(answer).toEqual({ kind: "merge", merged });
    const { base, collection, id, local, remote } = conflict;
    expect(resolveConflict).toHaveBeenCalledWith({ base, collection, id, local, remote });
  });

  it.each<[string, Ask]>([
    ["a conflict", conflict],
    ["a push", { kind: "push", entries: [] }],
  ])("for %s that nobody here can answer is answered with failed", async (_, asked) => {
    const onDiagnostic = jest.fn<undefined, [Diagnostic]>();
    expect(await ask(new ScriptedHost(), { onDiagnostic }, asked)).toEqual({ kind: "failed" });
    const [[told] = []] = onDiagnostic.mock.calls;
    expect(told?.cause).toMatchObject({ code: "UNSUPPORTED" });
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("secret"))],
    [
      "throws",
      () => {
        throw new Error("secret");
      },
    ],
  ])("whose function %s is answered with failed, and the app hears of it", async (_, pull) => {
    const onDiagnostic = jest.fn<undefined, [Diagnostic]>();
    const config = { backend: { ...backend, pull }, onDiagnostic };
    const answer = await ask(new ScriptedHost(), config, { kind: "pull", cursor: null, limit: 9 });
    expect(answer).toEqual({ kind: "failed" });
    const [[told] = []] = onDiagnostic.mock.calls;
    expect(told).toMatchObject({ code: "appFunctionThrew", level: "warning" });
    expect(told?.cause).toMatchObject({ message: "secret" });
    expect(JSON.stringify(told)).not.toContain("secret");
    expect({ ...told }).not.toHaveProperty("cause");
  });

  it("whose function throws a BackendError tells the engine the status and the wait", async () => {
    const pull = (): Promise<never> => Promise.reject(new BackendError(503, 2_000));
    const config = { backend: { ...backend, pull } };
    const answer = await ask(new ScriptedHost(), config, { kind: "pull", cursor: null, limit: 9 });
    expect(answer).toEqual({ kind: "failed", status: 503, retryAfterMs: 2_000 });
  });

  it.each([
    { status: "503" },
    { status: 5.5, retryAfterMs: -1 },
    { status: 99_999, retryAfterMs: NaN },
  ])("does not pass on what is no status: %p", async (thrown) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    const pull = (): Promise<never> => Promise.reject(thrown);
    const config = { backend: { ...backend, pull } };
    const answer = await ask(new ScriptedHost(), config, { kind: "pull", cursor: null, limit: 9 });
    expect(answer).toEqual({ kind: "failed" });
  });

  it("whose answer the engine cannot read is answered with failed at once", async () => {
    const host = new ScriptedHost();
    const onDiagnostic = jest.fn<undefined, [Diagnostic]>();
    await ask(host, { backend, onDiagnostic }, { kind: "pull", cursor: null, limit: 9 });
    host.waiting("answer").reject(hostError("INVALID_ARGUMENT"));
    expect(await answered(host)).toEqual({ kind: "failed" });
    const [[told] = []] = onDiagnostic.mock.calls;
    expect(told).toMatchObject({ code: "appFunctionAnswerUnreadable", data: { asked: "pull" } });
    expect(told?.cause).toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("goes to the functions of the latest createMailboat, as after Fast Refresh", async () => {
    const host = new ScriptedHost();
    const stale = { ...nowhere, getToken: () => Promise.resolve("stale") };
    const first = createMailboat({ path: "/scripted.db", host, backend: stale });
    const fresh = { ...nowhere, getToken: () => Promise.resolve("fresh") };
    const answer = await ask(host, { backend: fresh }, { kind: "token", refresh: false });
    expect(answer).toEqual({ kind: "token", token: "fresh" });
    expect(createMailboat({ path: "/scripted.db", host })).toBe(first);
  });
});
