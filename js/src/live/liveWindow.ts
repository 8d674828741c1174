// What the app holds of a window. It may be kept for long and subscribed to again: the
// window behind it can have been released in the meantime.

import type { ExternalStore } from "../engine/cell";
import type { Window } from "../generated/waist";
import type { Row } from "../row";
import type { SharedWindow, WindowSnapshot } from "./sharedWindow";
import type { Windows } from "./windows";

/**
 * The rows of a window as they are now, and a way to hear when they change.
 *
 * An external store: hand both functions to React's `useSyncExternalStore`, or use the hook
 * {@link useRows}. Rows are watched while somebody is subscribed; without a subscriber,
 * `getSnapshot` reads what is stored now.
 *
 * @typeParam R - its rows
 *
 * @example
 * ```ts
 * const newest = mailboat.watch({ collection: "messages", take: "last", limit: 20 });
 * const stop = newest.subscribe(() => draw(newest.getSnapshot().rows));
 * ```
 */
export class LiveWindow<R = Row> implements ExternalStore<WindowSnapshot<R>> {
  /** Found at the first read, so that a window nobody reads takes no room. */
  private shared: SharedWindow | null = null;

  /** @internal Made by `mailboat.watch`. */
  constructor(
    private readonly windows: Windows,
    private readonly window: Window,
  ) {}

  /** Calls `listener` after each change; answers a function that ends the subscription. */
  readonly subscribe = (listener: () => void): (() => void) => this.join().subscribe(listener);

  /** The rows now; the same object until they change. */
  readonly getSnapshot = (): WindowSnapshot<R> =>
    // The schema of the app says what its rows hold; Rust has checked them against it.
    this.join().getSnapshot() as unknown as WindowSnapshot<R>;

  private join(): SharedWindow {
    const { shared, window, windows } = this;
    return (this.shared = shared === null ? windows.find(window) : windows.rejoin(shared));
  }
}
