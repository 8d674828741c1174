import {
  createMailboat,
  MailboatError,
  type JavaScriptBackend,
  type MessagingConfig,
} from "../../src";
import { messagingSchema } from "../../src/generated/messagingSchema";
import { hostError, ScriptedHost } from "./scriptedHost";

/** The config that reached the host. */
function configOf(config: Omit<MessagingConfig, "host" | "path">): unknown {
  const host = new ScriptedHost();
  createMailboat({ path: "/scripted.db", host, ...config });
  return JSON.parse(host.config);
}

/** An error with these fields. */
function errorLike(fields: object): Error {
  return expect.objectContaining(fields) as Error;
}

describe("createMailboat", () => {
  it("without a host says what to do", () => {
    const create = (): unknown => createMailboat({ path: "/chat.db" });
    expect(create).toThrow(errorLike({ code: "UNSUPPORTED" }));
    expect(create).toThrow(/nodeHost\(\)/);
  });

  it("hands over the messaging schema when the app has none of its own", () => {
    expect(configOf({})).toEqual({ path: "/scripted.db", schema: messagingSchema });
  });

  it("keeps functions and the user on this side of the waist", () => {
    const getToken = (): Promise<null> => Promise.resolve(null);
    const backend = { kind: "rest", baseUrl: "https://example.com", getToken } as const;
    expect(configOf({ backend, userId: "ann", durability: "normal" })).toEqual({
      path: "/scripted.db",
      schema: messagingSchema,
      backend: { kind: "rest", baseUrl: "https://example.com" },
      durability: "normal",
    });
  });

  it("says of a backend in JavaScript only that there is one", () => {
    const backend = {} as JavaScriptBackend;
    expect(configOf({ backend })).toMatchObject({ backend: { kind: "javaScript" } });
  });

  it("hands over what may be kept for the background", () => {
    const background = { keepToken: true };
    expect(configOf({ background })).toMatchObject({ background });
  });

  it("answers the same object for the engine that is open already", () => {
    const host = new ScriptedHost();
    const config = { path: "/scripted.db", host };
    expect(createMailboat(config)).toBe(createMailboat(config));
    expect(host.listening).toBe(1);
  });

  it("throws a typed error when the file cannot be opened, and listens no more", () => {
    const host = new ScriptedHost();
    host.open = () => {
      throw hostError("LOCKED", true);
    };
    expect(() => createMailboat({ path: "/scripted.db", host })).toThrow(MailboatError);
    expect(host.listening).toBe(0);
  });

  it("is ready once the migration that open began has ended", async () => {
    const host = new ScriptedHost();
    host.opened.state = "opening";
    const mailboat = createMailboat({ path: "/scripted.db", host });
    expect(mailboat.state.getSnapshot()).toEqual({ kind: "opening" });
    const ready = mailboat.whenReady();
    host.wake({ type: "opened" });
    await ready;
    expect(mailboat.state.getSnapshot()).toEqual({ kind: "ready" });
  });

  it("rejects whenReady with the reason when opening fails", async () => {
    const host = new ScriptedHost();
    host.opened.state = "opening";
    const mailboat = createMailboat({ path: "/scripted.db", host });
    const ready = mailboat.whenReady();
    host.wake({
      type: "openFailed",
      error: { code: "CORRUPT", message: "Not a database.", retryable: false },
    });
    await expect(ready).rejects.toMatchObject({ code: "CORRUPT" });
    expect(mailboat.state.getSnapshot()).toMatchObject({ kind: "failed" });
    expect(() => mailboat.counters()).toThrow(errorLike({ code: "CORRUPT" }));
  });

  it("opens anew after close", async () => {
    const host = new ScriptedHost();
    const first = createMailboat({ path: "/scripted.db", host });
    const closing = first.close();
    host.waiting("close").resolve(null);
    await closing;
    host.opened.engine = 2;
    expect(createMailboat({ path: "/scripted.db", host })).not.toBe(first);
    expect(host.listening).toBe(1);
  });
});

describe("sendMessage", () => {
  it("needs to know who writes", async () => {
    const mailboat = createMailboat({ path: "/scripted.db", host: new ScriptedHost() });
    await expect(mailboat.sendMessage("c1", "Ahoy")).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("userId") as string,
    });
  });
});

describe("history", () => {
  it("needs a collection with lanes", () => {
    const mailboat = createMailboat({ path: "/scripted.db", host: new ScriptedHost() });
    expect(() => mailboat.history("conversations", "c1")).toThrow(/laneColumn/);
  });
});
