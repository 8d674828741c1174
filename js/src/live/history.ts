// The newest rows of a lane, growing backwards on request: first by what the device has,
// then by what the server has. This is what a chat screen scrolls through.

import { Listeners, type ExternalStore } from "../engine/cell";
import { toMailboatError, type MailboatError } from "../error";
import type { LoadedOlder } from "../generated/waist";
import type { Row } from "../row";
import type { LiveWindow } from "./liveWindow";
import type { WindowSnapshot } from "./sharedWindow";
import { MAX_WINDOW_ROWS } from "./window";

/**
 * What a history shows at one moment. The same object until something changes.
 *
 * @typeParam R - its rows
 */
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

/**
 * The newest rows of a lane. It grows at both ends: by what comes in, since a row that is shown
 * stays until it is deleted, and backwards on request; up to {@link MAX_WINDOW_ROWS}.
 *
 * An external store: hand `subscribe` and `getSnapshot` to React's `useSyncExternalStore`, or
 * use the hook {@link useMessages}.
 *
 * @typeParam R - its rows
 *
 * @example
 * ```ts
 * const history: History<Message> = mailboat.history("messages", conversationId);
 * const stop = history.subscribe(() => draw(history.getSnapshot().rows));
 * await history.loadOlder();
 * ```
 */
export class History<R extends Pick<Row, "id">> implements ExternalStore<HistorySnapshot<R>> {
  private readonly listeners = new Listeners();
  /** Rows of the window: more than are shown, so that what comes in drives none of those out. */
  private limit: number;
  private window: LiveWindow<R>;
  private unsubscribe: (() => void) | null = null;
  /** Unknown until the server has said that there is nothing older: so it may have more. */
  private serverHasMore: boolean;
  private running: Promise<void> | null = null;
  private asking = false;
  private failure: MailboatError | null = null;
  private rows: readonly R[] = [];
  private shown: { readonly of: WindowSnapshot<R>; readonly as: HistorySnapshot<R> } | null = null;

  /**
   * @internal Made by `mailboat.history`.
   *
   * @param page - rows shown at first, and how many more each `loadOlder` shows
   */
  constructor(
    private readonly source: HistorySource<R>,
    private readonly page: number,
  ) {
    this.limit = Math.min(page + Math.ceil(page / 2), MAX_WINDOW_ROWS);
    this.window = source.watch(this.limit);
    this.serverHasMore = source.loadOlder !== null;
  }

  /** Calls `listener` after each change; answers a function that ends the subscription. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.listeners.add(listener);
    this.unsubscribe ??= this.window.subscribe(this.follow);
    return () => {
      remove();
      if (this.listeners.size > 0) return;
      this.unsubscribe?.();
      this.unsubscribe = null;
    };
  };

  /** The rows now, and whether there are older ones; the same object until that changes. */
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
    const { hidden, more } = this.look();
    const room = MAX_WINDOW_ROWS - this.rows.length;
    if (room <= 0) return;
    const size = Math.min(this.page, room);
    if (hidden > 0 || more) this.showOlder(size);
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
      if (answer !== undefined && answer.loaded > 0) this.showOlder(size);
    } catch (error) {
      this.failure = toMailboatError(error);
    } finally {
      this.asking = false;
    }
  }

  private showOlder(count: number): void {
    const before = this.look();
    if (before.hidden < count) this.grow(count);
    const { hidden, rows } = this.look();
    this.rows = rows.slice(Math.max(hidden - count, 0));
  }

  /** The longer window is watched before the shorter one is let go: no change falls between. */
  private grow(by: number): void {
    this.limit = Math.min(this.limit + by, MAX_WINDOW_ROWS);
    this.window = this.source.watch(this.limit);
    const before = this.unsubscribe;
    if (before === null) return;
    this.unsubscribe = this.window.subscribe(this.follow);
    before();
  }

  /** After a change: what came in may have used up the room for it, or more. */
  private readonly follow = (): void => {
    for (;;) {
      const { more, rows } = this.window.getSnapshot();
      const hidden = this.find(rows) ?? 0;
      if (hidden > 0 || !more || this.limit >= MAX_WINDOW_ROWS) break;
      this.grow(this.page);
    }
    this.notify();
  };

  /** The window, and how many of its rows lie before those that are shown. */
  private look(): WindowSnapshot<R> & { readonly hidden: number } {
    const of = this.window.getSnapshot();
    return { ...of, hidden: this.hiddenOf(of.rows) };
  }

  private hiddenOf(rows: readonly R[]): number {
    return this.find(rows) ?? this.allButAPage(rows);
  }

  /** Where in the window that begins which is shown; `null` when it holds none of it any more. */
  private find(rows: readonly R[]): number | null {
    if (this.rows.length === 0) return this.allButAPage(rows);
    const at = this.firstShown(rows);
    if (at === null || this.rows.length >= this.page) return at;
    // It fills up to a page; what is shown stays.
    return Math.min(at, this.allButAPage(rows));
  }

  private firstShown(rows: readonly R[]): number | null {
    const [oldest] = this.rows;
    const at = rows.findIndex(({ id }) => id === oldest?.id);
    if (at >= 0) return at;
    // It was deleted, or more has come in than there was room for.
    const ids = new Set(this.rows.map(({ id }) => id));
    const next = rows.findIndex(({ id }) => ids.has(id));
    return next >= 0 ? next : null;
  }

  private allButAPage(rows: readonly R[]): number {
    return Math.max(rows.length - this.page, 0);
  }

  private view(of: WindowSnapshot<R>): HistorySnapshot<R> {
    const hidden = this.hiddenOf(of.rows);
    const mayGrow = of.rows.length < MAX_WINDOW_ROWS && (of.more || this.serverHasMore);
    this.rows = hidden === 0 ? of.rows : of.rows.slice(hidden);
    return {
      rows: this.rows,
      hasOlder: hidden > 0 || mayGrow,
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
