// The JavaScript side of one open engine: takes the events of each drain to where they
// belong, and lets the app hear of them only when all have arrived there.

import { answerersOf, type MailboatConfig } from "./config";
import { Diagnostics } from "./diagnostics/diagnostics";
import { Cell, type ExternalStore } from "./engine/cell";
import { closedError, Engine, type EventSink } from "./engine/engine";
import type { Host } from "./engine/host";
import { answer, failed } from "./engine/questions";
import { toMailboatError, MailboatError } from "./error";
import { Events } from "./events";
import type { Answer, Ask, Event, Opened } from "./generated/waist";
import { LiveOutboxes } from "./live/liveOutbox";
import { Windows } from "./live/windows";
import { NetworkFeed } from "./network/networkFeed";
import { nextSyncStatus, UNKNOWN_STATUS, type SyncStatus } from "./status";

/**
 * How far opening came, and whether the engine is still there. `opening` lasts while the file
 * is migrated or mended; from `ready` on reads and writes work.
 *
 * @example
 * ```ts
 * const state: OpenState = mailboat.state.getSnapshot();
 * if (state.kind === "failed") report(state.error.code);
 * ```
 */
export type OpenState =
  | {
      /** The file is being migrated or mended; `whenReady` waits for that. */
      readonly kind: "opening";
    }
  | {
      /** Reads and writes work. */
      readonly kind: "ready";
    }
  | {
      /** It could not be opened. */
      readonly kind: "failed";
      /** Why. */
      readonly error: MailboatError;
    }
  | {
      /** It was closed, or had to close. */
      readonly kind: "closed";
      /** Why. */
      readonly error: MailboatError;
    };

const READY: OpenState = { kind: "ready" };

/** What a drain has brought and the app has not heard of yet. */
interface Arrived {
  state: OpenState | null;
  status: SyncStatus | null;
  questions: { readonly question: number; readonly ask: Ask }[];
}

/** The JavaScript side of one open engine. */
export class Session implements EventSink {
  readonly engine: Engine;
  readonly windows: Windows;
  readonly outboxes: LiveOutboxes;
  readonly events = new Events();
  readonly diagnostics: Diagnostics;
  /** Whether reads and writes work. */
  readonly state: ExternalStore<OpenState>;
  /** How syncing goes. */
  readonly status: ExternalStore<SyncStatus>;
  private readonly stateCell: Cell<OpenState>;
  private readonly network: NetworkFeed;
  private readonly statusCell = new Cell<SyncStatus>(UNKNOWN_STATUS);
  private arrived: Arrived = { state: null, status: null, questions: [] };

  /** @param ended - called once, when the engine is gone */
  constructor(
    host: Host,
    opened: Opened,
    private config: MailboatConfig,
    private readonly ended: () => void,
  ) {
    this.engine = new Engine(host, opened.engine, this);
    this.windows = new Windows(this.engine);
    this.outboxes = new LiveOutboxes(this.engine, () => this.readStatus());
    this.stateCell = new Cell(opened.state === "ready" ? READY : { kind: "opening" });
    this.state = this.stateCell;
    this.diagnostics = new Diagnostics(this.engine, () => this.config.onDiagnostic);
    this.status = { subscribe: this.statusCell.subscribe, getSnapshot: this.readStatus };
    this.network = new NetworkFeed(this.engine);
    this.network.follow(config.network);
    // Dead letters that are there already are no news.
    const isKnown = config.onDiagnostic !== undefined && opened.state === "ready";
    const status = isKnown ? this.readStatus() : UNKNOWN_STATUS;
    if (status !== UNKNOWN_STATUS) this.diagnostics.compare(status);
  }

  /** The app's functions and network source as they are now; Fast Refresh makes new ones. */
  adopt(config: MailboatConfig): void {
    this.config = config;
    this.network.follow(config.network);
  }

  /** The config it was opened with, with the functions of the last `createMailboat`. */
  get currentConfig(): MailboatConfig {
    return this.config;
  }

