// The add-on's own calls, without the TypeScript that wraps them.

import { createServer } from "node:net";
import { addon } from "../../src/node/addon";
import type { Drained, Opened, Snapshot, Watched } from "../../src/generated/waist";
import { useFolder } from "./folder";

const MEGABYTE = 1024 * 1024;
const NOTES = {
  name: "notes",
  columns: [{ name: "body", type: "text", maxBytes: MEGABYTE }],
};
const waist = addon();
const file = useFolder();

let config: string;
let engine: number;

beforeEach(() => {
  config = JSON.stringify({ path: file("a.db"), schema: { collections: [NOTES] } });
  engine = open(config).engine;
});

afterEach(async () => {
  await waist.execute(engine, '{"type":"close"}').catch(() => undefined);
});

function open(text: string): Opened {
  return JSON.parse(waist.open(text)) as Opened;
}

function create(body: string, on = engine): Promise<string> {
  return waist.execute(
    on,
    JSON.stringify({ type: "create", collection: "notes", values: { body } }),
  );
}

function bodies(on = engine): unknown[] {
  const query = { type: "window", window: { collection: "notes", limit: 500 } };
  const { rows } = JSON.parse(waist.query(on, JSON.stringify(query))) as Snapshot;
  return rows.map((row) => row["body"]);
}

function events(): Drained["events"] {
  return (JSON.parse(waist.drain(engine)) as Drained).events;
}

/** The code of what a call throws or rejects with. */
async function failure(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (JSON.parse((error as Error).message) as { code: string }).code;
  }
  return "none";
}

describe("an engine of the add-on", () => {
  it("is the same one, of the same generation, for the same config", () => {
    expect(open(config)).toEqual({ engine, generation: 1, state: "ready" });
  });

  it("shares nothing with another one", async () => {
    const other = open(config.replace("a.db", "b.db")).engine;
    expect(other).not.toBe(engine);
    await Promise.all([create("here"), create("there", other)]);
    expect([bodies(), bodies(other)]).toEqual([["here"], ["there"]]);
    await waist.execute(other, '{"type":"close"}');
    expect(bodies()).toEqual(["here"]);
  });

  it("has the events of a write ready when the write resolves", async () => {
    const window = JSON.stringify({ collection: "notes", limit: 10 });
    const { watch } = JSON.parse(waist.watch(engine, window)) as Watched;
    for (const body of ["one", "two", "three"]) {
      await create(body);
      const patches = events().filter((event) => event.type === "patch");
      expect(patches).toMatchObject([{ watch, ops: [{ op: "insert", row: { body } }] }]);
    }
    waist.unwatch(engine, watch);
    await create("four");
    expect(events().filter((event) => event.type === "patch")).toEqual([]);
  });

  it("wakes far less often than it is written to", async () => {
    let wakes = 0;
    const stop = waist.onWake((woken) => {
      wakes++;
      waist.drain(woken);
    });
    await Promise.all(Array.from({ length: 1_000 }, (_, at) => create(String(at))));
    expect(wakes).toBeGreaterThan(0);
    expect(wakes).toBeLessThan(100);
    stop();
    const before = wakes;
    await create("unheard");
    expect(wakes).toBe(before);
    stop();
  });

  it("does not wake again before it was drained", async () => {
    let wakes = 0;
    // The wake of opening is delivered with this.
    await create("zero");
    waist.drain(engine);
    const stop = waist.onWake(() => wakes++);
    for (const body of ["one", "two", "three"]) await create(body);
    stop();
    expect(wakes).toBe(1);
  });

  it("calls a listener that another one has ended no more", async () => {
    const heard: string[] = [];
    await create("zero");
    waist.drain(engine);
    const stops = [
      waist.onWake(() => {
        heard.push("first");
        stops.forEach((stop) => {
          stop();
        });
      }),
      waist.onWake(() => heard.push("second")),
    ];
    await create("one");
    expect(heard).toEqual(["first"]);
  });
});

