// Calls with the wrong kinds of arguments. What is said of them differs: a module that
// React Native generates words its own refusals. That they fail, and do nothing, does not.

import { assert } from "chai";
import { platformHost } from "../consoleHost";
import { Device } from "../device";
import { describe, each, it } from "../suite";

type AnyCall = (...args: unknown[]) => unknown;

const STATUS = '{"type":"status"}';
const WINDOW = '{"collection":"notes","limit":1}';
const CREATE = '{"type":"create","collection":"notes","values":{"body":"a"}}';

const call = (name: keyof typeof platformHost): AnyCall => {
  const methods = platformHost as unknown as Record<string, AnyCall>;
  return (...args) => methods[name]?.(...args);
};

/** What a call throws or rejects with. */
async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("The call did not fail.");
}

/** An error, and where it speaks the waist's language, with the code for this. */
function assertRefusal(thrown: unknown): void {
  assert.instanceOf(thrown, Error);
  const { message } = thrown;
  assert.isString(message);
  if (!message.startsWith("{")) return;
  assert.strictEqual((JSON.parse(message) as { code: string }).code, "INVALID_ARGUMENT");
}

export function defineArguments(): void {
  const cases: [string, keyof typeof platformHost, (engine: number) => unknown[]][] = [
    ["open of nothing", "open", () => []],
    ["open of null", "open", () => [null]],
    ["open of an object", "open", () => [{ path: "a.db" }]],
    ["open of a number", "open", () => [7]],
    ["query without a request", "query", (engine) => [engine]],
    ["query of an object", "query", (engine) => [engine, { type: "status" }]],
    ["query with an engine that is a text", "query", (engine) => [String(engine), STATUS]],
    ["query with no engine", "query", () => [undefined, STATUS]],
    ["query with an engine that is NaN", "query", () => [NaN, STATUS]],
    ["query with an engine below 0", "query", () => [-1, STATUS]],
    ["query with an engine that is a fraction", "query", (engine) => [engine + 0.5, STATUS]],
    ["query with an engine beyond 32 bits", "query", (engine) => [engine + 2 ** 32, STATUS]],
    ["query with an engine that is infinite", "query", () => [Infinity, STATUS]],
    ["watch without a window", "watch", (engine) => [engine]],
    ["watch of null", "watch", (engine) => [engine, null]],
    ["watch with an engine that is a text", "watch", (engine) => [String(engine), WINDOW]],
    ["unwatch with a watch that is a text", "unwatch", (engine) => [engine, "1"]],
    ["unwatch with an engine that is null", "unwatch", () => [null, 1]],
    ["unwatch with a watch that is a fraction", "unwatch", (engine) => [engine, 0.5]],
    ["execute without a command", "execute", (engine) => [engine]],
    ["execute of an object", "execute", (engine) => [engine, { type: "sync" }]],
    ["execute with an engine that is a text", "execute", (engine) => [String(engine), CREATE]],
    ["execute with an engine that is a fraction", "execute", (engine) => [engine + 0.5, CREATE]],
    ["drain of nothing", "drain", () => []],
    ["drain of a text", "drain", (engine) => [String(engine)]],
    ["drain of NaN", "drain", () => [NaN]],
    ["onWake of a text", "onWake", () => ["listener"]],
    ["onWake of nothing", "onWake", () => []],
  ];
  describe("a wrong argument is refused:", () => {
    each(cases, async (_name, name, args) => {
      const device = Device.open();
      assertRefusal(await thrownBy(() => call(name)(...args(device.id))));
      await device.settle();
      assert.deepEqual(device.bodies(), []);
      assert.strictEqual(device.query({ type: "counters" }).watches, 0);
    });
  });

  describe("a call", () => {
    it("with an argument too many takes no notice of it", async () => {
      const { id } = Device.open();
      const answer = call("query")(id, STATUS, "more") as string;
      assert.deepEqual(JSON.parse(answer), JSON.parse(platformHost.query(id, STATUS)));
      assert.include((await call("execute")(id, CREATE, "more")) as string, '"entry"');
    });

    it("that fails says so from where it was made: thrown, or as a rejection", async () => {
      const { id } = Device.open();
      assert.throws(() => platformHost.query(id, "{"));
      const rejected = platformHost.execute(id, "{");
      assert.instanceOf(await thrownBy(() => rejected), Error);
    });
  });
}
