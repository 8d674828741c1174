import { recordsKey, windowKey } from "../../src/live/window";

describe("windowKey", () => {
  it("is equal for equal requests, however their properties are ordered", () => {
    const one = windowKey({ collection: "c", where: { a: 1, b: "x" }, limit: 5 });
    const other = windowKey({ limit: 5, where: { b: "x", a: 1 }, collection: "c", take: "first" });
    expect(one).toBe(other);
  });

  it("is equal whether a default is written or left out", () => {
    const one = windowKey({ collection: "c", orderBy: { column: "a" }, limit: 5 });
    const other = windowKey({
      collection: "c",
      where: {},
      orderBy: { column: "a", descending: false },
      limit: 5,
    });
    expect(one).toBe(other);
  });

  it.each([
    { collection: "d", limit: 5 },
    { collection: "c", limit: 6 },
    { collection: "c", limit: 5, take: "last" as const },
    { collection: "c", limit: 5, where: { a: "1" } },
    { collection: "c", limit: 5, where: { a: 1 } },
    { collection: "c", limit: 5, orderBy: { column: "a" } },
  ])("differs for a different request: %j", (window) => {
    expect(windowKey(window)).not.toBe(windowKey({ collection: "c", limit: 5 }));
  });

  it("tells a number from the same number as text", () => {
    const window = { collection: "c", limit: 5 };
    expect(windowKey({ ...window, where: { a: 1 } })).not.toBe(
      windowKey({ ...window, where: { a: "1" } }),
    );
  });
});

describe("a column that is undefined", () => {
  it("filters nothing, other than one that is null", () => {
    const window = { collection: "c", limit: 5 };
    // An app's compiler may well allow it.
    const where = { a: undefined } as unknown as { a: string };
    expect(windowKey({ ...window, where })).toBe(windowKey(window));
    expect(windowKey({ ...window, where })).not.toBe(windowKey({ ...window, where: { a: null } }));
  });
});

describe("recordsKey", () => {
  it("is equal for windows on the same records, whatever part they show", () => {
    const where = { conversationId: "c1" };
    expect(recordsKey({ collection: "m", where, limit: 50, take: "last" })).toBe(
      recordsKey({ collection: "m", where, limit: 100 }),
    );
  });
});
