// One open engine: typed calls over a host, and the drain that turns a wake into events.
//
// The order that everything above relies on: a drain hands out its events in the order
// they happened, and a command's promise settles only after a drain. So after `await`
// every watch already shows the write.

import { mailboatError, MailboatError, toMailboatError } from "../error";
import type {
  Command,
  ConflictPage,
  Counters,
  Drained,
  Event,
  LoadedOlder,
  OutboxPage,
  Query,
  Snapshot,
  SyncReport,
  SyncStatus,
  Watched,
  Why,
  Window,
  Written,
  WrittenBatch,
} from "../generated/waist";
import type { Row } from "../row";
import type { Host } from "./host";
import { decode, encode } from "./json";

/** What each query answers. */
export interface QueryAnswers {
  window: Snapshot;
  record: Row | null;
  outbox: OutboxPage;
  conflicts: ConflictPage;
  status: SyncStatus;
  counters: Counters;
}

/** What each command answers. */
export interface CommandAnswers {
  create: Written;
  update: Written;
  delete: Written;
  batch: WrittenBatch;
  retry: null;
  retryAll: number;
  cancel: null;
  edit: string;
  discard: null;
  sync: null;
  syncWithin: SyncReport;
  loadOlder: LoadedOlder;
  query: unknown;
  setNetwork: null;
  setAppState: null;
  setPower: null;
  why: Why;
  answer: null;
  close: null;
}

/** Who takes the events of a drain. */
export interface EventSink {
  /** Called for each event, in order. Must not tell the app yet. */
  take(event: Event): void;
  /** All events are taken: now the app may hear of them, and sees one moment in time. */
  drained(): void;
  /** The engine is gone; nothing follows. */
  closed(error: MailboatError): void;
}

/** One open engine. */
export class Engine {
  private draining = false;
  private wokenMeanwhile = false;
  private end: MailboatError | null = null;

  constructor(
    private readonly host: Host,
    /** Names the engine in every call of the host. */
    readonly id: number,
    private readonly sink: EventSink,
  ) {}

  /** Whether it is closed, by a call or by itself. */
  get isClosed(): boolean {
    return this.end !== null;
  }

  /** A synchronous read. */
  query<T extends Query["type"]>(query: Extract<Query, { type: T }>): QueryAnswers[T] {
    return this.call((host) => decode<QueryAnswers[T]>(host.query(this.id, encode(query))));
  }

  /** Starts a watch; its snapshot is the state that later patches change. */
  watch(window: Window): Watched {
    return this.call((host) => decode<Watched>(host.watch(this.id, encode(window))));
  }

  /** Ends a watch. A watch of a closed engine has ended already. */
  unwatch(watch: number): void {
    if (this.isClosed) return;
    this.call((host) => {
      host.unwatch(this.id, watch);
    });
  }

  /**
   * Runs a command. Drains before it settles, whichever way. Without `async`: on Hermes a
   * generator and its promises cost a tenth of a write.
   */
  execute<T extends Command["type"]>(
    command: Extract<Command, { type: T }>,
  ): Promise<CommandAnswers[T]> {
    let answered: Promise<string>;
    try {
      this.refuseWhenClosed();
      answered = this.host.execute(this.id, encode(command));
    } catch (error) {
      return Promise.reject(toMailboatError(error));
    }
    return answered.then(
      (answer) => {
        this.drain();
        return decode<CommandAnswers[T]>(answer);
      },
      (error: unknown) => {
        this.drain();
        throw toMailboatError(error);
      },
    );
  }

  /** Takes what is pending and hands it out. Called on every wake. */
  drain(): void {
    if (this.draining) {
      // A listener of this very drain came back here; it goes once more after it.
      this.wokenMeanwhile = true;
      return;
    }
    this.draining = true;
    try {
      this.drainOnce();
    } finally {
      this.draining = false;
    }
    if (!this.wokenMeanwhile) return;
    this.wokenMeanwhile = false;
    this.drain();
  }

  /** Ends this side of the engine; the host's side is closed already or being closed. */
  closed(error: MailboatError): void {
    if (this.isClosed) return;
    this.end = error;
    this.sink.closed(error);
  }

  private drainOnce(): void {
    if (this.isClosed) return;
    let events: Event[];
    try {
      events = decode<Drained>(this.host.drain(this.id)).events;
    } catch (error) {
      // Without its events nothing on screen can be trusted to follow any more.
      this.closed(toMailboatError(error));
      return;
    }
    if (events.length === 0) return;
    for (const event of events) this.sink.take(event);
    this.sink.drained();
  }

  private call<T>(run: (host: Host) => T): T {
    this.refuseWhenClosed();
    try {
      return run(this.host);
    } catch (error) {
      throw toMailboatError(error);
    }
  }

  private refuseWhenClosed(): void {
    if (this.end === null) return;
    // A new error each time, so that its stack shows the call that came too late.
    const { code, message, retryable, cause } = this.end;
    throw new MailboatError(
      cause === undefined ? { code, message, retryable } : { code, message, retryable, cause },
    );
  }
}

/** What calls say after `close`. */
export function closedError(): MailboatError {
  return mailboatError("CLOSED", "The engine is closed. Open it again with createMailboat().");
}
