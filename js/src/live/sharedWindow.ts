// One window that any number of readers share: queried when somebody renders it, watched
// while somebody subscribes to it, let go a little after the last one left.

import { Listeners } from "../engine/cell";
import type { Engine } from "../engine/engine";
import { sameError, toMailboatError, type MailboatError } from "../error";
import type { PatchOp, Snapshot, Window } from "../generated/waist";
import type { Row } from "../row";
import { applyPatch, NO_ROWS, reconcile, type Rows } from "./patch";
import { recordsKey, windowKey } from "./window";

/**
 * How long a window outlives its last reader, in milliseconds. Long enough for a screen
 * that is left and entered again, or StrictMode's second mount, to find it still there.
 *
 * @example A test that looks at what the engine holds once a screen is gone.
 * ```ts
 * jest.advanceTimersByTime(RELEASE_DELAY_MS);
 * expect(mailboat.counters().watches).toBe(0);
 * ```
 */
export const RELEASE_DELAY_MS = 2_000;

/**
 * What a window shows at one moment. The same object until something changes.
 *
 * @typeParam R - its rows
 */
export interface WindowSnapshot<R = Row> {
  /** In window order. A row that has not changed is the same object as before. */
  readonly rows: readonly R[];
  /** Whether more rows lie beyond the limit. */
  readonly more: boolean;
  /** Whether the first rows are still being read. */
  readonly loading: boolean;
  /** Why the rows may be out of date or missing. */
  readonly error: MailboatError | null;
}

/** What a window needs from those that share the engine with it. */
export interface Surroundings {
  /** The engine that has the rows. */
  readonly engine: Engine;
  /** From now on patches of `watch` are for this window. */
  watching(watch: number, window: SharedWindow): void;
  /** Patches of `watch` are for nobody any more. */
  unwatched(watch: number): void;
  /** The window has a new snapshot; its readers hear of it when all windows are up to date. */
  changed(window: SharedWindow): void;
  /** Tells the readers of changed windows. */
  flush(): void;
  /** Nobody reads the window any more. */
  released(window: SharedWindow): void;
}

/** One window, shared. */
export class SharedWindow {
  private readonly listeners = new Listeners();
  private content: Rows;
  private snapshot: WindowSnapshot = { rows: [], more: false, loading: false, error: null };
  /** Set while watched: from then on patches keep the snapshot current. */
  private watch: number | null = null;
  /** Whether the snapshot was read in this turn of the event loop. */
  private fresh = false;
  /** Whether the rows have been read at all. */
  private known = false;
  /** Whether the engine finds this window too expensive for a synchronous read. */
  private tooExpensive = false;
  private asking = false;
  private release: ReturnType<typeof setTimeout> | null = null;

  /** Equal for equal requests. */
  readonly key: string;
  /** Equal for windows on the same records. */
  readonly records: string;

  /** @param like - a window on the same records; rows that both show are the same objects */
  constructor(
    readonly window: Window,
    private readonly around: Surroundings,
    like: SharedWindow | null,
  ) {
    this.key = windowKey(window);
    this.records = recordsKey(window);
    this.content = like?.content ?? NO_ROWS;
  }

  /** How many rows it shows. */
  get size(): number {
    return this.content.rows.length;
  }

  /**
   * What it shows. Before anybody subscribes this reads, at most once a turn of the event
   * loop: a component that renders and never mounts must leave nothing behind.
   */
  getSnapshot(): WindowSnapshot {
    if (this.listeners.size === 0 && this.watch === null && !this.fresh) {
      this.read();
      this.fresh = true;
      // Not queueMicrotask: an app's tests may have put a fake one in its place.
      void Promise.resolve().then(() => {
        this.fresh = false;
      });
      this.releaseLater();
    }
    return this.snapshot;
  }

  /** Watches from the first reader on. What changed since it last read shows at once. */
  subscribe(listener: () => void): () => void {
    const remove = this.listeners.add(listener);
    this.keep();
    if (this.watch === null) this.startWatch();
    return () => {
      remove();
      if (this.listeners.size === 0) this.releaseLater();
    };
  }

