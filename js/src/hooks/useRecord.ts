// One record.

import type { MailboatError } from "../error";
import type { WindowOf } from "../live/window";
import type { MessagingCollections } from "../messaging";
import type { Collections, RowOf } from "../schema";
import { useRows } from "./useRows";

/**
 * What {@link useRecord} answers.
 *
 * @typeParam R - the record
 */
export interface RecordView<R> {
  /** As it is shown, with the writes that wait; `null` when there is none of this id. */
  readonly record: R | null;
  /** Whether it is still being read. */
  readonly loading: boolean;
  /** Why it may be out of date or missing. */
  readonly error: MailboatError | null;
}

/**
 * One record as it changes. The first render already has it, and no other record's change
 * renders its reader.
 *
 * @typeParam C - the collections of the app's schema
 * @typeParam N - name of the collection
 * @param collection - name of the collection
 * @param id - id of the record
 * @throws {@link MailboatError} `INVALID_ARGUMENT` outside of a {@link MailboatProvider}, as all
 * hooks do
 *
 * @example
 * ```tsx
 * const { record: conversation } = useRecord("conversations", conversationId);
 * return <Text>{conversation?.title ?? "Gone"}</Text>;
 * ```
 */
export function useRecord<
  C extends Collections = MessagingCollections,
  N extends keyof C & string = keyof C & string,
>(collection: N, id: string): RecordView<RowOf<C, N>> {
  // What every record has may be asked of whatever collection.
  const window = { collection, where: { id }, limit: 1 } as WindowOf<C, N>;
  const { error, loading, rows } = useRows<C, N>(window);
  return { record: rows[0] ?? null, loading, error };
}