  /** Commits what waits and closes the engine. Closing twice is no error. */
  async close(): Promise<void> {
    if (this.engine.isClosed) return;
    try {
      await this.engine.execute({ type: "close" });
    } catch (error) {
      if (!(error instanceof MailboatError) || error.code !== "CLOSED") throw error;
    }
    this.engine.closed(closedError());
  }

  /** Reads again what could not be read while the app was suspended. */
  resumed(): void {
    this.windows.somethingHappened();
    this.outboxes.somethingHappened();
    this.windows.flush();
    this.outboxes.flush();
  }

  /** A command may have changed the outbox and left the status as it was. */
  outboxChanged(): void {
    this.outboxes.somethingHappened();
    this.outboxes.flush();
  }

  take(event: Event): void {
    this.diagnostics.take(event);
    switch (event.type) {
      case "patch":
        this.windows.patch(event.watch, event.ops, event.more);
        return;
      case "reset":
        this.windows.reset(event.watch);
        return;
      case "status":
        this.arrived.status = nextSyncStatus(this.statusCell.getSnapshot(), event);
        return;
      case "question":
        this.arrived.questions.push(event);
        return;
      case "progress":
      case "longOffline":
      case "critical":
        this.events.take(event);
        return;
      case "opened":
        this.arrived.state = READY;
        return;
      case "openFailed":
        this.arrived.state = { kind: "failed", error: new MailboatError(event.error) };
        return;
      case "closed":
        this.arrived.state = { kind: "closed", error: new MailboatError(event.error) };
    }
  }

  drained(): void {
    const { questions, state, status } = this.arrived;
    this.arrived = { state: null, status: null, questions: [] };
    if (state !== null) this.enter(state);
    const isNews = status !== null && status !== this.statusCell.getSnapshot();
    if (status !== null) {
      this.diagnostics.compare(status);
      this.statusCell.prime(status);
      this.windows.somethingHappened();
      this.outboxes.somethingHappened();
    }
    // From here on the app hears of it, and everything shows the same moment.
    if (isNews) this.statusCell.notify();
    this.windows.flush();
    this.outboxes.flush();
    this.events.tell();
    this.diagnostics.tell();
    for (const { ask, question } of questions) void this.answer(question, ask);
  }

  closed(error: MailboatError): void {
    this.network.end();
    const { kind } = this.stateCell.getSnapshot();
    if (kind === "opening" || kind === "ready") this.stateCell.set({ kind: "closed", error });
    this.statusCell.set({ ...this.statusCell.getSnapshot(), error });
    this.windows.closed(error);
    this.outboxes.closed(error);
    this.diagnostics.closed(error);
    this.ended();
  }

  private enter(state: OpenState): void {
    this.stateCell.set(state);
    if (state.kind === "failed" || state.kind === "closed") this.engine.closed(state.error);
  }

  /** Until the first event says it, the engine is asked. */
  private readonly readStatus = (): SyncStatus => {
    if (this.statusCell.getSnapshot() === UNKNOWN_STATUS && !this.engine.isClosed) {
      try {
        this.statusCell.prime(
          nextSyncStatus(UNKNOWN_STATUS, this.engine.query({ type: "status" })),
        );
      } catch {
        // Opening or suspended: an event will say it.
      }
    }
    return this.statusCell.getSnapshot();
  };

  private async answer(question: number, ask: Ask): Promise<void> {
    let given: Answer;
    try {
      given = await answer(ask, answerersOf(this.config));
    } catch (error) {
      given = failed(error);
      this.diagnostics.threw(ask.kind, error, given.status ?? null);
    }
    try {
      await this.engine.execute({ type: "answer", question, answer: given });
    } catch (error) {
      await this.answerRefused(question, ask, toMailboatError(error));
    }
  }

  /** The engine could not read what the app's function answered, or does not wait any more. */
  private async answerRefused(question: number, ask: Ask, error: MailboatError): Promise<void> {
    if (error.code !== "INVALID_ARGUMENT") return;
    this.diagnostics.unreadable(ask.kind, error);
    try {
      await this.engine.execute({ type: "answer", question, answer: { kind: "failed" } });
    } catch {
      // Its deadline has passed: the engine has gone on without an answer.
    }
  }
}
