// How often the status that the app shows has changed since its start. The package shows at
// most one change a second; a network that flaps must not make this run away.

import { useEffect, useRef } from "react";
import { useDebouncedSyncStatus, type SyncStatusView } from "react-native-mailboat";
import { syncStateOf } from "react-native-mailboat/components";
import { Counter } from "./counter";

/** Changes of the shown status so far. */
export const statusChanges = new Counter();

/** What the icon and the line of the connection show. */
function shownOf(status: SyncStatusView): object {
  return { state: syncStateOf(status), online: status.online, kind: status.network.kind };
}

/** Counts for as long as the component that calls it is mounted. */
export function useStatusChangeCount(): void {
  const status = useDebouncedSyncStatus(shownOf);
  const counted = useRef(status);
  useEffect(() => {
    if (counted.current === status) return;
    counted.current = status;
    statusChanges.add();
  }, [status]);
}
