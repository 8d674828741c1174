// Watches one engine for what the app's reporting should know: takes what a session hears
// anyway, and tells it when the session tells the app.

import { reportLater } from "../engine/cell";
import type { Engine } from "../engine/engine";
import { MailboatError } from "../error";
import type { Ask, Event, OutboxEntry, SyncReport } from "../generated/waist";
import type { SyncStatus } from "../status";
import {
  diagnosticOf,
  openFailed,
  type DiagnosticData,
  type Finding,
  type OnDiagnostic,
} from "./diagnostic";

/** Entries of a page that is looked through for the reasons of dead letters. */
const OUTBOX_PAGE = 500;
/** Pages that are looked through, oldest first: a report is not worth more. */
const MAX_PAGES = 4;

/** Tells a finding, if somebody wants to know. */
export function tellDiagnostic(listener: OnDiagnostic | undefined, finding: Finding): void {
  if (listener === undefined) return;
  try {
    listener(diagnosticOf(finding, Date.now()));
  } catch (error) {
    reportLater(error);
  }
}

/** What one engine's reporting knows. */
export class Diagnostics {
  private arrived: Finding[] = [];
  /** Dead letters by the last status that somebody heard of; `null` before there was one. */
  private failed: number | null = null;
  /** Dead letters whose reasons have been told. */
  private told: ReadonlySet<string> = new Set();
  private syncError: { readonly error: MailboatError; readonly since: number } | null = null;
  private initialSyncFailed = false;
  private hasEnded = false;
  private lookedThrough: Promise<unknown> = Promise.resolve();

  /** @param listener the app's, as it is now */
  constructor(
    private readonly engine: Engine,
    private readonly listener: () => OnDiagnostic | undefined,
  ) {}

  /** Takes what an event says. It is told by `tell`, when all of the drain has arrived. */
  take(event: Event): void {
    switch (event.type) {
      case "openFailed":
        this.end(openFailed(new MailboatError(event.error)));
        return;
      case "closed":
        this.end(closed(new MailboatError(event.error)));
        return;
      case "critical":
        this.arrived.push(critical(event.kind, new MailboatError(event.error)));
        return;
      case "longOffline":
        this.arrived.push(longOffline(event));
        return;
      default:
      // The status comes by `compare`, in the package's own form.
    }
  }

  /** Compares the status with the one before. */
  compare(status: SyncStatus): void {
    this.compareSyncError(status.error);
    this.compareInitialSync(status);
    const before = this.failed;
    const isHeard = this.listener() !== undefined;
    // Who listens later begins with what is there by then.
    this.failed = isHeard ? status.failed : null;
    if (isHeard) this.compareFailed(before, status.failed);
  }

  /** This side of the engine has ended: by the app's wish, or since it could not be drained. */
  closed(error: MailboatError): void {
    if (error.code === "CLOSED") return;
    this.end(closed(error));
    this.tell();
  }

  /** Tells what has arrived. */
  tell(): void {
    const { arrived } = this;
    this.arrived = [];
    for (const finding of arrived) tellDiagnostic(this.listener(), finding);
  }

  /** A function of the app threw, or there is none to ask. */
  threw(asked: Ask["kind"], thrown: unknown, status: number | null): void {
    this.arrived.push({
      code: "appFunctionThrew",
      level: "warning",
      message: `The app's function for \`${asked}\` threw; the engine goes on by itself.`,
      data: { asked, status },
      cause: thrown,
    });
    this.tell();
  }

  /** The engine could not read what a function of the app answered. */
  unreadable(asked: Ask["kind"], error: MailboatError): void {
    this.arrived.push({
      code: "appFunctionAnswerUnreadable",
      level: "error",
      message: `The engine cannot read what the app's function for \`${asked}\` answered.`,
      data: { asked },
      cause: error,
    });
    this.tell();
  }

  /** `syncWithin` has ended. */
  syncedWithin({ ended, left, received, sent }: SyncReport): void {
    this.arrived.push({
      code: "backgroundSyncEnded",
      level: ended === "failed" || ended === "unauthorized" ? "warning" : "info",
      message: `A sync within a budget has ended: ${ended}.`,
      data: { sent, received, left, ended },
    });
    this.tell();
  }

