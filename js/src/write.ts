// How a write travels, in the app's own types: its options, and several writes at once.

import { checkValues } from "./engine/json";
import { MailboatError, toMailboatError } from "./error";
import type {
  BatchMode,
  BatchWrite,
  WriteOptions as WaistOptions,
  Written,
  WrittenBatch,
} from "./generated/waist";
import type { Collections } from "./schema";

/**
 * How a write travels; what is left out is as its collection says.
 *
 * - `priority`: `high` and `normal` go on any network, `low` waits for Wi-Fi.
 * - `send`: `immediate`, `batched` (waits some seconds for company) or `scheduled` (goes at
 *   the next quarter of an hour).
 * - `write`: `localFirst` resolves when it is durable on this device; `serverFirst` waits for
 *   the server's answer too, see {@link Written}.
 *
 * @example
 * ```ts
 * await mailboat.update("conversations", id, { title: "Crew" }, { priority: "low", send: "batched" });
 * ```
 */
export interface WriteOptions extends Readonly<Omit<WaistOptions, "after">> {
  /** Entries that must be settled before it goes, such as a message's attachments. */
  readonly after?: readonly string[];
}

/**
 * How a new record travels, and its id.
 *
 * @example
 * ```ts
 * const options: CreateOptions = { id, priority: "high", after: [entry.id] };
 * await mailboat.sendMessage(conversationId, "The reef, at low tide", options);
 * ```
 */
export interface CreateOptions extends WriteOptions {
  /** Id of the record; a UUIDv7 is made when left out. */
  readonly id?: string;
}

/**
 * One write of a batch: what it does, to which record, with which columns.
 *
 * @typeParam C - the collections of the app's schema
 *
 * @example
 * ```ts
 * const rename: BatchWriteOf<MessagingCollections> = {
 *   operation: "update",
 *   collection: "conversations",
 *   id,
 *   values: { title: "Night watch" },
 * };
 * ```
 */
export type BatchWriteOf<C extends Collections> = {
  [N in keyof C & string]:
    | {
        /** Makes a record. */
        readonly operation: "create";
        /** Name of the collection. */
        readonly collection: N;
        /** Id of the record; a UUIDv7 is made when left out. */
        readonly id?: string;
        /** The columns; what is optional may be left out. */
        readonly values: C[N];
      }
    | {
        /** Changes columns of a record and leaves the others. */
        readonly operation: "update";
        /** Name of the collection. */
        readonly collection: N;
        /** Id of the record. */
        readonly id: string;
        /** The columns that change. */
        readonly values: Partial<C[N]>;
      }
    | {
        /** Removes a record. */
        readonly operation: "delete";
        /** Name of the collection. */
        readonly collection: N;
        /** Id of the record. */
        readonly id: string;
      };
}[keyof C & string];

/**
 * How the writes of a batch travel. Its promise resolves when they are durable on this
 * device: `serverFirst` is for single writes.
 *
 * @example
 * ```ts
 * const options: BatchOptions = { mode: "atomic", priority: "high" };
 * ```
 */
export interface BatchOptions extends Omit<WriteOptions, "write"> {
  /**
   * `partial` (the default): each write by itself; one that is refused leaves the others
   * standing. `atomic`: all or none, here and on the server.
   */
  readonly mode?: BatchMode;
}

/**
 * What became of one write of a batch: it is durable on this device when `error` is `null`.
 *
 * @example
 * ```ts
 * for (const { error } of await mailboat.batch(writes)) if (error !== null) report(error);
 * ```
 */
export type BatchResult =
  | (Readonly<Written> & {
      /** It is durable on this device. */
      readonly error: null;
    })
  | {
      /** Why it was refused; nothing of it was stored. */
      readonly error: MailboatError;
    };

/** The options of a create as its command has them: the id stands beside the others. */
export function splitId({ id, ...options }: CreateOptions): {
  id?: string;
  options: WaistOptions;
} {
  return { ...(id !== undefined && { id }), options: options as WaistOptions };
}

/** The command that a batch is, and what is known of its writes before the engine has them. */
export interface PreparedBatch {
  /** Those that go to the engine. */
  readonly writes: BatchWrite[];
  /** For each write why it is refused already; `null` for one that goes to the engine. */
  readonly refused: readonly (MailboatError | null)[];
}

/**
 * Looks at the values of each write. In a `partial` batch one that cannot be written as
 * JSON is refused alone.
 *
 * @throws the first refusal of an `atomic` one
 */
export function prepareBatch(writes: readonly object[], mode: BatchMode): PreparedBatch {
  const refused = (writes as readonly BatchWrite[]).map(({ values }) => refusalOf(values ?? {}));
  const first = refused.find((error) => error !== null);
  if (mode === "atomic" && first !== undefined) throw first;
  return {
    writes: (writes as readonly BatchWrite[]).filter((_write, at) => refused[at] === null),
    refused,
  };
}

/** Puts the engine's answers back into the order of the writes. */
export function batchResults({ refused }: PreparedBatch, { results }: WrittenBatch): BatchResult[] {
  let next = 0;
  return refused.map((error) => {
    if (error !== null) return { error };
    const result = results[next++];
    if (result === undefined) return { error: toMailboatError("A write got no answer.") };
    if ("error" in result) return { error: new MailboatError(result.error) };
    return { ...result, error: null };
  });
}

function refusalOf(values: object): MailboatError | null {
  try {
    checkValues(values);
    return null;
  } catch (error) {
    return toMailboatError(error);
  }
}
