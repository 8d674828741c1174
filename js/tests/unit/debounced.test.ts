import { Cell } from "../../src/engine/cell";
import { Debounced } from "../../src/live/debounced";

const INTERVAL_MS = 1_000;

describe("Debounced", () => {
  let source: Cell<number>;
  let debounced: Debounced<number>;
  let changes: number[];
  let leave: () => void;

  beforeEach(() => {
    jest.useFakeTimers();
    source = new Cell(0);
    debounced = new Debounced(source, INTERVAL_MS);
    changes = [];
    leave = debounced.subscribe(() => changes.push(debounced.getSnapshot()));
  });

  afterEach(() => {
    leave();
    jest.useRealTimers();
  });

  it("shows the first change at once, and of those within the interval the latest at its end", () => {
    source.set(1);
    expect(changes).toEqual([1]);
    source.set(2);
    source.set(3);
    jest.advanceTimersByTime(INTERVAL_MS - 1);
    expect(debounced.getSnapshot()).toBe(1);
    jest.advanceTimersByTime(1);
    expect(changes).toEqual([1, 3]);
  });

  it("holds the next change as well, when the interval ended with one", () => {
    source.set(1);
    source.set(2);
    jest.advanceTimersByTime(INTERVAL_MS);
    source.set(3);
    expect(changes).toEqual([1, 2]);
    jest.advanceTimersByTime(INTERVAL_MS);
    expect(changes).toEqual([1, 2, 3]);
  });

  it("shows nothing of what was over before the interval was", () => {
    source.set(1);
    source.set(2);
    source.set(1);
    jest.advanceTimersByTime(INTERVAL_MS);
    expect(changes).toEqual([1]);
    source.set(2);
    expect(changes).toEqual([1, 2]);
  });

  it("changes once an interval at most, however fast the source does", () => {
    const seconds = 10;
    for (let ms = 0; ms < seconds * INTERVAL_MS; ms += 20) {
      source.set(ms + 1);
      jest.advanceTimersByTime(20);
    }
    // One at the beginning, and one at the end of each second.
    expect(changes).toHaveLength(seconds + 1);
  });

  it("leaves no timer behind when the last reader leaves", () => {
    const leaveToo = debounced.subscribe(() => undefined);
    source.set(1);
    source.set(2);
    leave();
    expect(jest.getTimerCount()).toBe(1);
    leaveToo();
    leaveToo();
    expect(jest.getTimerCount()).toBe(0);
    expect(changes).toEqual([1]);
  });

  it("shows the value now to who comes back, and goes on from there", () => {
    source.set(1);
    source.set(2);
    leave();
    expect(debounced.getSnapshot()).toBe(2);
    source.set(3);
    leave = debounced.subscribe(() => changes.push(debounced.getSnapshot()));
    expect(debounced.getSnapshot()).toBe(3);
    source.set(4);
    expect(changes).toEqual([1, 4]);
  });
});
