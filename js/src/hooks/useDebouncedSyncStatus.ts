// How syncing goes at a pace that a person can follow: a network that comes and goes must not
// make a screen flicker. The components of this package show this status.

import type { Collections } from "../schema";
import type { ExternalStore } from "../engine/cell";
import { Debounced } from "../live/debounced";
import type { SyncStatus } from "../status";
import { everything, useStatusOf, type SyncStatusView } from "./statusView";
import { useMailboat } from "./useMailboat";

/**
 * Milliseconds between two changes of the status that {@link useDebouncedSyncStatus} answers.
 *
 * @example A test that waits until a component of this package shows the newest status.
 * ```ts
 * act(() => jest.advanceTimersByTime(STATUS_DEBOUNCE_MS));
 * ```
 */
export const STATUS_DEBOUNCE_MS = 1_000;

/** One for each engine, so that all that shows the status changes at the same moment. */
const debounced = new WeakMap<ExternalStore<SyncStatus>, ExternalStore<SyncStatus>>();

/**
 * A part of {@link useDebouncedSyncStatus}; the component renders again only when that part
 * has changed.
 *
 * @param select - answers a value, or a new flat object, which is compared field by field
 *
 * @example
 * ```tsx
 * const isOnline = useDebouncedSyncStatus((status) => status.online);
 * ```
 */
export function useDebouncedSyncStatus<T>(select: (status: SyncStatusView) => T): T;
/**
 * What `useSyncStatus` answers, with at most one change a second ({@link STATUS_DEBOUNCE_MS}):
 * a change after a quiet second shows at once, what follows when the second is over.
 *
 * @example
 * ```tsx
 * const { online, pending } = useDebouncedSyncStatus();
 * return online ? null : <Banner text={`Offline, ${pending} to send`} />;
 * ```
 */
export function useDebouncedSyncStatus(): SyncStatusView;
export function useDebouncedSyncStatus(
  select: (status: SyncStatusView) => unknown = everything,
): unknown {
  const mailboat = useMailboat<Collections>();
  return useStatusOf(mailboat, debouncedOf(mailboat.status), select);
}

function debouncedOf(status: ExternalStore<SyncStatus>): ExternalStore<SyncStatus> {
  const known = debounced.get(status);
  if (known !== undefined) return known;
  const made = new Debounced(status, STATUS_DEBOUNCE_MS);
  debounced.set(status, made);
  return made;
}
