// What waits to be sent and what was refused, for a screen that lets a person decide.

import { useMemo, useSyncExternalStore } from "react";
import type { OutboxSnapshot } from "../live/liveOutbox";
import type { MessagingCollections } from "../messaging";
import { OUTBOX_PAGE, type Outbox } from "../outbox";
import type { Collections } from "../schema";
import { useMailboat } from "./useMailboat";

/**
 * What {@link useOutbox} answers. The calls stay the same functions; they reject with a
 * {@link MailboatError}.
 *
 * @typeParam C - the collections of the app's schema
 *
 * @example
 * ```tsx
 * const { failed, retryAll }: OutboxView = useOutbox();
 * ```
 */
export interface OutboxView<C extends Collections = MessagingCollections>
  extends
    OutboxSnapshot,
    Pick<Outbox<C>, "retry" | "retryAll" | "discard" | "cancel" | "edit" | "why"> {
  /** Shows a page more, up to 500 entries. */
  readonly loadMore: () => void;
}

/**
 * The oldest entries of the outbox as they change: what waits, and dead letters. An entry
 * that has not changed is the same object as before.
 *
 * @param options - `limit`: entries shown at first and added by each `loadMore`, 1 to 500; 100
 * when left out
 * @typeParam C - the collections of the app's schema, where they are not those of messaging
 *
 * @example
 * ```tsx
 * const { entries, failed, retry, retryAll, discard } = useOutbox();
 * return (
 *   <>
 *     {failed > 0 && <Button title={`Send ${failed} again`} onPress={() => void retryAll()} />}
 *     {entries.map(({ id, reason }) => reason !== null && (
 *       <Fragment key={id}>
 *         <Text>{reason.message}</Text>
 *         <Button title="Try again" onPress={() => void retry(id)} />
 *         <Button title="Drop it" onPress={() => void discard(id)} />
 *       </Fragment>
 *     ))}
 *   </>
 * );
 * ```
 */
export function useOutbox<C extends Collections = MessagingCollections>(
  options: { readonly limit?: number } = {},
): OutboxView<C> {
  const { limit = OUTBOX_PAGE } = options;
  const { outbox } = useMailboat<C>();
  const live = useMemo(() => outbox.watch({ limit }), [outbox, limit]);
  const snapshot = useSyncExternalStore(live.subscribe, live.getSnapshot, live.getSnapshot);
  return useMemo(() => {
    const { cancel, discard, edit, retry, retryAll, why } = outbox;
    const { loadMore } = live;
    return { ...snapshot, retry, retryAll, discard, cancel, edit, why, loadMore };
  }, [snapshot, outbox, live]);
}