  /** Tells the readers. */
  notify(): void {
    this.listeners.notify();
  }

  /** Applies a patch of its watch. */
  patch(ops: readonly PatchOp[], more: boolean): void {
    const content = applyPatch(this.content, ops);
    if (content === null) this.restart();
    else this.show(content, more);
  }

  /** Watches anew: the engine could not say what changed, only that much did. */
  restart(): void {
    this.endWatch();
    this.startWatch();
  }

  /**
   * Something happened in the engine. A window that could not be watched tries again, or,
   * when it is too expensive for that, is asked for once more.
   */
  somethingHappened(): void {
    if (this.watch !== null || this.listeners.size === 0) return;
    if (this.tooExpensive) this.ask();
    else if (this.snapshot.error === null || this.snapshot.error.retryable) this.startWatch();
  }

  /** The engine is closed. The rows stay, as the last that was known. */
  closed(error: MailboatError): void {
    this.watch = null;
    this.keep();
    this.fail(error);
  }

  private read(): void {
    if (this.tooExpensive) {
      this.ask();
      return;
    }
    try {
      this.take(this.around.engine.query({ type: "window", window: this.window }));
    } catch (error) {
      this.unreadable(toMailboatError(error));
    }
  }

  private startWatch(): void {
    try {
      const watched = this.around.engine.watch(this.window);
      this.watch = watched.watch;
      this.around.watching(watched.watch, this);
      this.take(watched);
    } catch (error) {
      this.unreadable(toMailboatError(error));
    }
  }

  private endWatch(): void {
    if (this.watch === null) return;
    const { watch } = this;
    this.watch = null;
    this.around.unwatched(watch);
    this.around.engine.unwatch(watch);
  }

  private unreadable(error: MailboatError): void {
    if (error.code === "SUSPENDED") {
      this.wait();
    } else if (error.code === "TOO_EXPENSIVE") {
      this.tooExpensive = true;
      this.ask();
    } else {
      this.fail(error);
    }
  }

  /** Reads off the JavaScript thread, where no budget of steps applies. */
  private ask(): void {
    if (this.asking) return;
    this.asking = true;
    this.wait();
    void this.askAndShow().finally(() => {
      this.asking = false;
      this.around.flush();
    });
  }

  /** Rows will come later. What is on the screen stays there until then. */
  private wait(): void {
    if (this.known) return;
    this.put({ rows: this.content.rows, more: false, loading: true, error: null });
  }

  private async askAndShow(): Promise<void> {
    try {
      const query = { type: "window", window: this.window } as const;
      this.take((await this.around.engine.execute({ type: "query", query })) as Snapshot);
    } catch (error) {
      this.fail(toMailboatError(error));
    }
  }

  private take(read: Snapshot): void {
    this.show(reconcile(this.content, read.rows, read.revisions), read.more);
  }

  private show(content: Rows, more: boolean): void {
    this.known = true;
    this.content = content;
    this.put({ rows: content.rows, more, loading: false, error: null });
  }

  private fail(error: MailboatError): void {
    this.put({ ...this.snapshot, loading: false, error });
  }

  private put(next: WindowSnapshot): void {
    const now = this.snapshot;
    const same = now.rows === next.rows && now.more === next.more && now.loading === next.loading;
    if (same && sameError(now.error, next.error)) return;
    this.snapshot = next;
    this.around.changed(this);
  }

  private keep(): void {
    if (this.release !== null) clearTimeout(this.release);
    this.release = null;
  }

  private releaseLater(): void {
    this.keep();
    this.release = setTimeout(() => {
      this.endWatch();
      this.around.released(this);
    }, RELEASE_DELAY_MS);
    // In Node, where a timer is an object, a window nobody reads must not keep the process alive.
    (this.release as { unref?: () => void }).unref?.();
  }
}
