// The mark of a message of one's own: how far it has come, up to being read by all.

import type { Delivery, Message, RowOf } from "react-native-mailboat";
import type { ChatCollections } from "./schema";

/** What a message's mark can say. */
export type Mark = Delivery | "delivered" | "read";

/** A receipt as it is shown. */
export type Receipt = RowOf<ChatCollections, "receipts">;

/** Up to which place in a list of messages every other member has come; -1 for none. */
export interface Reach {
  readonly delivered: number;
  readonly read: number;
}

const NOWHERE: Reach = { delivered: -1, read: -1 };

/**
 * How far all of `others` have come.
 *
 * A receipt that names a message which is not in the list lies before it: a device hears of
 * a receipt only after the message that it names.
 *
 * @param messages oldest first
 */
export function reachOf(
  messages: readonly Pick<Message, "id">[],
  receipts: readonly Pick<Receipt, "userId" | "deliveredId" | "readId">[],
  others: readonly string[],
): Reach {
  if (others.length === 0) return NOWHERE;
  const places = new Map(messages.map(({ id }, place) => [id, place]));
  const placeOf = (id: string | null | undefined): number =>
    id == null ? -1 : (places.get(id) ?? -1);
  const reach = { delivered: Infinity, read: Infinity };
  for (const user of others) {
    const own = receipts.filter(({ userId }) => userId === user);
    const read = Math.max(-1, ...own.map(({ readId }) => placeOf(readId)));
    const delivered = Math.max(read, ...own.map(({ deliveredId }) => placeOf(deliveredId)));
    reach.read = Math.min(reach.read, read);
    reach.delivered = Math.min(reach.delivered, delivered);
  }
  return reach;
}

/** The mark of one's own message at `place`. */
export function markOf({ delivery }: Pick<Message, "delivery">, place: number, reach: Reach): Mark {
  if (delivery !== "sent") return delivery;
  if (place <= reach.read) return "read";
  return place <= reach.delivered ? "delivered" : "sent";
}
