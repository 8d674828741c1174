// What an app's crash and analytics reporting wants to know of the engine: a stable code, a
// level, and a few facts. Never a message body, a token or a key.

import type { MailboatError } from "../error";
import type { Ask, CriticalKind, ErrorCode, SyncReport } from "../generated/waist";

/** How bad it is: `error` is for a person to look at, `info` is for counting. */
export type DiagnosticLevel = "info" | "warning" | "error";

/**
 * The codes of {@link Diagnostic}, each with its facts. A code never changes its meaning.
 *
 * @example
 * ```ts
 * const facts: DiagnosticData["longOffline"] = { since: Date.now(), pending: 3 };
 * ```
 */
export interface DiagnosticData {
  /** Opening failed: `createMailboat` threw, or the migration of the file failed. `error`. */
  openFailed: {
    /** Such as `CORRUPT`, `LOCKED` or `NEWER_VERSION`. */
    readonly error: ErrorCode;
  };
  /**
   * The engine closed without being asked to: `error`; or another JavaScript runtime has taken
   * it over (`CLOSED`): `info`.
   */
  closed: {
    /** Such as `INTERNAL` or `CORRUPT`. */
    readonly error: ErrorCode;
  };
  /** Something that will not get better by itself; as the event `critical`. `error`. */
  critical: {
    /** `diskFull`, `corrupt` or `backendRefuses`. */
    readonly kind: CriticalKind;
    /** The code of the error behind it. */
    readonly error: ErrorCode;
  };
  /** Nothing has come through for a day; as the event `longOffline`. `warning`. */
  longOffline: {
    /** Since when, in milliseconds since the Unix epoch. */
    readonly since: number;
    /** Entries that wait. */
    readonly pending: number;
  };
  /**
   * A function of the app threw: of its backend, `getToken` or `resolveConflict`. The engine
   * goes on by itself. `warning`; what was thrown is {@link DiagnosticOf.cause}.
   */
  appFunctionThrew: {
    /** What the function was asked for. */
    readonly asked: Ask["kind"];
    /** The HTTP status of a `BackendError`; `null` when there is none. */
    readonly status: number | null;
  };
  /** A function of the app answered what the engine cannot read: a mistake in it. `error`. */
  appFunctionAnswerUnreadable: {
    /** What the function was asked for. */
    readonly asked: Ask["kind"];
  };
  /** Writes became dead letters: refused by the server, or tried too often. `warning`. */
  deadLetters: {
    /** How many since the last time. */
    readonly appeared: number;
    /** How many there are now. */
    readonly failed: number;
    /** How many of those that appeared the server, or the engine, gave each reason for. */
    readonly reasons: Readonly<Record<string, number>>;
  };
  /** Syncing has met an error: `info` for `NETWORK`, which is the weather; else `warning`. */
  syncErrorBegan: {
    /** Such as `NETWORK` or `UNAUTHORIZED`. */
    readonly error: ErrorCode;
  };
  /** Syncing works again. `info`. */
  syncErrorEnded: {
    /** The code of the last error. */
    readonly error: ErrorCode;
    /** Since there was one. */
    readonly lastedMs: number;
  };
  /** The first pull of required collections came to nothing; it is tried again. `warning`. */
  initialSyncFailed: {
    /** Names of the required collections that are not here yet. */
    readonly missing: readonly string[];
    /** The code of the error behind it; `null` when there is none any more. */
    readonly error: ErrorCode | null;
  };
  /** `syncWithin` has ended: in the background, usually. `info`, or `warning` for `failed` and `unauthorized`. */
  backgroundSyncEnded: Readonly<SyncReport>;
}

/** A stable word that names what happened. */
export type DiagnosticCode = keyof DiagnosticData;

/**
 * Every code, such as for the names of an app's own charts.
 *
 * @example
 * ```ts
 * const names = DIAGNOSTIC_CODES.map((code) => `mailboat.${code}`);
 * ```
 */
export const DIAGNOSTIC_CODES: readonly DiagnosticCode[] = Object.keys({
  openFailed: true,
  closed: true,
  critical: true,
  longOffline: true,
  appFunctionThrew: true,
  appFunctionAnswerUnreadable: true,
  deadLetters: true,
  syncErrorBegan: true,
  syncErrorEnded: true,
  initialSyncFailed: true,
  backgroundSyncEnded: true,
} satisfies Record<DiagnosticCode, true>) as DiagnosticCode[];

/**
 * One thing that an app's crash or analytics reporting may want to know; its `code` tells the
 * type of its `data`. No message body, token or key is ever in it.
 *
 * @example
 * ```ts
 * function onDiagnostic(diagnostic: Diagnostic) {
 *   if (diagnostic.code === "deadLetters") analytics.count("dead letters", diagnostic.data.appeared);
 * }
 * ```
 */
export type Diagnostic = { [C in DiagnosticCode]: DiagnosticOf<C> }[DiagnosticCode];

/** A {@link Diagnostic} of one code. */
export interface DiagnosticOf<C extends DiagnosticCode> {
  /** What happened, for programs. */
  readonly code: C;
  /** How bad it is. */
  readonly level: DiagnosticLevel;
  /** What happened, for people. */
  readonly message: string;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The facts. */
  readonly data: Readonly<DiagnosticData[C]>;
  /**
   * What lies under it: a {@link MailboatError}, or, for `appFunctionThrew`, what the app's own
   * function threw. The latter is the app's and may hold anything, so it is not enumerable:
   * `JSON.stringify` and `{ ...diagnostic }` leave it out.
   */
  readonly cause?: unknown;
}

/**
 * Hears of diagnostics: `createMailboat({ onDiagnostic })`. What it throws goes to the app's
 * error reporting; the engine goes on.
 *
 * @example Breadcrumbs for all of it, an event for what is for a person to look at.
 * ```ts
 * import * as Sentry from "@sentry/react-native";
 *
 * const onDiagnostic: OnDiagnostic = ({ code, level, message, data, cause }) => {
 *   Sentry.addBreadcrumb({ category: "mailboat", level, message, data: { code, ...data } });
 *   if (level !== "error") return;
 *   Sentry.captureException(cause ?? new Error(message), { tags: { mailboat: code } });
 * };
 * ```
 */
export type OnDiagnostic = (diagnostic: Diagnostic) => void;

/** What is told: a diagnostic without its time. */
export interface Finding<C extends DiagnosticCode = DiagnosticCode> {
  readonly code: C;
  readonly level: DiagnosticLevel;
  readonly message: string;
  readonly data: Readonly<DiagnosticData[C]>;
  readonly cause?: unknown;
}

/** A finding as the app sees it. */
export function diagnosticOf(finding: Finding, at: number): Diagnostic {
  const { cause, code, data, level, message } = finding;
  const diagnostic = { code, level, message, at, data };
  if (cause !== undefined) Object.defineProperty(diagnostic, "cause", { value: cause });
  return diagnostic as Diagnostic;
}

/** Opening failed, before there was an engine or while its file was migrated. */
export function openFailed(error: MailboatError): Finding<"openFailed"> {
  const message = `The engine could not be opened: ${error.message}`;
  return { code: "openFailed", level: "error", message, data: { error: error.code }, cause: error };
}
