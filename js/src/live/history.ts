// The newest rows of a lane, growing backwards on request: first by what the device has,
// then by what the server has. This is what a chat screen scrolls through.

import { Listeners, type ExternalStore } from "../engine/cell";
import { toMailboatError, type MailboatError } from "../error";
import type { LoadedOlder } from "../generated/waist";
import type { LiveWindow } from "./liveWindow";
import type { WindowSnapshot } from "./sharedWindow";
import { MAX_WINDOW_ROWS } from "./window";

/** What a history shows at one moment. */
export interface HistorySnapshot<R> {
  /** Oldest first. A row that has not changed is the same object as before. */
  readonly rows: readonly R[];
  /** Whether `loadOlder` may find more, on this device or on the server. */
  readonly hasOlder: boolean;
  /** Whether the server is being asked. */
  readonly loadingOlder: boolean;
  /** Whether the first rows are still being read. */
  readonly loading: boolean;
  /** Why the rows may be out of date, or why older ones could not be fetched. */
  readonly error: MailboatError | null;
}

/** Where a history gets its rows from. */
export interface HistorySource<R> {
  /** The newest `limit` rows on this device. */
  watch(limit: number): LiveWindow<R>;
  /** Fetches at most `limit` older ones from the server; `null` when there is no server. */
  readonly loadOlder: ((limit: number) => Promise<LoadedOlder>) | null;
}

/** The newest rows of a lane, growing backwards on request, up to {@link MAX_WINDOW_ROWS}. */
export class History<R> implements ExternalStore<HistorySnapshot<R>> {
  private readonly listeners = new Listeners();
  private limit: number;
  private window: LiveWindow<R>;
  private unsubscribe: (() => void) | null = null;
  /** Unknown until the server has said that there is nothing older: so it may have more. */
  private serverHasMore: boolean;
  private running: Promise<void> | null = null;
  private asking = false;
  private failure: MailboatError | null = null;
  private shown: { readonly of: WindowSnapshot<R>; readonly as: HistorySnapshot<R> } | null = null;

  /** @param page rows shown at first, and how many more each `loadOlder` shows */
  constructor(
    private readonly source: HistorySource<R>,
    private readonly page: number,
  ) {
    this.limit = page;
    this.window = source.watch(page);
    this.serverHasMore = source.loadOlder !== null;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.listeners.add(listener);
    this.unsubscribe ??= this.window.subscribe(this.notify);
    return () => {
      remove();
      if (this.listeners.size > 0) return;
      this.unsubscribe?.();
      this.unsubscribe = null;
    };
  };

  readonly getSnapshot = (): HistorySnapshot<R> => {
    const of = this.window.getSnapshot();
    if (this.shown?.of !== of) this.shown = { of, as: this.view(of) };
    return this.shown.as;
  };

  /**
   * Shows a page of older rows. Never rejects: what goes wrong is the snapshot's `error`,
   * and calling again tries again. Calls while one is running wait for that one.
   */
  readonly loadOlder = (): Promise<void> => {
    this.running ??= this.loadPage().finally(() => {
      this.running = null;
    });
    return this.running;
  };

  private async loadPage(): Promise<void> {
    const room = MAX_WINDOW_ROWS - this.limit;
    if (room <= 0) return;
    const size = Math.min(this.page, room);
    if (this.window.getSnapshot().more) this.grow(size);
    else if (this.serverHasMore) await this.askServer(size);
    this.changed();
  }

  private async askServer(size: number): Promise<void> {
    this.failure = null;
    this.asking = true;
    this.changed();
    try {
      const answer = await this.source.loadOlder?.(size);
      this.serverHasMore = answer?.more ?? false;
      if (answer !== undefined && answer.loaded > 0) this.grow(size);
    } catch (error) {
      this.failure = toMailboatError(error);
    } finally {
      this.asking = false;
    }
  }

  /** The longer window is watched before the shorter one is let go: no change falls between. */
  private grow(by: number): void {
    this.limit += by;
    this.window = this.source.watch(this.limit);
    const before = this.unsubscribe;
    if (before === null) return;
    this.unsubscribe = this.window.subscribe(this.notify);
    before();
  }

  private view(of: WindowSnapshot<R>): HistorySnapshot<R> {
    return {
      rows: of.rows,
      hasOlder: this.limit < MAX_WINDOW_ROWS && (of.more || this.serverHasMore),
      loadingOlder: this.asking,
      loading: of.loading,
      error: of.error ?? this.failure,
    };
  }

  private readonly changed = (): void => {
    this.shown = null;
    this.notify();
  };

  private readonly notify = (): void => {
    this.listeners.notify();
  };
}
