import { checkValues, encode } from "../../src/engine/json";

const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error;
const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

describe("checkValues", () => {
  it.each([
    ["NaN", { n: NaN }],
    ["Infinity", { n: -Infinity }],
    ["a nested NaN", { list: [{ n: NaN }] }],
    ["a bigint", { n: 1n }],
    ["a function", { f: () => 1 }],
    ["a symbol", { s: Symbol("s") }],
    ["half of a surrogate pair", { text: "half \ud83d" }],
    ["a cycle", { cyclic }],
    ["a Set", { tags: new Set(["hull"]) }],
    ["a Map in a list", { list: [new Map()] }],
    ["bytes", { bytes: new Uint8Array(2) }],
    ["undefined in a list", { list: [undefined] }],
    ["a gap in a list", { list: new Array(1) }],
  ])("refuses %s, which JSON would change or drop", (_, values) => {
    expect(() => {
      checkValues(values);
    }).toThrow(invalid);
  });

  it("names the column, never its content", () => {
    expect(() => {
      checkValues({ body: { secret: 5n } });
    }).toThrow(/^body is a bigint/);
  });

  it("passes what JSON can say", () => {
    checkValues({
      text: "whole \u{1f6f3}",
      n: 1.5,
      yes: true,
      none: null,
      list: [1, { deep: [] }],
      date: new Date(0),
      bare: Object.create(null) as object,
    });
    checkValues({ leftOut: undefined });
  });
});

describe("encode", () => {
  it("refuses what cannot be written as JSON", () => {
    expect(() => encode(cyclic)).toThrow(invalid);
  });
});
