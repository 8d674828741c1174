// What a watched or queried record looks like in JavaScript.

/**
 * How far a record's own writes have come:
 * `queued` waits in the outbox, `sending` is on its way, `sent` has nothing left to send,
 * `failed` has a dead letter (see {@link Mailboat.outbox}).
 *
 * @example
 * ```ts
 * const MARKS: Record<Delivery, string> = { queued: "…", sending: "↑", sent: "✓", failed: "!" };
 * ```
 */
export type Delivery = "queued" | "sending" | "sent" | "failed";

/** A record as it is shown: its id, its columns, and how far its writes have come. */
export interface Row {
  /** Made by the device that created the record; never changes. */
  readonly id: string;
  /** How far the record's own writes have come. */
  readonly delivery: Delivery;
  /** The columns of the app's schema. */
  readonly [column: string]: unknown;
}
