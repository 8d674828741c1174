// Patches: from the rows that a window showed to those it shows now. Pure, so that a
// property test can hold it against the plainest possible model.

import type { PatchOp } from "../generated/waist";
import type { Row } from "../row";

/** The rows of a window with what tells their versions apart. Never changed in place. */
export interface Rows {
  /** As the app sees them. */
  readonly rows: readonly Row[];
  /** For each row a number that changes when the row does. */
  readonly revisions: readonly number[];
}

/** A window before its first read. */
export const NO_ROWS: Rows = { rows: [], revisions: [] };

/**
 * Applies the operations in order onto a copy. Rows that no operation replaces keep
 * their identity, wherever they move.
 *
 * @returns `null` when an operation does not fit the rows. That is a bug somewhere, and
 * watching again is the one answer that cannot show wrong rows.
 */
export function applyPatch(before: Rows, ops: readonly PatchOp[]): Rows | null {
  const rows = [...before.rows];
  const revisions = [...before.revisions];
  for (const op of ops) {
    if (!fits(op, rows.length)) return null;
    applyOp(op, rows, revisions);
  }
  return { rows, revisions };
}

/**
 * Takes over a freshly read window, but keeps the identity of every row that has not
 * changed since `before`; when none has, `before` itself is the answer.
 */
export function reconcile(before: Rows, rows: readonly Row[], revisions: readonly number[]): Rows {
  const known = new Map(before.rows.map((row, at) => [row.id, at]));
  const kept = rows.map((row, at) => {
    const place = known.get(row.id);
    if (place === undefined || before.revisions[place] !== revisions[at]) return row;
    return before.rows[place] ?? row;
  });
  const same =
    kept.length === before.rows.length && kept.every((row, at) => row === before.rows[at]);
  return same ? before : { rows: kept, revisions };
}

function applyOp(op: PatchOp, rows: Row[], revisions: number[]): void {
  switch (op.op) {
    case "insert":
      rows.splice(op.at, 0, op.row);
      revisions.splice(op.at, 0, op.revision);
      return;
    case "update":
      rows[op.at] = op.row;
      revisions[op.at] = op.revision;
      return;
    case "move":
      rows.splice(op.to, 0, ...rows.splice(op.from, 1));
      revisions.splice(op.to, 0, ...revisions.splice(op.from, 1));
      return;
    case "remove":
      rows.splice(op.at, 1);
      revisions.splice(op.at, 1);
  }
}

function fits(op: PatchOp, length: number): boolean {
  switch (op.op) {
    case "insert":
      return op.at <= length;
    case "update":
    case "remove":
      return op.at < length;
    case "move":
      return op.from < length && op.to < length;
  }
}
