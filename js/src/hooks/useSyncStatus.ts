// How syncing goes, for a banner or an icon.

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { toMailboatError } from "../error";
import type { ErrorCode } from "../generated/waist";
import type { Collections } from "../schema";
import { isShallowlyEqual, type SyncStatus } from "../status";
import { useMailboat } from "./useMailboat";

/**
 * What {@link useSyncStatus} answers.
 *
 * @example
 * ```tsx
 * const isLate = ({ pending, online }: SyncStatusView) => pending > 0 && !online;
 * ```
 */
export interface SyncStatusView extends SyncStatus {
  /**
   * Pushes and pulls now, whatever delay is armed. Resolves when that has ended; what went
   * wrong is the status's `error`. Rejects only where syncing cannot be done at all:
   * `UNSUPPORTED` without a backend, `CLOSED`.
   */
  readonly syncNow: () => Promise<void>;
}

/** What stands in the status when syncing fails with it. */
const TOLD_BY_STATUS: readonly ErrorCode[] = ["NETWORK", "UNAUTHORIZED", "REJECTED"];

/**
 * A part of how syncing goes; the component renders again only when that part has changed.
 *
 * @param select answers a value, or a new flat object, which is compared field by field
 *
 * @example
 * ```tsx
 * const progress = useSyncStatus((status) => status.progress);
 * return progress === null ? null : <Bar done={progress.done} total={progress.total} />;
 * ```
 */
export function useSyncStatus<T>(select: (status: SyncStatusView) => T): T;
/**
 * How syncing goes, as it changes.
 *
 * @example
 * ```tsx
 * const { online, pending, syncNow } = useSyncStatus();
 * return online ? null : <Banner text={`Offline, ${pending} to send`} onPress={syncNow} />;
 * ```
 */
export function useSyncStatus(): SyncStatusView;
export function useSyncStatus(select: (status: SyncStatusView) => unknown = everything): unknown {
  const mailboat = useMailboat<Collections>();
  const syncNow = useCallback(async () => {
    try {
      await mailboat.sync();
    } catch (error) {
      if (!TOLD_BY_STATUS.includes(toMailboatError(error).code)) throw error;
    }
  }, [mailboat]);
  const { getSnapshot, subscribe } = mailboat.status;
  const getSelected = useMemo(
    () => selected(getSnapshot, syncNow, select),
    [getSnapshot, syncNow, select],
  );
  return useSyncExternalStore(subscribe, getSelected, getSelected);
}

function everything(status: SyncStatusView): SyncStatusView {
  return status;
}

/** Answers the same value until another one is selected, as React asks of a store. */
function selected(
  read: () => SyncStatus,
  syncNow: () => Promise<void>,
  select: (status: SyncStatusView) => unknown,
): () => unknown {
  let last: { readonly of: SyncStatus; readonly value: unknown } | null = null;
  return () => {
    const of = read();
    if (last?.of === of) return last.value;
    const value = select({ ...of, syncNow });
    last = { of, value: last !== null && isShallowlyEqual(last.value, value) ? last.value : value };
    return last.value;
  };
}