  private compareSyncError(error: MailboatError | null): void {
    const before = this.syncError;
    if (error?.code === before?.error.code) return;
    this.syncError = error && { error, since: before?.since ?? Date.now() };
    if (error !== null) {
      this.arrived.push({
        code: "syncErrorBegan",
        level: error.code === "NETWORK" ? "info" : "warning",
        message: error.message,
        data: { error: error.code },
        cause: error,
      });
    } else if (before !== null) {
      this.arrived.push({
        code: "syncErrorEnded",
        level: "info",
        message: "Syncing works again.",
        data: { error: before.error.code, lastedMs: Math.max(0, Date.now() - before.since) },
      });
    }
  }

  /** Told once a spell: it is tried again by itself until it is over. */
  private compareInitialSync({ error, initialSync }: SyncStatus): void {
    if (initialSync === null) this.initialSyncFailed = false;
    if (initialSync?.state !== "failed" || this.initialSyncFailed) return;
    this.initialSyncFailed = true;
    this.arrived.push({
      code: "initialSyncFailed",
      level: "warning",
      message: "The first sync came to nothing; it is tried again.",
      data: { missing: initialSync.missing, error: error?.code ?? null },
      ...(error !== null && { cause: error }),
    });
  }

  /** One look at a time: each tells what has come since the one before. */
  private compareFailed(before: number | null, failed: number): void {
    if (before === null) {
      // They were there when the engine opened.
      if (failed > 0) this.lookedThrough = this.newDeadLetters().catch(() => []);
    } else if (failed > before) {
      const look = (): Promise<void> => this.deadLetters(failed - before, failed);
      this.lookedThrough = this.lookedThrough.then(look);
    } else if (failed < before) {
      // One that is tried again keeps its id, and is news when it is refused once more.
      this.lookedThrough = this.lookedThrough.then(() => this.newDeadLetters()).catch(() => []);
    }
  }

  /** An engine ends once, whoever says so. */
  private end(finding: Finding): void {
    if (!this.hasEnded) this.arrived.push(finding);
    this.hasEnded = true;
  }

  private async deadLetters(appeared: number, failed: number): Promise<void> {
    const reasons: Record<string, number> = {};
    try {
      for (const { reason } of await this.newDeadLetters()) {
        const code = reason?.code ?? "unknown";
        reasons[code] = (reasons[code] ?? 0) + 1;
      }
    } catch {
      // The engine has closed meanwhile. That there are dead letters is news all the same.
    }
    this.arrived.push({
      code: "deadLetters",
      level: "warning",
      message: `${appeared} of the app's writes became dead letters; there are ${failed} now.`,
      data: { appeared, failed, reasons },
    });
    this.tell();
  }

  private async newDeadLetters(): Promise<OutboxEntry[]> {
    const dead: OutboxEntry[] = [];
    let after = 0;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = { type: "outbox", after, limit: OUTBOX_PAGE } as const;
      const { entries, more } = (await this.engine.execute({ type: "query", query })) as {
        readonly entries: OutboxEntry[];
        readonly more: boolean;
      };
      dead.push(...entries.filter((entry) => entry.failed));
      const last = entries[entries.length - 1];
      if (!more || last === undefined) break;
      after = last.sequence;
    }
    const { told } = this;
    this.told = new Set(dead.map(({ id }) => id));
    return dead.filter(({ id }) => !told.has(id));
  }
}

function closed(error: MailboatError): Finding<"closed"> {
  return {
    code: "closed",
    level: error.code === "CLOSED" ? "info" : "error",
    message: error.message,
    data: { error: error.code },
    cause: error,
  };
}

function critical(
  kind: DiagnosticData["critical"]["kind"],
  error: MailboatError,
): Finding<"critical"> {
  return {
    code: "critical",
    level: "error",
    message: error.message,
    data: { kind, error: error.code },
    cause: error,
  };
}

function longOffline({ since, pending }: DiagnosticData["longOffline"]): Finding<"longOffline"> {
  return {
    code: "longOffline",
    level: "warning",
    message: "Nothing has come through for a day, and something waits.",
    data: { since, pending },
  };
}
