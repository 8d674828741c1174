// The one error that leaves this package, and its way out of the text that hosts throw.

import type { ErrorCode, WaistError } from "./generated/waist";

/** Every word that {@link MailboatError.code} can be. */
const CODES: Readonly<Record<ErrorCode, true>> = {
  NETWORK: true,
  UNAUTHORIZED: true,
  REJECTED: true,
  CONFLICT: true,
  CORRUPT: true,
  DISK_FULL: true,
  QUOTA: true,
  LOCKED: true,
  SUSPENDED: true,
  CLOSED: true,
  CANCELLED: true,
  NEWER_VERSION: true,
  WRONG_KEY: true,
  TOO_EXPENSIVE: true,
  INVALID_ARGUMENT: true,
  UNSUPPORTED: true,
  INTERNAL: true,
};

/**
 * What every call of Mailboat throws or rejects with.
 *
 * Decide by `code` ({@link ErrorCode}) and `retryable`; `message` is a sentence for people that
 * says what happened and what to do. No message body, token or key is ever part of it.
 *
 * @example
 * ```ts
 * try {
 *   await mailboat.sendMessage(conversationId, draft);
 * } catch (error) {
 *   if (error instanceof MailboatError && error.code === "DISK_FULL") showFreeUpSpace();
 *   else throw error;
 * }
 * ```
 */
export class MailboatError extends Error {
  /** A stable word for programs: one of {@link ErrorCode}. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** What lies under it, where that helps. */
  readonly cause: string | undefined;

  /** @internal Made by the package. */
  constructor(error: WaistError) {
    super(error.message);
    this.name = "MailboatError";
    this.code = error.code;
    this.retryable = error.retryable;
    this.cause = error.cause;
  }
}

/** An error of this side of the waist, in the same form as those of the engine. */
export function mailboatError(code: ErrorCode, message: string): MailboatError {
  return new MailboatError({ code, message, retryable: false });
}

/**
 * Turns whatever a host threw into a {@link MailboatError}.
 *
 * A host's error carries a `WaistError` as JSON in its message. It may come from another
 * realm (Jest runs tests in one of their own), so `instanceof Error` says nothing here.
 */
export function toMailboatError(thrown: unknown): MailboatError {
  if (thrown instanceof MailboatError) return thrown;
  const message = messageOf(thrown);
  const error = parseWaistError(message);
  if (error !== null) return new MailboatError(error);
  return new MailboatError({
    code: "INTERNAL",
    message: "The engine failed in a way it should not have. Please report this with its cause.",
    retryable: false,
    cause: message,
  });
}

/** Whether two errors say the same, so that a snapshot need not change for the second. */
export function sameError(one: MailboatError | null, other: MailboatError | null): boolean {
  if (one === null || other === null) return one === other;
  return one.code === other.code && one.message === other.message && one.cause === other.cause;
}

function messageOf(thrown: unknown): string {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    return String(thrown.message);
  }
  return String(thrown);
}

function parseWaistError(text: string): WaistError | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  return isWaistError(parsed) ? parsed : null;
}

function isWaistError(value: unknown): value is WaistError {
  if (typeof value !== "object" || value === null) return false;
  const { code, message, retryable } = value as Record<string, unknown>;
  return (
    typeof code === "string" &&
    Object.prototype.hasOwnProperty.call(CODES, code) &&
    typeof message === "string" &&
    typeof retryable === "boolean"
  );
}
