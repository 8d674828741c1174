// Which rows an app asks for, in the app's own types, and when two requests are the same.

import type { Take, Window } from "../generated/waist";
import type { Collections } from "../schema";

/**
 * Most rows that one window shows. A list that needs more has a limit and a `where`, or grows
 * as {@link History} does.
 *
 * @example
 * ```ts
 * const { rows, more } = await mailboat.query({
 *   collection: "messages",
 *   limit: MAX_WINDOW_ROWS,
 * });
 * ```
 */
export const MAX_WINDOW_ROWS = 500;

/**
 * Which rows of one collection, in which order, how many.
 *
 * @example
 * ```ts
 * const newest: WindowOf<MessagingCollections, "messages"> = {
 *   collection: "messages",
 *   where: { conversationId },
 *   take: "last",
 *   limit: 50,
 * };
 * ```
 */
export interface WindowOf<C extends Collections, N extends keyof C & string> {
  /** Name of the collection. */
  readonly collection: N;
  /** Columns, or `id`, and the values they must equal. */
  readonly where?: { readonly [K in keyof C[N]]?: C[N][K] & Scalar } & {
    /** Id of the record. */
    readonly id?: string;
  };
  /** Left out: records in the server's order, then those not yet acknowledged. */
  readonly orderBy?: {
    /** Name of the column, or `id`. */
    readonly column: (keyof C[N] & string) | "id";
    /** Largest first; smallest first when left out. */
    readonly descending?: boolean;
  };
  /** Which end of the order the window sits at; `first` when left out. */
  readonly take?: Take;
  /** At most this many rows, 1 to {@link MAX_WINDOW_ROWS}. */
  readonly limit: number;
}

type Scalar = string | number | boolean | null;

/** Text that is equal for equal requests, however their properties are ordered. */
export function windowKey(window: Window): string {
  const { orderBy, take = "first", limit } = window;
  return JSON.stringify([
    recordsKey(window),
    orderBy === undefined ? null : [orderBy.column, orderBy.descending ?? false],
    take,
    limit,
  ]);
}

/** Text that is equal for windows on the same records, whatever part of them they show. */
export function recordsKey({ collection, where = {} }: Window): string {
  // JSON leaves out what is undefined, and with it the filter.
  const columns = Object.keys(where)
    .filter((column) => where[column] !== undefined)
    .sort();
  return JSON.stringify([collection, columns.map((column) => [column, where[column]])]);
}
