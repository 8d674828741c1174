// Reads one of several engines, whichever provider is nearest: for screens that show both.

import { useMemo, useSyncExternalStore } from "react";
import type {
  Collections,
  ExternalStore,
  Mailboat,
  OutboxSnapshot,
  SyncStatus,
} from "react-native-mailboat";

/** How syncing goes in an engine, as it changes. */
export function useStatusOf(mailboat: { readonly status: ExternalStore<SyncStatus> }): SyncStatus {
  const { getSnapshot, subscribe } = mailboat.status;
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}

/** What an engine has in its outbox, as it changes. */
export function useOutboxOf<C extends Collections>(mailboat: Mailboat<C>): OutboxSnapshot {
  const { getSnapshot, subscribe } = useMemo(() => mailboat.outbox.watch(), [mailboat]);
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}
