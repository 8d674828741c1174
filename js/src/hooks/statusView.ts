// The status as hooks answer it: with `syncNow`, or a part of it.

import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { ExternalStore } from "../engine/cell";
import { toMailboatError } from "../error";
import type { ErrorCode } from "../generated/waist";
import type { Mailboat } from "../mailboat";
import type { Collections } from "../schema";
import { isShallowlyEqual, type SyncStatus } from "../status";

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

/** The part of the store's status that `select` answers, as it changes. */
export function useStatusOf(
  mailboat: Mailboat<Collections>,
  store: ExternalStore<SyncStatus>,
  select: (status: SyncStatusView) => unknown,
): unknown {
  const syncNow = useCallback(async () => {
    try {
      await mailboat.sync();
    } catch (error) {
      if (!TOLD_BY_STATUS.includes(toMailboatError(error).code)) throw error;
    }
  }, [mailboat]);
  const { getSnapshot, subscribe } = store;
  const getSelected = useMemo(
    () => selected(getSnapshot, syncNow, select),
    [getSnapshot, syncNow, select],
  );
  return useSyncExternalStore(subscribe, getSelected, getSelected);
}

/** What is selected when nothing is. */
export function everything(status: SyncStatusView): SyncStatusView {
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
