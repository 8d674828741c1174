// How syncing goes, for a banner or an icon.

import type { Collections } from "../schema";
import { everything, useStatusOf, type SyncStatusView } from "./statusView";
import { useMailboat } from "./useMailboat";

/**
 * A part of how syncing goes; the component renders again only when that part has changed.
 *
 * @param select - answers a value, or a new flat object, which is compared field by field
 *
 * @example
 * ```tsx
 * const progress = useSyncStatus((status) => status.progress);
 * return progress === null ? null : <Banner text={`${progress.done} done`} />;
 * ```
 */
export function useSyncStatus<T>(select: (status: SyncStatusView) => T): T;
/**
 * How syncing goes, as it changes.
 *
 * @example
 * ```tsx
 * const { online, pending, syncNow } = useSyncStatus();
 * return online ? null : <Button title={`Send ${pending}`} onPress={() => void syncNow()} />;
 * ```
 */
export function useSyncStatus(): SyncStatusView;
export function useSyncStatus(select: (status: SyncStatusView) => unknown = everything): unknown {
  const mailboat = useMailboat<Collections>();
  return useStatusOf(mailboat, mailboat.status, select);
}
