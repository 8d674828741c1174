// Who tells the engine what network the device is on. The engine takes it for a hint: what
// its own requests meet decides.

import { Listeners } from "../engine/cell";
import type { Network } from "../generated/waist";

/**
 * Somebody who knows what network the device is on, for `createMailboat({ network })`.
 *
 * @example Another library than those that have a source here.
 * ```ts
 * const network: NetworkSource = {
 *   subscribe: (listener) =>
 *     radio.watch((isUp) => {
 *       listener({ kind: isUp ? "other" : "none" });
 *     }),
 * };
 * ```
 */
export interface NetworkSource {
  /**
   * Calls `listener` with the network now, as soon as it is known, and with each one after.
   *
   * @returns ends it
   */
  subscribe(listener: (network: Network) => void): () => void;
}

/** What is known of a network that nobody has told about. */
export const UNKNOWN_NETWORK: Network = { kind: "unknown" };

/**
 * A network source that says what it is told: for tests, and for a screen on which a person
 * tries how an app behaves without a network.
 *
 * @example
 * ```ts
 * import * as Network from "expo-network";
 *
 * const network = new ManualNetworkSource(expoNetworkSource(Network));
 * const mailboat = createMailboat({ path, backend, network });
 * network.set({ kind: "none" }); // whatever the device is on
 * network.set(null); // what the device is on
 * ```
 */
export class ManualNetworkSource implements NetworkSource {
  private said: Network | null = null;
  private readonly changes = new Listeners();

  /** @param behind - who is asked while nothing is set; nobody when left out */
  constructor(private readonly behind?: NetworkSource) {}

  /** What is set; `null` when nothing is. */
  get current(): Network | null {
    return this.said;
  }

  /** Says this from now on; `null` leaves it to the source behind again. */
  set(network: Network | null): void {
    this.said = network;
    this.changes.notify();
  }

  /**
   * Calls `listener` with what is set, or what the source behind says, and with each change.
   *
   * @returns ends it
   */
  subscribe(listener: (network: Network) => void): () => void {
    let heard = UNKNOWN_NETWORK;
    const stopHearing = this.behind?.subscribe((network) => {
      heard = network;
      if (this.said === null) listener(network);
    });
    const stop = this.changes.add(() => {
      listener(this.said ?? heard);
    });
    if (this.said !== null) listener(this.said);
    return () => {
      stop();
      stopHearing?.();
    };
  }
}
