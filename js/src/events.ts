// What a person should hear of, told to who listens: progress, a long time offline, and
// what will not get better by itself.

import { Listeners } from "./engine/cell";
import { MailboatError } from "./error";
import type { CriticalKind, Event, Progress } from "./generated/waist";

/**
 * Something has waited for a day, and no request came through. Told once a spell.
 *
 * @example
 * ```ts
 * mailboat.on("longOffline", ({ since, pending }) => show(new Date(since), pending));
 * ```
 */
export interface LongOffline {
  /** Since when, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** Entries that wait. */
  readonly pending: number;
}

/**
 * Something that will not get better by itself. Told once until the backend, and the file,
 * work again.
 *
 * @example
 * ```ts
 * mailboat.on("critical", ({ kind }) => {
 *   if (kind === "diskFull") showFreeUpSpace();
 * });
 * ```
 */
export interface Critical {
  /** `diskFull`, `corrupt`, or `backendRefuses`: it refuses one request after the other. */
  readonly kind: CriticalKind;
  /** The error behind it. */
  readonly error: MailboatError;
}

/**
 * The events of {@link Mailboat.on}, by name.
 *
 * @example
 * ```ts
 * const tell = ({ done, total }: MailboatEvents["progress"]) => show(done, total);
 * ```
 */
export interface MailboatEvents {
  /** How far a long push or pull has come; {@link SyncStatus.progress} says the same. */
  progress: Readonly<Progress>;
  /** Nothing has come through for a day. */
  longOffline: LongOffline;
  /** Something that will not get better by itself. */
  critical: Critical;
}

type Name = keyof MailboatEvents;
type Told = { [N in Name]: { readonly name: N; readonly event: MailboatEvents[N] } }[Name];

/** Who listens to what, and what came before anybody did. */
export class Events {
  private readonly listeners: { readonly [N in Name]: Listeners<[MailboatEvents[N]]> } = {
    progress: new Listeners(),
    longOffline: new Listeners(),
    critical: new Listeners(),
  };
  private arrived: Told[] = [];
  /** Told before anybody listened: an app can only listen once `open` has answered. */
  private missed: Told[] = [];

  /** Calls `listener` for each; answers a function that ends it. */
  on<N extends Name>(name: N, listener: (event: MailboatEvents[N]) => void): () => void {
    const stop = this.listeners[name].add(listener);
    // Not from within `on`: the caller does not have the function that ends it yet.
    if (this.missed.some((told) => told.name === name)) {
      void Promise.resolve().then(() => {
        this.tellMissed(name);
      });
    }
    return stop;
  }

  /** Takes an event of a drain. */
  take(event: Extract<Event, { type: Name }>): void {
    switch (event.type) {
      case "progress": {
        const { done, kind, total } = event;
        this.arrived.push({ name: "progress", event: { kind, done, total } });
        return;
      }
      case "longOffline": {
        const { pending, since } = event;
        this.arrived.push({ name: "longOffline", event: { since, pending } });
        return;
      }
      case "critical": {
        const { error, kind } = event;
        const told = { kind, error: new MailboatError(error) };
        this.arrived.push({ name: "critical", event: told });
      }
    }
  }

  /** Tells what has arrived. */
  tell(): void {
    const { arrived } = this;
    this.arrived = [];
    for (const told of arrived) {
      if (this.listeners[told.name].size === 0) this.keep(told);
      else this.notify(told);
    }
  }

  /** Whoever listens by now hears of it; when nobody does any more, it waits on. */
  private tellMissed(name: Name): void {
    this.arrived.push(...this.missed.filter((told) => told.name === name));
    this.missed = this.missed.filter((told) => told.name !== name);
    this.tell();
  }

  private notify(told: Told): void {
    switch (told.name) {
      case "progress":
        this.listeners.progress.notify(told.event);
        return;
      case "longOffline":
        this.listeners.longOffline.notify(told.event);
        return;
      case "critical":
        this.listeners.critical.notify(told.event);
    }
  }

  /** The newest of each kind. A progress of the past is of no use to anybody. */
  private keep(told: Told): void {
    if (told.name === "progress") return;
    this.missed = [...this.missed.filter((before) => kindOf(before) !== kindOf(told)), told];
  }
}

function kindOf(told: Told): string {
  return told.name === "critical" ? told.event.kind : told.name;
}
