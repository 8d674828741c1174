// The network, for a screen that does less on a poor or an expensive one.

import type { NetworkStatus } from "../generated/waist";
import type { SyncStatusView } from "./statusView";
import { useSyncStatus } from "./useSyncStatus";

/**
 * The network by the platform's word (`kind`, `metered`) and by the engine's own requests
 * (`quality`, `stability`), as it changes. The component renders again only when it does.
 *
 * The platform's word comes from `createMailboat({ network })`; without one `kind` stays
 * `unknown`.
 *
 * @example
 * ```tsx
 * const { metered, quality } = useNetworkStatus();
 * return <Photo size={metered || quality === "poor" ? "small" : "original"} />;
 * ```
 */
export function useNetworkStatus(): Readonly<NetworkStatus> {
  return useSyncStatus(networkOf);
}

function networkOf({ network }: SyncStatusView): Readonly<NetworkStatus> {
  return network;
}
