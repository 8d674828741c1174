// How syncing goes, in the package's own error type.

import { MailboatError, sameError } from "./error";
import type { InitialSyncStatus, SyncStatus as WaistStatus } from "./generated/waist";

/**
 * How syncing goes.
 *
 * `phase` is what the engine does: `idle`, `pushing`, `pulling`, `waiting` (for its next
 * attempt), `offline` (for the network) or `paused` (for an answer such as a token).
 *
 * @example
 * ```ts
 * const { online, pending } = mailboat.status.getSnapshot();
 * ```
 */
export interface SyncStatus extends Readonly<Omit<WaistStatus, "error">> {
  /** What stands in the way. */
  readonly error: MailboatError | null;
}

/** Before the engine has said anything. */
export const UNKNOWN_STATUS: SyncStatus = {
  phase: "idle",
  online: false,
  network: { kind: "unknown", metered: false, quality: "unknown", stability: "stable" },
  pending: 0,
  failed: 0,
  bytes: 0,
  lastSyncedAt: null,
  nextAttemptAt: null,
  progress: null,
  initialSync: null,
  error: null,
};

/**
 * The status as the app sees it. What is as before keeps its identity, and so does the whole
 * when nothing has changed: whoever shows a part of it need not look at the rest.
 */
export function nextSyncStatus(before: SyncStatus, now: WaistStatus): SyncStatus {
  const { bytes, failed, lastSyncedAt, nextAttemptAt, online, pending, phase } = now;
  const { initialSync } = now;
  const error = now.error === null ? null : new MailboatError(now.error);
  const next: SyncStatus = {
    phase,
    online,
    network: kept(before.network, now.network),
    pending,
    failed,
    bytes,
    lastSyncedAt,
    nextAttemptAt,
    progress: kept(before.progress, now.progress),
    initialSync: sameInitialSync(before.initialSync, initialSync)
      ? before.initialSync
      : initialSync,
    error: sameError(before.error, error) ? before.error : error,
  };
  return kept(before, next);
}

function sameInitialSync(one: InitialSyncStatus | null, other: InitialSyncStatus | null): boolean {
  if (one === null || other === null) return one === other;
  const missing = one.missing.join() === other.missing.join() ? one.missing : other.missing;
  return isShallowlyEqual(one, { ...other, missing });
}

/** The one before, if both are flat and hold the same. */
function kept<T extends object | null>(before: T, now: T): T {
  return isShallowlyEqual(before, now) ? before : now;
}

/** Whether two values are the same, or flat objects of the same fields and values. */
export function isShallowlyEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object") return false;
  if (one === null || other === null) return false;
  const fields = Object.keys(one);
  if (fields.length !== Object.keys(other).length) return false;
  return fields.every((field) => {
    const isThere = Object.prototype.hasOwnProperty.call(other, field);
    return isThere && Object.is(one[field as never], other[field as never]);
  });
}
