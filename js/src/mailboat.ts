// The engine as an app sees it: writes that are durable when they resolve, reads that are
// at hand when a screen renders, and an outbox with everything that still waits in it.

import type { ExternalStore } from "./engine/cell";
import { checkValues } from "./engine/json";
import { mailboatError, toMailboatError } from "./error";
import type { MailboatEvents } from "./events";
import type {
  AppState,
  ConflictPage,
  Counters,
  LoadedOlder,
  Network,
  Power,
  Snapshot,
  SyncReport,
  WriteOptions as WaistOptions,
  Window,
  Written,
} from "./generated/waist";
import { messagingSchema } from "./generated/messagingSchema";
import { History } from "./live/history";
import { LiveWindow } from "./live/liveWindow";
import type { WindowOf } from "./live/window";
import type { MessagingCollections } from "./messaging";
import { Outbox } from "./outbox";
import type { Collections, RowOf, SchemaShape } from "./schema";
import type { OpenState, Session } from "./session";
import type { SyncStatus } from "./status";
import {
  batchResults,
  prepareBatch,
  splitId,
  type BatchOptions,
  type BatchResult,
  type BatchWriteOf,
  type CreateOptions,
  type WriteOptions,
} from "./write";

/** Rows that a history shows at first when no limit is given. */
export const HISTORY_PAGE = 50;
/** Losses on a page of the conflict log when no limit is given. */
const CONFLICT_PAGE = 100;
/** What the engine would answer to a batch of which nothing is left to do. */
const NO_RESULTS = { results: [] };

/**
 * Rows of a window at one moment.
 *
 * @typeParam R - its rows
 */
export interface WindowRows<R> {
  /** In window order. */
  readonly rows: readonly R[];
  /** Whether more rows lie beyond the limit. */
  readonly more: boolean;
}

/**
 * One open engine. Made by {@link createMailboat}.
 *
 * Writes resolve when they are durable on this device, with the network or without. After
 * `await` every watched window already shows the write. Whatever a call throws or rejects with
 * is a {@link MailboatError}: beside what each call says, `CLOSED` once the engine is closed,
 * `SUSPENDED` for reads while the app's files are closed, and `DISK_FULL` or `CORRUPT` where the
 * file cannot be used.
 *
 * @typeParam C - the collections of its schema
 *
 * @example
 * ```ts
 * const { id } = await mailboat.create("conversations", { title: "Crew", memberIds: ["ann"] });
 * await mailboat.sendMessage(id, "We leave at high tide.");
 * ```
 */
export class Mailboat<C extends Collections = MessagingCollections> {
  /** @internal Made by `createMailboat`. */
  constructor(private readonly session: Session) {
    this.state = session.state;
    this.status = session.status;
    this.outbox = new Outbox(session);
  }

  /**
   * Whether reads and writes work yet, or any more; an external store.
   *
   * @example
   * ```ts
   * const isReady = mailboat.state.getSnapshot().kind === "ready";
   * ```
   */
  readonly state: ExternalStore<OpenState>;

  /**
   * How syncing goes; an external store. In a component use {@link useSyncStatus}.
   *
   * @example
   * ```ts
   * const { online, pending } = mailboat.status.getSnapshot();
   * ```
   */
  readonly status: ExternalStore<SyncStatus>;

  /** What waits to be sent, and what was refused. */
  readonly outbox: Outbox<C>;

  /** Names the engine in diagnostics. */
  get engineId(): number {
    return this.session.engine.id;
  }

