// Reads one of several engines, whichever provider is nearest: for screens that show both.

import { useMemo, useSyncExternalStore } from "react";
import type { Collections, Mailboat, OutboxSnapshot, SyncStatus } from "react-native-mailboat";

/** How syncing goes in `mailboat`, as it changes. */
export function useStatusOf<C extends Collections>(mailboat: Mailboat<C>): SyncStatus {
  const { getSnapshot, subscribe } = mailboat.status;
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}

/** What `mailboat` has in its outbox, as it changes. */
export function useOutboxOf<C extends Collections>(mailboat: Mailboat<C>): OutboxSnapshot {
  const { getSnapshot, subscribe } = useMemo(() => mailboat.outbox.watch(), [mailboat]);
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}
