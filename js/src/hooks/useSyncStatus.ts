// How syncing goes, for a banner or an icon.

import { useSyncExternalStore } from "react";
import type { Collections } from "../schema";
import type { SyncStatus } from "../status";
import { useMailboat } from "./useMailboat";

/**
 * How syncing goes, as it changes.
 *
 * @example
 * ```tsx
 * const { online, pending } = useSyncStatus();
 * return online ? null : <Banner text={`Offline, ${pending} to send`} />;
 * ```
 */
export function useSyncStatus(): SyncStatus {
  const { getSnapshot, subscribe } = useMailboat<Collections>().status;
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}