  /**
   * Resolves when reads and writes work.
   *
   * @throws {@link MailboatError} what opening failed with, or `CLOSED`
   *
   * @example
   * ```ts
   * await mailboat.whenReady();
   * ```
   */
  whenReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): boolean => {
        const state = this.state.getSnapshot();
        if (state.kind === "ready") resolve();
        else if (state.kind !== "opening") reject(state.error);
        return state.kind !== "opening";
      };
      if (settle()) return;
      const stop = this.state.subscribe(() => {
        if (settle()) stop();
      });
      // Node runs on for a command that waits, not for an event. This one is answered, or
      // refused, when the engine has opened, or has not.
      const query = { type: "status" } as const;
      this.session.engine.execute({ type: "query", query }).catch(() => undefined);
    });
  }

  /**
   * Makes a record. Resolves when it is durable on this device.
   *
   * @param collection - name of the collection
   * @param values - the columns; what is optional may be left out
   * @param options - `id` of the record, and how it travels
   * @returns the record's id, and the id of the outbox entry that carries it
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when the values do not fit the schema,
   * `CONFLICT` when there is a record of this id, `UNSUPPORTED` when the collection does not
   * allow it
   *
   * @example
   * ```ts
   * const { id } = await mailboat.create("conversations", { title: "Crew", memberIds });
   * ```
   *
   * @example The server's answer first.
   * ```ts
   * // Rejects with REJECTED when the server refuses it. Where the server cannot be reached,
   * // acked is false, and the write waits in the outbox.
   * const { acked } = await yard.create(
   *   "bookings",
   *   { boat: "Elfin", day: "2026-06-21" },
   *   { write: "serverFirst" },
   * );
   * ```
   */
  create<N extends keyof C & string>(
    collection: N,
    values: C[N],
    options?: CreateOptions,
  ): Promise<Written> {
    return this.write(values, () =>
      this.session.engine.execute({
        type: "create",
        collection,
        values: values as Record<string, unknown>,
        ...(options !== undefined && splitId(options)),
      }),
    );
  }

  /**
   * Changes columns of a record and leaves the others. Resolves when it is durable.
   *
   * @param collection - name of the collection
   * @param id - id of the record
   * @param values - the columns that change
   * @param options - how it travels
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when there is no such record or the values
   * do not fit the schema, `UNSUPPORTED` when the collection does not allow it
   *
   * @example
   * ```ts
   * await mailboat.update("conversations", id, { title: "Night watch" }, { priority: "low" });
   * ```
   */
  update<N extends keyof C & string>(
    collection: N,
    id: string,
    values: Partial<C[N]>,
    options?: WriteOptions,
  ): Promise<Written> {
    return this.write(values, () =>
      this.session.engine.execute({
        type: "update",
        collection,
        id,
        values: values as Record<string, unknown>,
        ...(options !== undefined && { options: options as WaistOptions }),
      }),
    );
  }

  /**
   * Removes a record. Resolves when that is durable.
   *
   * @param collection - name of the collection
   * @param id - id of the record
   * @param options - how it travels
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when there is no such record, `UNSUPPORTED`
   * when the collection does not allow it
   *
   * @example
   * ```ts
   * await mailboat.delete("messages", id);
   * ```
   */
  delete(collection: keyof C & string, id: string, options?: WriteOptions): Promise<Written> {
    const written = this.session.engine.execute({
      type: "delete",
      collection,
      id,
      ...(options !== undefined && { options: options as WaistOptions }),
    });
    return written.then((answer) => {
      // It may have taken an entry out while another write put one in.
      this.session.outboxChanged();
      return answer;
    });
  }

  /**
   * Does 1 to 100 writes at once. `atomic` ones happen all or none, here and on the server:
   * they travel together, and when the server refuses one of them, all are dead letters that
   * are retried or discarded as one. Resolves when they are durable.
   *
   * @param writes - 1 to 100 of them
   * @param options - `mode`, and how the writes travel
   * @returns one result a write, in their order. In an `atomic` batch a write that does not
   * fit rejects the promise instead, and nothing is stored.
   * @throws {@link MailboatError} `INVALID_ARGUMENT` for no writes or too many, and for an atomic
   * batch that spans several conversations
   *
   * @example
   * ```ts
   * const [from, to] = ["ann", "ben"];
   * await yard.batch(
   *   [
   *     { operation: "update", collection: "accounts", id: from, values: { balance: 10 } },
   *     { operation: "update", collection: "accounts", id: to, values: { balance: 90 } },
   *   ],
   *   { mode: "atomic" },
   * );
   * ```
   */
  async batch(
    writes: readonly BatchWriteOf<C>[],
    options: BatchOptions = {},
  ): Promise<BatchResult[]> {
    const { mode = "partial", ...sending } = options;
    const batch = prepareBatch(writes, mode);
    if (batch.writes.length === 0 && writes.length > 0) return batchResults(batch, NO_RESULTS);
    const answer = await this.session.engine.execute({
      type: "batch",
      writes: batch.writes,
      mode,
      options: sending as WaistOptions,
    });
    this.session.outboxChanged();
    return batchResults(batch, answer);
  }

  /**
   * Writes a message by the user of the config. Resolves when it is durable, which is also
   * when it shows; sending it happens behind that.
   *
   * @param conversationId - the conversation it belongs to
   * @param body - what it says
   * @param options - its id, and how it travels: `after` names entries that must have arrived
   * @returns the message's id, and the id of the outbox entry that carries it
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when the config has no `userId`, or the
   * message has more than 64 KiB
   *
   * @example
   * ```ts
   * await mailboat.sendMessage(conversationId, "Man overboard!", { priority: "high" });
   * ```
   */
  sendMessage(conversationId: string, body: string, options?: CreateOptions): Promise<Written> {
    const { userId } = this.session.currentConfig;
    if (userId === undefined) {
      return Promise.reject(
        mailboatError(
          "INVALID_ARGUMENT",
          "Nobody is known to write on this device. Set userId in createMailboat().",
        ),
      );
    }
    const values = { conversationId, senderId: userId, body, sentAt: Date.now() };
    return this.write(values, () =>
      this.session.engine.execute({
        type: "create",
        collection: "messages",
        values,
        ...(options !== undefined && splitId(options)),
      }),
    );
  }

  /**
   * Reads one record, synchronously.
   *
   * @returns the record as it is shown, with the writes that wait; `null` when there is none
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when there is no such collection
   *
   * @example
   * ```ts
   * const title = mailboat.record("conversations", id)?.title ?? "Unknown";
   * ```
   */
  record<N extends keyof C & string>(collection: N, id: string): RowOf<C, N> | null {
    const row = this.session.engine.query({ type: "record", collection, id });
    return row as RowOf<C, N> | null;
  }

  /**
   * Reads the rows of a window, synchronously.
   *
   * @param window - which rows, in which order, how many
   * @throws {@link MailboatError} `TOO_EXPENSIVE` when that would hold the JavaScript thread up
   * for too long ({@link Mailboat.query} has no such limit), `INVALID_ARGUMENT` when the window
   * does not fit the schema
   *
   * @example
   * ```ts
   * const { rows } = mailboat.querySync({ collection: "conversations", limit: 20 });
   * ```
   */
  querySync<N extends keyof C & string>(window: WindowOf<C, N>): WindowRows<RowOf<C, N>> {
    return rowsOf(this.session.engine.query({ type: "window", window }));
  }

  /**
   * Reads the rows of a window, off the JavaScript thread.
   *
   * @param window - which rows, in which order, how many
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when the window does not fit the schema
   *
   * @example
   * ```ts
   * const { rows, more } = await mailboat.query({
   *   collection: "messages",
   *   where: { senderId: "ann" },
   *   orderBy: { column: "sentAt", descending: true },
   *   limit: 100,
   * });
   * ```
   */
  async query<N extends keyof C & string>(
    window: WindowOf<C, N>,
  ): Promise<WindowRows<RowOf<C, N>>> {
    const query = { type: "window", window: window as Window } as const;
    return rowsOf((await this.session.engine.execute({ type: "query", query })) as Snapshot);
  }

  /**
   * The rows of a window as they change. Equal windows share one watch. What goes wrong is the
   * snapshot's `error`.
   *
   * @param window - which rows, in which order, how many
   *
   * @example
   * ```ts
   * const live = mailboat.watch({ collection: "conversations", limit: 20 });
   * const stop = live.subscribe(() => draw(live.getSnapshot().rows));
   * ```
   */
  watch<N extends keyof C & string>(window: WindowOf<C, N>): LiveWindow<RowOf<C, N>> {
    return new LiveWindow(this.session.windows, window);
  }

  /**
   * The newest rows of a lane, such as a conversation, as they change, growing backwards on
   * request: first by what this device has, then by what the server has.
   *
   * @param collection - one whose schema has a `laneColumn`
   * @param lane - value of that column, such as a conversation's id
   * @param options - `limit`: rows shown at first and added by each step, 1 to 500; 50 when left
   * out
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when the collection has no `laneColumn`
   *
   * @example
   * ```ts
   * const history = mailboat.history("messages", conversationId, { limit: 30 });
   * const stop = history.subscribe(() => draw(history.getSnapshot().rows));
   * ```
   */
  history<N extends keyof C & string>(
    collection: N,
    lane: string,
    options: { readonly limit?: number } = {},
  ): History<RowOf<C, N>> {
    const { backend } = this.session.currentConfig;
    const where = { [this.laneColumn(collection)]: lane };
    return new History<RowOf<C, N>>(
      {
        watch: (limit) =>
          new LiveWindow(this.session.windows, { collection, where, take: "last", limit }),
        loadOlder:
          backend === undefined ? null : (limit) => this.loadOlder(collection, lane, limit),
      },
      options.limit ?? HISTORY_PAGE,
    );
  }

  /**
   * Fetches records of a lane that are older than those on this device. They are stored, so
   * that what watches the lane shows them.
   *
   * @param collection - one whose schema has a `laneColumn`
   * @param lane - value of that column, such as a conversation's id
   * @param limit - at most so many, 1 to 500
   * @throws {@link MailboatError} `NETWORK` when the server cannot be reached, `UNSUPPORTED`
   * without a backend, `INVALID_ARGUMENT` for a limit out of bounds
   *
   * @example
   * ```ts
   * const { loaded, more } = await mailboat.loadOlder("messages", conversationId, 100);
   * ```
   */
  loadOlder(collection: keyof C & string, lane: string, limit: number): Promise<LoadedOlder> {
    return this.session.engine.execute({ type: "loadOlder", collection, lane, limit });
  }

  /**
   * Pushes and pulls now, whatever delay is armed. Resolves when the pull has ended well.
   *
   * @throws {@link MailboatError} `NETWORK`, `UNAUTHORIZED` or `REJECTED` when it has not, and
   * `UNSUPPORTED` without a backend. What waited to be sent waits on.
   *
   * @example
   * ```ts
   * await mailboat.sync().catch((error: unknown) => report(error));
   * ```
   */
  async sync(): Promise<void> {
    await this.session.engine.execute({ type: "sync" });
  }

  /**
   * Pushes and pulls until nothing is left that may go now, or the budget is spent: for the
   * time that a phone gives an app in the background. Resolves before the budget is over; what
   * was achieved is in the file by then, and what is left goes next time, under the same ids.
   * Unlike {@link sync} it sends nothing that the policy holds back, such as low priority on a
   * metered network.
   *
   * @param budgetMs milliseconds, 1 000 to 600 000
   *
   * @example
   * ```ts
   * const { sent, left, ended } = await mailboat.syncWithin(25_000);
   * if (ended === "budget") console.log(`${sent} sent, ${left} go next time`);
   * ```
   */
  async syncWithin(budgetMs: number): Promise<SyncReport> {
    const report = await this.session.engine.execute({ type: "syncWithin", budgetMs });
    this.session.diagnostics.syncedWithin(report);
    return report;
  }

  /**
   * Calls `listener` for each event of a name. What came before anybody listened is told to
   * the first who does, save for `progress`, which is over.
   *
   * @param event - name of the event, see {@link MailboatEvents}
   * @param listener - called on the JavaScript thread
   * @returns ends it; calling it twice is no error
   *
   * @example
   * ```ts
   * const stop = mailboat.on("critical", ({ kind, error }) => report(kind, error.message));
   * ```
   */
  on<E extends keyof MailboatEvents>(
    event: E,
    listener: (event: MailboatEvents[E]) => void,
  ): () => void {
    return this.session.events.on(event, listener);
  }

  /**
   * Tells what the device lives on: with an empty battery, what can wait waits.
   *
   * @example
   * ```ts
   * await mailboat.setPower("low");
   * ```
   */
  async setPower(power: Power): Promise<void> {
    await this.session.engine.execute({ type: "setPower", power });
  }

  /**
   * Tells what the platform says of the network: a hint, outcomes decide. A source in the
   * config (`network`) does this by itself.
   *
   * @example
   * ```ts
   * await mailboat.setNetwork({ kind: "cellular", metered: true });
   * await mailboat.setNetwork({ kind: "none" });
   * ```
   */
  async setNetwork(network: Network): Promise<void> {
    await this.session.engine.execute({ type: "setNetwork", network });
  }

  /**
   * Tells whether the app is in front.
   *
   * @example
   * ```ts
   * import { AppState } from "react-native";
   *
   * AppState.addEventListener("change", (state) => {
   *   void mailboat.setAppState(state === "active" ? "foreground" : "background");
   * });
   * ```
   */
  async setAppState(state: AppState): Promise<void> {
    await this.session.engine.execute({ type: "setAppState", state });
    this.session.resumed();
  }

  /**
   * A page of what lost where two versions of a record met, newest first.
   *
   * @param options - `before`: only what is older than this `sequence`; `limit`: 1 to 500, 100
   * when left out
   * @throws {@link MailboatError} `INVALID_ARGUMENT` for a limit out of bounds
   *
   * @example
   * ```ts
   * for (const { lost, values } of mailboat.conflicts().conflicts) show(lost, values);
   * ```
   */
  conflicts(options: { readonly before?: number; readonly limit?: number } = {}): ConflictPage {
    const { before, limit = CONFLICT_PAGE } = options;
    const query = { type: "conflicts", limit, ...(before !== undefined && { before }) } as const;
    return this.session.engine.query(query);
  }

  /**
   * What the engine holds in memory, for tests and diagnostics.
   *
   * @example
   * ```ts
   * expect(mailboat.counters().watches).toBe(0);
   * ```
   */
  counters(): Counters {
    return this.session.engine.query({ type: "counters" });
  }

  /** @internal Takes what is pending now; otherwise the engine's wakes do that. */
  drain(): void {
    this.session.engine.drain();
  }

  /**
   * Commits what waits and closes the engine. Closing twice is no error.
   *
   * @example
   * ```ts
   * await mailboat.close();
   * ```
   */
  close(): Promise<void> {
    return this.session.close();
  }

  /** Without `async`: on Hermes each level of it costs a write a few microseconds. */
  private write(values: object, run: () => Promise<Written>): Promise<Written> {
    try {
      checkValues(values);
    } catch (error) {
      return Promise.reject(toMailboatError(error));
    }
    return run();
  }

  private laneColumn(collection: string): string {
    const { collections }: SchemaShape = this.session.currentConfig.schema ?? messagingSchema;
    const found = collections.find(({ name }) => name === collection);
    if (found?.laneColumn !== undefined) return found.laneColumn;
    throw mailboatError(
      "INVALID_ARGUMENT",
      `${collection} has no laneColumn in the schema, so it has no history of a lane.`,
    );
  }
}

function rowsOf<R>({ more, rows }: Snapshot): WindowRows<R> {
  return { rows: rows as unknown as R[], more };
}
