import * as fc from "fast-check";
import type { PatchOp } from "../../src/generated/waist";
import { applyPatch, NO_ROWS, reconcile, type Rows } from "../../src/live/patch";
import { row } from "./scriptedHost";

/** A step whose indices are fractions of the length, so that every one fits. */
const step = fc.record({
  op: fc.constantFrom("insert", "update", "move", "remove"),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
});

interface Step {
  readonly op: string;
  readonly at: number;
  readonly to: number;
}

function rowsOf(count: number): Rows {
  const ids = Array.from({ length: count }, (_, at) => `row-${at}`);
  return { rows: ids.map((id) => row(id)), revisions: ids.map((_, at) => at) };
}

/** The plainest model: a list of pairs, changed by hand. Answers the operations it made. */
function play(steps: readonly Step[], model: [string, number][]): PatchOp[] {
  let next = 1_000;
  return steps.flatMap(({ at, op, to }): PatchOp[] => {
    const revision = next++;
    const index = Math.floor(at * model.length);
    if (op === "insert" || model.length === 0) {
      const place = Math.floor(at * (model.length + 1));
      const id = `new-${revision}`;
      model.splice(place, 0, [id, revision]);
      return [{ op: "insert", at: place, row: row(id, `body ${revision}`), revision }];
    }
    if (op === "remove") {
      model.splice(index, 1);
      return [{ op: "remove", at: index }];
    }
    if (op === "move") {
      const target = Math.floor(to * model.length);
      model.splice(target, 0, ...model.splice(index, 1));
      return [{ op: "move", from: index, to: target }];
    }
    const id = model[index]?.[0] ?? "";
    model[index] = [id, revision];
    return [{ op: "update", at: index, row: row(id, `body ${revision}`), revision }];
  });
}

function pairs({ revisions, rows }: Rows): (readonly [string, number | undefined])[] {
  return rows.map(({ id }, at) => [id, revisions[at]] as const);
}

describe("applyPatch", () => {
  it("leads to the same rows as changing a plain list by hand, for any operations", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(step, { maxLength: 40 }), (count, steps) => {
        const before = rowsOf(count);
        const model = before.rows.map(({ id }, at): [string, number] => [id, at]);
        const ops = play(steps, model);
        const after = applyPatch(before, ops);
        expect(after).not.toBeNull();
        expect(pairs(after ?? NO_ROWS)).toEqual(model);
      }),
    );
  });

  it("keeps the identity of every row that no operation replaces, wherever it moves", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.array(step, { maxLength: 40 }), (count, steps) => {
        const before = rowsOf(count);
        const model = before.rows.map(({ id }, at): [string, number] => [id, at]);
        const after = applyPatch(before, play(steps, model)) ?? NO_ROWS;
        const known = new Map(before.rows.map((old, at) => [`${old.id} ${at}`, old]));
        after.rows.forEach((now, at) => {
          const old = known.get(`${now.id} ${String(after.revisions[at])}`);
          if (old !== undefined) expect(now).toBe(old);
        });
      }),
    );
  });

  it("leaves the rows before it as they were", () => {
    const before = rowsOf(3);
    const copy = [...before.rows];
    applyPatch(before, [
      { op: "remove", at: 0 },
      { op: "move", from: 0, to: 1 },
    ]);
    expect(before.rows).toEqual(copy);
  });

  it.each<PatchOp>([
    { op: "insert", at: 3, row: row("x"), revision: 9 },
    { op: "update", at: 2, row: row("x"), revision: 9 },
    { op: "remove", at: 2 },
    { op: "move", from: 0, to: 2 },
    { op: "move", from: 2, to: 0 },
  ])("refuses an operation beyond the rows: %j", (op) => {
    expect(applyPatch(rowsOf(2), [op])).toBeNull();
  });
});

describe("reconcile", () => {
  it("answers the rows before when nothing has changed", () => {
    const before = rowsOf(3);
    const read = rowsOf(3);
    expect(reconcile(before, read.rows, read.revisions)).toBe(before);
  });

  it("keeps every row whose revision is the same, and takes the others", () => {
    const before = rowsOf(3);
    const changed = row("row-1", "edited");
    const rows = [row("row-2"), changed, row("row-9")];
    const after = reconcile(before, rows, [2, 7, 9]);
    expect(after.rows[0]).toBe(before.rows[2]);
    expect(after.rows[1]).toBe(changed);
    expect(after.rows.map(({ id }) => id)).toEqual(["row-2", "row-1", "row-9"]);
    expect(after.revisions).toEqual([2, 7, 9]);
  });

  it("sees that only the order has changed", () => {
    const before = rowsOf(2);
    const after = reconcile(before, [row("row-1"), row("row-0")], [1, 0]);
    expect(after.rows).toEqual([before.rows[1], before.rows[0]]);
    expect(after.rows[0]).toBe(before.rows[1]);
  });
});
