// What the engine asks of JavaScript (a token, a push, a pull) and how the app's functions
// answer. A question that cannot be answered is answered with `failed`: the engine then
// treats the backend as unreachable, backs off, and no entry loses an attempt.

import { mailboatError, type MailboatError } from "../error";
import type {
  Answer,
  Ask,
  Merged,
  OlderPage,
  PullPage,
  PushEntry,
  PushOutcome,
} from "../generated/waist";

/**
 * Answers with a bearer token, or `null` when nobody is signed in.
 * `refresh` says that the server refused the last one, so a cached one will not do.
 *
 * It is asked when a request needs a token, and has `policy.questionTimeoutMs` (30 s) to answer.
 * When it rejects, or takes longer, the engine backs off and asks again later; `null` pauses
 * syncing as `UNAUTHORIZED`.
 *
 * @example
 * ```ts
 * const getToken: GetToken = async ({ refresh }) => (await auth.session({ refresh }))?.token ?? null;
 * ```
 */
export type GetToken = (info: { readonly refresh: boolean }) => Promise<string | null>;

/** Which records of a lane {@link JavaScriptBackend.older} is asked for. */
export interface OlderRequest {
  /** Name of the collection. */
  readonly collection: string;
  /** The lane, such as a conversation's id. */
  readonly lane: string;
  /** Records before this place in the server's order; `null` for the newest. */
  readonly before: number | null;
  /** At most this many records. */
  readonly limit: number;
}

/**
 * A backend written in JavaScript, over any API or SDK that the app already has.
 *
 * Throw, or reject, when a call fails as a whole: the engine backs off and tries again.
 * A {@link BackendError} tells it the HTTP status and how long the server wants to rest.
 *
 * @example
 * ```ts
 * const backend: JavaScriptBackend = {
 *   push: (entries) => api.post("/mutations", entries),
 *   pull: (cursor, limit) => api.get("/changes", { cursor, limit }),
 * };
 * ```
 */
export interface JavaScriptBackend {
  /**
   * Sends entries; answers one outcome each, in their order. `entry.id` is the idempotency key:
   * a server that has seen it answers `duplicate` and does nothing.
   *
   * @throws {@link BackendError}, or anything, when the request failed as a whole
   */
  push(entries: PushEntry[]): Promise<PushOutcome[]>;
  /**
   * Fetches changes after `cursor` (`null` the first time), at most `limit`.
   *
   * @throws {@link BackendError}, or anything, when the request failed
   */
  pull(cursor: string | null, limit: number): Promise<PullPage>;
  /** Fetches older records of one lane. Without it, history ends with what was pulled. */
  older?(request: OlderRequest): Promise<OlderPage>;
}

/** A record that was changed here and on the server, of a collection whose rule is `custom`. */
export interface Conflict {
  /** Name of the collection. */
  readonly collection: string;
  /** Id of the record. */
  readonly id: string;
  /** What the local writes were made on; `null` when there was nothing. */
  readonly base: Readonly<Record<string, unknown>> | null;
  /** The record as the local writes leave it; `null` when they delete it. */
  readonly local: Readonly<Record<string, unknown>> | null;
  /** The record as the server has it. */
  readonly remote: Readonly<Record<string, unknown>>;
}

/**
 * Decides a {@link Conflict}: `"ours"`, `"theirs"`, or columns, with what is left out merged.
 * When it throws, or takes too long, the record is merged column by column.
 *
 * @example
 * ```ts
 * const resolveConflict: ResolveConflict = ({ local, remote }) =>
 *   local === null ? "theirs" : { notes: `${remote.notes}\n${local.notes}` };
 * ```
 */
export type ResolveConflict = (conflict: Conflict) => Resolution | Promise<Resolution>;

/**
 * What becomes of a {@link Conflict}: the local version, the server's, or columns of the app's
 * choice, with what is left out merged.
 */
export type Resolution = "ours" | "theirs" | Readonly<Record<string, unknown>>;

/** The app's functions that the engine may ask. */
export interface Answerers {
  /** For a REST backend. */
  readonly getToken?: GetToken;
  /** For a backend in JavaScript. */
  readonly backend?: JavaScriptBackend;
  /** For collections whose conflict rule is `custom`. */
  readonly resolveConflict?: ResolveConflict;
}

/**
 * Throw it from a {@link JavaScriptBackend} when the server answered with an error.
 *
 * @example
 * ```ts
 * const response = await fetch("https://api.example.com/changes");
 * if (response.status === 503) throw new BackendError(503, 20_000);
 * if (!response.ok) throw new BackendError(response.status);
 * ```
 */
export class BackendError extends Error {
  constructor(
    /** The HTTP status. 401 asks for a new token, 429 and 5xx back off. */
    readonly status: number,
    /** Milliseconds the server asked to wait, such as from `Retry-After`. */
    readonly retryAfterMs?: number,
  ) {
    super(`The backend answered ${status}.`);
    this.name = "BackendError";
  }
}

/** Asks the app's function. Rejects when it does, or when there is none. */
export async function answer(ask: Ask, answerers: Answerers): Promise<Answer> {
  const { backend, getToken } = answerers;
  switch (ask.kind) {
    case "token":
      return { kind: "token", token: (await getToken?.({ refresh: ask.refresh })) ?? null };
    case "push":
      return { kind: "push", outcomes: await required(backend).push(ask.entries) };
    case "pull":
      return { kind: "pull", page: await required(backend).pull(ask.cursor, ask.limit) };
    case "older":
      return { kind: "older", page: await older(ask, required(backend)) };
    case "merge":
      return { kind: "merge", merged: await merged(ask, answerers.resolveConflict) };
  }
}

/** What the engine hears of a call that failed: a status where the error has one, no words. */
export function failed(error: unknown): Extract<Answer, { kind: "failed" }> {
  const { status, retryAfterMs } = fieldsOf(error);
  return {
    kind: "failed",
    ...(isWhole(status, 100, 599) && { status }),
    ...(isWhole(retryAfterMs, 0, Number.MAX_SAFE_INTEGER) && { retryAfterMs }),
  };
}

async function merged(ask: Conflict, resolve: ResolveConflict | undefined): Promise<Merged> {
  if (resolve === undefined) {
    throw mailboatError("UNSUPPORTED", "A rule is `custom`, and there is no resolveConflict.");
  }
  const { base, collection, id, local, remote } = ask;
  const resolution = await resolve({ base, collection, id, local, remote });
  if (resolution === "ours" || resolution === "theirs") return { take: resolution };
  return { take: "values", values: { ...resolution } };
}

async function older(ask: OlderRequest, backend: JavaScriptBackend): Promise<OlderPage> {
  if (backend.older === undefined) return { changes: [], more: false };
  const { collection, lane, before, limit } = ask;
  return backend.older({ collection, lane, before, limit });
}

function required(backend: JavaScriptBackend | undefined): JavaScriptBackend {
  if (backend === undefined) throw noBackend();
  return backend;
}

function noBackend(): MailboatError {
  return mailboatError("UNSUPPORTED", "The engine asked for a backend that was not configured.");
}

function fieldsOf(error: unknown): { status?: unknown; retryAfterMs?: unknown } {
  return typeof error === "object" && error !== null ? error : {};
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}
