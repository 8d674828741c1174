// The collections of the cases, and of the files that are made for them before the run.

import type { Collection, Schema } from "../../src/generated/waist";

/** Largest text or JSON value that a column may ask for, in bytes. */
export const MEGABYTE = 1024 * 1024;

/** A column of each type. */
export const NOTES = {
  name: "notes",
  columns: [
    { name: "body", type: "text", maxBytes: MEGABYTE },
    { name: "rank", type: "integer", optional: true },
    { name: "size", type: "real", optional: true },
    { name: "done", type: "boolean", optional: true },
    { name: "extra", type: "json", optional: true, maxBytes: MEGABYTE },
  ],
} as const satisfies Collection;

/** Records that share lanes, where a dead letter does not stop the lane. */
export const LETTERS = {
  name: "letters",
  columns: [
    { name: "island", type: "text" },
    { name: "body", type: "text" },
  ],
  laneColumn: "island",
  lanePolicy: "skip",
} as const satisfies Collection;

/** Records that share lanes, where a dead letter stops the lane. */
export const ORDERS = {
  name: "orders",
  columns: [
    { name: "island", type: "text" },
    { name: "body", type: "text" },
  ],
  laneColumn: "island",
  lanePolicy: "hold",
} as const satisfies Collection;

/** What cases use when they need nothing else. */
export const SCHEMA = { collections: [NOTES, LETTERS, ORDERS] } as const satisfies Schema;

/** How many columns make one row of {@link WIDE} costly to compare. */
const WIDE_COLUMNS = 60;

/** Records whose comparison with a filter takes many steps. */
export const WIDE: Collection = {
  name: "wide",
  columns: Array.from({ length: WIDE_COLUMNS }, (_, at) => ({
    name: `flag${at}`,
    type: "boolean",
  })),
};

/** The values of a record of {@link WIDE}. */
export function wideValues(flag: boolean): Record<string, boolean> {
  return Object.fromEntries(WIDE.columns.map(({ name }) => [name, flag]));
}
