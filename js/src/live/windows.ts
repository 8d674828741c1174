// All windows of one engine: equal requests find the same one, patches find theirs, and
// readers hear of a drain only when every window has taken its part of it.

import type { Engine } from "../engine/engine";
import type { MailboatError } from "../error";
import type { PatchOp, Window } from "../generated/waist";
import { SharedWindow, type Surroundings } from "./sharedWindow";
import { recordsKey, windowKey } from "./window";

/** All windows of one engine. */
export class Windows implements Surroundings {
  private readonly byKey = new Map<string, SharedWindow>();
  private readonly byWatch = new Map<number, SharedWindow>();
  private changes = new Set<SharedWindow>();

  constructor(readonly engine: Engine) {}

  /** The window for a request; made when there is none. */
  find(request: Window): SharedWindow {
    const found = this.byKey.get(windowKey(request));
    return found ?? this.rejoin(new SharedWindow(request, this, this.widestLike(request)));
  }

  /**
   * The window that stands for this one now: another reader may have made a new one after
   * this one was released. Otherwise it comes back itself.
   */
  rejoin(window: SharedWindow): SharedWindow {
    const found = this.byKey.get(window.key);
    if (found !== undefined) return found;
    this.byKey.set(window.key, window);
    return window;
  }

  /** Applies a patch. A watch that was ended in the meantime has no window any more. */
  patch(watch: number, ops: readonly PatchOp[], more: boolean): void {
    this.byWatch.get(watch)?.patch(ops, more);
  }

  /** Starts a watch over whose changes are too many to tell. */
  reset(watch: number): void {
    this.byWatch.get(watch)?.restart();
  }

  /** Lets windows that are not watched, though somebody reads them, try again. */
  somethingHappened(): void {
    for (const window of [...this.byKey.values()]) window.somethingHappened();
  }

  /** The engine is closed: every reader hears why. */
  closed(error: MailboatError): void {
    for (const window of this.byKey.values()) window.closed(error);
    this.byWatch.clear();
    this.flush();
  }

  watching(watch: number, window: SharedWindow): void {
    this.byWatch.set(watch, window);
  }

  unwatched(watch: number): void {
    this.byWatch.delete(watch);
  }

  changed(window: SharedWindow): void {
    this.changes.add(window);
  }

  flush(): void {
    const changes = this.changes;
    this.changes = new Set();
    for (const window of changes) window.notify();
  }

  released(window: SharedWindow): void {
    if (this.byKey.get(window.key) === window) this.byKey.delete(window.key);
  }

  /** A longer window on the same records, such as after scrolling, keeps the rows' identity. */
  private widestLike(request: Window): SharedWindow | null {
    const records = recordsKey(request);
    let widest: SharedWindow | null = null;
    for (const window of this.byKey.values()) {
      if (window.records !== records) continue;
      if (widest === null || window.size > widest.size) widest = window;
    }
    return widest;
  }
}
