// The outbox as an app sees it: what waits to be sent, what was refused, and what a person
// can do about either.

import { checkValues } from "./engine/json";
import { toMailboatError } from "./error";
import type { OutboxPage, Why } from "./generated/waist";
import { LiveOutbox } from "./live/liveOutbox";
import type { Collections } from "./schema";
import type { Session } from "./session";

/**
 * Entries on a page of the outbox when no limit is given.
 *
 * @example
 * ```ts
 * const isFull = mailboat.outbox.page().entries.length === OUTBOX_PAGE;
 * ```
 */
export const OUTBOX_PAGE = 100;

/**
 * What waits to be sent, and dead letters: entries that the server has refused, or that
 * were tried too often. Nothing leaves it without the server's word or a person's.
 *
 * @example
 * ```ts
 * const { entries } = mailboat.outbox.page();
 * for (const { failed, id } of entries) if (failed) await mailboat.outbox.retry(id);
 * ```
 */
export class Outbox<C extends Collections> {
  /** @internal Made with its `Mailboat`. */
  constructor(private readonly session: Session) {}

  /**
   * A page of entries, oldest first.
   *
   * @param options - `after`: only entries behind this `sequence`; `limit`: 1 to 500, 100 when
   * left out
   * @throws {@link MailboatError} `INVALID_ARGUMENT` for a limit out of bounds, `CLOSED`
   *
   * @example
   * ```ts
   * const first = mailboat.outbox.page();
   * const next = mailboat.outbox.page({ after: first.entries.at(-1)?.sequence });
   * ```
   */
  readonly page = (
    options: { readonly after?: number | undefined; readonly limit?: number } = {},
  ): OutboxPage => {
    const { after, limit = OUTBOX_PAGE } = options;
    const query = { type: "outbox", limit, ...(after !== undefined && { after }) } as const;
    return this.session.engine.query(query);
  };

  /**
   * The oldest entries as they change.
   *
   * @param options - `limit`: entries shown at first and added by each `loadMore`
   *
   * @example
   * ```ts
   * const live = mailboat.outbox.watch();
   * const stop = live.subscribe(() => draw(live.getSnapshot().entries));
   * ```
   */
  readonly watch = (options: { readonly limit?: number } = {}): LiveOutbox =>
    new LiveOutbox(this.session.outboxes, options.limit ?? OUTBOX_PAGE);

  /**
   * Gives a dead letter, with the rest of its atomic group, new attempts. Its id stays, so
   * the server applies it at most once.
   *
   * @param entry - its id
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when it is no dead letter
   *
   * @example
   * ```ts
   * await mailboat.outbox.retry(entry.id);
   * ```
   */
  readonly retry = (entry: string): Promise<void> =>
    this.changed(this.session.engine.execute({ type: "retry", entry })).then(nothing);

  /**
   * Gives the oldest dead letters new attempts, at most 1 000.
   *
   * @returns how many
   *
   * @example
   * ```ts
   * const count = await mailboat.outbox.retryAll();
   * ```
   */
  readonly retryAll = (): Promise<number> =>
    this.changed(this.session.engine.execute({ type: "retryAll" }));

  /**
   * Takes a dead letter, with the rest of its atomic group, out of the outbox: its record
   * shows the server's version again. What waited for it becomes a dead letter.
   *
   * @param entry - its id
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when it is no dead letter
   *
   * @example
   * ```ts
   * await mailboat.outbox.discard(entry.id);
   * ```
   */
  readonly discard = (entry: string): Promise<void> =>
    this.changed(this.session.engine.execute({ type: "discard", entry })).then(nothing);

  /**
   * Takes back an entry that no attempt has left with.
   *
   * @param entry - its id
   * @throws {@link MailboatError} `CONFLICT` when an attempt has left with it: the server may
   * have it, and a new write has to undo it. `INVALID_ARGUMENT` when it is not in the outbox.
   *
   * @example
   * ```ts
   * if (!entry.attempted) await mailboat.outbox.cancel(entry.id);
   * ```
   */
  readonly cancel = (entry: string): Promise<void> =>
    this.changed(this.session.engine.execute({ type: "cancel", entry })).then(nothing);

  /**
   * Changes columns of a write that waits. A dead letter is changed and gets new attempts.
   *
   * @param entry - its id
   * @param values - the columns that change; the others stay
   * @returns the id of the entry that carries the change: a new one where an attempt has left
   * with the old one
   * @throws {@link MailboatError} `INVALID_ARGUMENT` when it is not in the outbox, or the values
   * do not fit the schema
   *
   * @example
   * ```ts
   * await mailboat.outbox.edit(entry.id, { body: "We leave at low tide." });
   * ```
   */
  readonly edit = (entry: string, values: Partial<C[keyof C]>): Promise<string> => {
    try {
      checkValues(values);
    } catch (error) {
      return Promise.reject(toMailboatError(error));
    }
    const changes = values as Record<string, unknown>;
    return this.changed(this.session.engine.execute({ type: "edit", entry, values: changes }));
  };

  /**
   * Says why an entry has not gone yet, and when it will.
   *
   * @param entry - its id; one that is done is answered `acked` or `discarded`
   *
   * @example
   * ```ts
   * const { sentence, until } = await mailboat.outbox.why(entry.id);
   * ```
   */
  readonly why = (entry: string): Promise<Why> =>
    this.session.engine.execute({ type: "why", entry });

  /**
   * A write that takes an entry out and one that puts another in may leave the status as it
   * was, when both are committed together. So this looks, whatever the status said.
   */
  private async changed<T>(command: Promise<T>): Promise<T> {
    const answer = await command;
    this.session.outboxChanged();
    return answer;
  }
}

function nothing(): void {
  // Commands without an answer resolve with null; an app has no use for it.
}
