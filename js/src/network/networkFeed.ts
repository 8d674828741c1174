// Carries what a network source says to an engine, for as long as that is open.

import { reportLater } from "../engine/cell";
import type { Engine } from "../engine/engine";
import { toMailboatError } from "../error";
import type { Network } from "../generated/waist";
import { isShallowlyEqual } from "../status";
import { UNKNOWN_NETWORK, type NetworkSource } from "./networkSource";

/** The way from a network source to one engine. */
export class NetworkFeed {
  private source: NetworkSource | undefined;
  private stop: (() => void) | null = null;
  private told: Network | null = null;

  constructor(private readonly engine: Engine) {}

  /** Listens to this source from now on and to no other; `undefined`: to none. */
  follow(source: NetworkSource | undefined): void {
    if (source === this.source) return;
    const hadSource = this.source !== undefined;
    this.end();
    if (source !== undefined) this.listen(source);
    else if (hadSource) this.tell(UNKNOWN_NETWORK);
  }

  /** Listens to none. */
  end(): void {
    this.source = undefined;
    const { stop } = this;
    this.stop = null;
    try {
      stop?.();
    } catch (error) {
      reportLater(error);
    }
  }

  private listen(source: NetworkSource): void {
    this.source = source;
    try {
      this.stop = source.subscribe((network) => {
        // A source that was left may speak once more.
        if (this.source === source) this.tell(network);
      });
    } catch (error) {
      // Without it the engine goes by its own requests.
      reportLater(error);
      this.tell(UNKNOWN_NETWORK);
    }
  }

  private tell(network: Network): void {
    if (isShallowlyEqual(network, this.told)) return;
    this.told = network;
    this.engine.execute({ type: "setNetwork", network }).catch((error: unknown) => {
      // Only what the source has got wrong is news; an engine that is closed needs no network.
      if (toMailboatError(error).code === "INVALID_ARGUMENT") reportLater(error);
    });
  }
}
