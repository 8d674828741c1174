// A number that is counted up and can be shown.

/** A count that tells who listens when it has grown. */
export class Counter {
  private count = 0;
  private readonly listeners = new Set<() => void>();

  /** One more. */
  readonly add = (): void => {
    this.count += 1;
    for (const listener of this.listeners) listener();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): number => this.count;
}
