// One word for how syncing goes, out of all that the status says.

import type { SyncStatus } from "../status";

/**
 * One word for how syncing goes: `failed` needs a person, `offline` a network, `waiting`
 * nothing but time.
 *
 * @example
 * ```ts
 * const isWorthALook = (state: SyncState) => state === "failed";
 * ```
 */
export type SyncState = "synced" | "syncing" | "waiting" | "offline" | "failed";

/**
 * The word for a status. What needs a person comes first, then what explains the rest.
 *
 * @example
 * ```ts
 * const state = syncStateOf(mailboat.status.getSnapshot());
 * ```
 */
export function syncStateOf(status: SyncStatus): SyncState {
  const { error, failed, online, pending, phase } = status;
  if (failed > 0 || (error !== null && !error.retryable)) return "failed";
  if (!online) return "offline";
  // Paused is a step on the way, such as asking for a token.
  if (phase === "pushing" || phase === "pulling" || phase === "paused") return "syncing";
  if (pending > 0 || error !== null) return "waiting";
  return "synced";
}
