// A value that tells its readers when it changes: what React calls an external store.
// Everything a screen shows (windows, status, opening) is one of these.

/**
 * The two functions that React's `useSyncExternalStore` takes: a value, and who hears when it
 * changes.
 *
 * @typeParam T - the value
 *
 * @example
 * ```tsx
 * const { getSnapshot, subscribe } = mailboat.state;
 * const { kind } = useSyncExternalStore(subscribe, getSnapshot);
 * ```
 */
export interface ExternalStore<T> {
  /**
   * Calls `listener` after each change.
   *
   * @returns ends the subscription; calling it twice is no error
   */
  readonly subscribe: (listener: () => void) => () => void;
  /** The value now; the same object until it changes. */
  readonly getSnapshot: () => T;
}

/** Who wants to hear of something: of a change, or, with arguments, of an event. */
export class Listeners<Args extends unknown[] = []> {
  private readonly listeners = new Set<{ readonly call: (...args: Args) => void }>();

  /** How many there are. */
  get size(): number {
    return this.listeners.size;
  }

  /** Adds one. The same function added twice is called twice, and removed one by one. */
  add(call: (...args: Args) => void): () => void {
    const listener = { call };
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Calls all. One that throws does not keep the others from hearing. */
  notify(...args: Args): void {
    for (const listener of [...this.listeners]) {
      try {
        listener.call(...args);
      } catch (error) {
        reportLater(error);
      }
    }
  }
}

/** Hands an error of the app's own code to the app's error reporting; nothing here ends by it. */
export function reportLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** A value with listeners. */
export class Cell<T> implements ExternalStore<T> {
  private readonly listeners = new Listeners();

  constructor(private value: T) {}

  readonly subscribe = (listener: () => void): (() => void) => this.listeners.add(listener);

  readonly getSnapshot = (): T => this.value;

  /** Puts a value in and tells nobody: a first one, or one that `notify` follows. */
  prime(value: T): void {
    this.value = value;
  }

  /** Tells everyone. */
  notify(): void {
    this.listeners.notify();
  }

  /** Puts another value in and tells everyone, unless it is the same. */
  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    this.notify();
  }
}
