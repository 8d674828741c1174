// Network sources over the two libraries that apps usually have. The app hands its library
// over, so that this package depends on neither; what is asked of them is declared here.

import type { Network, NetworkKind } from "../generated/waist";
import { UNKNOWN_NETWORK, type NetworkSource } from "./networkSource";

/** What `expo-network` says; a `NetworkState` of it. */
export interface ExpoNetworkState {
  /** Such as `WIFI`. */
  readonly type?: string | undefined;
  /** Whether the internet is reachable, as far as the platform knows. */
  readonly isInternetReachable?: boolean | undefined;
}

/** What is used of `expo-network`. */
export interface ExpoNetworkLibrary {
  /** The state now. */
  getNetworkStateAsync(): Promise<ExpoNetworkState>;
  /** Each state after a change. */
  addNetworkStateListener(listener: (state: ExpoNetworkState) => void): {
    /** Ends it. */
    remove(): void;
  };
}

/** What `@react-native-community/netinfo` says; a `NetInfoState` of it. */
export interface NetInfoLibraryState {
  /** Such as `wifi`. */
  readonly type: string;
  /** Whether the internet is reachable; `null` while that is not known. */
  readonly isInternetReachable: boolean | null | undefined;
  /** What is known of this kind of network; `null` without one. */
  readonly details: {
    /** Whether it costs by volume. */
    readonly isConnectionExpensive?: boolean | undefined;
  } | null;
}

/** What is used of `@react-native-community/netinfo`. */
export interface NetInfoLibrary {
  /** The state soon, and each one after a change. */
  addEventListener(listener: (state: NetInfoLibraryState) => void): () => void;
}

/**
 * The network as `expo-network` sees it. Whether it costs by volume the library does not say,
 * so that the engine takes cellular for metered and nothing else.
 *
 * @param library - all of `expo-network`
 *
 * @example
 * ```ts
 * import * as Network from "expo-network";
 * const mailboat = createMailboat({ path, backend, network: expoNetworkSource(Network) });
 * ```
 */
export function expoNetworkSource(library: ExpoNetworkLibrary): NetworkSource {
  const networkOf = ({ type, isInternetReachable }: ExpoNetworkState): Network =>
    networkFrom(type, undefined, isInternetReachable);
  return {
    subscribe(listener) {
      // An event is newer than the answer to a question that was asked before it.
      let isAnswerNews = true;
      const subscription = library.addNetworkStateListener((state) => {
        isAnswerNews = false;
        listener(networkOf(state));
      });
      void library
        .getNetworkStateAsync()
        .then(networkOf, () => UNKNOWN_NETWORK)
        .then((network) => {
          if (isAnswerNews) listener(network);
        });
      return () => {
        isAnswerNews = false;
        subscription.remove();
      };
    },
  };
}

/**
 * The network as `@react-native-community/netinfo` sees it.
 *
 * @param library - the default export of it
 *
 * @example
 * ```ts
 * import NetInfo from "@react-native-community/netinfo";
 * const mailboat = createMailboat({ path, backend, network: netInfoSource(NetInfo) });
 * ```
 */
export function netInfoSource(library: NetInfoLibrary): NetworkSource {
  return {
    subscribe: (listener) =>
      library.addEventListener(({ type, details, isInternetReachable }) => {
        listener(networkFrom(type, details?.isConnectionExpensive, isInternetReachable));
      }),
  };
}

/** Kinds by the libraries' words in small letters. What they know beyond these is `other`. */
const KINDS: Readonly<Record<string, NetworkKind>> = {
  unknown: "unknown",
  none: "none",
  wifi: "wifi",
  cellular: "cellular",
  ethernet: "ethernet",
};

function networkFrom(
  type: string | undefined,
  metered: boolean | undefined,
  reachable: boolean | null | undefined,
): Network {
  const kind = KINDS[type?.toLowerCase() ?? "unknown"] ?? "other";
  // Of a network that they cannot name the libraries say `false` without having looked.
  const isTold = typeof reachable === "boolean" && (kind !== "unknown" || reachable);
  return {
    kind,
    ...(metered !== undefined && { metered }),
    ...(isTold && kind !== "none" && { validated: reachable }),
  };
}
