// The other side of the waist, played from a script: for what the real engine says only
// when a disk is slow, an app is suspended or a queue overflows. Everything that the real
// engine can be made to do is tested on the real engine instead.

import type {
  Event,
  OutboxEntry,
  Query,
  SyncStatus,
  WaistError,
  Watched,
  Window,
} from "../../src/generated/waist";
import type { Host } from "../../src/engine/host";
import type { Row } from "../../src/row";

/** A row whose only content is its id and a text. */
export function row(id: string, body = id): Row {
  return { id, body, delivery: "sent" };
}

/** The status of an engine that rests, but for what differs. */
export function statusEvent(differs: Partial<SyncStatus>): Event {
  return {
    type: "status",
    phase: "idle",
    online: true,
    network: { kind: "unknown", metered: false, quality: "unknown", stability: "stable" },
    pending: 0,
    failed: 0,
    bytes: 0,
    lastSyncedAt: null,
    nextAttemptAt: null,
    progress: null,
    initialSync: null,
    error: null,
    ...differs,
  };
}

/** What a host throws. */
export function hostError(code: WaistError["code"], retryable = false): Error {
  return new Error(JSON.stringify({ code, message: `It is ${code}.`, retryable }));
}

/** A command that waits for its answer. */
interface Executing {
  readonly command: { readonly type: string; readonly [field: string]: unknown };
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A host whose stored rows, events and answers a test sets. */
export class ScriptedHost implements Host {
  /** Every call, in order, such as `watch` or `execute create`. */
  readonly calls: string[] = [];
  /** Commands that wait for the test to answer them. */
  readonly executing: Executing[] = [];
  /** Watches that live. */
  readonly watches = new Set<number>();
  /** What windows hold now: rows with their revisions. */
  stored: { readonly rows: Row[]; readonly revisions: number[]; readonly more: boolean } = {
    rows: [],
    revisions: [],
    more: false,
  };
  /** What the outbox holds now. */
  entries: OutboxEntry[] = [];
  /** What `open` was called with. */
  config = "";
  /** When set, reads and watches throw it. */
  readError: Error | null = null;
  /** What `open` answers. */
  opened = { engine: 1, generation: 1, state: "ready" };
  private events: Event[] = [];
  private nextWatch = 1;
  private readonly listeners = new Set<(engine: number) => void>();

  open(config: string): string {
    this.calls.push("open");
    this.config = config;
    return JSON.stringify(this.opened);
  }

  query(_engine: number, request: string): string {
    const query = JSON.parse(request) as Query;
    this.calls.push(`query ${query.type}`);
    if (this.readError !== null) throw this.readError;
    if (query.type === "outbox") return JSON.stringify({ entries: this.entries, more: false });
    return JSON.stringify(query.type === "window" ? this.stored : null);
  }

  watch(_engine: number, request: string): string {
    this.calls.push(`watch ${(JSON.parse(request) as Window).collection}`);
    if (this.readError !== null) throw this.readError;
    const watch = this.nextWatch++;
    this.watches.add(watch);
    const watched: Watched = { watch, ...this.stored };
    return JSON.stringify(watched);
  }

  unwatch(_engine: number, watch: number): void {
    this.calls.push("unwatch");
    this.watches.delete(watch);
  }

  execute(_engine: number, text: string): Promise<string> {
    const command = JSON.parse(text) as Executing["command"];
    this.calls.push(`execute ${command.type}`);
    return new Promise((resolve, reject) => {
      this.executing.push({
        command,
        resolve: (answer) => {
          resolve(JSON.stringify(answer));
        },
        reject,
      });
    });
  }

  drain(): string {
    this.calls.push("drain");
    const { events } = this;
    this.events = [];
    return JSON.stringify({ events });
  }

  onWake(listener: (engine: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** How many listen for wakes. */
  get listening(): number {
    return this.listeners.size;
  }

  /** Makes events wait for the next drain. */
  queue(...events: Event[]): void {
    this.events.push(...events);
  }

  /** Makes events wait and wakes. */
  wake(...events: Event[]): void {
    this.queue(...events);
    for (const listener of [...this.listeners]) listener(this.opened.engine);
  }

  /** The command of a type that waits. */
  waiting(type: string): Executing {
    const found = this.executing.find(({ command }) => command.type === type);
    if (found === undefined) throw new Error(`No ${type} waits for an answer.`);
    this.executing.splice(this.executing.indexOf(found), 1);
    return found;
  }
}
