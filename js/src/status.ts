// How syncing goes, in the package's own error type.

import { MailboatError } from "./error";
import type { SyncStatus as WaistStatus } from "./generated/waist";

/**
 * How syncing goes.
 *
 * `phase` is what the engine does: `idle`, `pushing`, `pulling`, `waiting` (for its next
 * attempt), `offline` (for the network) or `paused` (for an answer such as a token).
 */
export interface SyncStatus extends Readonly<Omit<WaistStatus, "error">> {
  /** What stands in the way. */
  readonly error: MailboatError | null;
}

/** The status as the app sees it. */
export function toSyncStatus(status: WaistStatus): SyncStatus {
  const { bytes, error, failed, lastSyncedAt, network, nextAttemptAt } = status;
  const { online, pending, phase, progress } = status;
  return {
    phase,
    online,
    network,
    pending,
    failed,
    bytes,
    lastSyncedAt,
    nextAttemptAt,
    progress,
    error: error === null ? null : new MailboatError(error),
  };
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
  error: null,
};
