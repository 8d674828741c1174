// A store that follows another and changes at most once an interval, so that what a person
// looks at does not flicker: the first change shows at once, the latest at the interval's end.

import { Listeners, type ExternalStore } from "../engine/cell";

/** What a store held, at a pace that can be read. */
export class Debounced<T> implements ExternalStore<T> {
  private readonly listeners = new Listeners();
  private shown: T;
  private stopFollowing: (() => void) | null = null;
  /** Runs while no change may show. */
  private timer: ReturnType<typeof setTimeout> | null = null;

  /** @param intervalMs between two changes that show */
  constructor(
    private readonly source: ExternalStore<T>,
    private readonly intervalMs: number,
  ) {
    this.shown = source.getSnapshot();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.listeners.add(listener);
    if (this.stopFollowing === null) this.follow();
    return () => {
      remove();
      if (this.listeners.size === 0) this.rest();
    };
  };

  /** While nobody looks there is nothing to keep calm: it is the value now. */
  readonly getSnapshot = (): T =>
    this.stopFollowing === null ? this.source.getSnapshot() : this.shown;

  private follow(): void {
    this.shown = this.source.getSnapshot();
    this.stopFollowing = this.source.subscribe(() => {
      if (this.timer === null) this.showLatest();
    });
  }

  private rest(): void {
    this.stopFollowing?.();
    this.stopFollowing = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private showLatest(): void {
    const latest = this.source.getSnapshot();
    if (Object.is(latest, this.shown)) return;
    this.shown = latest;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.showLatest();
    }, this.intervalMs);
    this.listeners.notify();
  }
}
