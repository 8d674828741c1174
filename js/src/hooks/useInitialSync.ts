// The first pull of collections that an app cannot be used without, for a screen that waits.

import { useMemo } from "react";
import type { MailboatError } from "../error";
import type { InitialSyncState } from "../generated/waist";
import type { SyncStatusView } from "./statusView";
import { useSyncStatus } from "./useSyncStatus";

/**
 * What {@link useInitialSync} answers.
 *
 * @example
 * ```tsx
 * const isBlocked = ({ state }: InitialSyncView) => state !== "done";
 * ```
 */
export interface InitialSyncView {
  /**
   * `done` when every collection with `initialSync: "required"` has had its first pull: in an
   * earlier run of the app as well. Before that `waiting` (for a network, a token, or its
   * turn), `running` or `failed`, which is tried again by itself.
   */
  readonly state: InitialSyncState | "done";
  /** Required collections whose first pull has not ended. */
  readonly missing: readonly string[];
  /** Records that it has brought so far, of all collections; a restart goes on there. */
  readonly records: number;
  /** What stands in the way. */
  readonly error: MailboatError | null;
  /** Tries now, whatever delay is armed, and on any network. */
  readonly retry: () => Promise<void>;
}

const NOTHING: readonly string[] = [];

/**
 * Whether what the app needs is on the device, as that changes. The answer is there in the
 * first render; offline with everything here it is `done`.
 *
 * @example
 * ```tsx
 * function Gate({ children }: { children: ReactNode }) {
 *   const { state, records, retry } = useInitialSync();
 *   if (state === "done") return children;
 *   if (state === "failed") return <Button title="Try again" onPress={() => void retry()} />;
 *   return <Text>{`${records} records so far`}</Text>;
 * }
 * ```
 */
export function useInitialSync(): InitialSyncView {
  const { initialSync, error, syncNow } = useSyncStatus(parts);
  return useMemo(
    () => ({
      state: initialSync?.state ?? "done",
      missing: initialSync?.missing ?? NOTHING,
      records: initialSync?.records ?? 0,
      error,
      retry: syncNow,
    }),
    [initialSync, error, syncNow],
  );
}

function parts(status: SyncStatusView): Pick<SyncStatusView, "initialSync" | "error" | "syncNow"> {
  const { initialSync, error, syncNow } = status;
  return { initialSync, error, syncNow };
}
