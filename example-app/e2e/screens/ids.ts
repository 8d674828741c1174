// Rows carry the ids of their records: `message-019c...`. Tests name a row by what it shows.

import type { by } from "detox";

type By = typeof by;
type Matcher = ReturnType<By["id"]>;

const ID = "[0-9a-f]{8}-[0-9a-f-]+";

/** The row of a kind that shows `text`. */
export function rowThatShows(by: By, kind: RowKind, text: string | RegExp): Matcher {
  return by.id(new RegExp(`^${kind}-${ID}$`)).withDescendant(by.text(text));
}

/** Kinds of rows, as their testIDs begin. */
export type RowKind = "conversation" | "message" | "task" | "outbox";
