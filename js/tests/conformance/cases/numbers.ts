// Numbers at the edges of what JSON, SQLite and JavaScript agree on, and nested JSON.

import { assert } from "chai";
import { assertFails, Device, host } from "../device";
import { describe, each } from "../suite";

const { MAX_SAFE_INTEGER } = Number;
const DEEP = 100;
const TOO_DEEP = 200;

/** Values of one column as JSON text, so that nothing is lost before the engine sees it. */
function createText(column: string, json: string): string {
  return `{"type":"create","collection":"notes","id":"n","values":{"body":"a","${column}":${json}}}`;
}

function nested(depth: number): unknown {
  let value: unknown = "the bottom";
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

export function defineNumbers(): void {
  describe("a number", defineKept);
  describe("a number is refused", defineRefused);
  describe("JSON", defineJson);
}

function defineKept(): void {
  const cases: [string, "rank" | "size" | "extra", string, unknown][] = [
    ["is the largest safe integer", "rank", "9007199254740991", MAX_SAFE_INTEGER],
    ["is the smallest safe integer", "rank", "-9007199254740991", -MAX_SAFE_INTEGER],
    ["is 0", "rank", "0", 0],
    ["is an integer written with an exponent", "rank", "12e2", 1_200],
    ["is an integer written with a point", "rank", "7.0", 7],
    ["is a tenth", "size", "0.1", 0.1],
    ["is the sum that is not three tenths", "size", String(0.1 + 0.2), 0.1 + 0.2],
    ["is the smallest there is", "size", "5e-324", 5e-324],
    ["is the largest there is", "size", String(Number.MAX_VALUE), Number.MAX_VALUE],
    ["is a real number without a fraction", "size", "3", 3],
    ["is minus 0, which SQLite stores as 0", "size", "-0.0", 0],
    ["is beyond 2^53 in a real column", "size", "1e21", 1e21],
    ["is a fraction inside JSON", "extra", "[1.5,-2.25]", [1.5, -2.25]],
    ["is a safe integer inside JSON", "extra", "[9007199254740991]", [MAX_SAFE_INTEGER]],
  ];
  each(cases, async (_name, column, json, expected) => {
    const device = Device.open();
    device.watch({ collection: "notes", limit: 5 });
    await host.execute(device.id, createText(column, json));
    device.drain();
    const [op] = device.patches()[0]?.ops ?? [];
    const record = device.query({ type: "record", collection: "notes", id: "n" });
    assert.deepEqual(record?.[column], expected);
    assert.deepEqual(op !== undefined && "row" in op ? op.row[column] : null, expected);
  });
}

function defineRefused(): void {
  const cases: [string, "rank" | "size", string][] = [
    ["beyond the largest safe integer", "rank", "9007199254740992"],
    ["beyond the smallest safe integer", "rank", "-9007199254740992"],
    ["beyond 64 bits", "rank", "18446744073709551616"],
    ["with a fraction in an integer column", "rank", "0.5"],
    ["too large for any number", "size", "1e400"],
    ["of a form that JSON does not know: NaN", "size", "NaN"],
    ["of a form that JSON does not know: Infinity", "size", "-Infinity"],
    ["of a form that JSON does not know: a leading 0", "rank", "007"],
    ["of a form that JSON does not know: a plus", "rank", "+7"],
    ["of a form that JSON does not know: hexadecimal", "rank", "0x7"],
    ["that is a bigint", "rank", "7n"],
  ];
  each(cases, async (_name, column, json) => {
    const device = Device.open();
    await assertFails("INVALID_ARGUMENT", () => host.execute(device.id, createText(column, json)));
    assert.deepEqual(device.bodies(), []);
  });
}

function defineJson(): void {
  each(
    [
      ["may be null", null],
      ["may be true", true],
      ["may be an empty object", {}],
      ["may be an empty array", []],
      ["may be a text", "text"],
      ["may have empty keys", { "": { "": 1 } }],
      [`may be nested ${DEEP} levels deep`, nested(DEEP)],
      ["may be as wide as a thousand keys", Object.fromEntries(keys(1_000))],
    ] as [string, unknown][],
    async (_name, extra) => {
      const device = Device.open();
      const id = await device.note("a", { extra });
      const record = device.query({ type: "record", collection: "notes", id });
      assert.deepEqual(record?.["extra"], extra);
    },
  );

  each([[`nested ${TOO_DEEP} levels deep is refused`]], async () => {
    const device = Device.open();
    await assertFails("INVALID_ARGUMENT", () => device.note("a", { extra: nested(TOO_DEEP) }));
    assert.deepEqual(device.bodies(), []);
  });
}

function keys(count: number): [string, number][] {
  return Array.from({ length: count }, (_, at) => [`key ${at}`, at]);
}
