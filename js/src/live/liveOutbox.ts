// What the outbox holds, for a screen that shows it. The engine sends no patches of it:
// whenever the status was told, this reads again, and entries that are as before keep
// their identity.

import { Listeners, type ExternalStore } from "../engine/cell";
import type { Engine } from "../engine/engine";
import { sameError, toMailboatError, type MailboatError } from "../error";
import type { OutboxEntry, OutboxPage } from "../generated/waist";

/**
 * Most entries that one {@link LiveOutbox} shows.
 *
 * @example
 * ```ts
 * const everything = mailboat.outbox.watch({ limit: MAX_OUTBOX_ENTRIES });
 * ```
 */
export const MAX_OUTBOX_ENTRIES = 500;

/**
 * What the outbox holds at one moment. The same object until something changes.
 *
 * @example
 * ```ts
 * const { entries } = mailboat.outbox.watch().getSnapshot();
 * const refused = entries.filter(({ failed }) => failed);
 * ```
 */
export interface OutboxSnapshot {
  /** Oldest first. An entry that has not changed is the same object as before. */
  readonly entries: readonly OutboxEntry[];
  /** Whether there are more entries than are shown. */
  readonly more: boolean;
  /** Entries of the whole outbox that wait to be sent or are on their way. */
  readonly pending: number;
  /** Dead letters of the whole outbox. */
  readonly failed: number;
  /** Why the entries may be out of date or missing. */
  readonly error: MailboatError | null;
}

/** How many entries wait and how many are dead letters. */
export type OutboxCounts = Pick<OutboxSnapshot, "pending" | "failed">;

const EMPTY: OutboxSnapshot = { entries: [], more: false, pending: 0, failed: 0, error: null };

/** What a watched outbox needs from those that share the engine with it. */
export interface OutboxSurroundings {
  /** The engine that has the entries. */
  readonly engine: Engine;
  /** The counts of the status now. */
  counts(): OutboxCounts;
  /** Somebody reads it: it hears of changes from now on. */
  joined(outbox: LiveOutbox): void;
  /** Nobody reads it any more. */
  left(outbox: LiveOutbox): void;
}

/**
 * The oldest entries of the outbox as they change: what waits, and dead letters.
 *
 * An external store: hand both functions to React's `useSyncExternalStore`, or use the hook
 * {@link useOutbox}.
 *
 * @example
 * ```ts
 * const outbox = mailboat.outbox.watch({ limit: 20 });
 * const stop = outbox.subscribe(() => draw(outbox.getSnapshot().entries));
 * ```
 */
export class LiveOutbox implements ExternalStore<OutboxSnapshot> {
  private readonly listeners = new Listeners();
  private snapshot = EMPTY;
  /** Whether the snapshot was read in this turn of the event loop. */
  private fresh = false;
  private isChanged = false;

  /** @internal Made by `mailboat.outbox.watch`. */
  constructor(
    private readonly around: OutboxSurroundings,
    private readonly page: number,
    private limit = page,
  ) {}

  /** Calls `listener` after each change; answers a function that ends the subscription. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.listeners.add(listener);
    if (this.listeners.size === 1) {
      this.around.joined(this);
      this.read();
    }
    return () => {
      remove();
      if (this.listeners.size === 0) this.around.left(this);
    };
  };

  /** The entries now; the same object until they change. */
  readonly getSnapshot = (): OutboxSnapshot => {
    if (this.listeners.size === 0 && !this.fresh) {
      this.read();
      this.fresh = true;
      // Not queueMicrotask: an app's tests may have put a fake one in its place.
      void Promise.resolve().then(() => {
        this.fresh = false;
      });
    }
    return this.snapshot;
  };

  /** Shows a page more, up to {@link MAX_OUTBOX_ENTRIES}. */
  readonly loadMore = (): void => {
    this.limit = Math.min(this.limit + this.page, Math.max(this.limit, MAX_OUTBOX_ENTRIES));
    this.read();
    this.flush();
  };

  /** @internal Reads again; readers hear of it at the next `flush`. */
  read(): void {
    const { engine } = this.around;
    try {
      this.take(engine.query({ type: "outbox", limit: this.limit }));
    } catch (thrown) {
      const error = toMailboatError(thrown);
      // What is on the screen stays there until the app is back.
      if (error.code !== "SUSPENDED") this.fail(error);
    }
  }

  /** @internal Tells the readers, if anything has changed since they were told. */
  flush(): void {
    if (!this.isChanged) return;
    this.isChanged = false;
    this.listeners.notify();
  }

  /** @internal The entries stay as the last that was known. */
  fail(error: MailboatError): void {
    this.put({ ...this.snapshot, error });
  }

  private take({ entries, more }: OutboxPage): void {
    const { failed, pending } = this.around.counts();
    const shown = reconcileEntries(this.snapshot.entries, entries);
    this.put({ entries: shown, more, pending, failed, error: null });
  }

  private put(next: OutboxSnapshot): void {
    const now = this.snapshot;
    const same =
      now.entries === next.entries &&
      now.more === next.more &&
      now.pending === next.pending &&
      now.failed === next.failed;
    if (same && sameError(now.error, next.error)) return;
    this.snapshot = next;
    this.isChanged = true;
  }
}

/** All outboxes that somebody watches, of one engine. */
export class LiveOutboxes implements OutboxSurroundings {
  private readonly all = new Set<LiveOutbox>();

  constructor(
    readonly engine: Engine,
    readonly counts: () => OutboxCounts,
  ) {}

  /** Something happened in the engine that may have changed an entry. */
  somethingHappened(): void {
    for (const outbox of this.all) outbox.read();
  }

  /** Tells the readers of those that have changed. */
  flush(): void {
    for (const outbox of [...this.all]) outbox.flush();
  }

  /** The engine is closed: every reader hears why. */
  closed(error: MailboatError): void {
    for (const outbox of this.all) outbox.fail(error);
    this.flush();
  }

  joined(outbox: LiveOutbox): void {
    this.all.add(outbox);
  }

  left(outbox: LiveOutbox): void {
    this.all.delete(outbox);
  }
}

/** The new entries, with those that are as before in place of their equals. */
export function reconcileEntries(
  before: readonly OutboxEntry[],
  read: readonly OutboxEntry[],
): readonly OutboxEntry[] {
  const known = new Map(before.map((entry) => [entry.sequence, entry]));
  const entries = read.map((entry) => {
    const old = known.get(entry.sequence);
    return old !== undefined && sameEntry(old, entry) ? old : entry;
  });
  const same = entries.length === before.length && entries.every((it, at) => it === before[at]);
  return same ? before : entries;
}

/** An entry is flat but for its reason. */
function sameEntry(one: OutboxEntry, other: OutboxEntry): boolean {
  return (Object.keys(other) as (keyof OutboxEntry)[]).every((field) =>
    field === "reason"
      ? one.reason?.code === other.reason?.code && one.reason?.message === other.reason?.message
      : one[field] === other[field],
  );
}