describe("text on its way through the add-on", () => {
  it.each([
    ["nothing", ""],
    ["an emoji, which is a pair of surrogates", "⛵ 👩‍👩‍👧 over"],
    ["NUL", "a\u0000b\u0000"],
    ["the replacement character", "\ufffd"],
    ["a megabyte of ASCII", "x".repeat(MEGABYTE)],
    ["a megabyte of emoji", "⛵".repeat(Math.floor(MEGABYTE / 3))],
    ["quotes and line ends", "\"'\\\r\n\u2028"],
  ])("comes back as it was: %s", async (_name, body) => {
    await create(body);
    expect(bodies()[0] === body).toBe(true);
  });

  it.each([1018, 1019, 1020, 1021, 1022, 1023, 1024, 1025, 1026])(
    "comes back as it was at the edge of the buffer for short texts: %i bytes",
    async (length) => {
      const head = '{"type":"create","collection":"notes","values":{"body":"';
      const tail = '"}}';
      for (const last of ["x", "é", "⛵", "👧"]) {
        const room = length - Buffer.byteLength(head + last + tail);
        const body = "x".repeat(room) + last;
        await waist.execute(engine, head + body + tail);
        expect(bodies()).toContain(body);
      }
    },
  );

  it("is refused when it holds half of a surrogate pair, raw or escaped", async () => {
    const create = (body: string): string =>
      `{"type":"create","collection":"notes","values":{"body":"${body}"}}`;
    expect(await failure(() => waist.execute(engine, create("\ud83d")))).toBe("INVALID_ARGUMENT");
    expect(await failure(() => waist.execute(engine, create("\udc67\ud83d")))).toBe(
      "INVALID_ARGUMENT",
    );
    expect(await failure(() => waist.execute(engine, create("\\ud83d")))).toBe("INVALID_ARGUMENT");
    expect(await failure(() => waist.query(engine, '"\ud83d"'))).toBe("INVALID_ARGUMENT");
    expect(bodies()).toEqual([]);
  });
});

describe("a call that does not fit", () => {
  const wrong = (...args: unknown[]): never[] => args as never[];

  it.each([
    ["open", () => waist.open("{")],
    ["open without a config", () => waist.open(...(wrong() as [never]))],
    ["open with an object", () => waist.open(...(wrong({}) as [never]))],
    ["query", () => waist.query(engine, '{"type":"nothing"}')],
    ["query of a text", () => waist.query(...(wrong("1", "{}") as [never, never]))],
    ["query of -1", () => waist.query(-1, "{}")],
    ["query of 1.5", () => waist.query(1.5, "{}")],
    ["query of NaN", () => waist.query(NaN, "{}")],
    ["watch", () => waist.watch(engine, "[]")],
    ["execute", () => waist.execute(engine, "")],
    ["execute without a command", () => waist.execute(...(wrong(engine) as [never, never]))],
    ["execute of a text", () => waist.execute(...(wrong("1", "{}") as [never, never]))],
    ["onWake", () => waist.onWake(...(wrong("listener") as [never]))],
    ["startDevServer", () => waist.startDevServer("{}")],
    ["stopDevServer", () => waist.stopDevServer(4_000_000)],
  ])("is INVALID_ARGUMENT: %s", async (_name, call) => {
    expect(await failure(call)).toBe("INVALID_ARGUMENT");
  });

  it("throws from a synchronous call and rejects from an asynchronous one", async () => {
    expect(() => waist.query(engine, "{")).toThrow("INVALID_ARGUMENT");
    await expect(waist.execute(engine, "{")).rejects.toThrow("INVALID_ARGUMENT");
    await expect(waist.startDevServer("{")).rejects.toThrow("INVALID_ARGUMENT");
  });

  it("is CLOSED for an engine that nobody opened", async () => {
    const unknown = 4_000_000;
    const status = '{"type":"status"}';
    expect(await failure(() => waist.query(unknown, status))).toBe("CLOSED");
    expect(await failure(() => waist.watch(unknown, '{"collection":"notes","limit":1}'))).toBe(
      "CLOSED",
    );
    expect(await failure(() => create("one", unknown))).toBe("CLOSED");
    expect(await failure(() => waist.drain(unknown))).toBe("CLOSED");
    waist.unwatch(unknown, 1);
    waist.abandon(unknown);
  });

  it("is CLOSED for an engine that was closed, and the file opens as another one", async () => {
    await create("one");
    await waist.execute(engine, '{"type":"close"}');
    expect(await failure(() => bodies())).toBe("CLOSED");
    expect(await failure(() => create("two"))).toBe("CLOSED");
    expect(await failure(() => waist.execute(engine, '{"type":"close"}'))).toBe("CLOSED");
    const closed = engine;
    engine = open(config).engine;
    expect(engine).not.toBe(closed);
    expect(bodies()).toEqual(["one"]);
  });
});

describe("a dev server of the add-on", () => {
  it("listens when it has started, and frees its port when it has stopped", async () => {
    const options = JSON.stringify({ dir: file("server"), port: 0, forgetLedger: false });
    const { id, port } = JSON.parse(await waist.startDevServer(options)) as {
      id: number;
      port: number;
    };
    const taken = JSON.stringify({ dir: file("other"), port });
    expect(await failure(() => waist.startDevServer(taken))).toBe("INVALID_ARGUMENT");
    await waist.stopDevServer(id);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    await new Promise((resolve) => server.close(resolve));
  });
});
