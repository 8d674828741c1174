// The rows of any window.

import { useMemo, useSyncExternalStore } from "react";
import type { WindowSnapshot } from "../live/sharedWindow";
import { windowKey, type WindowOf } from "../live/window";
import type { MessagingCollections } from "../messaging";
import type { Collections, RowOf } from "../schema";
import { useMailboat } from "./useMailboat";

/**
 * The rows of a window as they change. The first render already has them; a row that has
 * not changed is the same object as before, so a memoised component of it does not render.
 *
 * @typeParam C - the collections of the app's schema
 * @typeParam N - name of the collection
 * @param window - which rows, in which order, how many; a new object each time is fine: windows are compared by what they ask for
 *
 * @example
 * ```tsx
 * const { rows } = useRows<YardCollections, "todos">({
 *   collection: "todos",
 *   where: { done: false },
 *   limit: 100,
 * });
 * ```
 */
export function useRows<
  C extends Collections = MessagingCollections,
  N extends keyof C & string = keyof C & string,
>(window: WindowOf<C, N>): WindowSnapshot<RowOf<C, N>> {
  const mailboat = useMailboat<C>();
  const key = windowKey(window);
  // The key stands for the window: an equal one must not end the watch and begin another.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const live = useMemo(() => mailboat.watch(window), [mailboat, key]);
  return useSyncExternalStore(live.subscribe, live.getSnapshot, live.getSnapshot);
}
