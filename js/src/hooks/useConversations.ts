// The conversations of this device.

import type { MailboatError } from "../error";
import { MAX_WINDOW_ROWS } from "../live/window";
import type { Conversation, MessagingCollections } from "../messaging";
import { useRows } from "./useRows";

/** What {@link useConversations} answers. */
export interface ConversationsView {
  /** In the order in which the server got them. */
  readonly conversations: readonly Conversation[];
  /** Whether there are more than the limit. */
  readonly more: boolean;
  /** Why they may be out of date or missing. */
  readonly error: MailboatError | null;
}

/**
 * The conversations of this device as they change.
 *
 * @param options - `limit`: at most this many, 1 to 500, which is also what is meant when it is
 * left out
 * @throws {@link MailboatError} `INVALID_ARGUMENT` outside of a {@link MailboatProvider}, as all
 * hooks do
 *
 * @example
 * ```tsx
 * const { conversations } = useConversations();
 * return <FlatList data={conversations} renderItem={renderConversation} />;
 * ```
 */
export function useConversations(options: { readonly limit?: number } = {}): ConversationsView {
  const { limit = MAX_WINDOW_ROWS } = options;
  const window = { collection: "conversations", limit } as const;
  const { error, more, rows } = useRows<MessagingCollections, "conversations">(window);
  return { conversations: rows, more, error };
}
